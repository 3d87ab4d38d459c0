# SPDX-License-Identifier: MIT
"""Who may do what: a table of its own, written from what the bot promises and not from its code. Pure.

A right is asked about a person in a chat. What counts are the grants of the chat; in a group whose members act for
themselves, those of the person. Names are in punycode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Who:
    """Somebody, and where."""

    chat: int
    user: int


@dataclass(frozen=True)
class State:
    """The rights of one moment."""

    admins: frozenset[int] = frozenset()
    access: Mapping[int, str] = field(default_factory=dict)  # chat -> note
    grants: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # chat -> name -> letters
    creators: Mapping[str, int] = field(default_factory=dict)  # name -> chat
    members: frozenset[int] = frozenset()  # groups whose members act for themselves


@dataclass(frozen=True)
class Target:
    """What a button does, as `button:TOKEN` says it to an operator: "do sub_del shop.example.com 3344001"."""

    act: str  # show, ask, do, drop, type
    row: str  # the screen, the change or the prompt
    name: str  # "" for none
    rest: str = ""

    @staticmethod
    def read(text: str) -> Target:
        words = text.split(" ", 3)
        if words[0] not in ("ask", "do", "drop", "type"):
            words = ["show", words[0], *text.split(" ", 3)[2:]]
        words += [""] * (4 - len(words))
        return Target(words[0], words[1], "" if words[2] == "-" else words[2], words[3])

    @property
    def arguments(self) -> list[str]:
        """What the change is told besides the name: a chat, letters, a record."""
        return self.rest.split(" ")[1:] if self.act == "do" else self.rest.split(" ")


def within(name: str, parent: str) -> bool:
    """`name` is `parent` or lies below it."""
    return name == parent or name.endswith("." + parent)


def subject(state: State, who: Who) -> int:
    """Whose rights count."""
    own = who.chat < 0 and who.chat in state.members and who.chat not in state.admins
    return who.user if own else who.chat


def may_talk(state: State, who: Who) -> bool:
    return who.chat in state.admins or who.chat in state.access


def is_admin(state: State, who: Who, _name: str = "") -> bool:
    return subject(state, who) in state.admins


def _letters(state: State, who: Who, name: str, itself: bool = True) -> str:
    """Of all grants on the name and above it."""
    granted = state.grants.get(subject(state, who), {})
    above = [parent for parent in granted if within(name, parent) and (itself or name != parent)]
    return "".join(granted[parent] for parent in above)


def may_view(state: State, who: Who, name: str) -> bool:
    granted = state.grants.get(subject(state, who), {})
    return is_admin(state, who) or any(within(name, parent) for parent in granted)


def may_list(state: State, who: Who, name: str) -> bool:
    """May know that the name exists: may see it, or something below it."""
    granted = state.grants.get(subject(state, who), {})
    return may_view(state, who, name) or any(within(own, name) for own in granted)


def may_create(state: State, who: Who, name: str) -> bool:
    return is_admin(state, who) or "C" in _letters(state, who, name, itself=False)


def may_create_below(state: State, who: Who, name: str) -> bool:
    return is_admin(state, who) or "C" in _letters(state, who, name)


def _has(letter: str) -> Callable[[State, Who, str], bool]:
    """The letter on the name or above it; who has created the name has all of them while creating there is allowed."""

    def may(state: State, who: Who, name: str) -> bool:
        created = state.creators.get(name) == subject(state, who) and may_create(state, who, name)
        return is_admin(state, who) or letter in _letters(state, who, name) or created

    return may


def may_undo(state: State, who: Who, name: str) -> bool:
    return may_edit_dns(state, who, name) and may_delete_dns(state, who, name)


def anyone(_state: State, _who: Who, _name: str) -> bool:
    return True


may_edit_dns, may_delete_dns, may_delete = _has("E"), _has("D"), _has("X")

Right = Callable[[State, Who, str], bool]

# What is not here is for admins alone.
CHANGES: dict[str, Right] = {
    "sub_add": may_create,
    "sub_del": may_delete,
    "dns_add": may_edit_dns,
    "dns_set": may_edit_dns,
    "dns_del": may_delete_dns,
    "dns_undo": may_undo,
    "language": anyone,
}
SCREENS: dict[str, Right] = {
    **dict.fromkeys(("menu", "help", "cancelled", "domains", "language"), anyone),
    **dict.fromkeys(("domain", "subdomains"), may_list),
    **dict.fromkeys(("dns", "dns_types", "dns_type", "dns_record", "history", "change"), may_view),
    "dns_add": may_edit_dns,
}
PROMPTS: dict[str, Right] = {
    "sub_add": may_create_below,
    "dns_add": may_edit_dns,
    "dns_set": may_edit_dns,
    "domains_filter": anyone,
    "subdomains_filter": may_list,
}
ROWS = {"show": SCREENS, "ask": CHANGES, "do": CHANGES, "type": PROMPTS}


def may_follow(state: State, who: Who, target: Target) -> bool:
    """Whether a button that leads there may be shown to somebody, and may work."""
    if not may_talk(state, who):
        return False
    return target.act == "drop" or ROWS[target.act].get(target.row, is_admin)(state, who, target.name)

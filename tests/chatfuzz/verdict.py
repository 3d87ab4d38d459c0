# SPDX-License-Identifier: MIT
"""What was wrong with a moment. Pure.

Nothing here is asked of the programs under test but the rights as they are in Redis and what a button leads to. What was
done is what the hosting was asked and what has become of the rights; what was shown is what Telegram was sent.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moment import Act, Call, Moment, Shown
from rules import State, Target, Who, may_follow, may_list, may_talk, may_view, subject

WORD = re.compile(r"[^\W_](?:[\w.-]*[^\W_])?")
LOGGED_AS = {"request_allow": "access_allow"}
METHODS = {
    "domain/addSubdomainVirtual": {"sub_add"},
    "domain/deleteSubdomain": {"sub_del"},
    "dns/changeRecords": {"dns_add", "dns_set", "dns_del", "dns_undo"},
}


@dataclass(frozen=True)
class Finding:
    kind: str
    number: int  # of the moment
    text: str


def judge(moment: Moment) -> list[Finding]:
    tables: dict[str, Callable[[Moment], Iterator[str]]] = {
        "a right is exceeded": exceeded,
        "somebody sees what he may not see": seen,
        "somebody is offered what he may not do": offered,
        "a stranger is spoken to": spoken_to,
        "a press is not answered once": badly_answered,
        "a message is not answered": unanswered,
        "Telegram refuses": lambda one: iter(one.refused),
        "trouble": lambda one: iter(one.troubles),
    }
    return [Finding(kind, moment.number, text) for kind, find in tables.items() for text in find(moment)]


def at_some_time(moment: Moment, right: Callable[[State, Who, str], bool], who: Who, name: str = "") -> bool:
    """Rights may have changed in the moment, before or after what else was done."""
    return right(moment.before, who, name) or right(moment.after, who, name)


# ---- what was done ----


def confirmations(moment: Moment) -> list[tuple[Act, Target]]:
    """The presses that may have done something: of one's own question, not answered yet, by somebody who may."""
    found = []
    for act in moment.acts:
        target = act.button.target if act.button else None
        if not act.button or not target or target.act != "do" or act.used or act.button.chat != act.who.chat:
            continue
        if act.button.user not in (0, act.who.user):
            continue
        if may_follow(moment.before, act.who, target) or may_follow(moment.after, act.who, target):
            found.append((act, target))
    return found


@dataclass(frozen=True)
class Changed:
    """One row of the rights that is not what it was; None: there is none."""

    table: str
    chat: int
    name: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        return f"{self.table} of {self.chat} {self.name}: {self.was!r} -> {self.now!r}"


def _rows(state: State) -> dict[tuple[str, int, str], str]:
    rows = {("access", chat, ""): note for chat, note in state.access.items()}
    for chat, granted in state.grants.items():
        rows |= {("grants", chat, name): letters for name, letters in granted.items()}
    rows |= {("creators", 0, name): str(chat) for name, chat in state.creators.items()}
    return rows | {("members", chat, ""): "1" for chat in state.members}


def changes(before: State, after: State) -> list[Changed]:
    was, now = _rows(before), _rows(after)
    return [Changed(*key, was.get(key), now.get(key)) for key in sorted({**was, **now}) if was.get(key) != now.get(key)]


def _about(one: Changed, target: Target) -> bool:
    return target.arguments[:1] == [str(one.chat)]


def _is_denied(one: Changed, target: Target, _own: int) -> bool:
    """All that a chat has goes with its access."""
    gone = one.now is None
    return gone and (_about(one, target) or (one.table == "creators" and target.arguments[:1] == [one.was]))


def _is_granted(one: Changed, target: Target, _own: int) -> bool:
    letters = "".join(target.arguments[1:2]).replace("-", "")
    return one.table == "grants" and _about(one, target) and one.name == target.name and one.now == letters


def _is_deleted(one: Changed, target: Target, _own: int) -> bool:
    """All rights on a name go with it."""
    return one.table in ("grants", "creators") and one.now is None and one.name == target.name


EXPLAINS: dict[str, Callable[[Changed, Target, int], bool]] = {
    "access_allow": lambda one, target, _: one.table == "access" and one.now is not None and _about(one, target),
    "request_allow": lambda one, target, _: one.table == "access" and one.now is not None and _about(one, target),
    "access_deny": _is_denied,
    "grants_set": _is_granted,
    "grants_unset": lambda one, target, _: (
        one.table == "grants" and one.now is None and one.name == target.name and _about(one, target)
    ),
    "members_on": lambda one, target, _: one.table == "members" and one.now is not None and _about(one, target),
    "members_off": lambda one, target, _: one.table == "members" and one.now is None and _about(one, target),
    "sub_add": lambda one, target, own: one.table == "creators" and one.name == target.name and one.now == str(own),
    "sub_del": _is_deleted,
}


Cause = tuple[Act, Target]


def causes_of_calls(moment: Moment) -> list[tuple[Call, Cause | None]]:
    """Each call with the press that it follows from; a press is good for one."""
    left = confirmations(moment)
    found: list[tuple[Call, Cause | None]] = []
    for call in moment.calls:
        rows = METHODS.get(call.method, set())
        cause = next((one for one in left if one[1].row in rows and one[1].name == call.name), None)
        left = [one for one in left if one is not cause]
        found.append((call, cause))
    return found


def causes_of_changes(moment: Moment) -> list[tuple[Changed, Cause | None]]:
    """The same of the rights; all that goes at once follows from one press."""
    found: list[tuple[Changed, Cause | None]] = []
    for one in changes(moment.before, moment.after):
        fitting = [
            (act, to)
            for act, to in confirmations(moment)
            for state in (moment.before, moment.after)
            if to.row in EXPLAINS and EXPLAINS[to.row](one, to, subject(state, act.who))
        ]
        found.append((one, fitting[0] if fitting else None))
    return found


def exceeded(moment: Moment) -> Iterator[str]:
    """Changes, at the hosting and of the rights, that nobody has confirmed who may."""
    for call, cause in causes_of_calls(moment):
        if not cause:
            yield f"{call.method} of {call.name or '?'}"
    for one, cause in causes_of_changes(moment):
        if not cause:
            yield str(one)


def done(moment: Moment) -> list[tuple[str, int, int]]:
    """What the log has to tell: the change, the chat, the person."""
    made = [cause for call, cause in causes_of_calls(moment) if cause and call.effect]
    made += [cause for _, cause in causes_of_changes(moment) if cause]
    presses = {act.query: (act, to) for act, to in made}  # what a press does is one entry
    return [(LOGGED_AS.get(to.row, to.row), act.who.chat, act.who.user) for act, to in presses.values()]


# ---- what was shown ----


def punycode(name: str) -> str:
    try:
        return name.lower().encode("idna").decode()
    except UnicodeError:
        return name.lower()


def words(text: str) -> set[str]:
    """All that looks like a name, in punycode."""
    return {punycode(word) for word in WORD.findall(text) if "." in word}


def readers(moment: Moment, shown: Shown) -> list[Who]:
    """For whom it was drawn."""
    bound = {button.user for button in shown.buttons if button.user}
    users = bound or {act.who.user for act in moment.acts if act.who.chat == shown.chat} or {shown.chat}
    return [Who(shown.chat, user) for user in sorted(users)]


def said(moment: Moment, chat: int) -> set[str]:
    """Names that people have brought up there themselves: an answer may repeat them."""
    found: set[str] = set()
    for act in moment.acts:
        if act.who.chat != chat:
            continue
        typed = words(act.text) | {punycode(act.text.strip())}
        about = {act.dialog} if act.dialog not in ("", "-") else set()
        about |= {act.button.target.name} if act.button and act.button.target else set()
        found |= typed | about | {f"{label}.{name}" for label in typed for name in about}
    return found


def is_in(value: str, text: str) -> bool:
    """As a whole, not as a part of something longer."""
    return value in text and re.search(rf"(?<![\w.:-]){re.escape(value)}(?![\w:-]|\.\w)", text) is not None


def one_way(word: str) -> str:
    """An IPv6 address as it is answered, however it was typed."""
    try:
        return str(ipaddress.IPv6Address(word))
    except ValueError:
        return word


def spelt(act: Act) -> str:
    """What somebody has typed, there or on the way to the button."""
    text = act.text + (act.button.target.rest if act.button and act.button.target else "")
    return " ".join([text, *map(one_way, text.split())])


def seen(moment: Moment) -> Iterator[str]:
    """Names of the account, and what their records hold."""
    for shown in moment.shown:
        text = "\n".join([shown.text, *(button.label for button in shown.buttons)])
        who = readers(moment, shown)[0]
        own = said(moment, shown.chat)
        holders = set().union(*moment.values.values())
        allowed = {name for name in holders if at_some_time(moment, may_view, who, name)}
        held = set().union(*(words(value) for value, names in moment.values.items() if names & allowed))
        for name in sorted(words(text) & moment.names - own - held):
            if not at_some_time(moment, may_list, who, name):
                yield f"{name} in {shown.chat}, to {who.user}: {shown.text[:100]!r}"
        typed = "\n".join(spelt(act) for act in moment.acts if act.who.chat == shown.chat)
        for value, names in moment.values.items():
            if not names & allowed and value not in moment.names and is_in(value, text) and value not in typed:
                yield f"{value!r} of {sorted(names)[0]} in {shown.chat}, to {who.user}"


def offered(moment: Moment) -> Iterator[str]:
    """Buttons that lead where their person may not go."""
    for shown in moment.shown:
        for button in shown.buttons:
            who = Who(shown.chat, button.user or shown.chat)
            to = button.target
            if to and not (may_follow(moment.before, who, to) or may_follow(moment.after, who, to)):
                yield f"[{button.label}] = {to.act} {to.row} {to.name} {to.rest} in {shown.chat}, to {button.user}"


def spoken_to(moment: Moment) -> Iterator[str]:
    for shown in moment.shown:
        if not at_some_time(moment, lambda state, who, _: may_talk(state, who), Who(shown.chat, shown.chat)):
            yield f"{shown.chat}: {shown.text[:100]!r}"


# ---- what was answered ----


def is_let_in(moment: Moment, who: Who) -> bool:
    """All the time."""
    return may_talk(moment.before, who) and may_talk(moment.after, who)


def badly_answered(moment: Moment) -> Iterator[str]:
    for act in moment.acts:
        if act.kind != "press" or not act.taken:
            continue
        if len(act.answers) > 1 or (not act.answers and is_let_in(moment, act.who)):
            yield f"{act}: {len(act.answers)} answers"
        elif is_let_in(moment, act.who) and not any(act.answers) and not is_shown_in(moment, act.who.chat):
            yield f"{act}: nothing is to be seen of it"


def is_shown_in(moment: Moment, chat: int) -> bool:
    return any(shown.chat == chat for shown in moment.shown)


def wants_answer(act: Act) -> bool:
    """In a group people talk to each other: there the bot answers what is for it alone."""
    if act.kind not in ("text", "photo") or act.foreign:
        return False
    if act.who.chat > 0:
        return True
    if act.kind == "photo":
        return bool(act.dialog) and not act.text
    return bool(act.command or act.ours or (act.dialog and not act.text.startswith("/")))


def unanswered(moment: Moment) -> Iterator[str]:
    for act in moment.acts:
        if act.taken and is_let_in(moment, act.who) and wants_answer(act) and not is_shown_in(moment, act.who.chat):
            yield str(act)


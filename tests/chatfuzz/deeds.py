# SPDX-License-Identifier: MIT
"""What people do next: all of it follows from the dice and from what the chats show. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from moment import Button
from rules import State, Who, is_admin, within

ANNA, BORIS, VERA, DINA, OLEG = 1001, 1002, 1003, 1004, 1005
OPS, WEB_TEAM = -1002000000005, -1002000000001
ADMINS = (ANNA, OLEG)
SHOP = "example-shop.ru"

# How often somebody is the one who does something.
PEOPLE = {
    Who(ANNA, ANNA): 6, Who(OLEG, OLEG): 1, Who(BORIS, BORIS): 6, Who(DINA, DINA): 4, Who(VERA, VERA): 2,
    Who(OPS, ANNA): 1, Who(OPS, OLEG): 1, Who(OPS, BORIS): 2, Who(OPS, DINA): 2, Who(OPS, VERA): 1,
    Who(WEB_TEAM, BORIS): 1,
}  # fmt: skip

NOTES = ("", "a note", "Заметка & <b>", "-")
LABELS = ("a", "b", "c.b", "shop", "www", "www.a", "почта", "blog", "x-1")
RECORDS = {
    "A": ("203.0.113.7", "198.51.100.20", "203.0.113.300", "::1"),
    "AAAA": ("2001:db8::7", "2001:DB8:0::33", "203.0.113.7"),
    "MX": ("10 mx1.beget.com", "1 mx.example.net.", "70000 mx.example.net", "mx.example.net", "10 203.0.113.7"),
    "TXT": ("v=spf1 ip4:192.0.2.77 -all", '"two words"', "я" * 200, "k" * 700, '"open', "<b>&amp;</b>"),
    "CNAME": ("example.net", SHOP, "203.0.113.7", "."),
    "NS": ("ns1.example.net", "ns1", "203.0.113.7"),
    "PTR": ("x",), "caa": ("0 issue letsencrypt.org",),
}  # fmt: skip
RUBBISH = (
    "", " ", "-", "?", "0", "-1", "1002", "99999999999999999999999", "0x10", "a" * 300, "я" * 4000, "<b>x</b>",
    "</code>&lt;", "example..ru", ".", "-a.ru", "пример.рф/", "http://example-shop.ru/", "🙂", "../../etc/passwd",
    "%s%n", "\u202eru.pohs", "add", "del", "add " + SHOP, "on", "google.com", "a b c d e f g", "x\ny\n\nz",
    "'; DROP TABLE action_logs; --", "{beget}:access", SHOP + " add", SHOP + " history", SHOP + " undo", "ED",
    SHOP.upper(), "www." + SHOP + ".", "*." + SHOP, "_dmarc." + SHOP,
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    who: Who
    kind: str  # text, photo, edit, press
    text: str = ""
    message_id: int = 0  # press, edit
    data: str = ""  # press
    expire: str = ""  # a token that Redis forgets before, as it does after ten minutes


@dataclass
class View:
    """What can be acted upon."""

    commands: tuple[str, ...]  # those that the bot lists for admins
    bot: str  # its user name
    state: State = field(default_factory=State)
    names: list[str] = field(default_factory=list)  # of the account
    records: dict[str, frozenset[str]] = field(default_factory=dict)  # name -> "MX 10 mx.example.net"
    drawn: dict[int, list[Button]] = field(default_factory=dict)  # chat -> all that it has shown, the latest last
    now: dict[int, list[Button]] = field(default_factory=dict)  # chat -> those of its latest message
    asked: dict[Who, str] = field(default_factory=dict)  # who is asked to type something about that name
    written: dict[Who, list[int]] = field(default_factory=dict)  # message ids of one's own
    pressed: dict[Who, Button] = field(default_factory=dict)  # last


# ---- arguments ----


def some_name(dice: random.Random, view: View, who: Who, made_up: float = 0.3) -> str:
    """Mostly one that matters to the person: within what is granted, or one of the few that everybody fights about."""
    granted = [*view.state.grants.get(who.chat, {}), *view.state.grants.get(who.user, {})]
    own = [name for name in view.names if any(within(name, parent) for parent in granted)]
    near = [name for name in view.names if name.endswith(SHOP)]
    name = dice.choice(dice.choices((own, near, view.names), (6, 3, 1))[0] or near or [SHOP])
    if dice.random() < made_up:
        name = f"{dice.choice(LABELS)}.{name}"
    return spell(dice, name)


def spell(dice: random.Random, name: str) -> str:
    """As people write it."""
    try:
        shown = name.encode().decode("idna")
    except UnicodeError:
        shown = name
    return dice.choice((name, shown, shown, shown, shown.upper(), shown + "."))


def some_record(dice: random.Random) -> str:
    kind = dice.choice(tuple(RECORDS))
    return f"{kind} {dice.choice(RECORDS[kind])}"


def some_chat(dice: random.Random, _view: View, _who: Who) -> str:
    return str(dice.choice((BORIS, DINA, VERA, OPS, WEB_TEAM, ANNA, 1099)))


def about_subdomains(dice: random.Random, view: View, who: Who) -> str:
    word, made_up = dice.choice((("", 0.1), ("add ", 0.9), ("add ", 0.9), ("del ", 0.1), ("del ", 0.1)))
    return f"{word}{some_name(dice, view, who, made_up)}"


def about_dns(dice: random.Random, view: View, who: Who) -> str:
    name = some_name(dice, view, who, 0.1)
    what = dice.choice(("", "", "add", "add", "del", "del", "set", "set", "history", "undo"))
    there = sorted(view.records.get(name, ()))
    record = dice.choice(there) if there and what != "add" and dice.random() < 0.8 else some_record(dice)
    if what in ("add", "del"):
        what = f"{what} {record}"
    if what == "set":
        kind, value = record.split(" ", 1)
        what = f"set {kind} {quoted(kind, value)} {quoted(kind, dice.choice(RECORDS.get(kind, ('x',))))}"
    return f"{name} {what}".strip()


def quoted(kind: str, value: str) -> str:
    return f'"{value}"' if kind == "TXT" else value


def grant_of(dice: random.Random, view: View, who: Who) -> str:
    chat = some_chat(dice, view, who)
    letters = "" if chat == str(DINA) else "".join(letter for letter in "EDCX" if dice.random() < 0.5)
    return f"{chat} {some_name(dice, view, who)} {letters}".strip()


def about_anything(dice: random.Random, view: View, who: Who) -> str:
    return dice.choice(("", "a", "shop", some_name(dice, view, who), some_chat(dice, view, who)))


Argument = Callable[[random.Random, View, Who], str]
ARGUMENTS: dict[str, Argument] = {
    "sub": about_subdomains,
    "dns": about_dns,
    "allow": lambda dice, view, who: f"{some_chat(dice, view, who)} {dice.choice(NOTES)}",
    "deny": some_chat,
    "grant": grant_of,
    "revoke": lambda dice, view, who: f"{some_chat(dice, view, who)} {some_name(dice, view, who)}",
    "members": lambda dice, view, who: f"{some_chat(dice, view, who)} {dice.choice(('on', 'off'))}",
    "language": lambda dice, _view, _who: dice.choice(("ru", "en", "")),
    "start": lambda dice, _view, _who: dice.choice(("", "payload")),
}


def some_argument(dice: random.Random, view: View, who: Who, command: str) -> str:
    if dice.random() < 0.15:
        return dice.choice(RUBBISH)
    return ARGUMENTS.get(command, about_anything)(dice, view, who)


# ---- the kinds of deeds; None: not possible here ----


def spoken(dice: random.Random, view: View, who: Who, command: str, argument: str) -> Deed:
    address = ""
    if dice.random() < (0.5 if who.chat < 0 else 0.05):
        address = "@" + dice.choice((view.bot, view.bot.upper(), "other_bot"))
    name = command.upper() if dice.random() < 0.05 else command
    return Deed(who, "text", f"/{name}{address} {argument}".rstrip(" "))


def command(dice: random.Random, view: View, who: Who) -> Deed:
    name = dice.choice((*view.commands, "unknown", "sub_add"))
    return spoken(dice, view, who, name, some_argument(dice, view, who, name))


def work(dice: random.Random, view: View, who: Who) -> Deed:
    """What people have such a bot for, whether they may or not."""
    name = dice.choice(("sub", "dns"))
    return Deed(who, "text", f"/{name} {ARGUMENTS[name](dice, view, who)}")


def govern(dice: random.Random, view: View, who: Who) -> Deed | None:
    """An administrator sees to it that there are rights to have and to lose."""
    if "grant" not in view.commands or not is_admin(view.state, who):
        return None
    chat = dice.choice((BORIS, BORIS, DINA, OPS, VERA, WEB_TEAM))
    if chat not in view.state.access:
        name = "allow" if chat not in (VERA, WEB_TEAM) or dice.random() < 0.2 else "deny"
    elif chat in (VERA, WEB_TEAM) or dice.random() < 0.06:
        name = "deny"
    elif len(view.state.grants.get(chat, {})) < 2:
        name = "grant"
    else:
        name = dice.choice(("grant", "grant", "grant", "revoke", *(("members",) * 3 if chat < 0 else ("grant",))))
    if name == "revoke":
        granted = sorted(view.state.grants.get(chat, {}))
        return spoken(dice, view, who, name, f"{chat} {dice.choice(granted) if granted else SHOP}")
    if name == "grant":
        letters = "" if chat == DINA else "".join(letter for letter in "EDCX" if dice.random() < 0.75)
        return spoken(dice, view, who, name, f"{chat} {some_name(dice, view, who)} {letters}".rstrip())
    return spoken(dice, view, who, name, f"{chat} {'' if name != 'members' else dice.choice(('on', 'off'))}")


def _press(who: Who, button: Button, view: View, expire: bool = False) -> Deed | None:
    here = view.drawn.get(who.chat)
    if not here:
        return None  # nothing to press it on
    message = button.message_id if button.chat == who.chat else here[-1].message_id
    return Deed(who, "press", message_id=message, data=button.data, expire=button.token if expire else "")


def press_now(dice: random.Random, view: View, who: Who) -> Deed | None:
    shown = view.now.get(who.chat)
    if not shown:
        return None
    ways_on = [button for button in shown if button.target and button.target.row not in ("menu", "help", "domains")]
    changes = [button for button in ways_on if button.target and button.target.act in ("ask", "type")]
    if not ways_on and dice.random() < 0.7:
        return None
    return _press(who, dice.choice(dice.choice((changes, ways_on)) or ways_on or shown), view)


def press_old(dice: random.Random, view: View, who: Who) -> Deed | None:
    drawn = view.drawn.get(who.chat)
    return _press(who, dice.choice(drawn), view) if drawn else None


def press_expired(dice: random.Random, view: View, who: Who) -> Deed | None:
    drawn = view.drawn.get(who.chat)
    return _press(who, dice.choice(drawn), view, expire=True) if drawn else None


def press_foreign(dice: random.Random, view: View, who: Who) -> Deed | None:
    every = [button for drawn in view.drawn.values() for button in drawn]
    others = [button for button in every if Who(button.chat, button.user) != who]
    doing = [button for button in others if button.target and button.target.act == "do"]
    others = doing if doing and dice.random() < 0.5 else others
    return _press(who, dice.choice(others), view) if others else None


def press_again(_dice: random.Random, view: View, who: Who) -> Deed | None:
    return _press(who, view.pressed[who], view) if who in view.pressed else None


def press_forged(dice: random.Random, view: View, who: Who) -> Deed | None:
    here = view.drawn.get(who.chat)
    if not here:
        return None
    token, _, number = here[-1].data.partition(".")
    made = "".join(dice.choice("abcXYZ019_-") for _ in range(len(token)))
    near = (f"{made}.0", f"{token}.{int(number) + 50}", f"{token}.-1", f"{token}.", token)
    data = dice.choice((*near, "x", "do sub_del " + SHOP, "я" * 30, ".0"))
    return Deed(who, "press", message_id=here[-1].message_id, data=data)


def confirm(dice: random.Random, view: View, who: Who) -> Deed | None:
    shown = view.now.get(who.chat, [])
    asking = [one for one in shown if one.target and one.target.act == "do" and one.target.row != "language"]
    return _press(who, dice.choice(asking), view) if asking else None


def answer(dice: random.Random, view: View, who: Who) -> Deed | None:
    """What was asked for, more or less."""
    if who not in view.asked:
        return None
    fitting = (some_name(dice, view, who), some_record(dice).split(" ", 1)[1], some_chat(dice, view, who))
    typed = dice.choice((*LABELS, *fitting, *RUBBISH[:12]))
    return Deed(who, "text", typed or "x")


def talk(dice: random.Random, view: View, who: Who) -> Deed:
    return Deed(who, "text", dice.choice((*RUBBISH, some_name(dice, view, who))).strip() or "hello")


def photo(dice: random.Random, _view: View, who: Who) -> Deed:
    return Deed(who, "photo", dice.choice(("", "", "caption", "/start")))


def edit(dice: random.Random, view: View, who: Who) -> Deed | None:
    written = view.written.get(who)
    text = dice.choice(("/start", "something else", f"/sub del blog.{SHOP}"))
    return Deed(who, "edit", text, message_id=dice.choice(written)) if written else None


KINDS: dict[Callable[[random.Random, View, Who], Deed | None], int] = {
    confirm: 150, answer: 60, govern: 30, work: 30, command: 20, press_now: 40, press_old: 8, press_again: 8,
    press_foreign: 8, press_expired: 3, press_forged: 4, talk: 4, photo: 3, edit: 3,
}  # fmt: skip


def choose(dice: random.Random, view: View, people: list[Who]) -> Deed:
    """What one of these does."""
    who = dice.choices(people, [PEOPLE[one] for one in people])[0]
    while True:
        kind = dice.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        if deed := kind(dice, view, who):
            return deed


def choose_some(dice: random.Random, view: View) -> list[Deed]:
    """What happens next: mostly one thing, now and then several at once, by different people, one of them an admin."""
    count = dice.choices((1, 2, 3, 4), (70, 15, 10, 5))[0]
    people = list(PEOPLE)
    deeds: list[Deed] = []
    while people and len(deeds) < count:
        deeds.append(choose(dice, view, people))
        chosen = deeds[-1].who
        admin = chosen.user in ADMINS
        people = [who for who in people if who != chosen and not (admin and who.user in ADMINS)]
    return deeds

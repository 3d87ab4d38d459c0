# SPDX-License-Identifier: MIT
"""One moment of a chat: what people did, and all that came of it. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules import State, Target, Who


@dataclass(frozen=True)
class Button:
    """As it was drawn."""

    chat: int
    message_id: int
    label: str
    data: str
    target: Target | None  # None: nothing is known of it any more
    user: int  # whom it was drawn for; 0: everyone in the chat

    @property
    def token(self) -> str:
        return self.data.split(".")[0]


@dataclass(frozen=True)
class Act:
    """What a person does."""

    who: Who
    kind: str  # text, photo, edit, press
    text: str = ""
    command: str = ""  # "sub", of a text that begins with one of the bot's own
    ours: bool = False  # a command that names this bot
    foreign: bool = False  # a command that names another one
    dialog: str = ""  # the name that the person was asked about; "-" without one; "": was not asked
    button: Button | None = None  # press: the button that has this data, if there ever was one
    used: bool = False  # press: of a question that was answered before, or a menu that has expired
    query: str = ""  # press: the id of the callback query
    taken: bool = True  # Telegram has queued it
    answers: tuple[str, ...] = ()  # press: what popped up, once for each answer

    def __str__(self) -> str:
        what = f"{self.kind}: {self.text[:200]!r}"
        if self.kind == "press":
            what = f"presses [{self.button.label}]" if self.button else "presses what nobody drew"
        where = "" if self.who.chat == self.who.user else f" in {self.who.chat}"
        return f"{self.who.user}{where} {what}"


@dataclass(frozen=True)
class Shown:
    """A message of the bot that has come or changed."""

    chat: int
    message_id: int
    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Call:
    """What the hosting was asked to change."""

    method: str
    name: str
    effect: bool = True


@dataclass(frozen=True)
class Moment:
    number: int
    before: State
    after: State
    acts: tuple[Act, ...] = ()
    shown: tuple[Shown, ...] = ()
    calls: tuple[Call, ...] = ()
    names: frozenset[str] = frozenset()  # of the account, in punycode
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of records -> the names that have them
    refused: tuple[str, ...] = ()  # what Telegram did not take
    troubles: tuple[str, ...] = ()

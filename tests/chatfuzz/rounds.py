# SPDX-License-Identifier: MIT
"""What was said to two people who changed one name at once must be what has become of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wishes import Wish

DONE, NOT_DONE, UNKNOWN = "✅", "⚠", "❓"


@dataclass(frozen=True)
class Side:
    """One of the two."""

    wish: Wish
    told: str  # what stands in the chat at the end; "": nothing
    pressed: bool  # has confirmed

    @property
    def sign(self) -> str:
        return next((sign for sign in (DONE, NOT_DONE, UNKNOWN) if self.told.startswith(sign)), "")


@dataclass(frozen=True)
class Round:
    number: int
    sides: tuple[Side, Side]
    start: frozenset[str]  # the records of the name, or the names of the domain
    end: frozenset[str]
    confirmed: int = 2  # presses of the two together
    calls: int = 0  # that change something, with or without effect


def is_there(wish: Wish, state: frozenset[str]) -> bool:
    return wish.adds <= state and not wish.removes & state


def untouched(wish: Wish, one: Round) -> bool:
    """Nothing of it has happened, but for what the other has wished as well."""
    other = [side.wish for side in one.sides if side.wish is not wish]
    added = frozenset[str]().union(*(its.adds for its in other))
    removed = frozenset[str]().union(*(its.removes for its in other))
    return not (wish.adds - added - one.start) & one.end and (wish.removes & one.start) - removed <= one.end


def wrong(one: Round) -> Iterator[str]:
    for side in one.sides:
        if side.sign == DONE and not is_there(side.wish, one.end):
            yield f"told that it is done, and it is not: {side.wish.text!r}, {side.told[:120]!r}"
        elif side.sign == NOT_DONE and not untouched(side.wish, one):
            yield f"told that it is not done, and it is: {side.wish.text!r}, {side.told[:120]!r}"
        elif not side.sign:
            yield f"told nothing: {side.wish.text!r}, {side.told[:120]!r}"
        elif not side.pressed and not untouched(side.wish, one):
            yield f"done, and nobody has confirmed it: {side.wish.text!r}"
    wishes = [side.wish for side in one.sides]
    removed = frozenset[str]().union(*(wish.removes for wish in wishes))
    added = frozenset[str]().union(*(wish.adds for wish in wishes))
    if lost := one.start - removed - one.end:
        yield f"lost, and nobody wanted that: {', '.join(sorted(lost))}"
    if strange := one.end - added - one.start:
        yield f"there, and nobody wanted that: {', '.join(sorted(strange))}"
    for wish in wishes:
        if wish.adds and wish.removes and wish.adds <= one.end and wish.removes & one.end:
            yield f"half of it is done: {wish.text!r}"
    if one.calls > one.confirmed:
        yield f"asked of the hosting {one.calls} times, confirmed {one.confirmed} times"


def judge(one: Round) -> list[str]:
    return [f"round {one.number}: {text}" for text in wrong(one)]

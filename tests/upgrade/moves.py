# SPDX-License-Identifier: MIT
"""An upgrade and a rollback, as moves: what begins and what ends, one after the other. Pure."""

from __future__ import annotations

from dataclasses import dataclass

OLD, NEW = "old", "new"
BEGIN, TERM, KILL = "begin", "SIGTERM", "kill -9"
NAMES = {OLD: {"worker": "worker", "gateway": "gateway"}, NEW: {"worker": "worker-2", "gateway": "gateway-2"}}
# What takes updates first goes first: a worker of this version is there before a gateway of it writes, and goes after it.
ORDER = {NEW: ("worker", "gateway"), OLD: ("gateway", "worker")}


@dataclass(frozen=True)
class Move:
    verb: str
    version: str  # of the program that begins or ends
    role: str

    @property
    def name(self) -> str:
        return NAMES[self.version][self.role]

    def __str__(self) -> str:
        return f"{self.verb} {self.version} {self.role}"


def passage(to: str, end: str) -> list[Move]:
    """From one version to the other: the next program runs beside the one before, which then ends."""
    before = OLD if to == NEW else NEW
    return [move for role in ORDER[to] for move in (Move(BEGIN, to, role), Move(end, before, role))]


def there_and_back() -> list[Move]:
    """An upgrade and a rollback by the book, and both again with programs that are killed."""
    return [move for end in (TERM, KILL) for to in (NEW, OLD) for move in passage(to, end)]


def is_due(done: int, all_of_them: int, share: float) -> bool:
    """Moves are spread evenly over the work; after the last there is some left."""
    return share >= (done + 1) / (all_of_them + 2)


def wrong_in_log(done: dict[int, str], logged: dict[int, int]) -> list[str]:
    """What was carried out must be in the log once: of press -> what, and press -> how many rows say so."""
    return [
        f"{what}: carried out, and {logged.get(press, 0)} times in the log"
        for press, what in done.items()
        if logged.get(press, 0) != 1
    ]

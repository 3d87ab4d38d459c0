# SPDX-License-Identifier: MIT
"""A run of tests/faults in which programs of two versions take turns."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from battle import Battle
from judge import Evidence
from killer import KILLED, STOPPED_OK, Killer
from moves import BEGIN, KILL, NAMES, NEW, OLD, TERM, Move, is_due, there_and_back, wrong_in_log
from plan import Options
from stack import BIN_DIR, SLOWNESS, Stack, until

MOVE_S = 40 * SLOWNESS  # a dead worker's bot.db and lease included
WORKS = {"worker": " job.done ", "gateway": " lease.waiting "}  # beside the one before
TAKES_OVER = {"worker": " journal.opened ", "gateway": " lease.acquired "}


class House(Stack):
    """Both versions have one bot.db, as on one host."""

    def __init__(self, old: Path) -> None:
        super().__init__()
        self.bin_dirs = {name: folder for version, folder in ((OLD, old), (NEW, BIN_DIR)) for name in NAMES[version].values()}

    def data_dir(self, name: str) -> Path:
        return self.folder


class Mover(Killer):
    """Makes one move after the other; whatever ends otherwise is a trouble."""

    def __init__(self, stack: Stack, notice: Callable[[str], None]) -> None:
        super().__init__(stack, iter(()))
        self.moves = there_and_back()
        self.done = 0
        self._notice = notice
        self._began: float | None = None  # the move that is being made
        self._ending: dict[str, int] = {}  # program -> exit code
        self._ended: set[str] = set()
        self._seen: dict[str, int] = {}  # program -> how much of its log is of before

    @property
    def stopping(self) -> bool:
        return bool(self._ending)

    def look(self) -> None:
        for name, program in self._stack.programs.items():
            code = program.process.poll() if program.process else None
            if code is not None and name not in self._ended:
                self._ended.add(name)
                wanted = self._ending.pop(name, None)
                if code != wanted:
                    self.troubles.append(f"{name} ended with {code} instead of {wanted}: {program.log[-300:]}")

    def go(self, share: float) -> None:
        """Begins the next move when it is time and the one before is made."""
        if self._began is None:
            if self.done < len(self.moves) and is_due(self.done, len(self.moves), share):
                self._notice(f"{share:.0%}: {self.moves[self.done]}")
                self._make(self.moves[self.done])
            return
        took = time.monotonic() - self._began
        made = self._is_made(self.moves[self.done])
        if not made and took > MOVE_S:
            self.troubles.append(f"{self.moves[self.done]}: not over after {took:.0f} s")
        if made or took > MOVE_S:
            self.done += 1
            self._began = None

    def _make(self, move: Move) -> None:
        self._began = time.monotonic()
        if move.verb == BEGIN:
            if move.name not in self._stack.programs:
                self._stack.add(move.role)
            self._ended.discard(move.name)
            self._seen[move.name] = len(self._stack[move.name].log)
            self._stack.start(move.name)
            return
        process = self._stack[move.name].process
        assert process
        self._ending[move.name] = {TERM: STOPPED_OK, KILL: KILLED}[move.verb]
        process.send_signal({TERM: signal.SIGTERM, KILL: signal.SIGKILL}[move.verb])
        if move.verb == KILL:
            self.note(move.name)

    def _is_made(self, move: Move) -> bool:
        if move.verb == BEGIN:
            return self._has_logged(move.name, WORKS[move.role])
        after = NAMES[OLD if move.version == NEW else NEW][move.role]
        return move.name in self._ended and self._has_logged(after, TAKES_OVER[move.role])

    def _has_logged(self, name: str, event: str) -> bool:
        return event in self._stack[name].log[self._seen[name] :]


class Passage(Battle):
    def __init__(self, stack: House, options: Options, notice: Callable[[str], None]) -> None:
        super().__init__(stack, options, notice)
        self.mover = Mover(stack, notice)

    def make_killer(self) -> Killer:
        return self.mover

    def strike(self) -> None:
        self.mover.look()
        self.mover.go(self.people.share)

    def unmade(self) -> list[str]:
        left = self.mover.moves[self.mover.done :]
        return [f"no time for {', '.join(map(str, left))}: ask for more updates"] if left else []


def logged_changes(file: Path) -> dict[int, int]:
    """Of each update, how many rows of the log say that it changed something."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT ref, count(*) FROM action_logs WHERE result IN ('ok', 'unknown') GROUP BY ref")
        return {int(ref): int(count) for ref, count in rows.fetchall() if ref is not None}


def look_at_log(stack: House, evidence: Evidence) -> list[str]:
    """What is wrong in it, once the journal has caught up."""
    effects = {call.tag for call in evidence.called if call.effect}
    done = {asked.press_id: asked.tag for asked in evidence.asked if asked.tag in effects and asked.press_id not in evidence.dead}
    file = stack.folder / "bot.db"
    with contextlib.suppress(AssertionError):
        until(lambda: not wrong_in_log(done, logged_changes(file)), "the journal has it all")
    return wrong_in_log(done, logged_changes(file))

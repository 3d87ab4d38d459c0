# SPDX-License-Identifier: MIT
"""Kills and stops programs by the plan, and starts again whatever has ended."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator

from judge import Killed
from people import now_ms
from plan import Kill
from stack import BIN_DIR, ROOT, STOP_DEADLINE_S, Stack

STOPPED_OK = 0
KILLED = -signal.SIGKILL


def crash_points() -> dict[str, list[str]]:
    """Of each role, as the table says, but those of a takeover, a backup and of alarms, which are off; none when the programs are built without."""
    if b"CRASH_AT" not in (BIN_DIR / "worker").read_bytes():
        return {}
    names = re.findall(r'POINT\("([a-z_.]+)"\)', (ROOT / "shared/base/crash_point.h").read_text())
    roles = {"worker": "worker", "gateway": "gateway", "sender": "gateway"}
    points: dict[str, list[str]] = {"worker": [], "gateway": []}
    for name in names:
        if (of := name.split(".")[0]) in roles:
            points[roles[of]].append(name)
    return points


class Killer:
    def __init__(self, stack: Stack, kills: Iterator[Kill]) -> None:
        self.killed: list[Killed] = []
        self.stopped_s: list[float] = []  # how long each stop took
        self.troubles: list[str] = []
        self._stack = stack
        self._kills = kills
        self._next = next(kills, None)
        self._due = time.monotonic() + (self._next.after_ms / 1000 if self._next else 0)
        self._stopping: dict[str, float] = {}

    def note(self, name: str) -> None:
        self.killed.append(Killed(role_of(name), now_ms()))

    def kill(self, name: str, crash_at: str = "") -> None:
        """From outside; the next life ends at a crash point, if one is given."""
        if self._stack[name].running():
            self._stack[name].kill()
            self.note(name)
            self._revive(name, crash_at)

    def kill_due(self) -> None:
        """What the plan kills by now."""
        while self._next and time.monotonic() >= self._due:
            self.kill(self._next.target, self._next.crash_at)
            self._next = next(self._kills, None)
            self._due += self._next.after_ms / 1000 if self._next else 0

    def spare(self) -> None:
        """Kills from outside end; lives that are to end at a crash point still do."""
        self._next = None

    def stop(self, name: str) -> bool:
        """Asks a program to stop, once it is up; look() sees to the rest."""
        program = self._stack[name]
        if not program.running() or program.log.count(" service.started ") < program.lives:
            return False
        program.terminate()
        self._stopping[name] = time.monotonic()
        return True

    @property
    def stopping(self) -> bool:
        return bool(self._stopping)

    def look(self) -> None:
        """Starts what has ended; whatever ended without being told to is a trouble."""
        for name, program in self._stack.programs.items():
            code = program.process.poll() if program.process else None
            if code is not None:
                self._mourn(name, code)
                self._revive(name)
        for name, since in list(self._stopping.items()):
            if time.monotonic() - since > STOP_DEADLINE_S:
                self.troubles.append(f"{name} did not stop within {STOP_DEADLINE_S:g} s")
                del self._stopping[name]
                self.kill(name)

    def _mourn(self, name: str, code: int) -> None:
        since = self._stopping.pop(name, None)
        if code == KILLED and (self._stack.extra.get(name) or role_of(name) == "worker"):
            self.note(name)  # a crash point, or poison
        elif since is not None:
            self.stopped_s.append(time.monotonic() - since)
            if code != STOPPED_OK:
                self.troubles.append(f"{name} was asked to stop and ended with {code}")
        else:
            self.troubles.append(f"{name} ended by itself with {code}: {self._stack[name].log[-300:]}")

    def _revive(self, name: str, crash_at: str = "") -> None:
        self._stack.extra[name] = {"CRASH_AT": crash_at} if crash_at else {}
        self._stack.start(name)


def role_of(name: str) -> str:
    return re.sub(r"-\d+$", "", name)

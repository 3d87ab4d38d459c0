# SPDX-License-Identifier: MIT
"""One run: people ask, programs are killed, and what the simulators have logged is collected."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import plan
from judge import Evidence
from killer import Killer, crash_points
from logs import TelegramLog, changing_calls
from people import People
from plan import Options
from stack import SANITIZER_REPORT, SLOWNESS, Stack
from town import dead_updates, settle_in

QUIET_S = 45 * SLOWNESS  # nothing takes so long but what never comes
LOOK_DEAD_S = 1.0
NOTICE_S = 30.0  # between two words of how far a long run is
TICK_S = 0.02


@dataclass
class Course:
    """What a run was like."""

    evidence: Evidence
    seconds: float = 0
    stopped_s: list[float] = field(default_factory=list)


class Battle:
    def __init__(self, stack: Stack, options: Options, notice: Callable[[str], None]) -> None:
        self.stack = stack
        self.notice = notice
        self.options = options
        self.quiet_s = options.quiet_s or QUIET_S
        self.people = People(plan.wishes(options), options.window)
        self.log = TelegramLog()
        self.killer = Killer(stack, iter(()))
        self._redis_kills = plan.shares(options.seed, "redis", options.redis_kills)
        self._sigterms = plan.sigterms(options)
        self._heard = time.monotonic()
        self._looked_dead = 0.0
        self._noticed = time.monotonic()

    def run(self) -> Course:
        tags = settle_in(self.stack, self.options)
        began = self._heard = time.monotonic()
        self.killer = self.make_killer()
        while not self.people.finished and not self._is_quiet():
            self.strike()
            self._listen()
            self._notice(began)
            self.people.ask(self.stack.telegram)
            time.sleep(TICK_S)  # a tick of the game, not a wait for something
        seconds = time.monotonic() - began
        if self._sigterms:
            self.killer.troubles.append(f"no time for {len(self._sigterms)} stops: ask for more updates")
        self._calm_down()
        return Course(self._evidence(tags), seconds, self.killer.stopped_s)

    def make_killer(self) -> Killer:
        return Killer(self.stack, plan.kills(self.options, crash_points()))

    def _is_quiet(self) -> bool:
        """So long without any answer that none will come."""
        return time.monotonic() - self._heard > self.quiet_s

    def _notice(self, began: float) -> None:
        if time.monotonic() > self._noticed + NOTICE_S:
            self._noticed = time.monotonic()
            seconds, share, kills = self._noticed - began, self.people.share, len(self.killer.killed)
            self.notice(f"{seconds:.0f} s: {share:.0%} answered, {self.people.open} open, {kills} kills")

    def strike(self) -> None:
        """Whatever happens to the programs at this moment."""
        self.killer.look()
        if self.people.all_sent:
            self.killer.spare()
        self.killer.kill_due()
        while self._redis_kills and self.people.share >= self._redis_kills[0]:
            self._redis_kills.pop(0)
            self.killer.kill("redis")
        due = self._sigterms and self.people.share >= self._sigterms[0][0] and not self.killer.stopping
        if due and self.killer.stop(self._sigterms[0][1]):
            self._sigterms.pop(0)

    def _listen(self) -> None:
        for one in self.log.read(self.stack.telegram):
            self._heard = time.monotonic()
            self.people.see(self.stack.telegram, one, self.log.buttons[one.n])
        if time.monotonic() - self._looked_dead > LOOK_DEAD_S:
            self._looked_dead = time.monotonic()
            self.people.give_up(dead_updates(self.stack))

    def _calm_down(self) -> None:
        """What was still on its way, repeated messages for instance, comes to rest before it is judged."""
        self.killer.spare()
        while self.killer.stopping or not (self._at_rest() or self._is_quiet()):
            self.killer.look()
            self._listen()
            time.sleep(TICK_S)
        if not self._at_rest():
            self.killer.troubles.append(f"work is left in Redis: {self._left()}")
        self._listen()

    def _left(self) -> dict[str, int]:
        call, key = self.stack.redis.call, self.stack.key
        return {
            "updates": call("XLEN", key("updates")), "replies": call("XLEN", key("replies")),
            "busy": call("HLEN", key("busy")), "parked": call("ZCARD", key("parked")),
        }  # fmt: skip

    def _at_rest(self) -> bool:
        return self.stack.telegram.confirmed() and not any(self._left().values())

    def _evidence(self, tags: dict[str, str]) -> Evidence:
        troubles = [f"telegram-sim: {row['method']}: {row['problem']}" for row in self.log.violations]
        for program in self.stack.programs.values():
            if report := SANITIZER_REPORT.search(program.log):
                troubles.append(f"{program.name}: {program.log[report.start() :][:300]}")
        return Evidence(
            asked=list(self.people.asked.values()),
            shown=list(self.log.shown.values()),
            called=changing_calls(self.stack.beget, tags),
            killed=self.killer.killed,
            dead=dead_updates(self.stack),
            troubles=self.killer.troubles + troubles,
        )

# SPDX-License-Identifier: MIT
"""Pairs of people, each with a name of its own: both ask, both confirm at once, and what they are told is judged."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from account import Account, called, is_read, look
from judge import WAIT, Shown
from killer import Killer, crash_points
from logs import TelegramLog
from plan import Options, beget_faults, kills
from rounds import DONE, UNKNOWN, Round, Side
from rounds import judge as judge_round
from stack import SANITIZER_REPORT, SLOWNESS, Stack
from town import LATENCY
from wishes import BASE, DOMAIN, Wish, about_records, about_subdomains, records_of, zone_of

Json = Any

FIRST_CHAT = 6001
ASK_MAX = 6  # times that somebody asks who is told that the hosting does not answer
CONFIRM_MAX = 3  # times that somebody confirms what is no longer what it was
QUIET_S = 60 * SLOWNESS  # without any answer: nothing comes any more
TICK_S = 0.02
SETTINGS = {"BEGET_TIMEOUT_S": "2", "JOB_LEASE_S": "5", "POLL_TIMEOUT_S": "5"}
KILL_EVERY_MS = 4000
SUBDOMAIN_SHARE = 0.25  # of the rounds; the others are about records


@dataclass(frozen=True)
class Game:
    rounds: int = 25
    seed: int = 1
    pairs: int = 8
    faults: int = 5  # percent, of each kind
    kill: bool = True
    blind: bool = False  # somebody else's write puts the old records back


@dataclass
class Person:
    chat: int
    wish: Wish = Wish("")
    asked: int = 0
    pressed: int = 0
    question: tuple[int, str] | None = None  # message and data of the confirming button
    told: str = ""
    over: bool = False  # nothing more is expected

    def begin(self, wish: Wish) -> None:
        self.wish, self.asked, self.pressed, self.question, self.told, self.over = wish, 0, 0, None, "", False


@dataclass
class Pair:
    """Two people at one name."""

    number: int
    people: tuple[Person, Person]
    name: str = ""  # another one after an outcome that nobody knows: for two minutes nobody may change it
    subdomains: bool = False  # this round is about names
    round: int = 0
    start: frozenset[str] = frozenset()
    opening: int = 0  # the number of the last request to the hosting before the round
    closing: int = 0  # the number of the last request to the hosting, once both are over
    account: Account = field(default_factory=Account)  # before the round

    @property
    def ending(self) -> str:
        """Of the subdomains that are this pair's own."""
        return f"-of{self.number}.{DOMAIN}"


@dataclass
class Course:
    rounds: int = 0
    seconds: float = 0
    kills: int = 0
    calls: int = 0  # that change something
    told: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


class Calls:
    """Which requests to the hosting are under way."""

    def __init__(self, stack: Stack) -> None:
        self.last = 0
        self.pending: set[int] = set()
        self._stack = stack

    def read(self) -> None:
        after = min(self.pending, default=self.last + 1) - 1
        for row in self._stack.beget.get(f"/control/log?after={after}")["requests"]:
            self.last = max(self.last, row["n"])
            (self.pending.add if row["outcome"] == "pending" else self.pending.discard)(row["n"])


class Match:
    """All pairs play at once."""

    def __init__(self, stack: Stack, game: Game, notice: Callable[[str], None]) -> None:
        self.stack = stack
        self.game = game
        self.course = Course()
        self.dice = random.Random(f"editors {game.seed}")
        self.log = TelegramLog()
        self.pairs = [self._pair(number) for number in range(min(game.pairs, game.rounds))]
        self.killer = Killer(stack, iter(()))
        self._notice = notice
        self._begun = 0
        self._heard = 0.0
        self._calls = Calls(stack)

    @staticmethod
    def _pair(number: int) -> Pair:
        people = (Person(FIRST_CHAT + 2 * number), Person(FIRST_CHAT + 2 * number + 1))
        return Pair(number, people)

    def _take_name(self, pair: Pair) -> None:
        pair.name = f"ed{pair.number}-{self._begun}.{DOMAIN}"
        self.stack.beget.post("/control/records", {"fqdn": pair.name, "set_type": 1, "records": records_of(BASE)})

    # ---- the course ----

    def run(self) -> Course:
        self._settle_in()
        options = Options(seed=self.game.seed, workers=2, kill=("worker",), kill_every_ms=KILL_EVERY_MS)
        if self.game.kill:
            self.killer = Killer(self.stack, kills(options, crash_points()))
        began = self._heard = noticed = time.monotonic()
        for pair in self.pairs:
            self._begin(pair)
        while any(pair.round for pair in self.pairs) and time.monotonic() - self._heard < QUIET_S:
            self.killer.look()
            self.killer.kill_due()
            self._listen()
            for pair in self.pairs:
                self._go_on(pair)
            if time.monotonic() > noticed + 30:
                noticed = time.monotonic()
                course = self.course
                self._notice(f"{noticed - began:.0f} s: {course.rounds} rounds, {len(course.findings)} findings")
            time.sleep(TICK_S)  # a tick of the game, not a wait for something
        for pair in self.pairs:
            if pair.round:
                self._close(pair)
        self.course.seconds = time.monotonic() - began
        self._end()
        return self.course

    def _settle_in(self) -> None:
        stack, key = self.stack, self.stack.key
        stack.settings.update(SETTINGS)
        stack.add("worker")
        stack.start()
        stack["gateway"].await_log(r" lease\.acquired ")
        for pair in self.pairs:
            for person in pair.people:
                name = {"first_name": f"P{person.chat}", "last_name": "", "username": ""}
                stack.telegram.post("/control/person", {"id": person.chat, **name, "language_code": "en"})
                stack.redis.call("HSET", key("access"), person.chat, "editor")
                stack.redis.call("HSET", key(f"grants:{person.chat}"), DOMAIN, "EDCX")
        for fault in beget_faults(Options(seed=self.game.seed, beget_faults=self.game.faults)) + LATENCY:
            stack.beget.post("/control/fault", fault)

    def _end(self) -> None:
        self.killer.spare()
        self.stack.beget.clear_faults()
        self.course.kills = len(self.killer.killed)
        self.course.findings += [f"telegram-sim: {row['method']}: {row['problem']}" for row in self.log.violations]
        self.course.findings += self.killer.troubles
        for program in self.stack.programs.values():
            if report := SANITIZER_REPORT.search(program.log):
                self.course.findings.append(f"{program.name}: {program.log[report.start() :][:300]}")

    # ---- one round ----

    def _begin(self, pair: Pair) -> None:
        pair.round = 0
        if self._begun == self.game.rounds:
            return
        self._begun += 1
        self._calls.read()
        pair.round, pair.opening, pair.closing = self._begun, self._calls.last, 0
        if not pair.name:
            self._take_name(pair)
        pair.subdomains = self.dice.random() < SUBDOMAIN_SHARE
        pair.start, pair.account = self._look(pair), look(self.stack.beget)
        if pair.subdomains:
            wishes = about_subdomains(self.dice, sorted(pair.start), f"n{pair.round}", pair.ending)
        else:
            wishes = about_records(self.dice, pair.name, pair.start, pair.round)
        for person, wish in zip(pair.people, wishes):
            person.begin(wish)
            self._ask(person)

    def _ask(self, person: Person) -> None:
        person.asked += 1
        person.told = ""
        self.stack.telegram.send(person.chat, person.wish.text)

    def _look(self, pair: Pair) -> frozenset[str]:
        rows = self.stack.beget.get("/control/state")["names"]
        if pair.subdomains:
            names = [row["ascii"] for row in rows if row["kind"] == "subdomain"]
            return frozenset(name for name in names if name.endswith(pair.ending))
        return next(zone_of(row) for row in rows if row["ascii"] == pair.name)

    def _listen(self) -> None:
        by_chat = {person.chat: person for pair in self.pairs for person in pair.people if pair.round}
        for one in self.log.read(self.stack.telegram):
            self._heard = time.monotonic()
            person = by_chat.get(one.chat)
            if person and not one.text.startswith(WAIT):
                self._hear(person, one)

    def _hear(self, person: Person, shown: Shown) -> None:
        confirming = [data for label, data in self.log.buttons[shown.n].items() if label.startswith(DONE)]
        if confirming and person.pressed < CONFIRM_MAX:
            person.question = (shown.message_id, confirming[0])
        elif person.pressed:
            person.told, person.over, person.question = shown.text, True, None
        elif person.asked < ASK_MAX and "Beget" in shown.text:
            self._ask(person)  # nothing is confirmed yet: asking again is safe
        else:
            person.told, person.over = shown.text, True

    def _go_on(self, pair: Pair) -> None:
        if not pair.round:
            return
        if all(person.over for person in pair.people):
            self._close_when_quiet(pair)
        elif all(person.over or person.question for person in pair.people):
            for person in pair.people:
                self._press(person)
        else:
            for person in pair.people:
                if person.pressed:  # the other has no question to wait for
                    self._press(person)

    def _press(self, person: Person) -> None:
        if person.question:
            message_id, data = person.question
            person.question = None
            person.pressed += 1
            self.stack.telegram.press(person.chat, message_id, data)

    def _close_when_quiet(self, pair: Pair) -> None:
        """Once every request has had its effect that was under way when the second of them was told."""
        self._calls.read()
        pair.closing = pair.closing or self._calls.last
        if not any(number <= pair.closing for number in self._calls.pending):
            self._close(pair)
            self._begin(pair)

    def _put_back(self, pair: Pair) -> None:
        """As a program does that writes what it read a while ago."""
        self.stack.beget.post("/control/records", {"fqdn": pair.name, "set_type": 1, "records": records_of(pair.start)})

    def _count_calls(self, pair: Pair) -> int:
        """How often the hosting was asked to change what is this pair's."""
        rows = self.stack.beget.get(f"/control/log?after={pair.opening}")["requests"]
        names = [called(row, pair.account).name for row in rows if not is_read(row["method"])]
        return sum(name == pair.name or name.endswith(pair.ending) for name in names)

    def _story(self, pair: Pair) -> list[str]:
        """What the two were told, and what was written when: a request that hangs has its effect when it ends."""
        told = [f"    {person.chat} {person.wish.text!r}: {person.told[:200]!r}" for person in pair.people]
        rows = self.stack.beget.get(f"/control/log?after={pair.opening}")["requests"]
        marks = (pair.name, pair.ending.removesuffix(f".{DOMAIN}"))
        own = [row for row in rows if any(mark in str(row["input"]) for mark in marks)]
        first = own[0]["ms"] if own else 0
        return told + [
            f"    {row['ms'] - first:5} ms {row['method']}, ends after {row['done_ms'] - row['ms']} ms,"
            f" fault {row['fault']}, effect {row['effect']} {(row['input'] or {}).get('records', '')}"
            for row in own
        ]

    def _close(self, pair: Pair) -> None:
        sides = tuple(Side(person.wish, person.told, person.pressed > 0) for person in pair.people)
        assert len(sides) == 2
        if self.game.blind and not pair.subdomains:
            self._put_back(pair)
        confirmed, calls = sum(person.pressed for person in pair.people), self._count_calls(pair)
        one = Round(pair.round, sides, pair.start, self._look(pair), confirmed, calls)
        self.course.calls += calls
        self.course.rounds += 1
        for side in sides:
            self.course.told[f"{side.sign or 'nothing'}{'' if side.pressed else ' before the press'}"] += 1
        if found := judge_round(one):
            self.course.findings.append("\n".join([*found, *self._story(pair)]))
        pair.round = 0
        if any(side.sign == UNKNOWN for side in sides):
            pair.name = ""

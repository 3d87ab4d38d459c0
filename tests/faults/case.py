# SPDX-License-Identifier: MIT
"""One crash at one place: the whole stack, one program that dies there, and the judge's look at what people saw."""

from __future__ import annotations

import signal
from typing import Any

import plan
from judge import DONE, Asked, Evidence, Killed, Verdict, judge
from logs import TelegramLog, changing_calls
from people import now_ms
from stack import ANNA, DEADLINE_S, Program, Stack, until
from town import dead_updates

LEASE_S = 2  # what a dead worker had is taken over so soon


class Case:
    """Anna asks, somebody dies, and in the end all must be well."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.evidence = Evidence()
        self.log = TelegramLog()
        self.tags_by_id: dict[str, str] = {}
        self._number = 0
        stack.settings.update({"JOB_LEASE_S": str(LEASE_S), "BEGET_TIMEOUT_S": "1", "POLL_TIMEOUT_S": "2"})

    def start(self, **crash_at: str) -> None:
        """Everything; start(worker="worker.taken:1") lets the worker die there."""
        self.stack.extra = {name: {"CRASH_AT": point} for name, point in crash_at.items()}
        self.stack.start()
        self.stack["gateway"].await_log(r" lease\.acquired ")

    def ask(self, *kinds: str, chat: int = ANNA) -> list[Asked]:
        """One request of each kind."""
        asked = []
        for kind in kinds:
            self._number += 1
            wish = plan.Wish(self._number, chat, kind)
            sent_ms = now_ms()
            self.stack.telegram.send(chat, wish.text)
            update_id = self.stack.telegram.last_update_id
            asked.append(Asked(wish.tag, chat, wish.changes, update_id, sent_ms, wish.is_poison))
        self.evidence.asked += asked
        return asked

    def question(self, kind: str) -> Asked:
        """A change that is asked for, up to the question."""
        wish = plan.Wish(self._number + 1, ANNA, kind)
        if kind == "del":
            name = f"{wish.tag}.{plan.DOMAIN}"
            self.stack.beget.post("/control/records", {"fqdn": name, "records": {}})
            rows = self.stack.beget.get("/control/state")["names"]
            self.tags_by_id.update({str(row["id"]): wish.tag for row in rows if row["fqdn"] == name})
        asked = self.ask(kind)[0]
        until(lambda: self._find_question(asked) is not None, f"a question about {asked.tag}")
        return asked

    def _find_question(self, asked: Asked) -> tuple[int, str] | None:
        """The message and the data of its confirming button."""
        self.log.read(self.stack.telegram)
        for one in self.log.shown.values():
            confirming = [data for label, data in self.log.buttons[one.n].items() if label.startswith(DONE)]
            if one.tag == asked.tag and confirming and not one.is_outcome:
                return one.message_id, confirming[0]
        return None

    def press(self, asked: Asked) -> None:
        """The person confirms."""
        found = self._find_question(asked)
        assert found
        asked.pressed_ms = now_ms()
        self.stack.telegram.press(asked.chat, *found)
        asked.press_id = self.stack.telegram.last_update_id

    def change(self, kind: str) -> Asked:
        asked = self.question(kind)
        self.press(asked)
        return asked

    def await_death(self, name: str, role: str) -> None:
        """Waits until the program has died at its crash point."""
        until(lambda: not self.stack[name].running(), f"{name} dies")
        process = self.stack[name].process
        assert process and process.returncode == -signal.SIGKILL, self.stack[name].log[-1000:]
        self.killed(role)

    def killed(self, role: str) -> None:
        self.evidence.killed.append(Killed(role, now_ms()))

    def revive(self, name: str, crash_at: str = "") -> Program:
        self.stack.extra[name] = {"CRASH_AT": crash_at} if crash_at else {}
        self.stack.start(name)
        return self.stack[name]

    def die_and_revive(self, name: str) -> None:
        self.await_death(name, name.split("-")[0])
        self.revive(name)

    def settle(self) -> None:
        self.stack.settle(DEADLINE_S + 4 * LEASE_S)

    def verdict(self) -> Verdict:
        """Waits until all is at rest."""
        self.settle()
        self.log.read(self.stack.telegram)
        self.evidence.shown = list(self.log.shown.values())
        self.evidence.called = changing_calls(self.stack.beget, self.tags_by_id)
        self.evidence.dead = dead_updates(self.stack)
        return judge(self.evidence)

    def all_is_well(self, **expected: Any) -> Verdict:
        """No promise is broken, and nothing is out of the ordinary but what is `expected`."""
        verdict = self.verdict()
        assert not verdict.broken(), verdict.broken()
        ordinary = {"unknown": 0, "dead": 0, "put_aside": 0, "explained": 0}
        seen = {name: getattr(verdict, name) for name in ordinary}
        assert seen == {**ordinary, **expected}
        return verdict

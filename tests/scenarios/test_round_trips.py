# SPDX-License-Identifier: MIT
"""What a command costs Redis, counted by Redis itself. Each round trip takes its time while a person waits; who makes the
number grow should know, and say in this file why it is worth it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stack import ANNA, BORIS, SLOWNESS, WEB_TEAM, Stack

COMMANDS = 20
BATCH = 60

CHATS = 1000

# gateway: push; what is new, slots, settled. worker: wait for an update, take, read, done.
# One more for each would be too much; the odd one comes with time, more of them where everything is slow.
TRIPS_PER_COMMAND = 8
WITH_TIME = 1 if SLOWNESS <= 3 else 2  # under a sanitizer a command takes a second

# Beyond those of a command: the chats, then their rights, which Redis reads in pieces of 16 KiB; what ends the press.
TRIPS_MORE_FOR_HOLDERS = 8


class Meter:
    """Round trips since the last reading, without this test's own and those that come with time: the journal (which trims
    once for each of its batches) and the search for abandoned updates."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._own = 0
        self._call = stack.redis.call
        stack.redis.call = self._counting  # type: ignore[method-assign]
        self._before = self._read()

    def _counting(self, *words: str | int | bytes) -> object:
        self._own += 1
        return self._call(*words)

    def _read(self) -> dict[str, int]:
        stats = dict(line.split(":", 1) for line in self._call("INFO", "stats").splitlines() if ":" in line)
        rows = dict(line.split(":", 1) for line in self._call("INFO", "commandstats").splitlines() if ":" in line)
        calls = {name: int(row.split(",")[0].removeprefix("calls=")) for name, row in rows.items()}
        return {
            "trips": int(stats["total_reads_processed"]),
            "with_time": 2 * calls.get("cmdstat_xtrim", 0) + calls.get("cmdstat_hrandfield", 0),
            "pushes": calls.get("cmdstat_zmscore", 0),
        }

    def trips(self) -> int:
        now = self._read()
        change = {name: now[name] - self._before[name] for name in now}
        own = self._own + 1 + 2  # one INFO of the first reading follows its count, and two of this one
        return change["trips"] - change["with_time"] - own

    def pushes(self) -> int:
        return self._read()["pushes"] - self._before["pushes"]


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack() as stack:
        stack.settings["ALARMS"] = "off"  # whoever looks for what is stuck does so by the clock
        stack.start()
        stack.redis.call("HSET", stack.key("access"), BORIS, "Boris")
        stack.redis.call("HSET", stack.key(f"grants:{BORIS}"), "example-shop.ru", "")
        stack.telegram.send(BORIS, "/domains")  # the list is cached from here on
        stack.settle()
        yield stack
        stack.finish()


def test_a_command_costs_eight_round_trips(stack: Stack) -> None:
    meter = Meter(stack)
    for _ in range(COMMANDS):
        stack.telegram.send(BORIS, "/domains")
        stack.settle()
    assert meter.trips() / COMMANDS < TRIPS_PER_COMMAND + WITH_TIME


def test_a_command_in_a_group_whose_members_act_costs_as_many(stack: Stack) -> None:
    stack.redis.call("HSET", stack.key("access"), WEB_TEAM, "")
    stack.redis.call("HSET", stack.key("members"), WEB_TEAM, "1")
    meter = Meter(stack)
    for _ in range(COMMANDS):
        stack.telegram.send(BORIS, "/domains", chat_id=WEB_TEAM)
        stack.settle()
    assert "Domains: 1" in stack.telegram.texts(WEB_TEAM)[-1]
    assert meter.trips() / COMMANDS < TRIPS_PER_COMMAND + WITH_TIME


def test_a_batch_of_updates_is_pushed_in_one_round_trip(stack: Stack) -> None:
    meter = Meter(stack)
    burst = {"chat_ids": [BORIS], "text": "/domains", "count": BATCH}
    stack.telegram.last_update_id = stack.telegram.post("/control/burst", burst)["update_id"]
    stack.settle()
    assert meter.pushes() == 1


def test_the_rights_of_a_thousand_chats_are_read_together(stack: Stack) -> None:
    for chat in range(2000, 2000 + CHATS):
        stack.redis.call("HSET", stack.key("access"), chat, f"Chat {chat}")
        stack.redis.call("HSET", stack.key(f"grants:{chat}"), "example-shop.ru", "E")
    stack.telegram.send(ANNA, "/domains")
    stack.settle()
    message_id = stack.telegram.chat(ANNA)["messages"][-1]["message_id"]
    button = stack.key("button:AdminsThousand00")
    stack.redis.call("HSET", button, "chat", ANNA, "user", ANNA, "0", "holders 125 example-shop.ru")
    meter = Meter(stack)
    stack.telegram.press(ANNA, message_id, "AdminsThousand00.0")
    stack.settle()
    assert meter.trips() <= TRIPS_PER_COMMAND + TRIPS_MORE_FOR_HOLDERS
    stack.telegram.await_text(ANNA, f"У кого есть права на example-shop.ru: {CHATS + 1}")

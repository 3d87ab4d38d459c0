# SPDX-License-Identifier: MIT
"""What a person on call reads: one update followed through both logs by its id, and a flood that stays readable."""

from __future__ import annotations

import json
import re
from typing import Any

from stack import ANNA, DEADLINE_S, Stack, until

Json = Any
STRANGER = 4004
MOST_LINES = 20  # of one event in ten seconds


def lines_of(stack: Stack, program: str) -> list[Json]:
    """The log; each of its lines is one JSON object."""
    return [json.loads(line) for line in stack[program].log.splitlines()]


def start(stack: Stack, level: str) -> None:
    stack.settings.update(LOG_LEVEL=level, LOG_FORMAT="json")
    stack.start()
    until(lambda: "telegram.ready" in stack["gateway"].log, "the gateway is there")


def test_one_update_is_followed_through_both_logs_by_its_id(stack: Stack) -> None:
    start(stack, "debug")
    stack.redis.call("HSET", stack.key("limits"), "sandbox", "nonsense")  # remarked upon by who knows of no update
    stack.telegram.send(ANNA, "/dns blog.example-shop.ru")
    stack.telegram.await_text(ANNA, "blog.example-shop.ru")
    stack.settle()
    update_id = stack.telegram.last_update_id
    events = {
        name: [line["event"] for line in lines_of(stack, name) if line.get("update_id") == update_id]
        for name in ("gateway", "worker")
    }
    assert events["gateway"] == ["update.received", "updates.queued", "reply.delivered"]
    assert set(events["worker"]) == {"beget.limits_ignored", "beget.call", "job.done"} and events["worker"][-1] == "job.done"
    # Whatever is said of this chat, or while its update is worked on, names the update.
    for name in ("gateway", "worker"):
        assert all(line["update_id"] == update_id for line in lines_of(stack, name) if line.get("chat_id") == ANNA)
    stack.finish()


def sum_of(lines: list[Json], event: str) -> tuple[int, int]:
    """How many lines of an event there are, and how many more are counted in them."""
    written = [line for line in lines if line["event"] == event and "repeated" not in line]
    return len(written), sum(line.get("repeated", 0) for line in lines if line["event"] == event)


def test_a_failure_that_comes_with_every_update_is_counted_beyond_some_lines(stack: Stack) -> None:
    start(stack, "info")
    stack.beget.fault(method="domain/getList", kind="auth", count=-1)
    for _ in range(MOST_LINES + 10):
        stack.telegram.send(ANNA, "/domains")
    stack.settle()
    calls = sum_of(lines_of(stack, "worker"), "job.done")[0]
    assert calls == MOST_LINES + 10, "what happens is never left out"
    stack.finish()  # what is still to be counted is counted at the end
    refused = [line for line in lines_of(stack, "worker") if line["event"] == "beget.call" and line.get("outcome") != "ok"]
    written, counted = sum_of(refused, "beget.call")
    assert written + counted == calls and written >= MOST_LINES
    assert {line["level"] for line in refused} == {"error"}, "only a person can correct a password"


def test_strangers_do_not_fill_the_log(stack: Stack) -> None:
    stack.settings["ACCESS_REQUESTS"] = "off"
    start(stack, "info")
    stack.telegram.post("/control/person", {"id": STRANGER, "first_name": "Who\u202eever\n"})
    for _ in range(3 * MOST_LINES):
        stack.telegram.send(STRANGER, "hello")
    stack.settle()
    stack.finish()
    written, counted = sum_of(lines_of(stack, "gateway"), "update.stranger")
    assert written + counted == 3 * MOST_LINES and MOST_LINES <= written < 3 * MOST_LINES
    assert not re.search("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]", stack["gateway"].log)


def test_what_was_left_out_is_told_although_nothing_else_happens(stack: Stack) -> None:
    stack.settings["ACCESS_REQUESTS"] = "off"
    start(stack, "info")
    stack.telegram.post("/control/person", {"id": STRANGER, "first_name": "Whoever"})
    stack.beget.fault(method="domain/getList", kind="auth", count=-1)
    for _ in range(2 * MOST_LINES):
        stack.telegram.send(STRANGER, "hello")
        stack.telegram.send(ANNA, "/domains")
    stack.settle()
    for name, event in (("gateway", "update.stranger"), ("worker", "beget.call")):
        stack[name].await_log(rf'"event":"{event}","repeated":\d+', 2 * DEADLINE_S)
    stack.finish()

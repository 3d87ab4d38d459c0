# SPDX-License-Identifier: MIT
"""Administrators are told of others' changes: each once, however many workers there are and whatever is killed when."""

from __future__ import annotations

import pytest
from stack import ANNA, BORIS, Stack, until


def start(stack: Stack) -> None:
    """What comes from now on is told."""
    stack.start(*[name for name in stack.programs if not stack[name].running()])
    until(lambda: stack.redis.call("HGET", stack.key("meta"), "noticed") is not None, "the worker is there")


def add_change(stack: Stack, number: int) -> None:
    """As a worker's done does when Boris has changed something."""
    fields = {
        "v": 1, "ref": number, "chat_id": BORIS, "user_id": BORIS, "user": "@boris", "action": "dns_add",
        "target": f"n{number:03}.example.com", "result": "ok", "before": "{}", "after": "{}", "ms": 1760000000000 + number,
    }  # fmt: skip
    stack.redis.call("XADD", stack.key("events"), "*", *[word for pair in fields.items() for word in pair])


def told(stack: Stack) -> list[str]:
    """The names in all messages to Anna, in their order."""
    return [line.split()[-1] for text in stack.telegram.texts(ANNA) for line in text.split("\n") if "example.com" in line]


def count_told(stack: Stack) -> int:
    """With those that messages only count."""
    more = [text.split("И ещё ")[1].split(":")[0] for text in stack.telegram.texts(ANNA) if "И ещё " in text]
    return len(told(stack)) + sum(map(int, more))


def name(number: int) -> str:
    return f"n{number:03}.example.com"


def await_all_told(stack: Stack) -> None:
    def is_done() -> bool:
        noticed = stack.redis.call("HGET", stack.key("meta"), "noticed")
        return not stack.redis.call("XRANGE", stack.key("events"), f"({noticed}", "+") and stack.is_settled()

    until(is_done, "every change is told")


def test_many_changes_are_few_messages(stack: Stack) -> None:
    stack.settings["NOTICE_EVERY_S"] = "2"
    start(stack)
    for number in range(1, 101):
        add_change(stack, number)
    await_all_told(stack)
    assert len(stack.telegram.texts(ANNA)) <= 3
    assert count_told(stack) == 100
    assert len(set(told(stack))) == len(told(stack))
    stack.finish()


@pytest.mark.parametrize("point", ["worker.noticing:2", "worker.noticed:2"])
def test_a_worker_that_dies_while_it_tells(stack: Stack, point: str) -> None:
    stack.settings["NOTICE_EVERY_S"] = "0"
    stack.extra["worker"] = {"CRASH_AT": point}
    start(stack)
    add_change(stack, 1)
    until(lambda: told(stack) == [name(1)], "the first change is told")
    add_change(stack, 2)
    until(lambda: not stack["worker"].running(), "the worker has died")
    del stack.extra["worker"]
    add_change(stack, 3)
    stack.start("worker")
    await_all_told(stack)
    assert sorted(told(stack)) == [name(1), name(2), name(3)]
    stack.finish()


def test_what_is_collected_outlives_the_worker(stack: Stack) -> None:
    stack.settings["NOTICE_EVERY_S"] = "3"
    start(stack)
    add_change(stack, 1)
    until(lambda: told(stack) == [name(1)], "the first change is told")
    add_change(stack, 2)
    until(lambda: len(stack.redis.call("XRANGE", stack.key("events"), "-", "+")) > 0, "it waits")
    stack["worker"].kill()
    stack.start("worker")
    until(lambda: told(stack) == [name(1), name(2)], "the second change is told")
    stack.finish()


def test_two_workers_with_a_file_each_tell_once(stack: Stack) -> None:
    stack.settings["NOTICE_EVERY_S"] = "0"
    start(stack)
    second = stack.start_second_worker()
    for number in range(1, 31):
        add_change(stack, number)
        if number == 15:
            stack["worker"].kill()
        if number == 20:
            stack.start("worker")
            until(lambda: stack.is_settled(), "the worker is back")
    await_all_told(stack)
    assert count_told(stack) == 30
    assert len(set(told(stack))) == len(told(stack))
    until(lambda: stack.redis.call("XLEN", stack.key("events")) == 0, "what both have is let go")
    second.stop()
    stack.finish()


def test_nothing_old_is_told(stack: Stack) -> None:
    stack.start("redis")
    add_change(stack, 1)
    start(stack)
    add_change(stack, 2)
    until(lambda: told(stack) == [name(2)], "the second change is told")
    stack.finish()

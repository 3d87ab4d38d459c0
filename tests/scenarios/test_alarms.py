# SPDX-License-Identifier: MIT
"""Administrators are told, unasked, when something is stuck and when it is over: each once, whoever lives and whatever dies."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest
from stack import ANNA, BORIS, DEADLINE_S, Stack, until

NO_WORKER = "Ни один worker не работает"
GIVEN_UP = "отложенных после неудач"
SILENCE_S = 20  # after which a process that does not report counts as gone
ON, OFF = {"ALARMS": "on"}, {"ALARMS": "off"}


@pytest.fixture(autouse=True)
def alarms(stack: Stack) -> None:
    """Each service has a setting of its own, in place of that of all stacks."""
    del stack.settings["ALARMS"]
    stack.settings["ALARM_AFTER_S"] = "1"


def told(stack: Stack, words: str) -> list[str]:
    """The signs of the lines to Anna that say it, in their order."""
    lines = [line for text in stack.telegram.texts(ANNA) for line in text.split("\n")]
    return [line[0] for line in lines if words in line]


def state(stack: Stack, cause: str) -> str:
    """pending, on, ending; or "" when there is no alarm."""
    alarm = stack.redis.call("HGET", stack.key("alarms"), cause)
    return json.loads(alarm)["state"] if alarm else ""


def await_end(stack: Stack, cause: str) -> None:
    until(lambda: state(stack, cause) == "", f"the alarm {cause} is over")
    stack.settle()


def await_looks(stack: Stack, count: int) -> None:
    for _ in range(count):
        before = stack.redis.call("HGET", stack.key("alarms"), "looked")
        until(lambda: stack.redis.call("HGET", stack.key("alarms"), "looked") != before, "somebody looks")  # noqa: B023


def give_up(stack: Stack, number: int) -> None:
    """As when an update has broken too many workers."""
    fields = {"kind": "message", "update_id": number, "chat_id": BORIS, "reason": "delivered 3 times", "died_ms": 1}
    stack.redis.call("XADD", stack.key("dead"), f"{number}-1", *[word for pair in fields.items() for word in pair])


def refuse(stack: Stack) -> str:
    """A reply to Boris that Telegram refuses, which makes it a dead letter; its entry there."""
    before = stack.redis.call("XLEN", stack.key("dead"))
    stack.telegram.fault(method="sendMessage", kind="403", chat_id=BORIS)
    payload = json.dumps({"chat_id": BORIS, "text": "x"})
    fields = {"v": 1, "ref": 7, "chat_id": BORIS, "method": "sendMessage", "slot": "", "payload": payload}
    stack.redis.call("XADD", stack.key("replies"), "*", *[word for pair in fields.items() for word in pair])
    until(lambda: stack.redis.call("XLEN", stack.key("dead")) == before + 1, "it is a dead letter")
    return str(stack.redis.call("XREVRANGE", stack.key("dead"), "+", "-", "COUNT", 1)[0][0])


@pytest.mark.long
@pytest.mark.parametrize("way", ["ended", "stopped by a signal"])
def test_a_worker_that_is_gone_is_told_by_the_gateways(stack: Stack, way: str) -> None:
    stack.extra = {"worker": OFF, "gateway": ON, "gateway-2": ON}
    stack.start("redis", "telegram-sim", "beget-sim", "worker")
    until(lambda: stack.redis.call("HLEN", stack.key("services")) == 1, "the worker has reported")
    stack.start("gateway")
    second = stack.start_second_gateway()
    stack.settle()
    if way == "ended":
        assert stack["worker"].stop() == 0
    else:
        os.kill(stack["worker"].pid, signal.SIGSTOP)
    stack.telegram.await_text(ANNA, NO_WORKER, DEADLINE_S + SILENCE_S)
    assert state(stack, "no_worker") == "on"
    if way == "ended":
        stack.start("worker")
    else:
        os.kill(stack["worker"].pid, signal.SIGCONT)
    await_end(stack, "no_worker")
    assert told(stack, NO_WORKER) == ["🔴", "🟢"]
    second.stop()
    stack.finish()


def test_of_dead_letters_each_is_told_once(stack: Stack) -> None:
    stack.extra = {"worker": ON, "worker-2": ON, "gateway": ON}
    stack.start()
    second = stack.start_second_worker()
    first = refuse(stack)
    stack.telegram.await_text(ANNA, f"🟠 Запросов и ответов, {GIVEN_UP}: 1.")
    refuse(stack)
    stack.telegram.await_text(ANNA, f"🟠 Новых: 1. Запросов и ответов, {GIVEN_UP}: 2.")
    stack.redis.call("XDEL", stack.key("dead"), first)
    refuse(stack)  # there are as many as before, and one is new
    until(lambda: len(told(stack, f"Новых: 1. Запросов и ответов, {GIVEN_UP}: 2.")) == 2, "the third is told")
    stack.redis.call("DEL", stack.key("dead"))
    await_end(stack, "dead")
    assert told(stack, GIVEN_UP) == ["🟠", "🟠", "🟠", "🟢"]
    second.stop()
    stack.finish()
    logs = stack["worker"].log + second.log + stack["gateway"].log
    assert len(re.findall(r" warn \w+ alarm\.more cause=dead new=1\n", logs)) == 2


def test_what_the_version_before_has_told_is_not_told_again(stack: Stack) -> None:
    """It writes no "told"."""
    stack.extra = {"worker": ON, "gateway": ON}
    stack.start("redis")
    now = stack.redis.call("TIME")[0] + "000"
    alarm = {"state": "on", "entered_ms": int(now), "since_ms": int(now), "count": 1}
    stack.redis.call("HSET", stack.key("alarms"), "dead", json.dumps(alarm))
    stack.redis.call("HSET", stack.key("meta"), "dead", "8")
    give_up(stack, 1)
    stack.start("telegram-sim", "beget-sim", "worker", "gateway")
    await_looks(stack, 3)
    refuse(stack)
    stack.telegram.await_text(ANNA, f"🟠 Новых: 1. Запросов и ответов, {GIVEN_UP}: 2.")
    stack.redis.call("DEL", stack.key("dead"))
    await_end(stack, "dead")
    assert told(stack, GIVEN_UP) == ["🟠", "🟢"]
    stack.finish()


@pytest.mark.parametrize("point", ["alarms.telling:1", "alarms.told:1"])
def test_a_worker_that_dies_while_it_tells(stack: Stack, point: str) -> None:
    stack.extra = {"worker": {**ON, "CRASH_AT": point}, "gateway": OFF}
    stack.start()
    give_up(stack, 1)
    until(lambda: not stack["worker"].running(), "the worker has died")
    stack.extra["worker"] = ON
    stack.start("worker")
    stack.telegram.await_text(ANNA, GIVEN_UP)
    stack.redis.call("DEL", stack.key("dead"))
    await_end(stack, "dead")
    assert told(stack, GIVEN_UP) == ["🟠", "🟢"]
    stack.finish()


def test_an_administrator_is_told_in_the_language_that_was_chosen(stack: Stack) -> None:
    stack.extra = {"worker": OFF, "gateway": ON}
    stack.start()
    stack.redis.call("SET", stack.key(f"language:{ANNA}"), "en")
    stack.redis.call("HSET", stack.key("meta"), "paused", "1")
    stack.telegram.await_text(ANNA, "🟠 Somebody has paused the work: messages are taken in and wait.\nSince ")
    stack.redis.call("HSET", stack.key("meta"), "paused", "0")
    stack.telegram.await_text(ANNA, "«Somebody has paused the work: messages are taken in and wait».")
    stack.finish()

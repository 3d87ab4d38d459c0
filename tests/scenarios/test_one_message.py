# SPDX-License-Identifier: MIT
"""A reply with a slot is one message in its chat, whatever comes between Telegram's acceptance and our note of it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from stack import ANNA, DEADLINE_S, Stack, until

ACCEPTED_THEN_SILENT = {"kind": "hang_after", "ms": 1500}  # Telegram has it, and answers when the trouble has begun


@pytest.fixture
def gateway(stack: Stack) -> Iterator[Stack]:
    stack.settings["POLL_TIMEOUT_S"] = "5"
    stack.start("redis", "telegram-sim", "gateway")
    stack["gateway"].await_log(r" lease\.acquired ")
    yield stack


def add_reply(stack: Stack) -> None:
    payload = json.dumps({"chat_id": ANNA, "text": "the answer"})
    words = ["v", 1, "ref", 7, "chat_id", ANNA, "method", "sendMessage", "slot", "u7", "payload", payload]
    stack.redis.call("XADD", stack.key("replies"), "*", *words)


def copies(stack: Stack) -> int:
    return len(stack.telegram.texts(ANNA))


def await_accepted(stack: Stack) -> None:
    until(lambda: copies(stack) == 1, "Telegram has the message")


def await_settled(stack: Stack) -> None:
    until(lambda: stack.redis.call("XLEN", stack.key("replies")) == 0, "the reply is settled", 4 * DEADLINE_S)


def await_called(stack: Stack) -> None:
    until(lambda: bool(stack.telegram.get("/control/log?method=sendMessage")["requests"]), "the call is under way")


def kill_before_acceptance(stack: Stack) -> None:
    await_called(stack)
    stack["gateway"].kill()
    stack.telegram.clear_faults()
    stack.start("gateway")


def kill_after_the_note(stack: Stack) -> None:
    await_settled(stack)
    stack["gateway"].kill()
    stack.start("gateway")


def stop_in_order(stack: Stack) -> None:
    await_accepted(stack)
    assert stack["gateway"].stop() == 0
    stack.start("gateway")


def kill_redis(stack: Stack) -> None:
    await_accepted(stack)
    stack["redis"].kill()
    stack["gateway"].await_log(r" redis\.waiting part=outcomes ")
    stack.start("redis")


def freeze_redis(stack: Stack) -> None:
    await_accepted(stack)
    os.kill(stack["redis"].pid, signal.SIGSTOP)
    threading.Timer(3, os.kill, [stack["redis"].pid, signal.SIGCONT]).start()


def make_redis_a_replica(stack: Stack) -> None:
    await_accepted(stack)
    stack.redis.call("REPLICAOF", "127.0.0.1", "1")
    stack["gateway"].await_log(r" redis\.waiting part=outcomes .*READONLY")
    stack.redis.call("REPLICAOF", "NO", "ONE")


def fill_redis(stack: Stack) -> None:
    await_accepted(stack)
    stack.redis.call("CONFIG", "SET", "maxmemory", "1")
    await_settled(stack)
    stack.redis.call("CONFIG", "SET", "maxmemory", "0")


def cut_connections(stack: Stack) -> None:
    await_accepted(stack)
    for _ in range(10):
        stack.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def lose_the_lease(stack: Stack) -> None:
    await_accepted(stack)
    stack.redis.call("SET", stack.key("lease:gateway"), "another", "PX", 1000)


def repeat_the_reply(stack: Stack) -> None:
    """A worker that died after it and was replaced."""
    await_accepted(stack)
    add_reply(stack)


def leave_it(stack: Stack) -> None:
    await_called(stack)


@dataclass(frozen=True)
class Interruption:
    name: str
    interrupt: Callable[[Stack], None]
    fault: dict[str, str | int] | None = None  # of the first sendMessage


INTERRUPTIONS = [
    Interruption("the gateway is killed before Telegram accepts", kill_before_acceptance, {"kind": "hang", "ms": 10**6}),
    Interruption("the gateway is killed after its note", kill_after_the_note),
    Interruption("the gateway is stopped", stop_in_order, ACCEPTED_THEN_SILENT),
    Interruption("the gateway loses its lease", lose_the_lease, ACCEPTED_THEN_SILENT),
    Interruption("Redis is killed", kill_redis, ACCEPTED_THEN_SILENT),
    Interruption("Redis hangs", freeze_redis, ACCEPTED_THEN_SILENT),
    Interruption("Redis becomes a replica", make_redis_a_replica, ACCEPTED_THEN_SILENT),
    Interruption("Redis is full", fill_redis, ACCEPTED_THEN_SILENT),
    Interruption("connections to Redis are cut", cut_connections, ACCEPTED_THEN_SILENT),
    Interruption("a worker repeats the reply", repeat_the_reply, ACCEPTED_THEN_SILENT),
    Interruption("Telegram tells it to wait", leave_it, {"kind": "429", "retry_after": 1}),
    Interruption("a proxy fails", leave_it, {"kind": "502"}),
    Interruption("Telegram fails", leave_it, {"kind": "500"}),
    Interruption("the connection ends before Telegram accepts", leave_it, {"kind": "drop_before"}),
]


@pytest.mark.parametrize("case", INTERRUPTIONS, ids=lambda case: case.name)
def test_it_is_sent_once_though(gateway: Stack, case: Interruption) -> None:
    if case.fault:
        gateway.telegram.fault(method="sendMessage", **case.fault)
    add_reply(gateway)
    case.interrupt(gateway)
    await_settled(gateway)
    assert copies(gateway) == 1
    add_reply(gateway)  # and whoever answers again edits it
    await_settled(gateway)
    assert copies(gateway) == 1
    assert gateway["gateway"].stop() == 0


LOST_ANSWERS: list[Interruption] = [
    Interruption("the gateway is killed before its note", lambda stack: None, ACCEPTED_THEN_SILENT),
    Interruption("the answer is lost on its way", lambda stack: None, {"kind": "drop_after"}),
]


@pytest.mark.parametrize("case", LOST_ANSWERS, ids=lambda case: case.name)
def test_the_one_window_in_which_nobody_can_know(gateway: Stack, case: Interruption) -> None:
    """Telegram has no key by which to tell a repetition: rather twice than never, and the next answer edits."""
    assert case.fault
    gateway.telegram.fault(method="sendMessage", **case.fault)
    add_reply(gateway)
    await_accepted(gateway)
    if case.fault["kind"] == "hang_after":
        gateway["gateway"].kill()
        gateway.start("gateway")
    await_settled(gateway)
    assert copies(gateway) == 2
    add_reply(gateway)
    await_settled(gateway)
    assert copies(gateway) == 2
    assert gateway["gateway"].stop() == 0

# SPDX-License-Identifier: MIT
"""Two gateways on one Redis and one bot: one polls and sends, the other waits and takes over."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from stack import ANNA, SLOWNESS, Program, Stack, until

TTL_S = 15  # DUTY_TTL_MS of gateway/duty.h
HAND_OVER_S = TTL_S + 15 * SLOWNESS


@pytest.fixture
def pair(stack: Stack) -> Iterator[Stack]:
    """The whole stack; "gateway" is on duty and "gateway-2" waits for it."""
    stack.settings["POLL_TIMEOUT_S"] = "5"
    stack.start()
    stack["gateway"].await_log(r" lease\.acquired ")
    stack.start_second_gateway().await_log(r" lease\.waiting holder=")
    yield stack
    stack.finish()


def ask(stack: Stack, times: int = 1) -> None:
    for _ in range(times):
        stack.telegram.send(ANNA, "/help")


def answered_once(stack: Stack, questions: int, timeout_s: float = 15 * SLOWNESS) -> None:
    """Waits until all is answered; then no question has two answers."""
    stack.settle(timeout_s)
    sent = stack.telegram.get("/control/log?method=sendMessage")["requests"]
    to_anna = [request for request in sent if request["params"].get("chat_id") == ANNA]
    assert len(to_anna) == len(stack.telegram.texts(ANNA)) == questions, stack.telegram.texts(ANNA)


def conflicts(*gateways: Program) -> int:
    return sum(gateway.log.count(" telegram.conflict ") for gateway in gateways)


def test_one_works_and_the_other_waits(pair: Stack) -> None:
    ask(pair, 5)
    answered_once(pair, 5)
    assert conflicts(pair["gateway"], pair["gateway-2"]) == 0
    assert pair["gateway-2"].log.count(" lease.waiting ") == 1
    assert " lease.acquired " not in pair["gateway-2"].log


def test_the_other_takes_over_at_once_from_one_that_is_stopped(pair: Stack) -> None:
    ask(pair)
    answered_once(pair, 1)
    pair["gateway"].terminate()
    ask(pair)
    assert pair["gateway"].stop() == 0
    ended = time.monotonic()
    pair["gateway-2"].await_log(r" lease\.acquired ")
    assert time.monotonic() - ended < 2 * SLOWNESS
    answered_once(pair, 2)
    assert conflicts(pair["gateway"], pair["gateway-2"]) == 0


def test_the_other_takes_over_from_one_that_was_killed_on_the_same_machine_at_once(pair: Stack) -> None:
    ask(pair)
    answered_once(pair, 1)
    pair["gateway"].kill()
    killed = time.monotonic()
    ask(pair, 3)
    pair["gateway-2"].await_log(r" lease\.acquired ", HAND_OVER_S)
    assert time.monotonic() - killed < 2 * SLOWNESS
    answered_once(pair, 4)


@pytest.mark.long
def test_the_lease_of_one_killed_elsewhere_runs_out(pair: Stack) -> None:
    """Of another machine's process nobody here knows whether it has ended."""
    ask(pair)
    answered_once(pair, 1)
    lease = pair.key("lease:gateway")
    host, pid, _, number = str(pair.redis.call("GET", lease)).rsplit("-", 3)
    pair.redis.call("SET", lease, f"{host}-{pid}-{'0' * 16}-{number}", "PX", TTL_S * 1000)
    pair["gateway"].kill()
    ask(pair, 3)
    until(lambda: pair["gateway-2"].log.count(" lease.waiting ") == 2, "it waits for the other machine's")
    assert " lease.acquired " not in pair["gateway-2"].log
    pair["gateway-2"].await_log(r" lease\.acquired ", HAND_OVER_S)
    answered_once(pair, 4)


def test_a_redeploy_hands_over_without_a_conflict_and_without_a_gap(pair: Stack) -> None:
    """People go on asking while the old one is stopped: nobody waits noticeably longer."""
    ask(pair)
    answered_once(pair, 1)
    waits = [time_to_answer(pair, number) for number in range(2, 12)]
    pair["gateway"].terminate()
    during = [time_to_answer(pair, number) for number in range(12, 32)]
    print(f"an answer took {max(waits) * 1000:.0f} ms at most before, {max(during) * 1000:.0f} ms during the hand-over")
    assert max(during) < 2 * SLOWNESS
    pair["gateway-2"].await_log(r" lease\.acquired ")
    answered_once(pair, 31)
    assert conflicts(pair["gateway"], pair["gateway-2"]) == 0


def time_to_answer(stack: Stack, number: int) -> float:
    """Asks, and waits for the answer to it, which is the person's number so many."""
    asked = time.monotonic()
    ask(stack)
    until(lambda: len(stack.telegram.texts(ANNA)) >= number, f"answer {number}")
    return time.monotonic() - asked


@pytest.mark.long
def test_one_that_hung_notices_that_it_is_off_duty(pair: Stack) -> None:
    ask(pair)
    answered_once(pair, 1)
    os.kill(pair["gateway"].pid, signal.SIGSTOP)
    try:
        pair["gateway-2"].await_log(r" lease\.acquired ", HAND_OVER_S)
    finally:
        os.kill(pair["gateway"].pid, signal.SIGCONT)
    pair["gateway"].await_log(r" lease\.lost ")
    pair["gateway"].await_log(r" lease\.waiting holder=")
    ask(pair, 3)
    # What Redis handed to the hung one's question is found when the other's own question ends.
    answered_once(pair, 4, timeout_s=60 * SLOWNESS)
    until(lambda: pair.telegram.confirmed(), "the offset is confirmed")
    assert conflicts(pair["gateway"], pair["gateway-2"]) <= 1

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


def test_the_other_takes_over_from_one_that_was_killed(pair: Stack) -> None:
    ask(pair)
    answered_once(pair, 1)
    pair["gateway"].kill()
    ask(pair, 3)
    pair["gateway-2"].await_log(r" lease\.acquired ", HAND_OVER_S)
    answered_once(pair, 4)


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

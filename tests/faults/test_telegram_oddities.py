# SPDX-License-Identifier: MIT
"""What Telegram does to a bot now and then: survived, reported, and nothing lost or answered twice."""

from __future__ import annotations

import threading
import urllib.error

import pytest
from case import Case
from stack import BOT_ID, TOKEN_SECRET, Stack, until

LOOKS = ("dns", "filter", "mistyped")
FIRST_ID = 700000001  # of telegram-sim


@pytest.mark.parametrize("first", [1, FIRST_ID - 10, FIRST_ID + 10**9], ids=["to_one", "a_little", "up"])
def test_update_ids_that_jump_are_taken_in(case: Case, first: int) -> None:
    case.start()
    case.ask(*LOOKS)
    case.settle()
    case.stack.telegram.post("/control/next_update_id", {"id": first})
    case.stack.telegram.last_update_id = 0
    for asked in case.ask(*LOOKS):
        assert asked.update_id < first + 10
    until(lambda: len(case.stack.telegram.texts(1001)) == 2 * len(LOOKS), "all is answered")
    # The judge reads order from the ids; here they say nothing about it.
    for number, asked in enumerate(case.evidence.asked):
        asked.update_id = number
    case.all_is_well()


def test_a_week_without_updates_is_followed_by_lower_ids(case: Case) -> None:
    """Telegram numbers at random after a week of silence, and the bot has restarted meanwhile."""
    case.start()
    case.ask(*LOOKS)
    case.settle()
    case.stack["gateway"].stop()
    case.stack.telegram.post("/control/clock", {"advance_ms": 8 * 86400 * 1000})
    case.stack.telegram.post("/control/next_update_id", {"id": 12345})
    case.ask(*LOOKS)
    case.stack.start("gateway")
    until(lambda: len(case.stack.telegram.texts(1001)) == 2 * len(LOOKS), "all is answered")
    for number, asked in enumerate(case.evidence.asked):
        asked.update_id = number
    case.all_is_well()


def poll(stack: Stack) -> None:
    """As another program with the same token would."""
    try:
        stack.telegram.get(f"/bot{BOT_ID}:{TOKEN_SECRET}/getUpdates?timeout=0")
    except urllib.error.HTTPError as error:
        assert error.code == 409


def test_a_second_poller_is_reported_and_loses_nothing(case: Case) -> None:
    case.start()
    case.ask(*LOOKS)
    stop = threading.Event()

    def keep_polling() -> None:
        while not stop.wait(0.1):
            poll(case.stack)

    rival = threading.Thread(target=keep_polling)
    rival.start()
    try:
        case.stack["gateway"].await_log(r" telegram\.conflict ")
        case.ask(*LOOKS)
    finally:
        stop.set()
        rival.join()
    case.all_is_well()


def test_a_webhook_set_by_somebody_is_removed_and_reported(case: Case) -> None:
    case.start()
    case.ask(*LOOKS)
    case.settle()
    case.stack.telegram.post("/control/webhook", {"url": "https://example.com/hook"})
    case.ask(*LOOKS)
    case.stack["gateway"].await_log(r" telegram\.webhook ")
    case.all_is_well()
    assert case.stack.telegram.get("/control/changes?after=0&timeout_s=0")["webhook"] in ("", None)

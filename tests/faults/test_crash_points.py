# SPDX-License-Identifier: MIT
"""A crash at each place between two effects that cannot be made one. The names are the rows of docs/faults.md."""

from __future__ import annotations

import os
import re
import signal

import pytest
from case import Case
from plan import POISON, POISON_TEXT
from stack import ANNA, BORIS, until

LOOKS = ("dns", "filter", "mistyped")


def offsets(case: Case) -> list[int]:
    rows = case.stack.telegram.get("/control/log?method=getUpdates")["requests"]
    return [int(row["params"].get("offset", 0)) for row in rows]


# ---- the gateway, between Telegram and the queue ----


@pytest.mark.parametrize(
    "point", [pytest.param("gateway.polled:1", id="g1_before_the_push"), pytest.param("gateway.pushed:1", id="g2_after_it")]
)
def test_g_an_update_is_taken_in_once(case: Case, point: str) -> None:
    case.start(gateway=point)
    case.ask(*LOOKS)
    case.die_and_revive("gateway")
    case.ask(*LOOKS)
    case.all_is_well()
    assert len(case.stack.beget.calls("dns/getData")) == 2


def test_g3_a_batch_is_taken_in_whole_or_not_at_all(case: Case) -> None:
    case.start()
    case.stack["gateway"].kill()
    case.ask(*LOOKS * 30)
    case.stack.start("gateway")
    until(lambda: case.stack.redis.call("HGET", case.stack.key("meta"), "pushed") is not None, "a batch is pushed")
    case.stack["redis"].kill()
    case.killed("redis")
    case.stack.start("redis")
    case.all_is_well()


@pytest.mark.parametrize("how", ["g4_redis_is_away", "g5_redis_is_full"])
def test_g_nothing_is_confirmed_that_is_not_durable(case: Case, how: str) -> None:
    case.start()
    case.ask("mistyped")
    case.settle()
    before = max(offsets(case))
    if how == "g4_redis_is_away":
        case.stack["redis"].kill()
    else:
        case.stack.redis.call("CONFIG", "SET", "maxmemory", "1")
    asked = case.ask(*LOOKS)
    case.stack["gateway"].await_log(r" redis\.waiting ")
    assert max(offsets(case)) == before <= asked[0].update_id
    if how == "g4_redis_is_away":
        case.killed("redis")
        case.stack.start("redis")
    else:
        case.stack.redis.call("CONFIG", "SET", "maxmemory", "0")
    case.all_is_well()
    assert max(offsets(case)) == asked[-1].update_id + 1


def test_g_a_gateway_that_dies_when_it_has_said_goodbye_leaves_nothing(case: Case) -> None:
    case.start(gateway="gateway.confirmed:1")
    case.ask(*LOOKS)
    until(lambda: len(case.stack.telegram.texts(ANNA)) == len(LOOKS), "all is answered")
    case.stack["gateway"].terminate()
    case.die_and_revive("gateway")
    case.ask(*LOOKS)
    case.all_is_well()


# ---- a worker ----


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("worker.taken:1", id="w1_after_it_took_it"),
        pytest.param("worker.answered:1", id="w5_before_it_finished_it"),
        pytest.param("worker.done:1", id="w6_after_it_finished_it"),
    ],
)
def test_w_a_look_is_answered_once_and_in_order(case: Case, point: str) -> None:
    case.start(worker=point)
    case.ask(*LOOKS * 2)
    case.die_and_revive("worker")
    case.all_is_well()


def test_w2_an_update_whose_taker_was_never_told_is_answered(case: Case) -> None:
    """The answer of take is lost on the way: the queue believes that a living worker works on it."""
    stack = case.stack
    case.start()
    case.ask("mistyped")
    case.settle()
    os.kill(stack["worker"].pid, signal.SIGSTOP)
    case.ask(*LOOKS)
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == len(LOOKS), "the updates are in the queue")
    consumers = stack.redis.call("XINFO", "CONSUMERS", stack.key("updates"), "workers")
    name = next(row[1] for row in consumers if re.search(r"-\d+-\d+$", row[1]))
    stack.redis.call("FCALL", "bq_take", 1, "{beget}", name, "new")
    os.kill(stack["worker"].pid, signal.SIGCONT)
    case.all_is_well()


def test_w9_a_worker_that_wakes_after_its_lease_says_nothing(case: Case) -> None:
    stack = case.stack
    case.start()
    stack.beget.fault(method="dns/getData", kind="hang", ms=500)
    case.ask(*LOOKS)
    until(lambda: bool(stack.beget.calls("dns/getData")), "the worker asks for the records")
    os.kill(stack["worker"].pid, signal.SIGSTOP)
    try:
        stack.add("worker")
        stack.start("worker-2")
        case.settle()
    finally:
        os.kill(stack["worker"].pid, signal.SIGCONT)
    stack["worker"].await_log(r" job\.lost ")
    case.all_is_well()


def test_w10_an_update_that_kills_every_worker_is_put_aside_and_the_next_one_is_answered(case: Case) -> None:
    stack = case.stack
    stack.settings["CRASH_ON_TEXT"] = POISON_TEXT
    case.start()
    poison = case.ask(POISON)[0]
    case.die_and_revive("worker")
    case.ask("filter")
    case.die_and_revive("worker")
    case.die_and_revive("worker")
    case.all_is_well(dead=1, put_aside=1)
    assert case.evidence.dead == {poison.update_id}
    assert len(stack.telegram.texts(ANNA)) == 2


# ---- the gateway, between the queue and Telegram ----


@pytest.mark.parametrize(
    ("point", "repeated"),
    [
        pytest.param("sender.read:1", 0, id="o1_before_it_sent"),
        pytest.param("sender.sent:1", 1, id="o2_before_it_noted_that_it_sent"),
        pytest.param("sender.settled:1", 0, id="o2_after_it_noted_it"),
    ],
)
def test_o_a_message_comes_again_only_from_the_window_that_nobody_can_close(case: Case, point: str, repeated: int) -> None:
    case.start()
    case.ask("mistyped")
    case.settle()  # and the command list for Telegram's menu is sent
    case.stack["gateway"].stop()
    case.revive("gateway", point)
    case.ask(*LOOKS)
    case.die_and_revive("gateway")
    case.ask(*LOOKS)
    case.all_is_well(explained=repeated)


@pytest.mark.parametrize("kind", ["429", "500", "502", "drop_before", "empty", "half", "cut", "drop_after"])
def test_o3_an_answer_that_telegram_did_not_take_is_sent_again_in_order(case: Case, kind: str) -> None:
    case.start()
    case.stack.telegram.fault(method="sendMessage", kind=kind, retry_after=1)
    case.ask(*LOOKS)
    verdict = case.verdict()
    assert not verdict.broken(), verdict.broken()


def test_o4_a_chat_that_is_closed_stops_no_other(case: Case) -> None:
    case.start()
    case.stack.redis.call("HSET", case.stack.key("access"), BORIS, "")
    case.stack.telegram.post("/control/fault", {"method": "sendMessage", "kind": "403", "chat_id": BORIS, "count": -1})
    closed = case.ask(*LOOKS, chat=BORIS)
    case.ask(*LOOKS)
    case.all_is_well(dead=len(closed))


# ---- Redis ----


def test_r1_a_redis_that_is_killed_has_kept_everything(case: Case) -> None:
    case.start()
    case.stack.beget.fault(method="dns/getData", kind="hang", ms=500)
    case.ask(*LOOKS)
    until(lambda: bool(case.stack.beget.calls("dns/getData")), "the worker asks for the records")
    case.ask(*LOOKS)
    case.stack["redis"].kill()
    case.killed("redis")
    case.stack.start("redis")
    case.all_is_well()


def test_r4_a_stream_that_somebody_deletes_stops_nothing(case: Case) -> None:
    case.start()
    case.ask(*LOOKS)
    case.settle()
    case.stack.redis.call("DEL", case.stack.key("updates"), case.stack.key("replies"))
    case.ask(*LOOKS)
    case.all_is_well()


def test_a_program_that_is_told_to_die_at_no_place_of_the_table_dies_at_the_first(case: Case) -> None:
    case.start()
    case.stack["worker"].kill()
    case.ask("mistyped")
    case.revive("worker", "worker.nowhere:1")
    case.die_and_revive("worker")
    case.all_is_well()



# SPDX-License-Identifier: MIT
"""A change and a crash at each place of its way: one call at most, and what nobody can know is said to be unknown."""

from __future__ import annotations

import os
import signal

import pytest
from case import Case
from judge import DONE, NOT_DONE, UNKNOWN, Verdict
from plan import KINDS
from stack import ANNA, until

CHANGES = [name for name, kind in KINDS.items() if kind.changes]
LOOKS = ("dns", "filter", "mistyped")


def ends_with(case: Case, calls: int, *outcomes: str, **expected: int) -> Verdict:
    """So many calls were made in all, and the person was told one of these."""
    verdict = case.all_is_well(**expected)
    assert len(case.evidence.called) == calls
    told = [one for one in case.evidence.shown if one.text.startswith((DONE, UNKNOWN))]
    told += [one for one in case.evidence.shown if one.text.startswith(NOT_DONE) and one.tag[:1] in ("x", "d")]
    assert len(told) == 1 and told[0].text.startswith(outcomes), [one.text for one in told]
    return verdict


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize(
    ("point", "calls", "outcome", "unknown"),
    [
        pytest.param("worker.begun:1", 0, UNKNOWN, 1, id="w3_before_the_call"),
        pytest.param("worker.called:1", 1, DONE, 0, id="w4_after_the_call"),
        pytest.param("worker.recorded:1", 1, DONE, 0, id="w5_after_its_result_was_noted"),
        pytest.param("worker.answered:2", 1, DONE, 0, id="w5_before_it_finished"),
        pytest.param("worker.done:2", 1, DONE, 0, id="w6_after_it_finished"),
    ],
)
def test_w_a_change_is_made_once_at_most(case: Case, kind: str, point: str, calls: int, outcome: str, unknown: int) -> None:
    """The question is the first thing that is answered and done, the press the second."""
    case.start(worker=point)
    case.change(kind)
    case.ask(*LOOKS)
    case.die_and_revive("worker")
    verdict = ends_with(case, calls, outcome, unknown=unknown)
    assert verdict.false_alarms == unknown


def test_w4_a_worker_killed_inside_the_call_says_what_became_of_it(case: Case) -> None:
    case.start()
    case.stack.beget.post("/control/fault", {"method": KINDS["add"].changes, "kind": "hang_after", "ms": 800})
    case.change("add")
    until(lambda: bool(case.stack.beget.calls(KINDS["add"].changes)), "the worker calls")
    case.stack["worker"].kill()
    case.killed("worker")
    case.stack.start("worker")
    ends_with(case, 1, DONE)


@pytest.mark.parametrize("kind", CHANGES)
def test_w4_a_call_that_may_yet_happen_is_called_unknown(case: Case, kind: str) -> None:
    """The account shows nothing when the next worker looks, and the call takes effect after that."""
    case.start()
    case.stack.beget.post("/control/fault", {"method": KINDS[kind].changes, "kind": "hang", "ms": 5000})
    case.change(kind)
    until(lambda: bool(case.stack.beget.calls(KINDS[kind].changes)), "the worker calls")
    case.stack["worker"].kill()
    case.killed("worker")
    case.stack.start("worker")
    ends_with(case, 1, UNKNOWN, unknown=1)


def test_w7_without_redis_nothing_is_called(case: Case) -> None:
    """What is to be called could not be noted."""
    case.start()
    asked = case.question("add")
    case.stack.beget.post("/control/fault", {"method": "domain/getSubdomainList", "kind": "hang", "ms": 600})
    seen = len(case.stack.beget.calls("domain/getSubdomainList"))
    case.press(asked)
    until(lambda: len(case.stack.beget.calls("domain/getSubdomainList")) > seen, "the worker looks")
    case.stack["redis"].kill()
    case.killed("redis")
    case.stack["worker"].await_log(r" redis\.waiting ")
    assert not case.stack.beget.calls(KINDS["add"].changes)
    case.stack.start("redis")
    ends_with(case, 1, DONE)


def test_w8_a_result_outlives_a_redis_that_was_away_when_it_came(case: Case) -> None:
    case.start()
    case.stack.beget.post("/control/fault", {"method": KINDS["add"].changes, "kind": "hang_after", "ms": 600})
    case.change("add")
    until(lambda: bool(case.stack.beget.calls(KINDS["add"].changes)), "the worker calls")
    case.stack["redis"].kill()
    case.killed("redis")
    case.stack["worker"].await_log(r" (redis\.waiting|change\.not_recorded) ")
    case.stack.start("redis")
    ends_with(case, 1, DONE)


def test_w9_a_worker_that_wakes_after_its_lease_calls_nothing_again(case: Case) -> None:
    case.start()
    case.stack.beget.post("/control/fault", {"method": KINDS["add"].changes, "kind": "hang", "ms": 300})
    case.change("add")
    until(lambda: bool(case.stack.beget.calls(KINDS["add"].changes)), "the worker calls")
    os.kill(case.stack["worker"].pid, signal.SIGSTOP)
    try:
        case.stack.add("worker")
        case.stack.start("worker-2")
        case.settle()
    finally:
        os.kill(case.stack["worker"].pid, signal.SIGCONT)
    case.stack["worker"].await_log(r" job\.lost ")
    ends_with(case, 1, DONE)


def test_w10_a_call_that_nobody_lives_to_tell_of_is_doubted_in_the_chat(case: Case) -> None:
    """Every worker dies when it is about to say what became of the call."""
    case.start(worker="worker.answered:2")
    asked = case.change("add")
    for _ in range(2):
        case.await_death("worker", "worker")
        case.revive("worker", "worker.answered:1")
    case.await_death("worker", "worker")
    case.revive("worker")
    case.ask(*LOOKS)
    case.all_is_well(dead=1, unknown=1)
    assert case.evidence.dead == {asked.press_id} and len(case.evidence.called) == 1
    assert any(text.startswith(UNKNOWN) for text in case.stack.telegram.texts(ANNA))


@pytest.mark.parametrize(
    ("fault", "outcomes"),
    [
        ({"kind": "hang", "ms": 3000}, (DONE, UNKNOWN)),
        ({"kind": "hang_after", "ms": 3000}, (DONE,)),
        ({"kind": "drop_after"}, (DONE,)),
        ({"kind": "drop_before"}, (UNKNOWN,)),
        ({"kind": "html502"}, (UNKNOWN,)),
        ({"kind": "html502", "effect": True}, (DONE,)),
        ({"kind": "cut"}, (DONE,)),
        ({"kind": "failed"}, (NOT_DONE,)),
    ],
    ids=lambda value: "_".join(str(word) for word in value.values()) if isinstance(value, dict) else "",
)
def test_a_call_that_fails_is_made_once_and_told_as_it_is(
    case: Case, fault: dict[str, object], outcomes: tuple[str, ...]
) -> None:
    case.start()
    case.stack.beget.post("/control/fault", {"method": KINDS["add"].changes, **fault})
    case.change("add")
    verdict = case.verdict()
    ends_with(case, 1, *outcomes, unknown=verdict.unknown)


def test_o2_an_outcome_is_shown_in_place_of_the_question_whatever_dies(case: Case) -> None:
    """Sent before it: the word that ends the spinning of the button."""
    case.start()
    asked = case.question("add")
    case.stack["gateway"].stop()
    case.revive("gateway", "sender.sent:2")
    case.press(asked)
    case.die_and_revive("gateway")
    ends_with(case, 1, DONE)
    assert len(case.stack.telegram.texts(ANNA)) == 1

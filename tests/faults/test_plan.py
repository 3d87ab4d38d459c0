# SPDX-License-Identifier: MIT
"""A run is repeated by its seed, and asks for what it says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import plan
from plan import Options

BUSY = Options(seed=5, updates=3000, kill=("gateway", "worker"), workers=3, redis_kills=10, beget_faults=5)
POINTS = {"worker": ["worker.taken"], "gateway": ["gateway.polled", "sender.sent"]}


def first_kills(options: Options) -> list[plan.Kill]:
    return list(itertools.islice(plan.kills(options, POINTS), 500))


def test_the_same_seed_gives_the_same_run() -> None:
    other = Options(**{**vars(BUSY), "seed": 6})
    for of in (plan.wishes, first_kills, plan.beget_faults):
        assert of(BUSY) == of(BUSY) != of(other)


def test_a_third_of_the_updates_change_something() -> None:
    wishes = plan.wishes(BUSY)
    presses = sum(bool(wish.changes) for wish in wishes)
    assert len(wishes) + presses in (3000, 3001)
    assert abs(presses / 3000 - 1 / 3) < 0.03
    assert len({wish.tag for wish in wishes}) == len(wishes)


def test_one_of_so_many_updates_is_poison_and_they_are_spread_over_the_run() -> None:
    wishes = plan.wishes(BUSY)
    poisoned = [wish.number for wish in wishes if wish.is_poison]
    assert len(poisoned) == 3000 // 500
    assert all(part - 0.1 < 6 * number / len(wishes) < part + 1.1 for part, number in enumerate(poisoned))
    assert all(wish.text == f"/poison {wish.tag}" for wish in wishes if wish.is_poison)


def test_there_is_no_poison_in_a_short_run_and_where_none_is_asked_for() -> None:
    for options in (replace(BUSY, poison=0), replace(BUSY, updates=499)):
        assert not any(wish.is_poison for wish in plan.wishes(options))


def test_kills_come_at_the_rate_asked_for_and_strike_every_program() -> None:
    kills = first_kills(BUSY)
    assert 250 < sum(kill.after_ms for kill in kills) / len(kills) < 350
    assert {kill.target for kill in kills} == {"gateway", "gateway-2", "worker", "worker-2", "worker-3"}
    assert 0.4 < sum(bool(kill.crash_at) for kill in kills) / len(kills) < 0.6


def test_nobody_is_killed_unless_asked_for() -> None:
    assert not list(plan.kills(Options(), POINTS))


def test_moments_of_a_run_are_spread_over_it() -> None:
    shares = plan.shares(5, "redis", 10)
    assert len(shares) == 10 and all(number <= share * 10 <= number + 1 for number, share in enumerate(shares))


def test_a_run_says_how_to_repeat_it() -> None:
    assert plan.replay(BUSY) == (
        "tests/faults/run --seed 5 --updates 3000 --workers 3 --kill gateway,worker --redis-kills 10 --beget-faults 5"
    )

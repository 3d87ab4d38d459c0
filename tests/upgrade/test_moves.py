# SPDX-License-Identifier: MIT
"""The plan of an upgrade under load, and what is wrong in a log."""

from __future__ import annotations

import pytest
from moves import BEGIN, KILL, NEW, OLD, TERM, Move, is_due, passage, there_and_back, wrong_in_log


def test_a_program_ends_only_when_its_successor_has_begun() -> None:
    assert [str(move) for move in passage(NEW, TERM)] == [
        "begin new worker", "SIGTERM old worker", "begin new gateway", "SIGTERM old gateway",
    ]  # fmt: skip
    assert [str(move) for move in passage(OLD, KILL)] == [
        "begin old gateway", "kill -9 new gateway", "begin old worker", "kill -9 new worker",
    ]  # fmt: skip


def test_somebody_of_each_role_is_always_there() -> None:
    there = {"worker": {OLD}, "gateway": {OLD}}
    for move in there_and_back():
        if move.verb == BEGIN:
            assert move.version not in there[move.role]
            there[move.role].add(move.version)
        else:
            there[move.role].remove(move.version)
        assert there[move.role], f"no {move.role} after {move}"
    assert there == {"worker": {OLD}, "gateway": {OLD}}


def test_two_versions_of_one_program_have_names_of_their_own() -> None:
    assert Move(BEGIN, NEW, "worker").name != Move(BEGIN, OLD, "worker").name


@pytest.mark.parametrize(("done", "share", "due"), [(0, 0.0, False), (0, 0.17, True), (3, 0.66, False), (3, 0.67, True)])
def test_moves_are_spread_over_the_work(done: int, share: float, due: bool) -> None:
    assert is_due(done, 4, share) == due


@pytest.mark.parametrize(
    ("logged", "wrong"),
    [
        ({7: 1, 8: 1, 9: 5}, []),
        ({7: 1}, ["x00002: carried out, and 0 times in the log"]),
        ({7: 1, 8: 2}, ["x00002: carried out, and 2 times in the log"]),
    ],
)
def test_what_was_carried_out_is_in_the_log_once(logged: dict[int, int], wrong: list[str]) -> None:
    assert wrong_in_log({7: "x00001", 8: "x00002"}, logged) == wrong

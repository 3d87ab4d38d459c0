# SPDX-License-Identifier: MIT
"""A worker dies while an older bot.db becomes a current one: the next one finishes it, and the file as it was is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from case import Case
from stack import BORIS, until


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("journal.copied:1", id="t1_before_the_first_step"),
        pytest.param("journal.migrated:1", id="t2_between_two_steps"),
        pytest.param("journal.migrated:2", id="t3_after_the_next_one"),
    ],
)
def test_t_an_interrupted_takeover_is_finished(case: Case, point: str) -> None:
    stack = case.stack
    path = stack.make_database("golden/schema_2.sql")
    before = dump(path)
    case.start(worker=point)
    case.ask("dns", "mistyped")
    case.die_and_revive("worker")
    until(lambda: stack.redis.call("HEXISTS", stack.key("access"), BORIS) == 1, "Boris is let in")
    first = min(stack.folder.glob("bot.db.schema-2-*"))
    assert dump(first) == before
    assert not list(stack.folder.glob("*.part"))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT max(version) FROM schema_version").fetchone()[0] >= 4
        assert db.execute("SELECT count(*) FROM allowed_chats WHERE note LIKE 'Борис%'").fetchone() == (1,)
    case.all_is_well()

# SPDX-License-Identifier: MIT
"""Backups of bot.db, made while it is written to, and the way back; and what remains of what when Redis, the volume or both are lost."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from stack import ANNA, BIN_DIR, BORIS, DEADLINE_S, VERA, WEB_TEAM, Redis, Stack, until
from test_journal import add_events
from test_rights import await_seed, confirm, database, hash_of, lose_redis, rows, start_worker

RIGHTS = ("access", "members", "creators", f"grants:{BORIS}", f"grants:{WEB_TEAM}")
CREATED = "new.example-shop.ru"
LOAD_EVENTS = 3000


def worker(stack: Stack, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """The program beside the one that works: no secrets, no Redis."""
    passed = {name: os.environ[name] for name in os.environ if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return subprocess.run(
        [BIN_DIR / "worker", *words],
        cwd=stack.folder, env={**passed, "DATA_DIR": str(stack.folder), **settings},
        capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip


def done(stack: Stack, *words: str | Path, **settings: str) -> str:
    result = worker(stack, *words, **settings)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(stack: Stack, *words: str | Path, **settings: str) -> str:
    result = worker(stack, *words, **settings)
    assert result.returncode == 1, result
    assert result.stdout == ""
    return result.stderr


def rights(stack: Stack) -> dict[str, dict[str, str]]:
    return {name: hash_of(stack, name) for name in RIGHTS}


def log_of(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "SELECT * FROM action_logs ORDER BY id")


def position_of(path: Path) -> str:
    return str(rows(path, "SELECT position FROM journal")[0][0])


def give_rights(stack: Stack) -> dict[str, dict[str, str]]:
    """By an administrator's chat, until all of it is in the file; what was given."""
    stack.start()
    await_seed(stack)
    for command in (f"/allow {BORIS} Boris", f"/allow {WEB_TEAM} Web team", f"/members {WEB_TEAM} on",
                    f"/grant {BORIS} example-shop.ru EC", f"/grant {WEB_TEAM} example-shop.ru"):  # fmt: skip
        confirm(stack, ANNA, command)
    confirm(stack, BORIS, f"/sub add {CREATED}")
    until(lambda: rows(database(stack), "SELECT count(*) FROM created_subdomains") == [(1,)], "all is in the file")
    given = rights(stack)
    assert all(given.values())
    return given


@contextmanager
def load(stack: Stack) -> Iterator[None]:
    """Events as fast as Redis takes them, beside the test."""
    stop = threading.Event()
    other = Stack.__new__(Stack)  # a connection of its own
    other.settings, other.redis = stack.settings, Redis(stack.socket)

    def add() -> None:
        for first in range(1, LOAD_EVENTS, 50):
            if stop.is_set():
                return
            add_events(other, first, 50)

    thread = threading.Thread(target=add)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        other.redis.close()


def loaded(path: Path) -> list[int]:
    return [int(str(row[0])) for row in rows(path, "SELECT ref FROM action_logs WHERE action = 'dns' ORDER BY id")]


# ---- by hand ----


def test_a_backup_under_load_is_all_there_was_up_to_its_last_event(stack: Stack) -> None:
    given = give_rights(stack)
    with load(stack):
        until(lambda: len(loaded(database(stack))) >= 100, "the load has begun")
        before = loaded(database(stack))
        told = done(stack, "backup", "copy.db")
    copy = stack.folder / "copy.db"
    last = position_of(copy)
    assert re.fullmatch(rf"copy\.db: \d+ bytes, schema \d+, rows {len(log_of(copy))}, chats 2, grants 2, creators 1, last event {last}\n", told)
    assert loaded(copy) == list(range(1, len(loaded(copy)) + 1)) and len(loaded(copy)) >= len(before)
    assert log_of(copy) == log_of(database(stack))[: len(log_of(copy))]
    stack.finish()

    with Stack() as empty:  # a new host, a new Redis
        shutil.copy(copy, empty.folder / "copy.db")
        assert "bot.db is restored: " in done(empty, "restore", "copy.db")
        empty.start("redis", "telegram-sim", "beget-sim")
        start_worker(empty)
        await_seed(empty)
        empty.start("gateway")
        assert rights(empty) == given
        empty.telegram.send(BORIS, "/domains")
        empty.telegram.await_text(BORIS, "Domains: 1")
        empty.settle()
        assert log_of(database(empty))[: len(log_of(copy))] == log_of(copy)
        empty.finish()


def test_an_older_backup_is_followed_by_what_redis_still_has_and_takes_its_rights(stack: Stack) -> None:
    given = give_rights(stack)
    done(stack, "backup", "copy.db")
    before = len(log_of(stack.folder / "copy.db"))
    confirm(stack, ANNA, f"/allow {VERA} Vera")
    until(lambda: len(log_of(database(stack))) > before, "it is in the file")
    assert "stop its worker first" in refused(stack, "restore", "copy.db")
    assert stack["worker"].stop() == 0
    told = done(stack, "restore", "copy.db")
    kept = re.search(r"The file of before is kept: (\S+)", told)
    assert kept and len(log_of(Path(kept[1]))) > before
    start_worker(stack)
    assert rights(stack)["access"] == {**given["access"], str(VERA): "Vera"}
    until(lambda: (VERA,) in rows(database(stack), "SELECT chat_id FROM allowed_chats"), "the file has Redis's rights")
    stack.telegram.send(BORIS, "/domains")
    stack.telegram.await_text(BORIS, "Domains: 1")
    stack.finish()


def test_of_a_folder_the_newest_stay(stack: Stack) -> None:
    stack.make_database("golden/schema_2.sql")
    folder = stack.folder / "backups"
    folder.mkdir()
    for name in ("bot-20250101T000000Z.db", "bot-20250102T000000Z.db", "notes.txt"):
        (folder / name).write_text("")
    told = done(stack, "backup", folder, BACKUP_KEEP="2")
    assert re.match(rf"{folder}/bot-\d{{8}}T\d{{6}}Z\.db: \d+ bytes, schema 2, rows 5, chats 5, .* last event none\n", told)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 3 and names[0] == "bot-20250102T000000Z.db" and names[2] == "notes.txt"
    assert "is good: " in done(stack, "verify", folder / names[1])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("backup", "nowhere/copy.db"), "No such file or directory"),
        (("backup", "bot.db"), "is the bot.db itself"),
        (("verify", "missing.db"), "missing.db: No such file or directory"),
        (("verify", "half.db"), "malformed: move it away and restore a backup"),
        (("verify", "letter.db"), "file is not a database"),
        (("restore", "half.db"), "malformed"),
        (("restore", "newer.db"), "is newer than "),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(stack: Stack, words: tuple[str, str], why: str) -> None:
    path = stack.make_database("golden/schema_2.sql")
    (stack.folder / "half.db").write_bytes(path.read_bytes()[:20000])
    (stack.folder / "letter.db").write_text("a letter to somebody, longer than a header is" * 10)
    shutil.copy(path, stack.folder / "newer.db")
    with closing(sqlite3.connect(stack.folder / "newer.db")) as db, db:
        db.execute("INSERT INTO schema_version (version, description) VALUES (99, 'from next year')")
    before = {file.name: file.read_bytes() for file in stack.folder.iterdir() if file.suffix == ".db"}
    assert why in refused(stack, *words)
    assert {file.name: file.read_bytes() for file in stack.folder.iterdir() if file.suffix == ".db"} == before
    assert not list(stack.folder.glob("*.part*"))


def test_wrong_usage_and_bad_settings_are_exit_code_2(stack: Stack) -> None:
    assert worker(stack, "backup").returncode == 2
    assert worker(stack, "backup", "copy.db", BACKUP_KEEP="0").returncode == 2
    assert worker(stack, "destroy", "copy.db").returncode == 2
    told = done(stack, "--help")
    assert all(f"# worker {verb} PATH: " in told for verb in ("backup", "verify", "restore"))


# ---- kills ----


def test_a_backup_that_is_killed_leaves_nothing_under_its_name(stack: Stack) -> None:
    stack.make_database("golden/schema_2.sql")
    assert worker(stack, "backup", "copy.db", CRASH_AT="file.whole:1").returncode < 0
    assert not (stack.folder / "copy.db").exists()
    done(stack, "backup", "copy.db")
    assert not list(stack.folder.glob("*.part*"))


@pytest.mark.parametrize("point", ["restore.kept:1", "file.whole:1"])
def test_a_restore_that_is_killed_leaves_all_there_was(stack: Stack, point: str) -> None:
    path = stack.make_database("golden/schema_2.sql")
    done(stack, "backup", "copy.db")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO action_logs (chat_id, action) VALUES (1, 'later')")
    assert worker(stack, "restore", "copy.db", CRASH_AT=point).returncode < 0
    assert len(log_of(path)) == 6
    done(stack, "restore", "copy.db")
    assert len(log_of(path)) == 5
    assert {len(log_of(kept)) for kept in stack.folder.glob("bot.db.before-*")} == {6}
    assert not list(stack.folder.glob("*.part*"))


# ---- by the clock ----


def test_a_worker_makes_backups_by_the_clock_and_none_before_its_time(stack: Stack) -> None:
    folder = stack.folder / "kept" / "backups"
    stack.settings |= {"BACKUP_DIR": str(folder), "BACKUP_KEEP": "2"}
    stack.start()
    stack["worker"].await_log(r" backup\.done file=\S+/bot-\d{8}T\d{6}Z\.db bytes=\d+ rows=\d+ position=\S+ removed=0 ")
    (first,) = folder.iterdir()
    assert stack["worker"].stop() == 0
    start_worker(stack)
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    assert list(folder.iterdir()) == [first]

    assert stack["worker"].stop() == 0
    day_old = time.strftime("bot-%Y%m%dT%H%M%SZ.db", time.gmtime(time.time() - 25 * 3600))
    first.rename(folder / day_old)
    start_worker(stack)
    until(lambda: stack["worker"].log.count(" backup.done ") == 2, "the next one is made")
    assert len(list(folder.iterdir())) == 2
    stack.finish()


def test_backups_that_cannot_be_made_are_said_and_the_bot_goes_on(stack: Stack) -> None:
    (stack.folder / "file").write_text("")
    stack.settings |= {"BACKUP_DIR": str(stack.folder / "file" / "backups")}
    stack.start()
    stack["worker"].await_log(r" error worker backup\.failed why=\"cannot create the folder ")
    stack.telegram.send(ANNA, "/start")
    stack.telegram.await_text(ANNA, "Beget Manager")
    stack.finish()


# ---- what is lost when ----


def lose_volume(stack: Stack) -> None:
    for path in stack.folder.glob("bot.db*"):
        path.unlink()


@pytest.mark.parametrize(
    ("redis_lost", "volume_lost", "backup", "rights_remain", "log_remains"),
    [
        pytest.param(True, False, False, True, True, id="redis"),
        pytest.param(False, True, False, True, False, id="volume"),
        pytest.param(False, True, True, True, True, id="volume_with_a_backup"),
        pytest.param(True, True, False, False, False, id="both"),
        pytest.param(True, True, True, True, True, id="both_with_a_backup"),
    ],
)  # fmt: skip
def test_what_remains_when_something_is_lost(
    stack: Stack, redis_lost: bool, volume_lost: bool, backup: bool, rights_remain: bool, log_remains: bool
) -> None:
    given = give_rights(stack)
    done(stack, "backup", "copy.db")
    assert stack["gateway"].stop() == stack["worker"].stop() == 0
    logged = log_of(database(stack))
    if redis_lost:
        lose_redis(stack)
    if volume_lost:
        lose_volume(stack)
    if backup:
        done(stack, "restore", "copy.db")
    if redis_lost:
        stack.start("redis")
    start_worker(stack)
    await_seed(stack)
    stack.start("gateway")
    assert rights(stack) == (given if rights_remain else {name: {} for name in RIGHTS})
    assert (log_of(database(stack))[: len(logged)] == logged) == log_remains
    stack.telegram.send(BORIS, "/domains")
    if rights_remain:
        stack.telegram.await_text(BORIS, "Domains: 1")
    else:
        stack["gateway"].await_log(f" update.stranger .*chat_id={BORIS}")
    stack.finish()

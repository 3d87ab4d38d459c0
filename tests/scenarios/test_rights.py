# SPDX-License-Identifier: MIT
"""bot.db alone is enough: Redis comes up empty, and whoever was allowed before is allowed after."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from stack import ANNA, BORIS, VERA, WEB_TEAM, Stack, until

OLD_FILE = "golden/schema_2.sql"


def database(stack: Stack) -> Path:
    return stack.folder / "bot.db"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, timeout=10)) as db:
        return db.execute(sql).fetchall()


def lose_redis(stack: Stack) -> None:
    """Its disk is gone with it."""
    stack["redis"].kill()
    shutil.rmtree(stack.folder / "redis-data")


def hash_of(stack: Stack, name: str) -> dict[str, str]:
    flat = stack.redis.call("HGETALL", stack.key(name))
    return dict(zip(flat[::2], flat[1::2]))


def is_seeded(stack: Stack) -> bool:
    return bool(stack.redis.call("HEXISTS", stack.key("meta"), "seeded"))


def await_seed(stack: Stack) -> None:
    until(lambda: is_seeded(stack), "a worker has seeded Redis")


def is_followed(stack: Stack) -> bool:
    """Its journal waits for the next event, with the rights compared behind the last one."""
    journal = rf" name=\S*-{stack['worker'].pid}-journal .* flags=b\S* .* cmd=xread "
    return bool(re.search(journal, stack.redis.call("CLIENT", "LIST")))


def start_worker(stack: Stack) -> None:
    """Until it follows what is done, and may be stopped."""
    stack.start("worker")
    until(lambda: is_followed(stack), "the worker's journal follows")


def let_in(stack: Stack, chat: int, note: str = "") -> None:
    """As an operator does, some time after the worker has come up."""
    await_seed(stack)
    stack.redis.call("HSET", stack.key("access"), chat, note)
    stack.redis.call("HSET", stack.key(f"grants:{chat}"), "example-shop.ru", "ED")


def await_kept(stack: Stack, chat: int) -> None:
    """Restarts the worker, which makes bot.db equal to Redis."""
    assert stack["worker"].stop() == 0
    assert rows(database(stack), f"SELECT count(*) FROM allowed_chats WHERE chat_id = {chat}") == [(1,)]
    start_worker(stack)


def test_who_was_allowed_is_allowed_after_redis_has_lost_everything(stack: Stack) -> None:
    stack.start()
    let_in(stack, BORIS, "Boris")
    stack.telegram.send(BORIS, "/domains")
    stack.telegram.await_text(BORIS, "Domains: 1")
    await_kept(stack, BORIS)
    stack.settle()

    lose_redis(stack)
    stack.telegram.send(BORIS, "/dns example-shop.ru")  # while there is nothing
    stack.start("redis")
    stack.telegram.await_text(BORIS, "example-shop.ru")
    stack.telegram.send(BORIS, "/domains")
    stack.settle()
    assert sum("Domains: 1" in text for text in stack.telegram.texts(BORIS)) == 2
    assert hash_of(stack, "access") == {str(BORIS): "Boris"}
    assert hash_of(stack, f"grants:{BORIS}") == {"example-shop.ru": "ED"}
    assert "update.stranger" not in stack["gateway"].log
    stack.finish()


def confirm(stack: Stack, chat: int, text: str) -> None:
    """Types a command, and answers the question that comes with yes."""
    stack.telegram.send(chat, text)
    stack.settle()
    question = stack.telegram.chat(chat)["messages"][-1]
    yes = question["keyboard"][0][0]
    assert yes["text"].startswith("✅")
    stack.telegram.press(chat, question["message_id"], yes["data"])
    stack.settle()


def test_rights_given_in_the_chat_are_the_same_after_redis_has_lost_everything(stack: Stack) -> None:
    stack.start()
    await_seed(stack)
    confirm(stack, ANNA, f"/allow {BORIS} Boris")
    confirm(stack, ANNA, f"/allow {VERA}")
    confirm(stack, ANNA, f"/allow {WEB_TEAM} Web team")
    confirm(stack, ANNA, f"/members {WEB_TEAM} on")
    confirm(stack, ANNA, f"/grant {BORIS} example-shop.ru C")
    confirm(stack, ANNA, f"/grant {BORIS} example-shop.ru EC")
    confirm(stack, ANNA, f"/grant {BORIS} blog.example-shop.ru")
    confirm(stack, ANNA, f"/grant {VERA} example-shop.ru EDCX")
    confirm(stack, ANNA, f"/grant {WEB_TEAM} example-shop.ru")
    confirm(stack, BORIS, "/sub add new.example-shop.ru")
    confirm(stack, ANNA, f"/revoke {WEB_TEAM} example-shop.ru")
    confirm(stack, ANNA, f"/deny {VERA}")
    names = ["access", "members", "creators", *(f"grants:{chat}" for chat in (BORIS, VERA, WEB_TEAM))]
    before = {name: hash_of(stack, name) for name in names}
    assert before == {
        "access": {str(BORIS): "Boris", str(WEB_TEAM): "Web team"},
        "members": {str(WEB_TEAM): "1"},
        "creators": {"new.example-shop.ru": str(BORIS)},
        f"grants:{BORIS}": {"example-shop.ru": "EC", "blog.example-shop.ru": ""},
        f"grants:{VERA}": {},
        f"grants:{WEB_TEAM}": {},
    }
    last = "SELECT action, target, result FROM action_logs ORDER BY id DESC LIMIT 1"
    until(lambda: rows(database(stack), last) == [("access_deny", str(VERA), "ok")], "every change is in the file")

    lose_redis(stack)
    stack.start("redis")
    await_seed(stack)
    assert {name: hash_of(stack, name) for name in names} == before
    assert "journal.rights_taken" not in stack["worker"].log  # the events were enough
    stack.finish()


def test_a_gateway_alone_drops_nobody_before_a_worker_has_told_who_is_allowed(stack: Stack) -> None:
    stack.start("redis", "telegram-sim", "beget-sim", "worker")
    stack["worker"].await_log("journal.seeded")
    let_in(stack, BORIS)
    assert stack["worker"].stop() == 0
    lose_redis(stack)
    stack.start("redis", "gateway")
    stack.telegram.send(BORIS, "/domains")
    stack.telegram.send(VERA, "/domains")
    stack["gateway"].await_log("redis.waiting .*waiting for a worker to seed Redis from its bot.db")
    assert not stack.telegram.confirmed()

    start_worker(stack)
    stack.telegram.await_text(BORIS, "Domains: 1")
    stack.settle()
    assert stack.telegram.texts(VERA) == []
    assert "update.stranger" in stack["gateway"].log
    stack.finish()


def test_the_admin_does_not_wait_for_the_file(stack: Stack) -> None:
    stack.start("redis", "telegram-sim", "gateway")
    stack.telegram.send(ANNA, "/start")
    until(stack.telegram.confirmed, "the update is taken")
    assert stack.redis.call("XLEN", stack.key("updates")) == 1
    stack.start("beget-sim")
    start_worker(stack)
    stack.finish()


def test_a_right_taken_away_by_hand_does_not_come_back(stack: Stack) -> None:
    stack.start()
    let_in(stack, BORIS)
    let_in(stack, VERA)
    await_kept(stack, BORIS)
    stack.redis.call("HDEL", stack.key("access"), VERA)
    stack.redis.call("HSET", stack.key(f"grants:{BORIS}"), "example-shop.ru", "")
    stack.redis.call("HSET", stack.key("access"), "not-a-chat", "a slip")
    assert stack["worker"].stop() == 0
    lose_redis(stack)
    stack.start("redis")
    start_worker(stack)
    until(lambda: hash_of(stack, "access") == {str(BORIS): ""}, "Boris alone is let in")
    assert hash_of(stack, f"grants:{BORIS}") == {"example-shop.ru": ""}
    stack.finish()


def test_an_emptied_redis_does_not_empty_the_file(stack: Stack) -> None:
    stack.start()
    let_in(stack, BORIS)
    await_kept(stack, BORIS)
    stack["worker"].process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    stack.redis.call("FLUSHALL")
    stack["worker"].process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    assert stack["worker"].stop() == 0
    assert rows(database(stack), "SELECT chat_id FROM allowed_chats") == [(BORIS,)]
    start_worker(stack)
    until(lambda: hash_of(stack, "access") == {str(BORIS): ""}, "Boris is let in again")
    stack.finish()


def test_a_file_that_comes_after_the_first_is_copied_before_it_is_changed(stack: Stack) -> None:
    stack.start("redis", "telegram-sim", "beget-sim", "worker")
    stack["worker"].await_log("journal.seeded rows=0")
    assert stack["worker"].stop() == 0
    for path in stack.folder.glob("bot.db*"):
        path.unlink()
    stack.make_database(OLD_FILE)
    start_worker(stack)
    stack["worker"].await_log("journal.rights_replaced")
    stack["worker"].await_log("journal.rights_taken")
    (copy,) = stack.folder.glob("bot.db.before-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows(database(stack), "SELECT chat_id FROM allowed_chats WHERE chat_id <> 0") == []

    # The way back that docs/architecture.md tells: this file's rights shall apply.
    assert stack["worker"].stop() == 0
    shutil.copy(copy, database(stack))
    for path in [*stack.folder.glob("bot.db-*")]:
        path.unlink()
    stack.redis.call("HDEL", stack.key("meta"), "seeded")
    stack.start("worker", "gateway")
    stack.telegram.send(BORIS, "/domains")
    stack.telegram.await_text(BORIS, "Domains: 1")
    stack.finish()


def test_a_file_with_100000_rights_is_seeded_and_kept(stack: Stack) -> None:
    with closing(sqlite3.connect(stack.make_database(OLD_FILE))) as db, db:
        db.executemany(
            "INSERT INTO allowed_chats (chat_id, added_by, note) VALUES (?, '1001', ?)",
            ((2000000 + i, f"number {i}") for i in range(50000)),
        )
        db.executemany(
            "INSERT INTO domain_permissions (chat_id, domain_fqdn, granted_by) VALUES (?, ?, '1001')",
            ((2000000 + i, f"shop{i}.example.com") for i in range(50000)),
        )
    stack.start("redis", "telegram-sim", "beget-sim")
    start_worker(stack)
    await_seed(stack)
    assert stack.redis.call("HLEN", stack.key("access")) == 50004
    assert hash_of(stack, "grants:2049999") == {"shop49999.example.com": ""}
    assert stack["worker"].stop() == 0
    assert rows(database(stack), "SELECT count(*) FROM allowed_chats WHERE chat_id <> 0") == [(50004,)]
    assert rows(database(stack), "SELECT count(*) FROM domain_permissions WHERE domain_fqdn <> ''") == [(50006,)]
    start_worker(stack)
    stack.start("gateway")
    stack.finish()

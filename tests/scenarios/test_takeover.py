# SPDX-License-Identifier: MIT
"""The Python bot's bot.db works as it is, is kept as it was, and works for that bot again: docs/migration.md."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from python_bot import PythonBot
from stack import ANNA, BORIS, VERA, WEB_TEAM, Stack, until
from test_rights import await_seed, database, hash_of, lose_redis, rows, start_worker

PETR, GONE = 1004, 1010

ACCESS = {str(BORIS): "Борис, «Ромашка»", str(VERA): "", str(WEB_TEAM): "Web team", str(PETR): "<b>Пётр</b> & Co"}
CREATORS = {
    "blog.example-shop.ru": str(VERA),
    "xn--80aairftm.xn--e1afmkfd.xn--p1ai": str(WEB_TEAM),
    "lab.example-shop.ru": str(VERA),
}
PUNYCODE = "xn--e1afmkfd.xn--p1ai"
GRANTS_1 = {
    BORIS: {"example-shop.ru": ""},
    VERA: {"example-shop.ru": "CX", "example.com": ""},
    WEB_TEAM: {PUNYCODE: "C"},
    PETR: {
        "example.com": "", "blog.example-shop.ru": "", "user.forum.example-shop.ru": "", f"shop.{PUNYCODE}": "",
    },
    GONE: {"example.com": "CX"},
}  # fmt: skip
GRANTS_2 = {
    BORIS: {"example-shop.ru": ""},
    VERA: {"example-shop.ru": "EDCX", "example.com": ""},
    WEB_TEAM: {PUNYCODE: "EC"},
    PETR: {
        "example.com": "", "blog.example-shop.ru": "EX", "user.forum.example-shop.ru": "", f"shop.{PUNYCODE}": "ED",
    },
    GONE: {"example.com": "EDCX"},
}  # fmt: skip
LEFT_OUT = {  # table -> rows, why
    "domain_permissions": (1, "no domain name"),
    "subdomain_permissions": (1, "no domain name"),
    "created_subdomains": (1, "no domain name"),
    "allowed_chats": (1, "no chat id"),
}
FILES = {
    "schema_0_first": (0, {}, {}),
    "schema_0": (0, GRANTS_1, CREATORS),
    "schema_1": (1, GRANTS_1, CREATORS),
    "schema_2": (2, GRANTS_2, CREATORS),
}


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def copies(stack: Stack) -> list[Path]:
    return sorted(stack.folder.glob("bot.db.schema-*"))


def grants(stack: Stack) -> dict[int, dict[str, str]]:
    keys = stack.redis.call("KEYS", stack.key("grants:") + "*")
    return {int(key.rsplit(":", 1)[1]): hash_of(stack, key.split(":", 1)[1]) for key in keys}


def take_over(stack: Stack, name: str = "schema_2") -> list[str]:
    """Starts everything on an old file; what was in it."""
    before = dump(stack.make_database(f"golden/{name}.sql"))
    stack.start("redis", "telegram-sim", "beget-sim")
    start_worker(stack)
    await_seed(stack)
    stack.start("gateway")
    return before


@pytest.mark.parametrize("name", FILES)
def test_an_old_file_gives_everybody_what_it_gave(stack: Stack, name: str) -> None:
    version, expected_grants, creators = FILES[name]
    take_over(stack, name)
    assert hash_of(stack, "access") == ACCESS
    assert grants(stack) == expected_grants
    assert hash_of(stack, "creators") == creators
    stack["worker"].await_log(rf" journal\.opened .*schema_from={version} ")
    stack.finish()


def test_rows_that_give_no_right_are_told_once_each_kind_and_stay(stack: Stack) -> None:
    take_over(stack)
    told = re.findall(r" journal\.rows_left_out table=(\w+) rows=(\d+) first_id=\d+ why=\"([^\"]*)\"", stack["worker"].log)
    assert {table: (int(count), why) for table, count, why in told} == LEFT_OUT
    assert len(told) == len(LEFT_OUT)
    assert stack["worker"].stop() == 0  # the file is equal to Redis then
    path = database(stack)
    assert rows(path, "SELECT chat_id FROM allowed_chats WHERE chat_id = 0") == [(0,)]
    assert rows(path, "SELECT chat_id FROM domain_permissions WHERE domain_fqdn = ''") == [(BORIS,)]
    assert rows(path, "SELECT chat_id FROM subdomain_permissions WHERE subdomain_fqdn LIKE 'my %'") == [(BORIS,)]
    assert rows(path, "SELECT count(*) FROM created_subdomains WHERE subdomain_fqdn = ''") == [(1,)]
    assert rows(path, "SELECT count(*), min(created_at) FROM action_logs") == [(5, "2026-02-07 17:25:00")]
    start_worker(stack)
    stack.finish()


def test_a_name_written_twice_is_one_and_the_plain_one_counts(stack: Stack) -> None:
    take_over(stack)
    path = database(stack)
    assert rows(path, f"SELECT domain_fqdn, can_edit_dns FROM domain_permissions WHERE chat_id = {PETR}") == [("example.com", 0)]
    assert rows(path, "SELECT count(*) FROM subdomain_permissions WHERE subdomain_fqdn = 'shop.пример.рф'") == [(1,)]
    assert rows(path, "SELECT count(*) FROM created_subdomains WHERE subdomain_fqdn = 'lab.example-shop.ru'") == [(1,)]
    stack.finish()


# ---- the copy ----


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_copied_as_it_was_before_it_is_changed_and_once(stack: Stack, name: str) -> None:
    before = take_over(stack, name)
    (copy,) = copies(stack)
    assert re.fullmatch(rf"bot\.db\.schema-{FILES[name][0]}-\d{{8}}T\d{{6}}Z", copy.name)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert dump(copy) == before
    stack["worker"].await_log(rf" journal\.copy_kept copy=\S*{copy.name} ")
    assert stack["worker"].stop() == 0
    start_worker(stack)
    assert copies(stack) == [copy]
    stack.finish()


def test_a_file_of_this_program_is_not_copied(stack: Stack) -> None:
    stack.start()
    await_seed(stack)
    assert stack["worker"].stop() == 0
    start_worker(stack)
    assert copies(stack) == []
    stack.finish()


# ---- what is refused ----

NEWER = "INSERT INTO schema_version (version, description) VALUES (99, 'from next year')"


def refused(stack: Stack, reason: str) -> None:
    """The worker ends at once and says why."""
    stack.start("redis", "telegram-sim", "beget-sim", "worker")
    until(lambda: not stack["worker"].running(), "the worker ends")
    process = stack["worker"].process
    assert process and process.returncode == 1
    failed = re.findall(r" service\.failed .*", stack["worker"].log)
    assert len(failed) == 1 and re.search(reason, failed[0]), failed
    assert copies(stack) == []


def test_a_newer_file_is_refused_in_plain_words(stack: Stack) -> None:
    path = stack.make_database("golden/schema_2.sql")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(NEWER)
    before = dump(path)
    refused(stack, r"bot\.db: its schema version 99 is newer than \d+, the one this program knows: "
                   r"install the newer program, or restore a backup")  # fmt: skip
    assert dump(path) == before


def test_a_file_of_another_program_is_refused(stack: Stack) -> None:
    with closing(sqlite3.connect(database(stack))) as db, db:
        db.execute("CREATE TABLE customers (id INTEGER)")
    refused(stack, r'not a database of this bot: it has a table \\?"customers\\?"; move the file away or set DATA_DIR')


def test_a_file_that_is_no_database_is_refused(stack: Stack) -> None:
    database(stack).write_text("a letter to somebody\n" * 100)
    refused(stack, r"file is not a database: move it away or restore a backup")
    assert database(stack).read_text() == "a letter to somebody\n" * 100


# ---- the way back ----


def test_the_python_bot_goes_on_with_the_file_that_was_taken_over(stack: Stack) -> None:
    take_over(stack)
    stack.telegram.send(VERA, "/domains")
    stack.telegram.await_text(VERA, "Домены: 2")
    stack.redis.call("HSET", stack.key("access"), 1005, "Нина")
    stack.redis.call("HSET", stack.key("grants:1005"), "example-shop.ru", "EC")
    stack.redis.call("HSET", stack.key("grants:1005"), f"shop.{PUNYCODE}", "EX")
    stack.redis.call("HDEL", stack.key(f"grants:{WEB_TEAM}"), PUNYCODE)
    stack.settle()
    assert stack["worker"].stop() == 0
    assert [path.name for path in stack.folder.glob("bot.db-*")] == []  # all is in the one file that is copied

    there = shutil.copy(database(stack), stack.folder / "python-bot.db")
    with closing(PythonBot(there)) as bot:
        assert (VERA, None) in bot.allowed() and (1005, "Нина") in bot.allowed()
        assert bot.domain_grants(VERA)["example-shop.ru"] == (True, True, True, True)
        assert bot.domain_grants(BORIS)["example-shop.ru"] == (False, False, False, False)
        assert bot.domain_grants(1005) == {"example-shop.ru": (True, False, True, False)}
        assert bot.subdomain_grants(1005) == {"shop.пример.рф": (True, False, True)}
        assert bot.domain_grants(WEB_TEAM) == {}
        assert bot.people_of("example-shop.ru") == [BORIS, VERA, 1005]
        assert bot.may_edit(1005, "blog.example-shop.ru") and not bot.may_edit(BORIS, "blog.example-shop.ru")
        assert bot.creator("магазин.пример.рф") == WEB_TEAM
        assert "07.02.2026 17:25:00 @boris: /start" in bot.recent_actions()
    start_worker(stack)
    stack.finish()


def test_what_the_python_bot_has_written_meanwhile_is_there_when_it_is_taken_over_again(stack: Stack) -> None:
    take_over(stack)
    assert stack["worker"].stop() == 0
    with closing(PythonBot(database(stack))) as bot:
        bot.allow(1005, None)
        bot.grant_domain(1005, "example-shop.ru", True, False, False, False)
        bot.grant_domain(BORIS, "example-shop.ru", True, True, False, False)
        bot.grant_subdomain(1005, "shop.пример.рф", False, False, True)
        bot.revoke_domain(VERA, "example.com")
        bot.remove(PETR)
        bot.created("new.example-shop.ru", VERA)
        bot.created("blog.example-shop.ru", 1005)
        bot.log(BORIS, "/help")
        assert not bot.is_allowed(PETR)
        assert bot.recent_actions()[0].endswith(" @boris: /help")
    lose_redis(stack)  # docs/migration.md: with an empty Redis, as the first time
    stack.start("redis")
    start_worker(stack)
    await_seed(stack)
    assert hash_of(stack, "access").keys() == {str(chat) for chat in (BORIS, VERA, WEB_TEAM, 1005)}
    assert hash_of(stack, "grants:1005") == {"example-shop.ru": "E", f"shop.{PUNYCODE}": "X"}
    assert hash_of(stack, f"grants:{BORIS}") == {"example-shop.ru": "ED"}
    assert hash_of(stack, f"grants:{VERA}") == {"example-shop.ru": "EDCX"}
    assert hash_of(stack, "creators")["new.example-shop.ru"] == str(VERA)
    assert hash_of(stack, "creators")["blog.example-shop.ru"] == str(VERA)
    stack.finish()


def test_the_copy_is_what_the_python_bot_had(stack: Stack) -> None:
    take_over(stack)
    (copy,) = copies(stack)
    assert stack["worker"].stop() == 0
    with closing(PythonBot(copy)) as bot:
        assert bot.domain_grants(PETR) == {"Example.com": (True,) * 4, "example.com": (False,) * 4}
        assert bot.allowed()[0] == (0, "a slip")
    start_worker(stack)
    stack.telegram.send(ANNA, "/start")
    stack.finish()

# SPDX-License-Identifier: MIT
"""What a person on call does with redis-cli while everything runs, as docs/protocol.md says under "By hand"."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from stack import ANNA, Stack, until

WHO, WHY = "ann", "it was asked for"


def start(stack: Stack) -> None:
    """Until the library is loaded and the worker has asked the hosting for its greeting."""
    stack.start()
    stack["worker"].await_log(r" beget\.ready ")


def by_hand(stack: Stack, function: str, *words: str) -> str:
    answer = stack.redis.call("FCALL", function, 1, "{beget}", *words)
    return answer.decode() if isinstance(answer, bytes) else answer


def in_log(stack: Stack, action: str) -> list[tuple[str, str]]:
    try:
        with closing(sqlite3.connect(f"file:{stack.folder}/bot.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT username, result FROM action_logs WHERE action = ?", (action,)).fetchall()
    except sqlite3.OperationalError:  # the worker has not made all of it yet
        return []


def test_a_pause_holds_back_what_comes_and_loses_nothing(stack: Stack) -> None:
    start(stack)
    assert "paused" in by_hand(stack, "bq_pause", WHO, WHY)
    stack.telegram.send(ANNA, "/start")
    stack.telegram.send(ANNA, "/domains")
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 2, "both wait")
    assert "resumed" in by_hand(stack, "bq_resume", WHO, WHY)
    stack.settle()
    menu, domains = stack.telegram.texts(ANNA)[-2:]
    assert "Beget Manager" in menu
    assert "Домены: 4" in domains
    until(lambda: in_log(stack, "operator.resume") == [(WHO, "ok")], "the log names who it was")
    stack.finish()


def test_what_is_cancelled_is_not_carried_out_and_its_chat_told(stack: Stack) -> None:
    start(stack)
    by_hand(stack, "bq_pause", WHO, WHY)
    stack.telegram.send(ANNA, "/domains")
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 1, "it waits")
    [[entry, _]] = stack.redis.call("XRANGE", stack.key("updates"), "-", "+")
    update_id = (entry.decode() if isinstance(entry, bytes) else entry).partition("-")[2]
    assert "its chat told" in by_hand(stack, "bq_cancel", update_id, WHO, WHY, "Cancelled <by hand>.")
    by_hand(stack, "bq_resume", WHO, WHY)
    stack.settle()
    assert stack.telegram.texts(ANNA)[-1] == "Cancelled <by hand>."
    until(lambda: in_log(stack, "operator.cancel") == [(WHO, "ok")], "the log names who it was")
    stack.finish()


def test_limits_hold_at_once_and_nonsense_among_them_is_told(stack: Stack) -> None:
    start(stack)  # whose own call is made
    stack.redis.call("HSET", stack.key("limits"), "sandbox", "as many as you like")
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.telegram.await_text(ANNA, "example-shop.ru")
    stack["worker"].await_log(r"beget\.limits_ignored .*as many as you like")
    stack.redis.call("HSET", stack.key("limits"), "sandbox", "1/86400")
    stack.telegram.send(ANNA, "/dns blog.example-shop.ru")  # has the day's only call
    stack.telegram.await_text(ANNA, "DNS blog.example-shop.ru")
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.telegram.await_text(ANNA, "Лимит запросов к Beget исчерпан")
    stack.finish()

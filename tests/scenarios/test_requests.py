# SPDX-License-Identifier: MIT
"""Strangers who ask to be let in: how many the admins are shown, and that nothing of what was written is kept anywhere."""

from __future__ import annotations

from stack import ANNA, VERA, WEB_TEAM, Stack

MOST_IN_AN_HOUR = 10
SECRET = "what-only-the-stranger-and-telegram-know"
FIRST_STRANGER = 5001


def cards(stack: Stack) -> list[str]:
    return [text for text in stack.telegram.texts(ANNA) if text.startswith("🙋")]


def test_of_many_strangers_ten_an_hour_are_shown_and_each_once(stack: Stack) -> None:
    stack.start()
    people = range(FIRST_STRANGER, FIRST_STRANGER + MOST_IN_AN_HOUR + 2)
    for person in people:
        stack.telegram.post("/control/person", {"id": person, "first_name": f"Number {person}", "language_code": "en"})
    for _ in range(2):
        for person in people:
            stack.telegram.send(person, SECRET)
    stack.settle()
    shown = cards(stack)
    assert len(shown) == MOST_IN_AN_HOUR
    for person in people[:MOST_IN_AN_HOUR]:
        assert sum(f"Number {person}" in text for text in shown) == 1
    for person in people:
        assert stack.telegram.texts(person) == []
    assert stack.redis.call("HGET", stack.key("meta"), "strangers") == str(2 * len(people))
    stack.finish()


def test_nothing_that_a_stranger_writes_is_kept(stack: Stack) -> None:
    stack.settings["LOG_LEVEL"] = "debug"
    stack.start()
    stack.telegram.send(VERA, SECRET)
    stack.telegram.send(VERA, SECRET, photo=True)
    stack.telegram.send(VERA, SECRET, WEB_TEAM)
    stack.settle()
    assert len(cards(stack)) == 2
    stack.finish()
    kept = [path for path in stack.folder.rglob("*") if path.is_file() and path.name != "telegram-sim.log"]
    assert {"bot.db", "gateway.log", "worker.log", "redis.log"} <= {path.name for path in kept}
    assert any("aof" in path.name for path in kept), "Redis has kept what happened"
    assert [path.name for path in kept if SECRET.encode() in path.read_bytes()] == []


def test_a_bot_added_to_a_group_is_told_to_the_admin(stack: Stack) -> None:
    stack.start()
    for blocked in (True, False):
        answer = stack.telegram.post("/control/block", {"chat_id": WEB_TEAM, "blocked": blocked, "user_id": VERA})
        stack.telegram.last_update_id = answer["update_id"]
    stack.settle()
    assert [f"Vera Stranger зовёт меня в группу Web team. Номер чата: {WEB_TEAM}" in text for text in cards(stack)] == [True]
    stack.finish()

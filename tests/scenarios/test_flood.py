# SPDX-License-Identifier: MIT
"""Who writes too much, let in or not, waits alone, and leaves nothing behind that grows with what was written."""

from __future__ import annotations

from stack import BORIS, BOT_ID, SLOWNESS, VERA, Stack, until

STRANGERS = [900_001 + number for number in range(100)]
OF_STRANGERS, OF_BORIS = 5000, 1500  # more than a gateway holds of replies
FLOOD_S = 60 * SLOWNESS
ASKED_PER_HOUR, IDS_REMEMBERED = 10, 10_000  # of functions.lua


def flood(stack: Stack) -> None:
    for chat in STRANGERS:
        stack.telegram.post("/control/person", {"id": chat, "first_name": f"Stranger {chat}", "language_code": "en"})
    for chats, count in ((STRANGERS, OF_STRANGERS), ([BORIS], OF_BORIS)):
        body = {"chat_ids": chats, "text": "/help", "count": count}
        stack.telegram.last_update_id = stack.telegram.post("/control/burst", body)["update_id"]


def ask_and_hear(stack: Stack, chat: int, text: str, answer: str) -> None:
    stack.telegram.send(chat, text)
    stack.telegram.await_text(chat, answer)


def test_a_flood_holds_nobody_else_up_and_leaves_nothing_that_grows(stack: Stack) -> None:
    stack.settings["TELEGRAM_RATE"] = "on"  # a message a second to a chat: the answers to a flood wait for minutes
    stack.start()
    for chat in (BORIS, VERA):
        stack.redis.call("HSET", stack.key("access"), chat, "test")
    flood(stack)
    ask_and_hear(stack, VERA, "/help", "/domains")  # while they are taken in
    until(stack.telegram.confirmed, "all updates are taken in", FLOOD_S)
    until(lambda: not stack.redis.call("XLEN", stack.key("updates")), "all updates are worked on", FLOOD_S)
    ask_and_hear(stack, VERA, "/start", "Beget Manager")  # while the answers wait
    assert len(stack.telegram.texts(BORIS)) < OF_BORIS / 2, "Vera's answers came after those to Boris"

    assert not any(stack.telegram.texts(chat) for chat in STRANGERS)
    assert len(stack.redis.call("KEYS", stack.key("asked:*"))) <= ASKED_PER_HOUR
    assert stack.redis.call("ZCARD", stack.key(f"seen:{BOT_ID}")) <= IDS_REMEMBERED
    assert int(stack.redis.call("HGET", stack.key("meta"), "strangers")) == OF_STRANGERS

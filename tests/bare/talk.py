#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Talks to the bot of a sandbox that deploy/run has just started: talk.py URL"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))
from stack import ANNA, BORIS, VERA, Telegram  # noqa: E402

DEADLINE_S = 60


def say(text: str) -> None:
    print(f"{time.strftime('%T')}  {text}", flush=True)


def ask(telegram: Telegram, person: int, text: str, answer: str) -> None:
    say(f"{person}: {text}")
    telegram.send(person, text)
    telegram.await_text(person, answer, DEADLINE_S)


def press(telegram: Telegram, person: int, label: str, answer: str) -> None:
    """Presses the newest button of that label."""
    say(f"{person} presses [{label}]")
    for message in reversed(telegram.chat(person)["messages"]):
        for button in (button for row in message["keyboard"] for button in row):
            if button["text"] == label:
                telegram.press(person, message["message_id"], button["data"])
                telegram.await_text(person, answer, DEADLINE_S)
                return
    raise AssertionError(f"no button {label!r} in {telegram.chat(person)['messages']}")


def main() -> int:
    telegram = Telegram(sys.argv[1])
    ask(telegram, ANNA, "/start", "Beget Manager")
    ask(telegram, ANNA, "/domains", "Домены: 4")
    press(telegram, ANNA, "example-shop.ru", "example-shop.ru")
    ask(telegram, ANNA, "/dns пример.рф", "DNS пример.рф")
    ask(telegram, BORIS, "/domains", "Domains: 1")
    telegram.send(VERA, "/start")
    ask(telegram, ANNA, "/help", "/domains")
    assert telegram.texts(VERA) == [], telegram.texts(VERA)
    violations = telegram.get("/control/log?method=none")["violations"]
    assert not violations, f"rules of Telegram that the bot broke: {violations}"
    return 0


if __name__ == "__main__":
    sys.exit(main())

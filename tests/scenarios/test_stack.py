# SPDX-License-Identifier: MIT
"""The judge is judged: what Stack.finish() and the player of transcripts look for, they find."""

from __future__ import annotations

import os
import re
import signal
import socket
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_runner import Mismatch, Player, parse
from stack import ANNA, PASSWORD, TOKEN_SECRET, Stack

MENU = "Anna: /start\nBot:\n  | Beget Manager\n  | …\n  | […]\n"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


DEFECTS: dict[str, tuple[Callable[[Stack], object], str]] = {
    "a dead letter": (lambda stack: stack.redis.call("XADD", "{beget}:dead", "*", "v", "1"), "left in Redis"),
    "a chat that stays busy": (lambda stack: stack.redis.call("HSET", "{beget}:busy", "1", "x"), "left in Redis"),
    "a broken rule of Telegram": (
        lambda stack: stack.telegram.get(f"/bot7000000001:{TOKEN_SECRET}/sendMessage?chat_id=1001"),
        "telegram-sim refuses|400",
    ),
    "the token in a log": (lambda stack: append(stack["gateway"].log_path, TOKEN_SECRET), "a secret in gateway.log"),
    "the password in Redis": (lambda stack: stack.redis.call("SET", "x", PASSWORD), "a secret in .*aof"),
    "a report of a sanitizer": (
        lambda stack: append(stack["worker"].log_path, "\n==7==ERROR: LeakSanitizer: detected memory leaks\n"),
        "worker:\n.*LeakSanitizer",
    ),
    "a crash": (lambda stack: os.kill(stack["worker"].pid, signal.SIGABRT), "worker ended with exit code -6"),
}


@pytest.mark.parametrize(("defect", "complaint"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_fails_the_test(stack: Stack, defect: Callable[[Stack], object], complaint: str) -> None:
    stack.start()
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    with pytest.raises(Exception, match=re.compile(complaint, re.DOTALL)):
        defect(stack)
        stack.finish()


@pytest.mark.parametrize(
    ("transcript", "complaint"),
    [
        (MENU + "Bot: And another thing", "line 7: the bot does not say"),
        ("Anna: /start\nBot says nothing", "line 3: in the chat of Anna the bot says more than the transcript tells"),
        (MENU + "Anna presses [🌐 Домены]\nBot: Домены: 4", "line 8: the bot does not say"),
        (MENU + "Anna presses [🌐 Домены]\nBot says nothing", "line 8: in the chat of Anna the bot edits more"),
        (MENU + "Anna presses [No such button]\nBot: x", "line 7: no button"),
        (MENU + "Boris: /start\nBot: x", "line 8: the bot does not say"),
        (MENU + "check beget: domain/getList called 1 time", "line 7: domain/getList was called 0 times"),
        (MENU + "check redis: GET x -> 1", "line 7: Redis answers ''"),
    ],
    ids=["a missing message", "an untold message", "an edit instead of a message", "an untold edit", "a missing button",
         "silence", "a missing call", "another state"],
)  # fmt: skip
def test_a_transcript_that_is_not_what_happens_fails(stack: Stack, transcript: str, complaint: str) -> None:
    with pytest.raises(Mismatch, match=complaint):
        Player(stack).play(parse(f"# What it shows.\n{transcript}\n"))


def test_the_port_of_a_simulator_that_does_not_run_refuses_connections_and_is_nobody_elses(stack: Stack) -> None:
    stack.start("beget-sim")
    place = ("127.0.0.1", urllib.parse.urlsplit(stack.beget.url).port)
    stack["beget-sim"].kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place)
    with pytest.raises(OSError, match="in use"), socket.socket() as other:
        other.bind(place)
    stack.start("beget-sim")
    socket.create_connection(place).close()

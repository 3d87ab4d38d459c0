#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Talks to the bot's own profile beside a sandbox whose simulators it is given: bot.py PROJECT COMPOSE-COMMAND...

First on a Redis from before it had users, then with four workers, which all get other passwords at the end.
"""

from __future__ import annotations

import subprocess
import sys
import time

import users
from talk import DEADLINE_S, await_healthy, await_page, say
from stack import ANNA, Telegram
from users import answers

WORKERS = 4


def compose_says(compose: list[str], *words: str) -> str:
    return subprocess.run([*compose, *words], check=True, capture_output=True, text=True).stdout.strip()


def lend_simulators(compose: list[str], project: str) -> None:
    """The bot's services reach them as they would reach Telegram and Beget; the sandbox's own gateway is stopped, as Telegram serves one."""
    subprocess.run([*compose, "stop", "sandbox-gateway"], check=True, capture_output=True)
    subprocess.run([*compose, "up", "--no-start", "--no-build", "redis", "gateway", "worker"], check=True, capture_output=True)
    for simulator in ("telegram-sim", "beget-sim"):
        subprocess.run(
            ["docker", "network", "connect", "--alias", simulator, f"{project}_outside", compose_says(compose, "ps", "-q", simulator)],
            check=True,
        )


def main() -> int:
    project, compose = sys.argv[1], sys.argv[2:]
    lend_simulators(compose, project)
    telegram = Telegram("http://" + compose_says(compose, "port", "telegram-sim", "8081"))  # each network gives it a new one
    await_page(telegram)
    say("the bot, on a Redis that had no users")
    users.upgrade(telegram, compose)
    say("the bot, with four workers on one volume")
    scale = ("--scale", f"worker={WORKERS}")
    subprocess.run([*compose, "up", "-d", "--no-build", *scale, "redis", "gateway", "worker"], check=True, capture_output=True)
    before = answers(telegram)
    for _ in range(WORKERS):
        telegram.send(ANNA, users.QUESTION)
    deadline = time.monotonic() + DEADLINE_S
    while answers(telegram) < before + WORKERS:
        assert time.monotonic() < deadline, telegram.texts(ANNA)
        time.sleep(0.2)
    workers = compose_says(compose, "ps", "-q", "worker").split()
    assert len(workers) == WORKERS, workers
    for service in ("redis", "gateway", "worker"):
        await_healthy(compose, service)
        say(f"{service} is healthy")
    say("other passwords, while Anna waits")
    users.change_passwords(telegram, compose)
    return 0


if __name__ == "__main__":
    sys.exit(main())

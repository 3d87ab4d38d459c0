#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Talks to the bot of the composed sandbox: talk.py URL COMPOSE-COMMAND..."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))
from stack import ANNA, BORIS, VERA, Telegram  # noqa: E402

DEADLINE_S = 60  # containers start one after the other


def say(text: str) -> None:
    print(f"{time.strftime('%T')}  {text}", flush=True)


def await_page(telegram: Telegram) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            telegram.get("/control/people")
            return
        except OSError:
            assert time.monotonic() < deadline, "the chat page does not answer"
            time.sleep(0.2)


def await_healthy(compose: list[str], service: str) -> None:
    """Until the health check of each container, which asks the program, has said so."""
    ids = subprocess.run([*compose, "ps", "-q", service], check=True, capture_output=True, text=True).stdout.split()
    inspect = ["docker", "inspect", "--format", "{{.State.Health.Status}}", *ids]
    deadline = time.monotonic() + DEADLINE_S
    while True:
        status = subprocess.run(inspect, check=True, capture_output=True, text=True).stdout.strip()
        if set(status.split()) == {"healthy"}:
            return
        assert time.monotonic() < deadline, f"{service} is {status}"
        time.sleep(0.2)


def ask_until_let_in(telegram: Telegram, person: int, text: str, answer: str) -> None:
    """The container that lets people in may start last."""
    for _ in range(DEADLINE_S // 2):
        telegram.send(person, text)
        try:
            telegram.await_text(person, answer, timeout_s=2)
            return
        except AssertionError:
            continue
    raise AssertionError(f"{person} is not let in")


def main() -> int:
    telegram = Telegram(sys.argv[1])
    compose = sys.argv[2:]
    await_page(telegram)

    say("Anna: /start")
    telegram.send(ANNA, "/start")
    telegram.await_text(ANNA, "Beget Manager", DEADLINE_S)
    say("Anna: /domains")
    telegram.send(ANNA, "/domains")
    telegram.await_text(ANNA, "Домены: 4", DEADLINE_S)
    say("Boris: /domains, of which he may see one")
    ask_until_let_in(telegram, BORIS, "/domains", "Domains: 1")
    for service in ("sandbox-gateway", "sandbox-worker"):
        await_healthy(compose, service)
        say(f"{service} is healthy")

    say("the worker is restarted while Anna's request is under way")
    telegram.send(ANNA, "/dns example-shop.ru")
    subprocess.run([*compose, "restart", "sandbox-worker"], check=True, capture_output=True)
    telegram.await_text(ANNA, "example-shop.ru", DEADLINE_S)
    say("the worker is killed, and Anna writes meanwhile")
    subprocess.run([*compose, "kill", "sandbox-worker"], check=True, capture_output=True)
    telegram.send(ANNA, "/help")
    subprocess.run([*compose, "up", "-d", "--no-build", "sandbox-worker"], check=True, capture_output=True)
    telegram.await_text(ANNA, "/domains", DEADLINE_S)

    say("Vera, whom nobody let in, gets no answer")
    telegram.send(VERA, "/start")
    deadline = time.monotonic() + DEADLINE_S
    while not telegram.confirmed():
        assert time.monotonic() < deadline, "her message is not taken"
        time.sleep(0.1)
    assert telegram.texts(VERA) == [], telegram.texts(VERA)

    violations = telegram.get("/control/log?method=none")["violations"]
    assert not violations, f"rules of Telegram that the bot broke: {violations}"
    logs = subprocess.run([*compose, "logs", "--no-color"], check=True, capture_output=True, text=True).stdout
    assert not re.search(r"(?<!--token )SANDBOX-token|sandbox-password", logs), "a secret in a log"
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""The users of the bot's Redis: an installation from before them gets them, all get other passwords, and nothing is lost."""

from __future__ import annotations

import os
import subprocess

from talk import DEADLINE_S, await_healthy
from stack import ANNA, Telegram, until

FORMER = ("-f", "docker-compose.yml", "-f", "tests/compose/former.yml")
SERVICES = ("redis", "gateway", "worker")
QUESTION = "/domains"
ANSWER = "Домены: 4"


def run(*command: str, **environment: str) -> str:
    said = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    return said.stdout.strip()


def answers(telegram: Telegram) -> int:
    return sum(ANSWER in text for text in telegram.texts(ANNA))


def await_answer(telegram: Telegram, before: int) -> None:
    until(lambda: answers(telegram) == before + 1, "the answer", DEADLINE_S)


def waiting(compose: list[str]) -> bool:
    return run(*compose, "exec", "-T", "redis", "redis-cli", "XLEN", "{beget}:updates") == "1"


def password_of(compose: list[str], user: str) -> str:
    url = run(*compose, "exec", "-T", "redis", "cat", f"/credentials/redis/users/{user}.redis_url")
    assert url.startswith(f"redis://{user}:") and url.endswith("@redis:6379/0"), f"not the URL of {user}"
    return url.split("@")[0].rsplit(":", 1)[1]


def upgrade(telegram: Telegram, compose: list[str]) -> None:
    """A Redis that everybody may enter has a question of Anna's when all of it is started as it is today."""
    before = answers(telegram)
    run(*compose, *FORMER, "up", "-d", "--no-build", "redis", "gateway")
    telegram.send(ANNA, QUESTION)
    until(lambda: waiting(compose), "the question waits", DEADLINE_S)
    leave_half_made(compose)
    run(*compose, "up", "-d", "--no-build", *SERVICES)
    await_answer(telegram, before)


def leave_half_made(compose: list[str]) -> None:
    """What a first start leaves that is killed before all passwords are made."""
    half = "mkdir /credentials/redis/new && echo redis:// >/credentials/redis/new/gateway.redis_url"
    run(*compose, "run", "--rm", "--no-deps", "redis", "sh", "-c", half)


def comes_in(compose: list[str], user: str, password: str) -> bool:
    redis = run(*compose, "ps", "-q", "redis")
    said = run("docker", "exec", "-e", "REDISCLI_AUTH", redis, "redis-cli", "--user", user, "PING", REDISCLI_AUTH=password)
    assert said.endswith("PONG") or "WRONGPASS" in said or "NOAUTH" in said, said
    return said.endswith("PONG")


def queuectl(compose: list[str], *words: str) -> None:
    run(*compose, "exec", "-T", "worker", "queuectl", *words, "--yes")


def starts(compose: list[str]) -> str:
    """When each container of the services that are no Redis was started."""
    containers = run(*compose, "ps", "-q", *SERVICES[1:]).split()
    return run("docker", "inspect", "--format", "{{.Name}} {{.State.StartedAt}}", *containers)


def change_passwords(telegram: Telegram, compose: list[str]) -> None:
    """As docs/redis.md says it, while a question of Anna's waits for a worker."""
    before = answers(telegram)
    old = {user: password_of(compose, user) for user in ("gateway", "worker", "operator")}
    assert all(comes_in(compose, user, password) for user, password in old.items())
    started = starts(compose)
    queuectl(compose, "pause", "--why", "other passwords")
    telegram.send(ANNA, QUESTION)
    until(lambda: waiting(compose), "the question waits", DEADLINE_S)
    run(*compose, "exec", "-T", "redis", "rm", "-r", "/credentials/redis/users")
    run(*compose, "restart", "redis")
    await_healthy(compose, "redis")
    queuectl(compose, "resume", "--why", "other passwords are in use")
    await_answer(telegram, before)
    for service in SERVICES:
        await_healthy(compose, service)
    assert starts(compose) == started, "a service was restarted"
    for user, password in old.items():
        assert not comes_in(compose, user, password), f"{user} comes in with the old password"
        assert comes_in(compose, user, password_of(compose, user)), f"{user} does not come in with the new one"

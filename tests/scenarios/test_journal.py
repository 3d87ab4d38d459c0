# SPDX-License-Identifier: MIT
"""Two hosts with a database each: both have every event exactly once, whatever is killed when and however long one is away."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import closing

from stack import Stack, until

HOSTS = ("worker", "worker-2")
BATCHES, BATCH = 40, 25
BEGAN_MS = int(time.time() * 1000)  # what is a year old is not kept


def add_events(stack: Stack, first: int, count: int) -> None:
    """As a worker's done does."""
    for ref in range(first, first + count):
        fields = {
            "v": 1, "ref": ref, "chat_id": 1001, "user_id": 1001, "user": "@anna", "action": "dns", "target": "example-shop.ru",
            "result": "ok", "before": "", "after": "", "ms": BEGAN_MS + ref,
        }  # fmt: skip
        stack.redis.call("XADD", stack.key("events"), "*", *[word for pair in fields.items() for word in pair])


def start_host(stack: Stack, host: str) -> None:
    if host == "worker":
        stack.start(host)
    else:
        stack.start_second_worker()


def start_hosts(stack: Stack) -> None:
    stack.start("redis", "telegram-sim", "beget-sim")
    for host in HOSTS:
        start_host(stack, host)
    until(lambda: len(followers(stack)) == len(HOSTS), "both files are known")


def refs(stack: Stack, host: str) -> list[int]:
    """The events in a host's file, in its order."""
    path = stack.data_dir(host) / "bot.db"
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(path, timeout=10)) as db:
            return [row[0] for row in db.execute("SELECT ref FROM action_logs WHERE action = 'dns' ORDER BY id")]
    except sqlite3.OperationalError:  # killed before it had made its tables
        return []


def await_events(stack: Stack, host: str, count: int) -> None:
    until(lambda: len(refs(stack, host)) >= count, f"{host} has {count} events")


def await_trimmed(stack: Stack) -> None:
    until(lambda: stack.redis.call("XLEN", stack.key("events")) == 0, "what both files have is let go")


def followers(stack: Stack) -> list[str]:
    if not stack.redis.call("EXISTS", stack.key("events")):
        return []
    groups = stack.redis.call("XINFO", "GROUPS", stack.key("events"))
    return [dict(zip(group[::2], group[1::2]))["name"] for group in groups]


def test_two_files_have_each_event_once_however_often_their_workers_are_killed(stack: Stack) -> None:
    seed = int(os.environ.get("SEED", random.randrange(10**6)))
    print(f"SEED={seed}")
    chance = random.Random(seed)
    start_hosts(stack)
    for batch in range(BATCHES):
        add_events(stack, batch * BATCH + 1, BATCH)
        victim = chance.choice(HOSTS)
        if chance.random() < 0.5:  # else the worker gets as far as this process is slow
            await_events(stack, victim, chance.randrange(batch * BATCH + 1, (batch + 1) * BATCH + 1))
        stack[victim].kill()
        start_host(stack, victim)
    for host in HOSTS:
        await_events(stack, host, BATCHES * BATCH)
    await_trimmed(stack)
    for host in HOSTS:
        assert refs(stack, host) == list(range(1, BATCHES * BATCH + 1))
    stack.start("gateway")
    stack.finish()


def test_a_file_that_was_away_catches_up_and_nothing_is_let_go_before(stack: Stack) -> None:
    start_hosts(stack)
    stack["worker-2"].kill()
    add_events(stack, 1, 1200)
    await_events(stack, "worker", 1200)
    assert stack.redis.call("XLEN", stack.key("events")) == 1200
    start_host(stack, "worker-2")
    await_events(stack, "worker-2", 1200)
    await_trimmed(stack)
    assert refs(stack, "worker") == refs(stack, "worker-2") == list(range(1, 1201))
    stack.start("gateway")
    stack.finish()


def test_a_file_that_is_gone_for_good_is_removed_by_hand(stack: Stack) -> None:
    start_hosts(stack)
    stack["worker-2"].kill()
    with closing(sqlite3.connect(stack.data_dir("worker-2") / "bot.db")) as db:
        gone = db.execute("SELECT name FROM journal").fetchone()[0]
    add_events(stack, 1, 10)
    await_events(stack, "worker", 10)
    assert stack.redis.call("XLEN", stack.key("events")) == 10
    assert gone in followers(stack)
    stack.redis.call("XGROUP", "DESTROY", stack.key("events"), gone)
    await_trimmed(stack)
    stack.start("gateway")
    stack.finish()

# SPDX-License-Identifier: MIT
"""Redis with two replicas and three sentinels: the services find the master, and lose nothing when it is killed.

All servers have the users of deploy/users.acl, and everybody is one of them: the services, the replicas, the sentinels.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from stack import ANNA, BORIS, ROOT, SLOWNESS, TESTER, TESTER_PASSWORD, Program, Redis, Stack, until

FAIL_OVER_S = 30 * SLOWNESS
USERS = ("gateway", "worker", "operator")


@dataclass
class Server:
    """One Redis of several with the same data."""

    program: Program
    port: int
    redis: Redis

    def is_master(self) -> bool:
        try:
            return self.redis.answers() and bool(self.redis.call("ROLE")[0] == "master")
        except OSError:  # a server that is made a replica drops its clients
            return False


class Master(Redis):
    """Asks whoever is the master: a busy machine may make the sentinels choose more than once."""

    def __init__(self, servers: list[Server]) -> None:
        super().__init__(servers[0].redis.path)
        self.servers = servers

    def close(self) -> None:
        for server in self.servers:
            server.redis.close()

    def call(self, *words: str | int | bytes) -> Any:
        deadline = time.monotonic() + FAIL_OVER_S
        while True:
            master = next((server for server in self.servers if server.is_master()), None)
            try:
                if master:
                    return master.redis.call(*words)
            except OSError:
                assert time.monotonic() < deadline, "no master answers"
            assert time.monotonic() < deadline, "no server is the master"
            time.sleep(0.05)


class Cluster:
    """A master, two replicas and three sentinels; the first server is the first master."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        ports = [stack.hold_port() for _ in range(6)]
        places = ",".join(f"127.0.0.1:{port}" for port in ports[3:])
        self.users = stack.make_users(f"sentinel://{places}/main")
        stack.acl = True
        self.servers = [self._server(f"redis-{port}", port) for port in ports[:3]]
        self.sentinels = [(Program(f"sentinel-{port}", stack.folder), port) for port in ports[3:]]
        for server in self.servers:
            stack.programs[server.program.name] = server.program
            self.start_server(server)
        until(lambda: self._replicas() == 2, "two replicas follow")
        for program, port in self.sentinels:
            stack.programs[program.name] = program
            self._start_sentinel(program, port)
        watchers = [Redis(stack.folder / f"{program.name}.sock") for program, _ in self.sentinels]
        until(lambda: all(self._knows_all(watcher) for watcher in watchers), "the sentinels know each other")
        for watcher in watchers:
            watcher.close()
        stack.redis = Master(self.servers)

    def _server(self, name: str, port: int) -> Server:
        return Server(Program(name, self._stack.folder), port, Redis(self._stack.folder / f"{name}.sock"))

    def start_server(self, server: Server) -> None:
        folder = self._stack.folder / server.program.name
        config = folder / "redis.conf"
        if not folder.exists():
            folder.mkdir()
            shutil.copy(ROOT / "deploy/redis.conf", config)
            with config.open("a") as out:
                out.write(f"aclfile {self.users}/users.acl\ninclude {self.users}/replica.conf\n")
                out.write(f"port {server.port}\nbind 127.0.0.1\ndir {folder}\nunixsocket {server.redis.path}\n")
                out.write("min-replicas-to-write 1\nrepl-diskless-sync-delay 0\nrepl-ping-replica-period 1\n")
                out.write(f"logfile {server.program.log_path}\n")
                if server is not self.servers[0]:
                    out.write(f"replicaof 127.0.0.1 {self.servers[0].port}\n")
        server.redis.close()
        server.redis.user, server.redis.password = TESTER, TESTER_PASSWORD
        server.program.start(["redis-server", str(config)], {"PATH": os.environ["PATH"]})
        until(server.redis.answers, f"{server.program.name} answers")

    def _start_sentinel(self, program: Program, port: int) -> None:
        config = self._stack.folder / f"{program.name}.conf"
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self._stack.folder}\nunixsocket {self._stack.folder}/{program.name}.sock\n"
            f"sentinel monitor main 127.0.0.1 {self.servers[0].port} 2\ninclude {self.users}/sentinel.conf\n"
            f"sentinel down-after-milliseconds main 3000\nsentinel failover-timeout main 20000\n"
            f"logfile {program.log_path}\n"
        )
        program.start(["redis-server", str(config), "--sentinel"], {"PATH": os.environ["PATH"]})

    def _replicas(self) -> int:
        role = self.servers[0].redis.call("ROLE")
        return len(role[2])

    @staticmethod
    def _knows_all(watcher: Redis) -> bool:
        if not watcher.answers():
            return False
        others = watcher.call("SENTINEL", "SENTINELS", "main")
        replicas = watcher.call("SENTINEL", "REPLICAS", "main")
        return len(others) == 2 and len(replicas) == 2

    def await_master_after(self, old: Server) -> None:
        """Waits until another one is the master; `old`, which may hang, is not asked until then."""
        others = [server for server in self.servers if server is not old]
        until(lambda: any(server.is_master() for server in others), "another master", FAIL_OVER_S)


@pytest.fixture
def cluster(stack: Stack) -> Iterator[Cluster]:
    """Everything runs, over sentinels; afterwards no log holds a password of Redis."""
    made = Cluster(stack)
    stack.settings["JOB_LEASE_S"] = "600"  # what an answer that was lost handed over is found without it
    stack.start("telegram-sim", "beget-sim")
    stack.redis.call("HSET", stack.key("access"), BORIS, "Boris")
    stack.start("worker", "gateway")
    yield made
    for program in [*(server.program for server in made.servers), *(program for program, _ in made.sentinels)]:
        program.ended_by_test = True  # their end is not the subject
    stack.finish()
    for name in ("gateway", "worker"):
        assert not any(stack.redis_password(user) in stack[name].log for user in USERS)


def ask(stack: Stack, count: int) -> None:
    for number in range(count):
        stack.telegram.send((ANNA, BORIS)[number % 2], "/help")


def answers(stack: Stack) -> int:
    return len(stack.telegram.texts(ANNA)) + len(stack.telegram.texts(BORIS))


def await_answers(stack: Stack, count: int) -> None:
    until(lambda: answers(stack) >= count, f"{count} answers", FAIL_OVER_S + 30 * SLOWNESS)


def test_a_master_that_is_killed_takes_nothing_with_it(stack: Stack, cluster: Cluster) -> None:
    ask(stack, 20)
    await_answers(stack, 5)
    cluster.servers[0].program.kill()
    ask(stack, 20)
    cluster.await_master_after(cluster.servers[0])
    ask(stack, 10)
    await_answers(stack, 50)
    stack.settle(FAIL_OVER_S)
    assert answers(stack) == 50


class Crowd:
    """Anna and Boris ask, ten times a second each, until told to stop."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.asked = 0

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.1):
            ask(self._stack, 2)
            self.asked += 2


def logged(stack: Stack, action: str) -> int:
    with closing(sqlite3.connect(f"file:{stack.folder}/bot.db?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM action_logs WHERE action = ?", (action,)).fetchone()[0])


def test_under_load_everything_that_was_asked_is_answered_and_logged_once(
    stack: Stack, cluster: Cluster, record_property: Any
) -> None:
    """What was acknowledged before the master was killed is there, and what came meanwhile is not lost."""
    with Crowd(stack) as crowd:
        await_answers(stack, 20)
        stack.redis.call("HSET", stack.key("access"), 1009, "acknowledged")
        assert stack.redis.call("WAIT", 1, 5000) >= 1
        cluster.servers[0].program.kill()
        killed = time.monotonic()
        cluster.await_master_after(cluster.servers[0])
        elected_s = time.monotonic() - killed
        await_answers(stack, crowd.asked)  # what was asked until there was a master
        recovered_s = time.monotonic() - killed
    await_answers(stack, crowd.asked)
    stack.settle(FAIL_OVER_S)
    assert stack.redis.call("HGET", stack.key("access"), 1009) == "acknowledged"
    until(lambda: logged(stack, "help") >= crowd.asked, "every answer is in the log", FAIL_OVER_S)
    assert logged(stack, "help") == crowd.asked
    record_property("elected_s", f"{elected_s:.1f}")
    record_property("recovered_s", f"{recovered_s:.1f}")
    print(f"another master after {elected_s:.1f} s, all that was asked answered after {recovered_s:.1f} s: {crowd.asked}")


@pytest.mark.long
def test_a_master_that_hung_is_left_when_it_comes_back_as_a_replica(stack: Stack, cluster: Cluster) -> None:
    old = cluster.servers[0]
    ask(stack, 4)
    await_answers(stack, 4)
    stack.settle()  # what was sent is noted: between the two a message may be repeated
    os.kill(old.program.pid, signal.SIGSTOP)
    try:
        ask(stack, 4)
        cluster.await_master_after(old)
    finally:
        os.kill(old.program.pid, signal.SIGCONT)
    await_answers(stack, 8)
    until(lambda: not old.is_master(), "the old master follows the new one", FAIL_OVER_S)
    ask(stack, 4)
    await_answers(stack, 12)
    stack.settle(FAIL_OVER_S)
    assert answers(stack) == 12


def test_a_sentinel_that_hangs_and_one_that_is_gone_do_not_matter(stack: Stack, cluster: Cluster) -> None:
    stack["gateway"].kill()
    os.kill(cluster.sentinels[0][0].pid, signal.SIGSTOP)
    cluster.sentinels[1][0].kill()
    try:
        stack.redis.call("DEL", stack.key("lease:gateway"))
        stack.start("gateway")
        ask(stack, 2)
        await_answers(stack, 2)
    finally:
        os.kill(cluster.sentinels[0][0].pid, signal.SIGCONT)


def test_what_no_replica_has_is_not_confirmed_to_telegram(stack: Stack, cluster: Cluster) -> None:
    """The master goes on for a while when its replicas hang; what it says alone does not count."""
    stack["gateway"].await_log(r" lease\.acquired")
    stack["worker"].await_log(r" journal\.seeded")
    stack.settle()
    replicas = [server.program.pid for server in cluster.servers[1:]]
    for pid in replicas:
        os.kill(pid, signal.SIGSTOP)
    try:
        ask(stack, 2)
        stack["gateway"].await_log(r" redis\.waiting part=updates why=.*WAIT: no replica")
        assert not stack.telegram.confirmed()
    finally:
        for pid in replicas:
            os.kill(pid, signal.SIGCONT)
    await_answers(stack, 2)
    stack.settle(FAIL_OVER_S)
    assert answers(stack) == 2


def test_without_a_replica_nothing_is_taken_in(stack: Stack, cluster: Cluster) -> None:
    """min-replicas-to-write says that one copy is too few; Telegram keeps the updates meanwhile."""
    for server in cluster.servers[1:]:
        server.program.kill()
    ask(stack, 3)
    stack["gateway"].await_log(r" redis\.waiting part=\w+ why=.*(NOREPLICAS|WAIT: no replica)", FAIL_OVER_S)
    cluster.start_server(cluster.servers[1])
    await_answers(stack, 3)
    stack.settle(FAIL_OVER_S)
    assert answers(stack) == 3

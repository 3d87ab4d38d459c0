# SPDX-License-Identifier: MIT
"""What a sentinel may answer, good and bad: an imitation answers, a real Redis is what it should lead to."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from stack import ANNA, DEADLINE_S, Stack, until

PASSWORD = "sentinel-password-that-nobody-may-see"
NEW_PASSWORD = "rotated-password-that-nobody-may-see"
HANG = "hang"


class Sentinel(socketserver.ThreadingTCPServer):
    """Answers every question with `answer`; "" hangs up, HANG says nothing."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answerer)
        self.answer = ""
        self.password = ""
        self.asked = 0
        self.over = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def lead_to(self, port: int) -> None:
        self.answer = f"*2\r\n$9\r\n127.0.0.1\r\n${len(str(port))}\r\n{port}\r\n"


class Answerer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        sentinel = self.server
        assert isinstance(sentinel, Sentinel)
        logged_in = not sentinel.password
        while question := self.request.recv(65536).decode():
            sentinel.asked += 1
            if "AUTH" in question:
                logged_in = f"\r\n{sentinel.password}\r\n" in question
                answer = "+OK\r\n" if logged_in else "-WRONGPASS no\r\n"
            else:
                answer = sentinel.answer if logged_in else "-NOAUTH Authentication required.\r\n"
            if answer == HANG:
                sentinel.over.wait(DEADLINE_S)
                return
            if not answer:
                return
            self.request.sendall(answer.encode())


@pytest.fixture
def sentinel(stack: Stack) -> Iterator[Sentinel]:
    """An imitation that a gateway would ask, and a Redis with a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        redis_port = server.getsockname()[1]
    stack.redis_options = ["--port", str(redis_port), "--bind", "127.0.0.1"]
    stack.start("redis", "telegram-sim")
    with Sentinel() as made:
        made.lead_to(redis_port)
        stack.settings["REDIS_URL"] = f"sentinel://127.0.0.1:{made.port}/main"
        yield made
        made.over.set()
        made.shutdown()
    assert stack["gateway"].running()
    stack["gateway"].kill()
    assert PASSWORD not in stack["gateway"].log and NEW_PASSWORD not in stack["gateway"].log


def await_works(stack: Stack) -> None:
    queued = stack.redis.call("XLEN", stack.key("updates"))
    stack.telegram.send(ANNA, "/help")
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == queued + 1, "the update is queued")


BAD_ANSWERS = [
    ("*-1\r\n", 'knows no master "main": check its name'),
    ("$-1\r\n", 'knows no master "main": check its name'),
    ("-ERR out of order\r\n", "out of order"),
    ("+OK\r\n", "its answer is no address"),
    ("*0\r\n", "its answer is no address"),
    ("*2\r\n$9\r\n127.0.0.1\r\n$1\r\n0\r\n", "its answer is no address"),
    ("*2\r\n$9\r\n127.0.0.1\r\n$5\r\n65536\r\n", "its answer is no address"),
    ("*2\r\n:1\r\n:2\r\n", "its answer is no address"),
    ("HTTP/1.1 400 Bad Request\r\n\r\n", "connection lost"),
    ("", "connection lost"),
    (HANG, "no answer within"),
]


@pytest.mark.parametrize(("answer", "told"), BAD_ANSWERS)
def test_a_bad_answer_is_told_and_asked_for_again(stack: Stack, sentinel: Sentinel, answer: str, told: str) -> None:
    good, sentinel.answer = sentinel.answer, answer
    stack.start("gateway")
    stack["gateway"].await_log(r" redis\.waiting ")
    line = next(line for line in stack["gateway"].log.splitlines() if " redis.waiting " in line)
    assert told in line.replace('\\"', '"') and f"sentinel 127.0.0.1:{sentinel.port}" in line
    sentinel.answer = good
    await_works(stack)


def test_a_replica_is_not_taken_for_the_master(stack: Stack, sentinel: Sentinel) -> None:
    stack.redis.call("REPLICAOF", "127.0.0.1", "1")
    stack.start("gateway")
    stack["gateway"].await_log(r" redis\.waiting .*is a slave, not the master: a fail-over is under way")
    stack.redis.call("REPLICAOF", "NO", "ONE")
    await_works(stack)


def test_a_sentinel_that_wants_a_password_is_given_that_of_the_url(stack: Stack, sentinel: Sentinel) -> None:
    stack.redis.call("ACL", "SETUSER", "default", f">{PASSWORD}")
    sentinel.password = PASSWORD
    stack.settings["REDIS_URL"] = stack.settings["REDIS_URL"].replace("//", f"//:{PASSWORD}@")
    stack.start("gateway")
    await_works(stack)


def test_a_sentinel_and_its_server_have_another_password_and_the_gateway_goes_on(stack: Stack, sentinel: Sentinel) -> None:
    path = stack.folder / "redis_url"
    url = stack.settings["REDIS_URL"].replace("//", f"//:{PASSWORD}@")
    stack.settings |= {"REDIS_URL": "", "REDIS_URL_FILE": str(path)}
    path.write_text(url)
    stack.redis.call("ACL", "SETUSER", "default", f">{PASSWORD}")
    sentinel.password = PASSWORD
    stack.start("gateway")
    await_works(stack)
    path.write_text(url.replace(PASSWORD, NEW_PASSWORD))
    stack.redis.call("ACL", "SETUSER", "default", "resetpass", f">{NEW_PASSWORD}")
    sentinel.password = NEW_PASSWORD
    stack.redis.call("CLIENT", "KILL", "TYPE", "normal")
    await_works(stack)
    stack["gateway"].await_log(r" redis\.login_renewed address=")


def test_sentinels_are_asked_at_connections_only(stack: Stack, sentinel: Sentinel) -> None:
    stack.start("gateway")
    await_works(stack)
    asked = sentinel.asked
    for number in range(20):
        stack.telegram.send(ANNA, str(number))
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 21, "all are queued")
    assert sentinel.asked <= asked + 1  # a connection that was needed for the first time

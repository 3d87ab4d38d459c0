# SPDX-License-Identifier: MIT
"""The ways to be stuck, each made for real: it is named, monitors and alerts see it, and what is printed frees it.

A row of WAYS makes one. `queuectl stuck` then names its cause and its subject, `check` is red, `metrics` counts it and the alert
rings. What `stuck` prints is typed as it is, in a shell, until nothing is stuck any more; where it asks for something that only
a person can do (a new password, room on a disk), the row says what that is here, and "docker-compose up" or "systemctl start"
starts programs. In the end the person has the answer, or knows what became of the question, and everything is green.
"""

from __future__ import annotations

import os
import re
import resource
import shlex
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from alerts import Alerts, alert_of
from desk import Desk
from stack import ANNA, BIN_DIR, BORIS, SLOWNESS, Json, Program, Stack, until

SILENCE_S = 40 * SLOWNESS  # STUCK_SILENCE_MS, and time to see it
PATIENCE_S = 90 * SLOWNESS  # STUCK_PATIENCE_MS, and time to see it
STEPS_MOST = 4  # commands until one is free
MB = 1 << 20

LIST, CREATE = "domain/getList", "domain/addSubdomainVirtual"
DOMAINS, HELP, DONE, UNKNOWN = "Домены: 4", "/domains", "✅", "❓"


class Case:
    """One way to be stuck: the real programs, an operator's desk, and the alerts."""

    def __init__(self, stack: Stack, alerts: Alerts) -> None:
        self.stack, self.alerts = stack, alerts
        self.desk = Desk(stack)
        self.update = 0  # what the person waits for
        self.workers = ["worker"]

    def start(self, second_worker: bool, settings: dict[str, str]) -> None:
        self.stack.settings.update(settings)
        if second_worker:
            self.stack.add("worker")
            self.workers.append("worker-2")
        ports = {name: self.stack.hold_port() for name in ("gateway", *self.workers)}
        for name, port in ports.items():
            self.stack.extra.setdefault(name, {})["HTTP_LISTEN"] = f"127.0.0.1:{port}"
        self.stack.start()
        for name in self.workers:
            self.stack[name].await_log(r" journal\.opened ")
        self.await_nothing()
        self.alerts.watch({"gateway": [ports["gateway"]], "worker": [ports[name] for name in self.workers]})

    def await_nothing(self) -> None:
        left: list[Json] = []

        def is_nothing() -> bool:
            left[:] = self.desk.stuck()
            return not left

        try:
            until(is_nothing, "nothing is stuck", SILENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {left}") from None

    # ---- what people do ----

    def ask(self, text: str, chat: int = ANNA) -> None:
        self.stack.telegram.send(chat, text)
        self.update = self.stack.telegram.last_update_id

    def confirm(self, text: str) -> None:
        """Asks for a change and presses what confirms it."""
        self.ask(text)
        until(lambda: self._confirming() is not None, "a question with a button")
        found = self._confirming()
        assert found
        self.stack.telegram.press(ANNA, *found)
        self.update = self.stack.telegram.last_update_id

    def _confirming(self) -> tuple[int, str] | None:
        for message in self.stack.telegram.chat(ANNA)["messages"]:
            for row in message.get("keyboard") or []:
                for button in row:
                    if button["text"].startswith(DONE):
                        return message["message_id"], button["data"]
        return None

    # ---- what goes on ----

    def await_call(self, method: str) -> None:
        until(lambda: bool(self.stack.beget.calls(method)), f"a worker calls {method}")

    def holder(self) -> Program:
        """The program of the worker that works on the update."""
        rows = self.stack.redis.call("XPENDING", self.stack.key("updates"), "workers", "-", "+", 100)
        [consumer] = [row[1] for row in rows if row[0].endswith(f"-{self.update}")]
        pid = int(consumer.rsplit("-", 2)[1])
        return next(self.stack[name] for name in self.workers if self.stack[name].pid == pid)

    def hang(self, method: str) -> None:
        """The next call of the method is not answered before the test is over."""
        self.stack.beget.fault(method=method, kind="hang", ms=600_000)


def run_by_systemd(stack: Stack, name: str) -> None:
    """Its process is told, as a unit's own is, that it is the one that systemd has started (systemd.exec(5))."""
    folder = stack.folder / "unit"
    folder.mkdir()
    program = folder / name
    program.write_text(f'#!/bin/sh\nexport SYSTEMD_EXEC_PID=$$\nexec {shlex.quote(str(BIN_DIR / name))} "$@"\n')
    program.chmod(0o755)
    stack.bin_dirs[name] = folder


# ---- making them ----


def stop_the_worker(case: Case) -> None:
    os.kill(case.stack["worker"].pid, signal.SIGSTOP)
    case.ask("/domains")


def kill_the_worker(case: Case) -> None:
    case.stack["worker"].kill()
    case.ask("/domains")


def kill_the_gateway(case: Case) -> None:
    case.stack["gateway"].kill()
    case.ask("/domains")


def kill_inside_a_change(case: Case) -> None:
    case.hang(CREATE)
    case.confirm("/sub add stuck.example-shop.ru")
    case.await_call(CREATE)
    case.holder().kill()


def poison(case: Case) -> None:
    """Whoever takes it dies; what supervises the workers starts them again."""
    case.ask("/poison")
    broken = 0
    while not case.stack.redis.call("XLEN", case.stack.key("dead")):
        until(lambda: not all(case.stack[name].running() for name in case.workers) or
              bool(case.stack.redis.call("XLEN", case.stack.key("dead"))), "the next worker dies, or the update is given up")
        for name in case.workers:
            if not case.stack[name].running():
                broken += 1
                case.stack.start(name)
    assert broken == 2


def hang_a_call(case: Case) -> None:
    case.hang(LIST)
    case.ask("/domains")
    hung = case.update
    case.await_call(LIST)
    case.ask("/help")
    case.ask("/domains")
    case.update = hung


def refuse_the_password(case: Case) -> None:
    case.stack["worker"].stop()
    case.stack.settings["BEGET_PASSWORD"] = "one-that-was-changed-in-the-panel"
    case.stack.start("worker")
    case.ask("/domains")
    case.stack.telegram.await_text(ANNA, "Beget не принимает мой вход")


def use_up_the_limit(case: Case) -> None:
    case.stack.beget.fault(method=LIST, kind="limit")
    case.ask("/domains")


def flood_a_chat(case: Case) -> None:
    case.stack.telegram.fault(method="sendMessage", kind="429", retry_after=3600, chat_id=ANNA)
    case.ask("/domains")


def revoke_the_token(case: Case) -> None:
    case.stack.telegram.fault(kind="401", count=-1)
    case.ask("/domains")


def fill_redis(case: Case) -> None:
    """With far more than what Redis takes and gives back by itself."""
    case.stack.redis.call("SETRANGE", "ballast", 16 * MB, "x")
    info = case.stack.redis.call("INFO", "memory")
    used = int(re.search(r"^used_memory:(\d+)", info, re.MULTILINE).group(1))  # type: ignore[union-attr]
    case.stack.redis.call("CONFIG", "SET", "maxmemory", used - 8 * MB)
    case.ask("/domains")


def fill_the_disk(case: Case) -> None:
    """No file of the worker may grow: what a full disk looks like to it."""
    whole = resource.prlimit(case.stack["worker"].pid, resource.RLIMIT_FSIZE)
    resource.prlimit(case.stack["worker"].pid, resource.RLIMIT_FSIZE, (4096, whole[1]))
    case.ask("/domains")


def delete_the_updates(case: Case) -> None:
    case.hang(LIST)
    case.ask("/domains")
    case.await_call(LIST)
    case.stack.redis.call("DEL", case.stack.key("updates"))


def lose_a_consumer(case: Case) -> None:
    case.hang(LIST)
    case.ask("/domains")
    case.await_call(LIST)
    program = case.holder()
    program.kill()
    services = case.stack.redis.call("HKEYS", case.stack.key("services"))
    [name] = [name for name in services if name.endswith(f"-{program.pid}")]
    case.stack.redis.call("HDEL", case.stack.key("services"), name)


def pause(case: Case) -> None:
    assert case.desk.run('queuectl pause --why "Beget is being repaired" --yes').code == 0
    case.ask("/domains")


def keep_no_file(case: Case) -> None:
    case.stack.redis.call("CONFIG", "SET", "appendonly", "no")
    case.ask("/domains")


# ---- what a command asks of a person ----


def put_the_password_right(case: Case) -> None:
    case.stack["worker"].stop()
    del case.stack.settings["BEGET_PASSWORD"]
    case.stack.start("worker")
    case.ask("/domains")  # its answer before was that Beget refuses


def put_in_a_new_token(case: Case) -> None:
    case.stack["gateway"].stop()
    case.stack.telegram.clear_faults()
    case.stack.start("gateway")


def make_room(case: Case) -> None:
    hard = resource.prlimit(case.stack["worker"].pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(case.stack["worker"].pid, resource.RLIMIT_FSIZE, (hard, hard))


def ask_again(case: Case) -> None:
    """What waited in a deleted stream is lost."""
    case.ask("/domains")


# ---- the rows ----


@dataclass(frozen=True)
class Way:
    name: str
    make: Callable[[Case], None]
    cause: str
    subject: str  # pattern; {update} is what the person waits for
    command: str  # pattern: how it begins
    answer: str = DOMAINS  # in the person's chat, in the end
    by_hand: Callable[[Case], None] | None = None  # what the command asks of a person; without it, it is typed
    afterwards: Callable[[Case], None] | None = None
    second_worker: bool = False
    unit: bool = False  # the worker is one of systemd
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)  # of the workers alone


START = r"docker-compose up -d {0}$|deploy/run  # on \S+, or what else starts the {0}$"
UNIT_START = r"systemctl start beget-manager-{0}  # on \S+$"
OF_COMPOSE = {  # what is to be done to the Redis of docker-compose: what does the same to that of the test
    r"raise maxmemory to (\d+mb) in docker-compose\.override\.yml .*": r"redis-cli CONFIG SET maxmemory \1",
    r"make room for the volume redis, .*": "redis-cli CONFIG SET appendonly yes maxmemory-policy noeviction",
}
NO_TAKEOVER = {"JOB_LEASE_S": "600", "BEGET_TIMEOUT_S": "300"}  # only what a person does helps within the test

WAYS = [
    Way("a worker is stopped", stop_the_worker, "no_worker", "worker", r"kill -CONT \d+  # on \S+$"),
    Way("the only worker is killed", kill_the_worker, "no_worker", "worker", START.format("worker")),
    Way("the only worker, which systemd runs, is killed", kill_the_worker, "no_worker", "worker", UNIT_START.format("worker"),
        unit=True),
    Way("the gateway is killed", kill_the_gateway, "no_gateway", "gateway", START.format("gateway")),
    Way("a worker is killed inside a call that changes something", kill_inside_a_change, "held_by_silent", "update {update}",
        "queuectl release ", UNKNOWN, second_worker=True, settings=NO_TAKEOVER),
    Way("a message kills every worker", poison, "dead", "update {update}", "queuectl drop ", "⚠️", second_worker=True,
        settings={"JOB_LEASE_S": "2", "BEGET_TIMEOUT_S": "1", "JOB_MAX_DELIVERIES": "2"},
        environment={"CRASH_ON_TEXT": "/poison"}),
    Way("a chat waits behind a call that hangs", hang_a_call, "running_long", "update {update}", "queuectl release ",
        settings=NO_TAKEOVER),
    Way("Beget refuses the password", refuse_the_password, "beget", r"-\d+$", "set BEGET_LOGIN and BEGET_PASSWORD in .env",
        by_hand=put_the_password_right),
    Way("Beget's limit is used up", use_up_the_limit, "beget_limit", "account sandbox", "queuectl limits clear sandbox "),
    Way("Telegram lets nothing be sent to a chat for an hour", flood_a_chat, "telegram_flood", f"chat {ANNA}",
        f"queuectl limits clear chat:{ANNA} "),
    Way("the token is revoked", revoke_the_token, "telegram", r"-\d+$", "set TELEGRAM_BOT_TOKEN in .env",
        by_hand=put_in_a_new_token),
    Way("Redis is full", fill_redis, "redis_full", "Redis", r"redis-cli CONFIG SET maxmemory |raise maxmemory to \d+mb "),
    Way("Redis keeps no file", keep_no_file, "redis_unsafe", "Redis", "redis-cli CONFIG SET appendonly yes |make room for the volume redis, "),
    Way("the disk of bot.db is full", fill_the_disk, "journal", r"-\d+$", "df -h ", by_hand=make_room),
    Way("the stream of updates is deleted", delete_the_updates, "damaged", "queue", "queuectl fsck --repair",
        afterwards=ask_again, settings=NO_TAKEOVER),
    Way("a consumer is gone with what it had", lose_a_consumer, "held_by_silent", "update {update}", "queuectl release ",
        second_worker=True, settings=NO_TAKEOVER),
    Way("somebody has paused it", pause, "paused", "queue", "queuectl resume "),
]  # fmt: skip


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerts]:
    watching = Alerts(Path(tmp_path_factory.mktemp("alerts")))
    yield watching
    watching.close()


def type_command(case: Case, command: str) -> None:
    """Each as it is printed; but what is started are the programs of the test, and its Redis is not that of docker-compose."""
    start = re.match(f"{START}|{UNIT_START}".format("(gateway|worker)"), command)
    if start:
        for name in ("gateway",) if "gateway" in start.groups() else case.workers:
            if not case.stack[name].running():
                case.stack.start(name)
        return
    for printed, does in OF_COMPOSE.items():
        command = re.sub(f"^{printed}$", does, command)
    answer = case.desk.run(command + (" --yes" if command.startswith("queuectl ") else ""))
    assert answer.code == 0, f"{command}: {answer}"


def type_until_free(case: Case, way: Way) -> None:
    """One command after the other; what only a person can do is done for the way's own cause."""
    for _ in range(STEPS_MOST):
        found = case.desk.stuck()
        if not found:
            return
        row = found[0]
        if row["cause"] == way.cause and way.by_hand:
            way.by_hand(case)
        else:
            type_command(case, row["command"])
        try:
            until(lambda: not is_found(case.desk.stuck(), row), f"it helps: {row}", SILENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; found: {case.desk.stuck()}") from None
    assert not case.desk.stuck()


def is_found(found: list[Json], row: Json) -> bool:
    return any((one["cause"], one["subject"]) == (row["cause"], row["subject"]) for one in found)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_it_is_named_and_what_is_printed_frees_it(stack: Stack, alerts: Alerts, way: Way) -> None:
    case = Case(stack, alerts)
    for name in ("worker", "worker-2"):
        stack.extra[name] = dict(way.environment)
    if way.unit:
        run_by_systemd(stack, "worker")
    case.start(way.second_worker, way.settings)
    alert = alert_of(way.cause)
    until(lambda: alert not in alerts.ringing(), f"{alert} is silent")

    way.make(case)

    row = case.desk.await_stuck(way.cause, timeout_s=PATIENCE_S)
    assert re.search(way.subject.format(update=case.update), row["subject"]), row
    assert re.match(way.command, row["command"]), row
    check = case.desk.check()
    assert check.code in (1, 2) and f"{way.cause}: " in check.text, check
    assert case.desk.is_counted(way.cause)
    until(lambda: alert in alerts.ringing(), f"{alert} rings")

    type_until_free(case, way)
    if way.afterwards:
        way.afterwards(case)
    stack.telegram.await_text(ANNA, way.answer, SILENCE_S)
    type_until_free(case, way)  # what the answer brings: an outcome that nobody knows

    case.await_nothing()
    check = case.desk.check()
    assert check.code == 0, check
    assert not case.desk.is_counted(way.cause)
    until(lambda: alert not in alerts.ringing(), f"{alert} is silent again")
    alerts.watch({})
    stack.finish()

# SPDX-License-Identifier: MIT
"""Each part of the system absent at the start, and killed in the middle: the others wait, say for what, cost nothing
meanwhile, and whatever was asked is answered when the part is back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from stack import ANNA, BIN_DIR, RUN_UNDER, SLOWNESS, Program, Stack, until

WAIT_S = 1.0
CPU_LIMIT_S = 0.03 * SLOWNESS  # in WAIT_S, of each program that waits
EARLY_MS = 5500
WAKEUPS_LIMIT = 5  # a second, both services together
MEMORY_LIMIT_KB = 20 * 1024  # both services together


@dataclass(frozen=True)
class Absence:
    program: str
    said_by: dict[str, str]  # program -> pattern of the line that its log then has
    answered_anyway: bool = False  # the person is told, instead of waiting


ABSENCES = [
    Absence("redis", {"gateway": r" redis\.waiting ", "worker": r" redis\.waiting "}),
    Absence("telegram-sim", {"gateway": r" telegram\.unreachable "}),
    Absence("beget-sim", {"worker": r" beget\.waiting | beget\.call .* outcome=not_sent "}, answered_anyway=True),
    Absence("worker", {}),
    Absence("gateway", {}),
]


def cpu_seconds(program: Program) -> float:
    fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wakeups(program: Program) -> int:
    """Times that any thread has gone to sleep of itself."""
    total = 0
    for task in Path(f"/proc/{program.pid}/task").iterdir():
        status = (task / "status").read_text()
        total += int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return total


def memory_kb(program: Program) -> int:
    """Resident, with a page of a library that several processes share divided among them."""
    try:
        return int(Path(f"/proc/{program.pid}/smaps_rollup").read_text().split("\nPss:")[1].split()[0])
    except PermissionError:  # only root looks into a service; everybody may know how much it has of its own
        return int(Path(f"/proc/{program.pid}/status").read_text().split("\nRssAnon:")[1].split()[0])


def watch(programs: Iterable[Program], seconds: float) -> None:
    """Lets the time pass, unless one of the programs ends: that is a failure."""
    for program in programs:
        assert program.process
        try:
            code = program.process.wait(seconds)
        except subprocess.TimeoutExpired:
            seconds = 0.01  # the time has passed for all of them
            continue
        raise AssertionError(f"{program.name} ended with exit code {code}:\n{program.log}")


def assert_waits_quietly(stack: Stack, absence: Absence) -> None:
    """The services run on, have said what they wait for, and use no time while they do."""
    for name, line in absence.said_by.items():
        stack[name].await_log(line)
    services = [stack[name] for name in ("gateway", "worker") if stack[name].running()]
    before = [cpu_seconds(program) for program in services]
    watch(services, WAIT_S)
    for program, used in zip(services, before):
        used = cpu_seconds(program) - used
        assert used <= CPU_LIMIT_S, f"{program.name} used {used:.2f} s of processor time in {WAIT_S:g} s of waiting"


def have_reported_often(stack: Stack) -> bool:
    """Right after its start a service reports every second, later every five."""
    reports = [value.split(" ", 1) for value in stack.redis.call("HGETALL", stack.key("services"))[1::2]]
    return len(reports) == 2 and all(int(seen) - json.loads(text)["started_ms"] > EARLY_MS for seen, text in reports)


def ask(stack: Stack) -> None:
    stack.telegram.send(ANNA, "/domains")


def assert_answered(stack: Stack, absence: Absence) -> None:
    if absence.answered_anyway:
        ask(stack)
    stack.telegram.await_text(ANNA, "Домены")
    stack.finish()


@pytest.mark.parametrize("absence", ABSENCES, ids=lambda absence: absence.program)
def test_absent_at_the_start(stack: Stack, absence: Absence) -> None:
    stack.start(*(name for name in stack.programs if name != absence.program))
    if absence.program != "telegram-sim":
        ask(stack)
    if absence.answered_anyway:
        stack.telegram.await_text(ANNA, "⚠️")
    assert_waits_quietly(stack, absence)
    stack.start(absence.program)
    if absence.program == "telegram-sim":
        ask(stack)
    assert_answered(stack, absence)


@pytest.mark.parametrize("absence", ABSENCES, ids=lambda absence: absence.program)
def test_killed_in_the_middle(stack: Stack, absence: Absence) -> None:
    stack.start()
    stack.telegram.send(ANNA, "/start")
    stack.telegram.await_text(ANNA, "Beget Manager")
    stack.settle()
    stack[absence.program].kill()
    if absence.program != "telegram-sim":
        ask(stack)
    if absence.answered_anyway:
        stack.telegram.await_text(ANNA, "⚠️")
    assert_waits_quietly(stack, absence)
    stack.start(absence.program)
    if absence.program == "telegram-sim":
        ask(stack)
    assert_answered(stack, absence)


def test_everything_killed_at_once(stack: Stack) -> None:
    """Accepted before, or asked meanwhile: both are answered, each once."""
    stack.start()
    stack.telegram.send(ANNA, "/start")
    stack.telegram.await_text(ANNA, "Beget Manager")
    stack.beget.fault(method="domain/getList", kind="hang", ms=1000)
    stack.settings.update(JOB_LEASE_S="2", BEGET_TIMEOUT_S="1")
    ask(stack)
    until(lambda: len(stack.beget.calls("domain/getList")) == 1, "the worker asks for the domains")
    for name in ("redis", "worker", "gateway"):
        stack[name].kill()
    stack.telegram.send(ANNA, "/help")
    stack.start("gateway", "worker", "redis")
    stack.telegram.await_text(ANNA, "Домены", timeout_s=60 * SLOWNESS)
    stack.settle(60 * SLOWNESS)
    assert [text.split("\n")[0].split(":")[0] for text in stack.telegram.texts(ANNA)[1:]] == ["Домены", "Что я умею"]
    stack.finish()


def instrumented() -> bool:
    return bool(RUN_UNDER) or b"__tsan_init" in (BIN_DIR / "gateway").read_bytes() or "asan" in BIN_DIR.parts[-2]


if BIN_DIR.exists() and not instrumented():  # sanitizers wake up and take memory of their own

    @pytest.mark.long
    def test_idle_services_sleep_and_are_small(stack: Stack) -> None:
        stack.start()
        stack.telegram.send(ANNA, "/start")
        stack.settle()
        services = [stack["gateway"], stack["worker"]]
        until(lambda: have_reported_often(stack), "the services have been there for a while", 30)
        watch(services, 1)  # what follows an answer is over
        seconds = 10.0  # reports and looks at alarms come every few seconds
        before = sum(map(wakeups, services))
        watch(services, seconds)
        rate = (sum(map(wakeups, services)) - before) / seconds
        memory = sum(map(memory_kb, services))
        print(f"{rate:.1f} wakeups a second, {memory} KB of memory")
        assert rate < WAKEUPS_LIMIT, f"{rate:.1f} wakeups a second while idle"
        assert memory < MEMORY_LIMIT_KB, f"{memory} KB of memory"
        stack.finish()

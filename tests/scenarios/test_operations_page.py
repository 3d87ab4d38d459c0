# SPDX-License-Identifier: MIT
"""The commands of docs/operations.md are such as Redis and queuectl understand, typed as they stand there."""

from __future__ import annotations

import re

from desk import Desk
from stack import ANNA, BORIS, ROOT, Stack

BOOK = ROOT / "docs/operations.md"
# Of a command that makes no sense of what it is told. A refusal that says what to do instead is an answer.
NONSENSE = re.compile(r"\b(ERR (unknown|wrong number|syntax|Invalid|value|Function|Script)|WRONGTYPE|NOGROUP|unknown command)", re.I)
MISUNDERSTOOD = re.compile(r"queuectl .*--help|there is no option")  # says queuectl, and where help is


def commands_of(page: str, name: str) -> list[str]:
    """Those that begin with `name`, wherever they stand: on a line, behind the "#" of another, within a sentence."""
    on_lines = re.findall(rf"^(?:\w.* # )?({name} \w.*?)(?: +#.*|: .*)?$", page, re.MULTILINE)
    return on_lines + re.findall(rf"`({name} \w[^`]*)`", page)


def with_names(command: str, entry: str) -> str:
    known = {"id": entry, "update": entry.split("-")[1], "chat": str(ANNA), "login": "sandbox", "follower": "journal-0"}
    return re.sub(r"<(\w+)>", lambda name: known[name.group(1)], command)


def waiting_entry(stack: Stack) -> str:
    """The services have been there, the gateway still is, and an update waits."""
    stack.start()
    stack["worker"].await_log("journal.seeded")
    assert stack["worker"].stop() == 0
    stack.telegram.send(ANNA, "/domains")
    stack.telegram.send(BORIS, "hello")
    stack["gateway"].await_log("update.stranger")
    return str(stack.redis.call("XRANGE", stack.key("updates"), "-", "+")[0][0])


def test_the_commands_are_understood(stack: Stack) -> None:
    entry, desk = waiting_entry(stack), Desk(stack)
    commands = commands_of(BOOK.read_text(encoding="utf-8"), "r")
    assert len(commands) > 40
    for command in commands:
        typed = with_names(command, entry)
        answer = desk.run(f'r() {{ redis-cli "$@"; }}; {typed}')
        assert answer.code == 0 and not NONSENSE.search(answer.text + answer.errors), f"{typed}: {answer}"
    stack.start("worker")
    stack.finish()


def test_those_of_queuectl_are_understood(stack: Stack) -> None:
    entry, desk = waiting_entry(stack), Desk(stack)
    commands = commands_of(BOOK.read_text(encoding="utf-8"), "queuectl")
    assert len(commands) > 20
    for command in commands:
        typed = with_names(command, entry)
        answer = desk.run(typed + (" --yes" if "--why" in typed else ""))
        only_named = re.search(r" takes (ID|u<update_id>)", answer.errors)  # as a verb, in a sentence
        assert only_named or not MISUNDERSTOOD.search(answer.errors), f"{typed}: {answer}"
    stack.start("worker")
    stack.finish()

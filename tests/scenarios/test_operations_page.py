# SPDX-License-Identifier: MIT
"""The commands of docs/operations.md are such as Redis understands, typed as they stand there."""

from __future__ import annotations

import re
import subprocess

from stack import ANNA, BORIS, ROOT, Stack

BOOK = ROOT / "docs/operations.md"
# Of a command that makes no sense of what it is told. A refusal that says what to do instead is an answer.
NONSENSE = re.compile(r"\b(ERR (unknown|wrong number|syntax|Invalid|value|Function|Script)|WRONGTYPE|NOGROUP|unknown command)", re.I)


def test_the_commands_are_understood(stack: Stack) -> None:
    stack.start()
    stack["worker"].await_log("journal.seeded")
    assert stack["worker"].stop() == 0
    stack.telegram.send(ANNA, "/domains")  # waits: no worker
    stack.telegram.send(BORIS, "hello")
    stack["gateway"].await_log("update.stranger")
    entry = stack.redis.call("XRANGE", stack.key("updates"), "-", "+")[0][0]
    commands = re.findall(r"^(r [A-Z].*?)(?: +#.*)?$", BOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        typed = command.replace("<id>", entry).replace("<update_id>", entry.split("-")[1])
        script = f'r() {{ redis-cli -s "{stack.socket}" "$@"; }}; {typed}'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and not NONSENSE.search(done.stdout + done.stderr), f"{typed}: {done.stdout}{done.stderr}"
    stack.start("worker")
    stack.finish()

# SPDX-License-Identifier: MIT
"""What a person on call has before them: a shell with queuectl and redis-cli, which reach the test's own Redis."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass

from stack import BIN_DIR, DEADLINE_S, Json, Stack, until


@dataclass(frozen=True)
class Answer:
    """What a command has printed, and its exit code."""

    code: int
    text: str
    errors: str


class Desk:
    def __init__(self, stack: Stack) -> None:
        folder = stack.folder / "desk"
        folder.mkdir()
        client = folder / "redis-cli"  # on a socket operators say where it is, see docs/protocol.md
        path, there = shlex.quote(os.environ["PATH"]), shlex.quote(str(stack.socket))
        client.write_text(f'#!/bin/sh\nPATH={path} exec redis-cli -s {there} "$@"\n')
        client.chmod(0o755)
        self._folder = folder
        self._environment = {
            "PATH": f"{folder}:{BIN_DIR}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "USER": "ann",
            "REDIS_URL": f"unix://{stack.socket}",
            "DATA_DIR": str(stack.data_dir("worker")),
        }

    def run(self, command: str) -> Answer:
        """Types it."""
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=DEADLINE_S,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def stuck(self, options: str = "") -> list[Json]:
        """What queuectl says is stuck."""
        answer = self.run(f"queuectl stuck --json {options}")
        assert answer.code == 0, answer
        rows = [json.loads(line) for line in answer.text.splitlines()]
        return [row for row in rows if "cause" in row]

    def await_stuck(self, cause: str, options: str = "", timeout_s: float = DEADLINE_S) -> Json:
        """The first finding of that cause, as soon as there is one."""
        seen: list[Json] = []

        def is_there() -> bool:
            seen[:] = self.stuck(options)
            return any(row["cause"] == cause for row in seen)

        try:
            until(is_there, f"{cause} is stuck", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; found: {seen}") from None
        return next(row for row in seen if row["cause"] == cause)

    def check(self) -> Answer:
        """What a monitor asks."""
        return self.run("queuectl check")

    def is_counted(self, cause: str) -> bool:
        """Whether the metrics say that the cause is there; they have a line for every cause."""
        answer = self.run("queuectl metrics")
        told = re.findall(rf'^beget_manager_stuck\{{.*\bcause="{cause}".*\}} ([01])$', answer.text, re.MULTILINE)
        assert answer.code == 0 and len(told) == 1, f"{cause} in {answer}"
        return bool(told[0] == "1")

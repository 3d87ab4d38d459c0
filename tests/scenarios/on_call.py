# SPDX-License-Identifier: MIT
"""A person on call with queuectl.

    call = OnCall(stack)
    assert "nothing is stuck" in call.ok("stuck")
    [row] = call.rows("dead", "ls")
"""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import subprocess
from dataclasses import dataclass

from stack import BIN_DIR, DEADLINE_S, PASSWORD, TOKEN_SECRET, Json, Stack

WHO, WHY = "ann@desk", "it was asked for"


@dataclass
class Said:
    """What a run of queuectl has printed, and how it ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[Json]:
        return [json.loads(line) for line in self.out.splitlines()]


class OnCall:
    def __init__(self, stack: Stack, user: str = "operator") -> None:
        self.stack = stack
        self.user = user  # of Redis, where it has users

    def environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in os.environ if name == "PATH" or name.endswith("SAN_OPTIONS")}
        return {
            **passed,
            "LC_ALL": "C.UTF-8",
            **self.stack.redis_of(self.user),
            "DATA_DIR": str(self.stack.data_dir("worker")),
            "BEGET_LOGIN": "sandbox",
        }

    def environment_with(self, own: dict[str, str]) -> dict[str, str]:
        everything = {**self.environment(), **own}
        if "REDIS_URL" in own:
            everything.pop("REDIS_URL_FILE", None)
        return everything

    def run(self, *words: str, **environment: str) -> Said:
        """Without a terminal, as from a script."""
        done = subprocess.run(
            [str(BIN_DIR / "queuectl"), *words],
            capture_output=True, text=True, timeout=DEADLINE_S, cwd=self.stack.folder, stdin=subprocess.DEVNULL,
            env=self.environment_with(environment), check=False,
        )  # fmt: skip
        for secret in (PASSWORD, TOKEN_SECRET):
            assert secret not in done.stdout + done.stderr, f"a secret in the output of {words}"
        return Said(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str) -> str:
        """What is printed by a run that must work."""
        said = self.run(*words)
        assert said.code == 0, f"queuectl {shlex.join(words)} ended with {said.code}:\n{said.out}{said.err}"
        return said.out

    def do(self, *words: str) -> str:
        """A run that changes something."""
        return self.ok(*words, "--yes", "--who", WHO, "--why", WHY)

    def rows(self, *words: str) -> list[Json]:
        """The objects that a run prints for programs."""
        said = self.run(*words, "--json")
        assert said.code == 0, f"queuectl {shlex.join(words)} ended with {said.code}:\n{said.out}{said.err}"
        return said.rows()

    def type(self, *words: str, answers: str = "", columns: int = 0) -> Said:
        """On a terminal: `answers` is typed when it is asked for. Standard error is the terminal's, too."""
        command = [str(BIN_DIR / "queuectl"), *words]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.stack.folder)
            if columns:
                os.system(f"stty cols {columns}")
            os.execve(command[0], command, self.environment())
        os.write(terminal, answers.encode())
        seen = b""
        while select.select([terminal], [], [], DEADLINE_S)[0]:
            try:
                got = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not got:
                break
            seen += got
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        return Said(os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n"), "")

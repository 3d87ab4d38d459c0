# SPDX-License-Identifier: MIT
"""Nobody but root gets at a service's memory, where its secrets are: not by /proc, not by a core file."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from stack import BIN_DIR, DEADLINE_S, PASSWORD, Stack, until

NOBODY = 65534
SECRETS = ("environ", "maps", "mem", "fd")
SERVICES = ("gateway", "worker")


def as_somebody() -> dict[str, int]:
    """What makes a program one of a user without rights; who has none already needs nothing."""
    return {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}


class Alone:
    """One program without Redis: it waits for it, and would leave a core file if it could."""

    def __init__(self, name: str, folder: Path, listen: str = "", **who: int) -> None:
        environment = {
            "PATH": os.environ["PATH"], "TELEGRAM_BOT_TOKEN": "7000000001:" + "t" * 35, "BEGET_LOGIN": "sandbox",
            "BEGET_PASSWORD": PASSWORD, "ADMIN_CHAT_ID": "1001", "REDIS_URL": "redis://127.0.0.1:1/0", "HTTP_LISTEN": listen,
            "DATA_DIR": str(folder),
        }  # fmt: skip
        program = shutil.copy(BIN_DIR / name, folder)  # a user without rights may not get at where it was built
        self.process = subprocess.Popen(
            [program, *(["--listen", "127.0.0.1:0"] if name == "telegram-sim" else [])], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=self._allow_cores, **who,
        )  # fmt: skip
        assert self.process.stdout and self.process.stdout.readline(), "it says that it has started"

    @staticmethod
    def _allow_cores() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    def __enter__(self) -> Alone:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def may_read(self, what: str) -> bool:
        """Whether another program of the same user may."""
        path = f"/proc/{self.process.pid}/{what}"
        look = ["ls", path] if what == "fd" else ["head", "-c", "0", path]
        done = subprocess.run(look, capture_output=True, **as_somebody())
        assert self.process.poll() is None, "what has ended has nothing to read"
        return done.returncode == 0

    def dies_with_core(self) -> bool:
        """Whether the kernel says so of a SIGQUIT, which nothing of ours handles."""
        self.process.send_signal(signal.SIGQUIT)
        ended = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
        assert ended and ended.si_status == signal.SIGQUIT
        return ended.si_code == os.CLD_DUMPED


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where whoever runs the program may write: bot.db, and a core file."""
    with tempfile.TemporaryDirectory(prefix="bm-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("name", SERVICES)
def test_another_program_of_the_same_user_reads_none_of_it(folder: Path, name: str) -> None:
    with Alone(name, folder, **as_somebody()) as alone:
        assert not [what for what in SECRETS if alone.may_read(what)]
        assert alone.may_read("stat") and alone.may_read("status"), "what it uses is no secret"
    with Alone("telegram-sim", folder, **as_somebody()) as open_one:
        assert [what for what in SECRETS if open_one.may_read(what)] == [*SECRETS], "a program that does nothing about it"


@pytest.mark.parametrize("name", SERVICES)
def test_a_crash_leaves_no_core_file(folder: Path, name: str) -> None:
    with Alone(name, folder) as alone:
        limits = Path(f"/proc/{alone.process.pid}/limits").read_text()
        assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
        assert not alone.dies_with_core()
    assert not list(folder.glob("core*"))


def test_a_service_still_knows_what_it_uses_itself(stack: Stack, folder: Path) -> None:
    """The figures of its own that it reads from /proc, as a user without rights."""
    port = stack.hold_port()

    def figures() -> dict[str, float]:
        try:
            with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE_S) as page:
                lines = [line.split() for line in page.read().decode().splitlines() if line.startswith("process_")]
        except OSError:
            return {}
        return {name: float(value) for name, value in lines}

    with Alone("gateway", folder, listen=f"127.0.0.1:{port}", **as_somebody()):
        until(lambda: bool(figures()), "it shows its page")
        assert all(figures()[f"process_{name}"] > 0 for name in ("open_fds", "resident_memory_bytes", "start_time_seconds"))

# SPDX-License-Identifier: MIT
"""deploy/run, with programs that are built already: a tree of its own, in which `cmake` does nothing."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from operators_page import Api
from stack import ANNA, BIN_DIR, BORIS, DEADLINE_S, ROOT, STOP_DEADLINE_S, Telegram, until

PARTS = ("redis", "telegram-sim", "beget-sim", "worker", "gateway")
PORT = 20000 + os.getpid() % 500 * 20  # tests run side by side; the system gives out higher ports
OWN_SETTINGS = re.compile(r"TELEGRAM_|BEGET_|ADMIN_|REDIS_|DATA_DIR|HTTP_|LOG_")


def heed_interrupt() -> None:
    """As on a terminal. A shell that is born deaf to Ctrl-C, as jobs in the background are, cannot trap it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """One start of deploy/run; what it prints goes to a file."""

    def __init__(self, tree: Path, *options: str, **settings: str) -> None:
        self._output = tree / f"output-{len(list(tree.glob('output-*')))}"
        environment = {name: value for name, value in os.environ.items() if not OWN_SETTINGS.match(name)}
        environment["PATH"] = f"{tree / 'fake'}:{environment['PATH']}"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [tree / "deploy/run", *options], cwd="/", env={**environment, **settings}, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, preexec_fn=heed_interrupt,
            )  # fmt: skip

    @property
    def output(self) -> str:
        return self._output.read_text()

    def await_output(self, pattern: str) -> re.Match[str]:
        until(lambda: bool(re.search(pattern, self.output)) or self.process.poll() is not None, f"prints /{pattern}/")
        match = re.search(pattern, self.output)
        assert match, f"it has ended without /{pattern}/:\n{self.output}"
        return match

    def await_sandbox(self) -> Telegram:
        self.await_output(r"Ctrl-C stops everything:")
        return Telegram(self.await_output(r"Open (http://\S+) in a browser")[1])

    def pids(self) -> dict[str, int]:
        return {part: int(pid) for part, pid in re.findall(r"^  (\S+) +pid (\d+)", self.output, re.MULTILINE)}

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.process.wait(STOP_DEADLINE_S)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A checkout in which everything is built."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (tmp_path / "build/release").mkdir(parents=True)
    (tmp_path / "build/release/bin").symlink_to(BIN_DIR)
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake/cmake").symlink_to("/bin/true")
    yield tmp_path


@pytest.fixture
def sandbox(tree: Path) -> Iterator[Run]:
    run = Run(tree, "--port", str(PORT))
    yield run
    if run.process.poll() is None:
        run.end()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def assert_all_gone(pids: dict[str, int]) -> None:
    for part, pid in pids.items():
        until(lambda pid=pid: not alive(pid), f"{part} is gone", STOP_DEADLINE_S)  # type: ignore[misc]


def test_without_a_token_it_runs_a_sandbox_that_answers(sandbox: Run) -> None:
    telegram = sandbox.await_sandbox()
    assert tuple(sandbox.pids()) == PARTS
    telegram.send(ANNA, "/start")
    telegram.await_text(ANNA, "Beget Manager")
    telegram.send(BORIS, "/domains")
    telegram.await_text(BORIS, "Domains: 1")
    look = sandbox.await_output(r"what frees it: (.* stuck)\n")[1].replace(" stuck", " ls")
    assert "updates" in subprocess.run(look, shell=True, check=True, capture_output=True, text=True).stdout
    page, token = sandbox.await_output(r"Look at (http://\S+) for how it all stands.* token (\S+)\.").groups()
    assert Api(page).state()["counters"]["done"] == 2
    assert Api(page).act("check", token)[0] == 200
    assert sandbox.end(signal.SIGINT) == 0
    stopped = re.findall(r"^stopped (\S+)(.*)$", sandbox.output, re.MULTILINE)
    assert stopped == [(part, "") for part in ("gateway", "worker", "telegram-sim", "beget-sim", "redis")]
    assert_all_gone(sandbox.pids())


def test_a_second_start_says_who_runs_already(tree: Path, sandbox: Run) -> None:
    sandbox.await_sandbox()
    second = Run(tree, "--sandbox", "--port", str(PORT + 10))
    assert second.process.wait(DEADLINE_S) == 1
    assert f"already running with {tree}/data/sandbox, process {sandbox.process.pid}" in second.output
    assert all(map(alive, sandbox.pids().values()))


def test_when_a_part_dies_it_is_named_and_the_rest_is_stopped(sandbox: Run) -> None:
    sandbox.await_sandbox()
    os.kill(sandbox.pids()["worker"], signal.SIGKILL)
    assert sandbox.process.wait(STOP_DEADLINE_S) == 1
    assert "worker has ended by itself, exit code 137" in sandbox.output
    assert_all_gone(sandbox.pids())


def test_killed_it_takes_its_parts_along_and_can_be_started_again(tree: Path, sandbox: Run) -> None:
    sandbox.await_sandbox()
    sandbox.end(signal.SIGKILL)
    assert_all_gone(sandbox.pids())
    again = Run(tree, "--port", str(PORT))
    again.await_sandbox().send(ANNA, "/start")
    assert again.end() == 0


def test_the_chat_page_takes_the_next_free_port(tree: Path) -> None:
    with socket.create_server(("127.0.0.1", PORT)):
        run = Run(tree, "--port", str(PORT))
        assert run.await_sandbox().url == f"http://127.0.0.1:{PORT + 1}"
        assert run.end() == 0


@pytest.mark.parametrize(
    ("in_env_file", "complaints"),
    [
        ("TELEGRAM_BOT_TOKEN=nonsense\n", ("TELEGRAM_BOT_TOKEN", "ADMIN_CHAT_ID", "BEGET_LOGIN", "BEGET_PASSWORD")),
        ("export TELEGRAM_BOT_TOKEN='x' # mine\nLOG_LEVEL=loud\n", ("TELEGRAM_BOT_TOKEN", "LOG_LEVEL")),
    ],
    ids=["missing settings", "bad settings"],
)
def test_bad_settings_are_all_listed_and_nothing_is_started(
    tree: Path, in_env_file: str, complaints: tuple[str, ...]
) -> None:
    (tree / ".env").write_text(in_env_file)
    run = Run(tree)
    assert run.process.wait(DEADLINE_S) == 2
    for name in complaints:
        assert re.search(rf"^{name}: ", run.output, re.MULTILINE), run.output
    assert run.pids() == {}
    assert not (tree / "data/redis/redis.sock").exists()


def test_with_a_token_it_runs_the_real_thing_with_data_of_its_own(tree: Path) -> None:
    (tree / ".env").write_text(
        f"TELEGRAM_BOT_TOKEN=7000000001:{'x' * 35}\nADMIN_CHAT_ID=1001\nBEGET_LOGIN=a\nBEGET_PASSWORD=hidden-one\n"
        "TELEGRAM_API_URL=http://127.0.0.1:1\nBEGET_API_URL=http://127.0.0.1:1\nREDIS_URL=redis://127.0.0.1:1/0\n"
    )
    run = Run(tree)
    run.await_output(r"Ctrl-C stops everything:")
    assert tuple(run.pids()) == ("redis", "worker", "gateway")
    assert (tree / "data/redis/redis.sock").exists()
    assert not (tree / "data/sandbox").exists()
    assert run.end() == 0
    assert "hidden-one" not in run.output


@pytest.mark.parametrize("options", [["--port", "70000"], ["--port", "x"], ["--port"], ["--fast"]])
def test_wrong_usage_is_refused(tree: Path, options: list[str]) -> None:
    run = Run(tree, *options)
    assert run.process.wait(DEADLINE_S) == 2
    assert run.output.startswith("deploy/run: ")


def test_help_describes_the_options(tree: Path) -> None:
    run = Run(tree, "--help")
    assert run.process.wait(DEADLINE_S) == 0
    assert "--sandbox" in run.output and "--port N" in run.output and "Exit codes" in run.output

# SPDX-License-Identifier: MIT
"""tests/faults/run itself: it passes where promises are kept, and can fail."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from stack import ROOT, SLOWNESS


def run(*options: str, code: int) -> dict[str, str]:
    """The rows of the table."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/faults/run"), *options],
        capture_output=True, text=True, timeout=120 * SLOWNESS, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout[-4000:] + done.stderr[-2000:]
    lines = [re.split(r" {2,}", line, maxsplit=1) for line in done.stdout.splitlines()]
    return {line[0]: line[1] for line in lines if len(line) == 2}


def test_kills_of_everything_break_no_promise() -> None:
    table = run(
        "--seed", "11", "--updates", "200", "--poison", "200", "--kill", "gateway,worker", "--redis-kills", "2", code=0
    )  # fmt: skip
    assert re.search(r"gateway \d+, redis 2, worker \d+", table["kills"])
    for row in ("lost", "changing calls twice", "out of order", "unknown, and not said"):
        assert table[row] == "0"
    assert table["poison"] == "1, and 1 put aside and told"


def test_services_that_are_asked_to_stop_under_load_end_well() -> None:
    table = run("--seed", "12", "--updates", "400", "--sigterm", "6", code=0)
    assert table["stops by SIGTERM"].startswith("6,")


def test_the_textbook_consumer_breaks_every_promise_of_the_same_run() -> None:
    table = run(
        "--textbook", "--seed", "11", "--updates", "400", "--workers", "3",
        "--kill", "worker", "--kill-every-ms", "150", "--poison", "400", "--quiet-s", "12", code=1,
    )  # fmt: skip
    for row in ("lost", "changing calls twice", "out of order", "unknown, and not said"):
        assert int(table[row]) > 0, row


@pytest.mark.parametrize("options", [("--kill", "printer"), ("--beget-faults", "80"), ("--textbook", "--sigterm", "1")])
def test_what_cannot_be_done_is_refused(options: tuple[str, ...]) -> None:
    run(*options, code=2)

# SPDX-License-Identifier: MIT
"""A short run of each program here; and that each can fail."""

from __future__ import annotations

import re
import subprocess
import sys

from stack import ROOT, SLOWNESS


def play(program: str, *options: str, code: int) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/chatfuzz" / program), *options],
        capture_output=True, text=True, timeout=120 * SLOWNESS, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_nobody_gets_what_he_may_not_have() -> None:
    table = play("run", "--seed", "1", "--steps", "1500", code=0)
    assert re.search(r"^0 findings$", table, re.MULTILINE)
    for row in ("presses", "changes at the hosting", "changes of rights", "questions", "dialogs answered"):
        assert int(re.search(rf"^{row} +(\d+)$", table, re.MULTILINE).group(1)) > 0, table  # type: ignore[union-attr]


def test_a_rule_that_the_bot_does_not_keep_is_found() -> None:
    found = play("run", "--seed", "1", "--steps", "1500", "--forbid", "sub_add", code=1)
    assert "a right is exceeded" in found
    assert "somebody is offered what he may not do" in found


def test_two_editors_are_told_what_has_become_of_their_changes() -> None:
    table = play("editors", "--rounds", "25", code=0)
    for row in ("told ✅", "workers killed", "changing calls"):
        assert int(re.search(rf"^{row} +(\d+)$", table, re.MULTILINE).group(1)) > 0, table  # type: ignore[union-attr]


def test_a_write_that_takes_a_change_back_is_found() -> None:
    found = play("editors", "--rounds", "25", "--faults", "0", "--no-kill", "--blind", code=1)
    assert "told that it is done, and it is not" in found

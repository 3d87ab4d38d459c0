# SPDX-License-Identifier: MIT
"""Which version runs is said at the start, and by --version."""

from __future__ import annotations

import re
import subprocess

import pytest
from stack import BIN_DIR, Stack


def version_of(name: str) -> str:
    """Checks that the program says of which commit it is, and returns its version."""
    asked = subprocess.run([BIN_DIR / name, "--version"], capture_output=True, text=True, check=True)
    said = re.fullmatch(rf"{name} (\d+\.\d+\.\d+) \((unknown|v[\w.-]+|[0-9a-f]{{7,40}})\)\n", asked.stdout)
    assert said, asked.stdout
    return said[1]


def test_all_programs_are_of_one_version() -> None:
    assert len({version_of(name) for name in ("gateway", "worker", "queuectl")}) == 1


@pytest.mark.parametrize("name", ["gateway", "worker"])
def test_a_service_says_its_version(stack: Stack, name: str) -> None:
    version = version_of(name)
    stack.start("redis", "telegram-sim", "beget-sim", name)
    stack[name].await_log(rf" service\.started version={version}\n")

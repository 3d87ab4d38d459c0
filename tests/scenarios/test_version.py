# SPDX-License-Identifier: MIT
"""Which version runs is said at the start, and by --version."""

from __future__ import annotations

import subprocess

import pytest
from stack import BIN_DIR, Stack


@pytest.mark.parametrize("name", ["gateway", "worker"])
def test_a_service_says_its_version(stack: Stack, name: str) -> None:
    asked = subprocess.run([BIN_DIR / name, "--version"], capture_output=True, text=True, check=True)
    program, version = asked.stdout.split()
    assert program == name
    stack.start("redis", "telegram-sim", "beget-sim", name)
    stack[name].await_log(rf" service\.started version={version}$")

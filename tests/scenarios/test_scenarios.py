# SPDX-License-Identifier: MIT
"""Every transcript of this folder (*.chat) is a test: see chat_runner.py for how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_runner import Mismatch, Player, parse
from stack import Stack

TRANSCRIPTS = sorted(Path(__file__).parent.rglob("*.chat"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_chat(path: Path, stack: Stack) -> None:
    complaint = ""
    try:
        Player(stack).play(parse(path.read_text(encoding="utf-8")))
    except Mismatch as mismatch:
        complaint = str(mismatch)
    if complaint:  # the transcript's line says more than the runner's
        pytest.fail(f"{path.name}: {complaint}", pytrace=False)

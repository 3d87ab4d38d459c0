# SPDX-License-Identifier: MIT
"""Fixtures of the fault tests: the same stack as the scenarios have."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from case import Case  # noqa: E402
from stack import Stack  # noqa: E402


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack that is not started yet; all of it is gone after the test."""
    with Stack() as fresh:
        request.node.stack = fresh
        yield fresh


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    report = (yield).get_result()
    if report.when == "call":
        item.passed = report.passed
    stack = getattr(item, "stack", None)
    if report.when == "call" and report.failed and stack:
        report.sections.append(("logs of the programs", stack.logs()))


@pytest.fixture
def case(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Case]:
    """A stack with a judge; afterwards every program must be able to end well."""
    yield Case(stack)
    if getattr(request.node, "passed", False):
        stack.finish(dead_letters=stack.redis.call("XLEN", stack.key("dead")))

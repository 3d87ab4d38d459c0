# SPDX-License-Identifier: MIT
"""Fixtures of the scenario tests, and the programs' logs in the report of a failure."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from stack import Stack


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack that is not started yet; all of it is gone after the test."""
    with Stack() as fresh:
        request.node.stack = fresh
        yield fresh


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    report = (yield).get_result()
    stack = getattr(item, "stack", None)
    if report.when == "call" and report.failed and stack:
        report.sections.append(("logs of the programs", stack.logs()))

# SPDX-License-Identifier: MIT
"""Fixtures of the scenario tests, and the programs' logs in the report of a failure."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from stack import Stack


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes a quarter of a minute or more, so it is among the first")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each of xdist's processes begins with a stretch of the list: the long tests are dealt out to the stretches' heads."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    stretch = max(len(items) // processes // 4, 2)
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    dealt: list[pytest.Item] = []
    for process in range(processes):
        hand = long[process::processes]
        fill = max(stretch - len(hand), 0)
        dealt += hand + rest[:fill]
        del rest[:fill]
    items[:] = dealt + rest


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

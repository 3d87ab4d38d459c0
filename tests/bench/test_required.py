# SPDX-License-Identifier: MIT
"""The benchmarks can fail: every requirement, at its limit and beyond it."""

from __future__ import annotations

import pytest
from required import Finding, exit_code, of_backlog, of_flood, of_operators, of_speed

EVEN = {"gateway": 4.0, "worker": 4.0, "redis": 10.0}


@pytest.mark.parametrize(
    ("findings", "unmet"),
    [
        (of_speed(1500, 2.0, 1.0), []),
        (of_speed(1499.9, 2.0, 1.0), ["commands a second: 1,499, at least 1,500 required"]),
        (of_speed(1400, 2.0, 1.0), ["commands a second: 1,400, at least 1,500 required"]),
        (of_speed(2566, 2.02, 1.0), ["p50: 2.02 ms, 2.02× the bare loop's 1.00, at most 2× allowed"]),
        (
            of_speed(80, 9.0, 1.5),
            [
                "p50: 9.00 ms, 6.00× the bare loop's 1.50, at most 2× allowed",
                "commands a second: 80, at least 1,500 required",
            ],
        ),
        (of_backlog(100_000, 0), []),
        (of_backlog(99_999, 0), ["updates waiting: 99,999, at least 100,000 required"]),
        (of_backlog(100_000, 3), ["commands of 10 ms or more: 3, none allowed"]),
        (of_operators(100_000, 1000, {"stats": 100.0, "stuck": 99.9}, 10.0), []),
        (
            of_operators(99_999, 999, {"stats": 101.0, "stuck": 20.0}, 10.1),
            [
                "updates waiting: 99,999, at least 100,000 required",
                "updates worked on: 999, at least 1,000 required",
                "queuectl stats: 101 ms, at most 100 allowed",
                "one command kept Redis busy for 10.1 ms, at most 10 allowed",
            ],
        ),
        (of_flood(1.0, EVEN, 50_000, 5000), []),
        (of_flood(-0.1, {name: -1.0 for name in EVEN}, 50_000, 5000), []),
        (
            of_flood(1.01, EVEN, 50_000, 5000),
            ["50,000 messages of strangers and 5,000 of one colleague: an answer 1.01 s later, at most 1 allowed"],
        ),
        (
            of_flood(0.1, {**EVEN, "gateway": 4.1, "redis": 25.0}, 50_000, 5000),
            ["memory of gateway: +4.1 MB, at most +4 allowed", "memory of redis: +25.0 MB, at most +10 allowed"],
        ),
    ],
)
def test_what_is_required_is_met_or_named(findings: list[Finding], unmet: list[str]) -> None:
    assert [finding.text for finding in findings if not finding.met] == unmet
    assert exit_code(findings) == (1 if unmet else 0)


def test_each_requirement_is_one_line_that_says_whether_it_is_met() -> None:
    lines = [str(finding) for finding in of_speed(2566, 1.51, 0.99)]
    assert lines == [
        "met: p50: 1.51 ms, 1.53× the bare loop's 0.99, at most 2× allowed",
        "met: commands a second: 2,566, at least 1,500 required",
    ]
    assert str(of_backlog(100_000, 1)[1]) == "NOT MET: commands of 10 ms or more: 1, none allowed"

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts the tests in JUnit files: count_results.py FILE... prints `N passed, N failed`.

A cmocka program is one test to ctest and many to us: its rows are counted from what it printed. Fails when a test failed
or when there was none.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree


def rows_of(case: ElementTree.Element) -> tuple[int, int]:
    """How many tests of a cmocka program passed and failed; (0, 0) for anything else."""
    printed = case.findtext("system-out") or ""
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", printed, re.MULTILINE)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) test", printed, re.MULTILINE)))
    return passed, failed


def count(path: str) -> tuple[int, int]:
    passed = failed = 0
    for case in ElementTree.parse(path).iter("testcase"):
        bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        bad = bad or case.get("status") in ("fail", "notrun", "disabled")
        row_passed, row_failed = rows_of(case)
        passed += row_passed if row_passed or row_failed else not bad
        failed += max(row_failed, 1) if bad else 0
    return passed, failed


def main() -> int:
    totals = [count(path) for path in sys.argv[1:]]
    passed, failed = sum(total[0] for total in totals), sum(total[1] for total in totals)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/parity.md has every row once, in order, and each proof that it names is there.

usage: check_parity.py [--complete]      with --complete every row is done, or done otherwise
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/parity.md"
ROWS = [
    *(f"P{number}" for number in range(1, 50)),
    *(f"F{number}" for number in range(50, 86)),
    *(f"W-{number:02}" for number in range(1, 51)),
    *(f"S{number}" for number in range(1, 18)),
]
FINISHED = ("done", "otherwise")
STATES = (*FINISHED, "part", "open")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def complaint_of_proof(proof: str) -> str:
    """What is wrong with `unit/test_idn.c::converts`; "" for nothing."""
    name, _, test = proof.partition("::")
    path = ROOT / "tests" / name
    if not path.is_file():
        return f"there is no tests/{name}"
    if test and not re.search(rf"\b{re.escape(test)}\b", path.read_text(encoding="utf-8")):
        return f"tests/{name} has no {test}"
    return ""


def complaints_of_row(row: list[str], complete: bool) -> list[str]:
    if len(row) != 4:
        return ["four columns: row, what it is, proof, state"]
    _, what, proof, state = row
    proofs = re.findall(r"`([^`]+)`", proof)
    found = [complaint_of_proof(one) for one in proofs]
    if re.sub(r"`[^`]+`|[, ]", "", proof):
        found.append("proofs are in `backquotes`, with commas between them")
    if state not in STATES:
        found.append(f"the state is one of {', '.join(STATES)}")
    if not what:
        found.append("says nothing")
    if not proofs and state != "open":
        found.append(f"{state}, without a proof")
    if proofs and state == "open":
        found.append("open, with a proof: part or done?")
    if complete and state not in FINISHED:
        found.append(f"is {state}")
    return [one for one in found if one]


def main() -> int:
    complete = "--complete" in sys.argv[1:]
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [cells(line) for line in lines if re.match(r"\| (P|F|W-|S)\d+ \|", line)]
    complaints = [f"{row[0]}: {complaint}" for row in rows for complaint in complaints_of_row(row, complete)]
    names = [row[0] for row in rows]
    complaints += [f"{name}: the row is missing" for name in ROWS if name not in names]
    complaints += [f"{name}: is no row" for name in names if name not in ROWS]
    if not complaints and names != ROWS:
        complaints.append("the rows are not in order, or one is there twice")
    for complaint in complaints:
        print(f"docs/parity.md: {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each cause of shared/ops/stuck_causes.def has its section in docs/operations.md, under its name and with its severity, which says how
it is seen and how it is freed, with queuectl and with redis-cli; each section there has its cause.

usage: check_causes.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CAUSE = re.compile(r'^CAUSE\(STUCK_\w+, +"(\w+)", +STUCK_(CRITICAL|WARNING),', re.MULTILINE)
TABLE = "shared/ops/stuck_causes.def"
ROWS = ("see", "free")


def causes_of(code: str) -> dict[str, str]:
    """Cause -> "Critical" or "Warning"."""
    return {name: severity.capitalize() for name, severity in CAUSE.findall(code)}


def sections_of(page: str) -> dict[str, str]:
    """What stands under each heading of "What is stuck"."""
    part = re.search(r"^## What is stuck\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^### (\w+)\n", part.group(1), flags=re.MULTILINE) if part else [""]
    return dict(zip(parts[1::2], parts[2::2]))


def complaints(causes: dict[str, str], sections: dict[str, str]) -> list[str]:
    found = [f"docs/operations.md: {name} is no cause of {TABLE}" for name in sections if name not in causes]
    for name, severity in causes.items():
        text = sections.get(name)
        if text is None:
            found.append(f'docs/operations.md: "What is stuck" needs a section `### {name}`')
            continue
        if not text.lstrip().startswith(f"{severity}. "):
            found.append(f"docs/operations.md: {name} begins with its severity: {severity}.")
        found += [
            f"docs/operations.md: {name} does not say how to {row} it, with queuectl and with redis-cli"
            for row in ROWS
            if not re.search(rf"^\| {row} \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
        ]
    return found


def main() -> int:
    causes = causes_of((ROOT / TABLE).read_text(encoding="utf-8"))
    if not causes:
        print(f"{TABLE}: no causes found: has the table changed?")
        return 1
    found = complaints(causes, sections_of((ROOT / "docs/operations.md").read_text(encoding="utf-8")))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

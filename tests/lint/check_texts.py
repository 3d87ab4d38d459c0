#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every text of worker/chat/texts/ is said somewhere in the worker: what nobody says is taken out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "worker"


def main() -> int:
    said = set(re.findall(r"\bTEXT_(\w+)", "\n".join(path.read_text() for path in sorted(WORKER.rglob("*.[ch]")))))
    status = 0
    for path in sorted((WORKER / "chat/texts").glob("*.def")):
        for name in re.findall(r"^TEXT\((\w+),", path.read_text(), re.MULTILINE):
            if name not in said:
                print(f"{path.relative_to(ROOT)}: nobody says TEXT_{name}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whatever the repository names of itself is there: files and folders, by their path from its root, in every text; in Markdown
each file that a link leads to, and the heading in it.

A path may end early (`worker/chat/screen`) or have a `*`: something has to begin with it, or to match. NAME in it is the reader's
to choose.

usage: check_links.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("deploy", "docs", "tests", "shared", "gateway", "worker", "cmake", r"\.ci")
PATH = re.compile(rf'(?<![\w./~$}}"%-])(?:{"|".join(FOLDERS)})/[A-Za-z0-9_.*/-]+')
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MADE = ("deploy/two-hosts/secrets",)  # by who runs it
NO_TEXT = re.compile(r"^tests/fuzz/corpus/|\.png$")


def tracked() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in said.stdout.split("\0") if name and (ROOT / name).is_file()]


def is_there(path: str, files: list[str]) -> bool:
    if "NAME" in path or path.startswith(MADE):
        return True
    return any(fnmatch(name, path) if "*" in path else name.startswith(path) for name in files)


def complaints_of_paths(file: str, text: str, files: list[str]) -> list[str]:
    named = {match[0].rstrip("./-") for match in PATH.finditer(text)}
    return [f"{file}: there is no {path}" for path in sorted(named) if not is_there(path, files)]


def anchors_of(page: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in HEADING.findall(FENCED.sub("", page))]
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def complaints_of_links(file: str, text: str) -> list[str]:
    found = []
    for name, anchor in LINK.findall(FENCED.sub("", text)):
        target = (ROOT / file).parent / name if name else ROOT / file
        if not target.exists():
            found.append(f"{file}: the link {name} leads nowhere")
        elif anchor and anchor not in anchors_of(target.read_text(encoding="utf-8")):
            found.append(f"{file}: {name or file} has no heading #{anchor}")
    return found


def main() -> int:
    files = tracked()
    found = []
    for file in files:
        if not NO_TEXT.search(file):
            text = (ROOT / file).read_text(encoding="utf-8")
            found += complaints_of_paths(file, text, files)
            found += complaints_of_links(file, text) if file.endswith(".md") else []
    for complaint in found:
        print(complaint)
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The table of log events in docs/operations.md is what the code writes: every event with its services, its levels, and
whether each of its lines names an update.

Events are found in calls of shared/base/log.h. Where a call takes its event from a table or a parameter, DYNAMIC says
where the names stand; any other call without a literal name is refused. So is a call in shared/ above base: the services log,
and what has nobody to report to there is handed their log (LOG_TO).

usage: check_log_events.py           compares the table with the code
       check_log_events.py --list    prints what the code has
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "docs/operations.md"
FOLDERS = ("shared", "gateway", "worker", "deploy")
OF_THE_LOG = {"shared/base/log.c", "shared/base/log.h"}

CALL = re.compile(r"\b(log_(?:error|warn|info|debug|info_capped|event|event_capped)|LOG_AT|LOG_TO)\s*\(")
LITERAL = re.compile(r'"([a-z][a-z_]*(?:\.[a-z][a-z_]*)+)"')
LEVEL = re.compile(r"\bLOG_LEVEL_(ERROR|WARN|INFO|DEBUG)\b")
ORDER = ["error", "warn", "info", "debug"]


@dataclass(frozen=True)
class Source:
    """Where the events of a call stand that has no literal name."""

    file: str
    row: str  # pattern: group `event`, and `level` unless the call has it


DYNAMIC = {
    ("shared/queue/prepare.c", "EVENTS[note]"): Source(
        "shared/queue/prepare.c", r'\[QUEUE_NOTE_\w+\] = "(?P<event>[a-z_.]+)"'
    ),
    ("gateway/waiting.c", "step->event"): Source(
        "gateway/poll_plan.c", r'"(?P<event>telegram\.[a-z_]+)",\s+LOG_LEVEL_(?P<level>[A-Z]+),'
    ),
}

# Levels that a call takes from a function.
LEVELS_OF = {
    ("worker/beget/client.c", "level_of(answer->failure)"): ("error", "warn", "info"),
    ("shared/ops/alarm_watch.c", "level_of(item->cause)"): ("error", "warn"),
}

# Who reports to a caller or is handed a log, and has none of its own.
SILENT = ("shared/wire/", "shared/io/", "shared/queue/", "shared/ops/")

# Names that a program which ships must not have in it: tests/lint/check_crash_points.sh looks for them.
CRASH_POINTS = ROOT / "shared/base/crash_point.h"

# What these are about is always an update ...
ABOUT_UPDATES = re.compile(r"^(job|reply|update|press|change|flood)\.")
# ... but for these.
OF_SEVERAL = {"job.found": "updates that nobody knows by name before they are taken again"}
# Here every line is written while a runner works on an update, which log_about_update() has named, if there is one.
NAMED_BY_THREAD = ("worker/beget/", "worker/chat/")


@dataclass
class Event:
    services: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  # whether its lines name an update: "yes", "if any", "no"

    @property
    def update(self) -> str:
        return "yes" if self.names == {"yes"} else "if any" if "no" not in self.names else ""

    def cells(self) -> tuple[str, str, str]:
        levels = sorted(self.levels, key=ORDER.index)
        return ", ".join(sorted(self.services)), ", ".join(levels), self.update


def arguments(text: str, start: int) -> list[str]:
    """Of the call whose opening bracket is before `start`, white space made plain."""
    depth, quoted, piece, pieces = 1, False, "", []
    position = start
    while depth:
        letter = text[position]
        if letter == "\\" and quoted:
            piece += text[position : position + 2]
            position += 2
            continue
        quoted ^= letter == '"'
        depth += 0 if quoted else (letter in "({") - (letter in ")}")
        if letter == "," and depth == 1 and not quoted:
            pieces.append(piece)
            piece = ""
        elif depth:
            piece += letter
        position += 1
    return [" ".join(one.split()) for one in [*pieces, piece]]


def fields_before(text: str, position: int) -> str:
    """The nearest array of fields above a call that is given one by its name."""
    start = text.rfind("struct log_field fields[] = {", 0, position)
    return text[start : text.index("};", start)] if start >= 0 else ""


def services_of(file: str) -> set[str]:
    folder = file.split("/")[0]
    return {folder} if folder in ("gateway", "worker") else {"gateway", "worker"}


class Code:
    """Every event that the code writes."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.problems: list[str] = []
        self._used: set[tuple[str, str]] = set()
        for folder in FOLDERS:
            for path in sorted((ROOT / folder).rglob("*.[ch]")):
                file = str(path.relative_to(ROOT))
                if file not in OF_THE_LOG:
                    self._read(file, path.read_text(encoding="utf-8"))
        for unused in (set(DYNAMIC) | set(LEVELS_OF)) - self._used:
            self.problems.append(f"{unused[0]}: no call of the log has {unused[1]} any more")
        for name, event in self.events.items():
            if ABOUT_UPDATES.match(name) and name not in OF_SEVERAL and event.names != {"yes"}:
                self.problems.append(f"{name}: a line of it does not name its update: LOG_INT(\"update_id\", …)")

    def _read(self, file: str, text: str) -> None:
        text = re.sub(r"/\*.*?\*/", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.DOTALL)
        for match in CALL.finditer(text):
            if text[: match.start()].rstrip().endswith("#define"):
                continue
            given = arguments(text, match.end())
            where = f"{file}:{text.count(chr(10), 0, match.start()) + 1}"
            if match[1] == "LOG_TO":
                given = given[1:]  # whose log it is
            elif file.startswith(SILENT):
                self.problems.append(f"{where}: {match[1]}: the services log; what has nobody to report to is handed a log_sink")
            has_level = match[1] in ("log_event", "log_event_capped", "LOG_AT", "LOG_TO")
            level = given[0] if has_level else ""
            levels = self._levels(file, match[1], level)
            about = " ".join(given) + (fields_before(text, match.start()) if given[-1] == "fields" else "")
            self._add(file, where, given[1 if has_level else 0], levels, about)

    def _levels(self, file: str, call: str, level: str) -> set[str]:
        if not level:
            return {call.removeprefix("log_").removesuffix("_capped")}
        if (file, level) in LEVELS_OF:
            self._used.add((file, level))
            return set(LEVELS_OF[file, level])
        return {name.lower() for name in LEVEL.findall(level)}

    def _add(self, file: str, where: str, given: str, levels: set[str], about: str) -> None:
        names = "yes" if '"update_id"' in about else "if any" if file.startswith(NAMED_BY_THREAD) else "no"
        found = [(match[1], levels) for match in [LITERAL.fullmatch(given)] if match]
        if (file, given) in DYNAMIC:
            self._used.add((file, given))
            source = DYNAMIC[file, given]
            rows = re.finditer(source.row, (ROOT / source.file).read_text(encoding="utf-8"))
            found = [(row["event"], {row["level"].lower()} if "level" in row.groupdict() else levels) for row in rows]
        if not found or not all(levels for _, levels in found):
            self.problems.append(f"{where}: {given}: which events, at which levels? Name them, or say so in {Path(__file__).name}")
        for name, its_levels in found:
            event = self.events.setdefault(name, Event())
            event.services |= services_of(file)
            event.levels |= its_levels
            event.names.add(names)


def table_rows() -> dict[str, tuple[str, ...]]:
    """Event -> the cells of its row: service, level, update, meaning, what to do."""
    book = BOOK.read_text(encoding="utf-8")
    section = book.split("\n## Log events\n", 1)[1].split("\n## ", 1)[0]
    rows = {}
    for line in section.splitlines():
        match = re.match(r"\| `([a-z_.]+)` \|", line)
        if match:
            rows[match[1]] = tuple(cell.strip() for cell in line.strip("|").split("|")[1:])
    return rows


def main() -> int:
    code = Code()
    if "--list" in sys.argv:
        for name, event in sorted(code.events.items()):
            print(f"| `{name}` | {' | '.join(event.cells())} |")
        return 0
    problems = code.problems
    for name in sorted(code.events.keys() & set(LITERAL.findall(CRASH_POINTS.read_text(encoding="utf-8")))):
        problems.append(f"{name}: is the name of a crash point, too")
    rows = table_rows()
    for name in sorted(code.events.keys() | rows.keys()):
        if name not in rows:
            problems.append(f"docs/operations.md: no row for `{name}`: | `{name}` | {' | '.join(code.events[name].cells())} | … | … |")
        elif name not in code.events:
            problems.append(f"docs/operations.md: nothing writes `{name}`")
        else:
            cells, row = code.events[name].cells(), rows[name]
            if len(row) != 5 or row[:3] != cells:
                problems.append(f"docs/operations.md: `{name}`: the code has {' | '.join(cells)}, the table {' | '.join(row[:3])}")
            elif not row[3] or not row[4]:
                problems.append(f"docs/operations.md: `{name}`: what does it mean, what is to be done?")
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

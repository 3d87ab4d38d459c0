# SPDX-License-Identifier: MIT
"""The table of a run. Pure."""

from __future__ import annotations

from collections import Counter

from battle import Course
from judge import Verdict

EXAMPLES = 5  # shown of each kind of finding


def share_of(sorted_values: list[int], share: float) -> int:
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]


def spread(values: list[int]) -> str:
    """Median, 99 of 100, longest."""
    if not values:
        return "-"
    ordered = sorted(values)
    return f"{share_of(ordered, 0.5)} / {share_of(ordered, 0.99)} / {ordered[-1]} ms"


def rows(course: Course, verdict: Verdict) -> list[tuple[str, str]]:
    evidence = course.evidence
    presses = sum(asked.press_id != 0 for asked in evidence.asked)
    poison = sum(asked.poison for asked in evidence.asked)
    kills = Counter(kill.role for kill in evidence.killed)
    table = [
        ("updates", f"{len(evidence.asked) + presses}, {presses} of them changes"),
        ("seconds", f"{course.seconds:.1f}"),
        ("kills", ", ".join(f"{role} {count}" for role, count in sorted(kills.items())) or "none"),
        ("lost", str(len(verdict.lost))),
        ("changing calls twice", str(len(verdict.twice))),
        ("out of order", str(len(verdict.overtaken))),
        ("unknown, and said so", f"{verdict.unknown} ({verdict.false_alarms} of them never called)"),
        ("unknown, and not said", str(len(verdict.silent))),
        ("dead letters", str(verdict.dead)),
        ("poison", f"{poison}, and {verdict.put_aside} put aside and told"),
        ("repeated messages", f"{len(verdict.repeated)}, and {verdict.explained} after a kill in the window"),
        ("request to answer, p50 / p99 / max", spread(verdict.waited_ms)),
    ]
    for role, times in sorted(verdict.recovered_ms.items()):
        table.append((f"next answer after a kill of {role}", spread(times)))
    if course.stopped_s:
        slowest = max(course.stopped_s)
        table.append(("stops by SIGTERM", f"{len(course.stopped_s)}, the slowest {slowest:.1f} s"))
    table.append(("other troubles", str(len(verdict.troubles))))
    return table


def render(course: Course, verdict: Verdict, again: str) -> str:
    """The table, what was broken, and the command that does it again."""
    table = rows(course, verdict)
    width = max(len(name) for name, _ in table)
    lines = [f"{name.ljust(width)}  {value}" for name, value in table]
    for name, found in verdict.broken().items():
        lines += ["", f"BROKEN: {name}", *[f"  {one}" for one in found[:EXAMPLES]]]
        lines += [f"  ... and {len(found) - EXAMPLES} more"] if len(found) > EXAMPLES else []
    lines += ["", f"again: {again}"]
    return "\n".join(lines)

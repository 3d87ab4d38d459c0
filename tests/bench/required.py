# SPDX-License-Identifier: MIT
"""What the measurements must show, whatever the machine. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FSYNC, THREADS = "always", 4  # what ships
P50_TO_LOOP = 2.0  # one thread that carries an update through all steps, with nothing in between
PER_SECOND = 1500
WAITING = 100_000
SLOW_MS = 10
IN_FLIGHT = 1000
ANSWER_MS = 100  # of a command that a person has typed
STRANGERS, COLLEAGUE = 50_000, 5000  # messages of a flood
DELAY_S = 1.0  # of another chat's answer
# What a message of somebody who is let in may leave: a reply that waits for its turn, and its steps in the trace.
GROWN_MB = {"gateway": 4.0, "worker": 4.0, "redis": 10.0}


@dataclass(frozen=True)
class Finding:
    met: bool
    text: str

    def __str__(self) -> str:
        return f"{'met' if self.met else 'NOT MET'}: {self.text}"


def of_speed(per_second: float, p50_ms: float, loop_p50_ms: float) -> list[Finding]:
    """Commands a second of a burst, and the middle time of one in even steps."""
    ratio = p50_ms / loop_p50_ms
    return [
        Finding(
            ratio <= P50_TO_LOOP,
            f"p50: {p50_ms:.2f} ms, {ratio:.2f}× the bare loop's {loop_p50_ms:.2f}, at most {P50_TO_LOOP:g}× allowed",
        ),
        Finding(per_second >= PER_SECOND, f"commands a second: {int(per_second):,}, at least {PER_SECOND:,} required"),
    ]


def of_backlog(waiting: int, slow: int) -> list[Finding]:
    """How many updates waited, and how many commands Redis has called slow meanwhile."""
    return [
        Finding(waiting >= WAITING, f"updates waiting: {waiting:,}, at least {WAITING:,} required"),
        Finding(slow == 0, f"commands of {SLOW_MS} ms or more: {slow}, none allowed"),
    ]


def of_operators(waiting: int, in_flight: int, slowest_ms: dict[str, float], redis_ms: float) -> list[Finding]:
    """What queuectl's commands took at worst, and what kept Redis busy for longest."""
    return [
        *of_backlog(waiting, 0)[:1],
        Finding(in_flight >= IN_FLIGHT, f"updates worked on: {in_flight:,}, at least {IN_FLIGHT:,} required"),
        *(
            Finding(ms <= ANSWER_MS, f"queuectl {verb}: {ms:.0f} ms, at most {ANSWER_MS} allowed")
            for verb, ms in slowest_ms.items()
        ),
        Finding(redis_ms <= SLOW_MS, f"one command kept Redis busy for {redis_ms:.1f} ms, at most {SLOW_MS} allowed"),
    ]


def of_flood(delay_s: float, grown_mb: dict[str, float], strangers: int, colleague: int) -> list[Finding]:
    """How much later than in calm another chat's slowest answer came, and by how much each program has grown."""
    flood = f"{strangers:,} messages of strangers and {colleague:,} of one colleague"
    return [
        Finding(delay_s <= DELAY_S, f"{flood}: an answer {max(delay_s, 0):.2f} s later, at most {DELAY_S:g} allowed"),
        *(
            Finding(grown_mb[name] <= most, f"memory of {name}: {grown_mb[name]:+.1f} MB, at most {most:+g} allowed")
            for name, most in GROWN_MB.items()
        ),
    ]


def exit_code(findings: list[Finding]) -> int:
    return 0 if all(finding.met for finding in findings) else 1

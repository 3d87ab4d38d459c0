# SPDX-License-Identifier: MIT
"""The whole system under load, and what it cost: what tests/bench/run and tests/bench/backlog have in common.

Only the simulators' and Redis' own books are read. An update's time runs from the moment when telegram-sim answered the
getUpdates that carried it to the moment when our sendMessage arrived there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/bench"
PROGRAMS = ("gateway", "worker", "queuectl", "telegram-sim", "beget-sim", "floor")


def build() -> None:
    """Builds what ships, and the floor, unless BIN_DIR names a folder."""
    if "BIN_DIR" in os.environ:
        return
    os.environ["BIN_DIR"] = str(BUILD / "bin")
    for command in (
        ["cmake", "--preset", "release", "-B", str(BUILD), "-DBUILD_TESTING=ON"],
        ["cmake", "--build", str(BUILD), "--target", *PROGRAMS],
    ):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout)


build()
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from stack import BIN_DIR, BOT_ID, TOKEN_SECRET, Program, Stack, until  # noqa: E402

PATIENCE_S = 600
CHATS = [2001 + number for number in range(50)]
TEXT = "/domains"  # a list that is cached: the time is ours, not the hosting's
NAME = "example-shop.ru"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Book:
    """What the programs had used at one moment."""

    cpu_s: dict[str, float] = field(default_factory=dict)
    commands: dict[str, int] = field(default_factory=dict)
    round_trips: int = 0


@dataclass
class Result:
    """What a load cost."""

    updates: int = 0
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)  # sorted
    cpu_s: dict[str, float] = field(default_factory=dict)
    commands: dict[str, int] = field(default_factory=dict)
    round_trips: float = 0.0

    @property
    def per_second(self) -> float:
        return self.updates / self.seconds

    def percentile(self, percent: int) -> float:
        return self.latencies_ms[min(len(self.latencies_ms) - 1, len(self.latencies_ms) * percent // 100)]

    @property
    def calls(self) -> int:
        return sum(self.commands.values())

    def cpu_per_1000(self, name: str) -> float:
        return 1000 * self.cpu_s.get(name, 0.0) / self.updates

    def row(self) -> dict[str, Any]:
        return {
            "updates": self.updates,
            "per_second": round(self.per_second),
            **{f"p{percent}_ms": round(self.percentile(percent), 2) for percent in (50, 95, 99)},
            "cpu_s_per_1000": {name: round(self.cpu_per_1000(name), 3) for name in self.cpu_s},
            "round_trips": round(self.round_trips / self.updates, 2),
            "commands": {
                name: round(calls / self.updates, 2)
                for name, calls in sorted(self.commands.items(), key=lambda item: -item[1])
                if calls >= self.updates / 100
            },
        }


class Load(Stack):
    """The stack with fifty colleagues who may see one domain, and books."""

    def __init__(self, fsync: str, threads: int) -> None:
        super().__init__()
        self.fsync = fsync
        self.settings.update(WORKER_THREADS=str(threads), BEGET_RATE_PER_MINUTE="0")
        self.programs["floor"] = Program("floor", self.folder)

    # ---- starting ----

    def start_all(self) -> None:
        self.start("redis", "telegram-sim", "beget-sim")
        self.redis.call("CONFIG", "SET", "appendfsync", self.fsync)
        for chat in CHATS:
            self.telegram.post("/control/person", {"id": chat, "first_name": f"Colleague {chat}", "language_code": "en"})
            self.redis.call("HSET", self.key("access"), chat, "bench")
            self.redis.call("HSET", self.key(f"grants:{chat}"), NAME, "")
        self.start("worker", "gateway")
        until(lambda: self._sent() > 0, "the list of commands is announced")

    def start_floor(self, threads: int) -> None:
        """In place of the services; threads 0: the loop."""
        for name in ("gateway", "worker"):
            self[name].stop()
        if self["floor"].running():
            self["floor"].stop()
        self.redis.call("DEL", "{floor}:updates", "{floor}:replies", "{floor}:events")
        self.redis.call("HSET", "{floor}:grants", NAME, "")
        kept = self.redis.call("KEYS", self.key("cache:*"))
        if kept:
            self.redis.call("SET", "{floor}:cache", self.redis.call("GET", kept[0]))
        self["floor"].start(
            [str(BIN_DIR / "floor")],
            self._environment(
                TELEGRAM_BOT_TOKEN=f"{BOT_ID}:{TOKEN_SECRET}", TELEGRAM_API_URL=self.telegram.url,
                REDIS_URL=f"unix://{self.socket}", THREADS=str(threads),
            ),
        )  # fmt: skip
        until(lambda: bool(self.redis.call("EXISTS", "{floor}:replies")), "the floor has its streams")

    # ---- books ----

    def _sent(self) -> int:
        return int(self.redis.call("HGET", self.key("meta"), "sent") or 0)

    def _info(self, section: str) -> dict[str, str]:
        lines = self.redis.call("INFO", section).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def book(self) -> Book:
        book = Book()
        for name, program in self.programs.items():
            if program.running():
                used = Path(f"/proc/{program.pid}/stat").read_text().rsplit(")", 1)[1].split()
                book.cpu_s[name] = (int(used[11]) + int(used[12])) / TICKS_PER_S
        for key, value in self._info("commandstats").items():
            book.commands[key.removeprefix("cmdstat_")] = int(value.split(",")[0].removeprefix("calls="))
        book.round_trips = int(self._info("stats")["total_reads_processed"])
        return book

    def waited_s(self, name: str) -> float:
        """How long a program was ready to run and something else ran: a command that is slow for this is not slow."""
        return int(Path(f"/proc/{self[name].pid}/schedstat").read_text().split()[1]) / 1e9

    def used_memory(self) -> int:
        return int(self._info("memory")["used_memory"])

    def peak_mb(self) -> dict[str, float]:
        peaks = {}
        for name in ("gateway", "worker", "redis"):
            status = Path(f"/proc/{self[name].pid}/status").read_text()
            peaks[name] = round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)
        return peaks

    # ---- loads ----

    def burst(self, updates: int) -> Result:
        """All updates are there at once."""
        return self._measure(lambda: self.send_burst(updates), 0.02)

    def steady(self, updates: int, per_second: int) -> Result:
        """One update after the other, in even steps."""
        return self._measure(lambda: self._send_evenly(updates, per_second), 0.2)

    def send_burst(self, updates: int) -> list[tuple[int, int]]:
        """Update and chat of each."""
        body = {"chat_ids": CHATS, "text": TEXT, "count": updates}
        last = self.telegram.post("/control/burst", body)["update_id"]
        self.telegram.last_update_id = last
        return [(last - updates + 1 + number, CHATS[number % len(CHATS)]) for number in range(updates)]

    def _send_evenly(self, updates: int, per_second: int) -> list[tuple[int, int]]:
        sent = []
        begin = time.monotonic()
        for number in range(updates):
            time.sleep(max(0.0, begin + number / per_second - time.monotonic()))
            self.telegram.send(CHATS[number % len(CHATS)], TEXT)
            sent.append((self.telegram.last_update_id, CHATS[number % len(CHATS)]))
        return sent

    def _measure(self, send: Any, look_s: float) -> Result:
        after = self.telegram.get("/control/log?method=none")["last"]
        before = self.book()
        sent = send()
        looks = self._await_answers(after, len(sent), look_s)
        end = self.book()
        result = self._read_log(after, sent)
        result.cpu_s = {name: end.cpu_s[name] - before.cpu_s.get(name, 0) for name in end.cpu_s}
        result.commands = {name: calls - before.commands.get(name, 0) for name, calls in end.commands.items()}
        own = {"info": 2, "xlen": looks}  # this program's
        for name, calls in own.items():
            result.commands[name] = result.commands.get(name, 0) - calls
        result.round_trips = end.round_trips - before.round_trips - sum(own.values())
        return result

    def _await_answers(self, after: int, count: int, look_s: float) -> int:
        """Until as many requests have come as there are updates, and all replies are settled; how often Redis was asked."""
        prefix = "{floor}" if self["floor"].running() else "{beget}"
        deadline = time.monotonic() + PATIENCE_S
        looks = 0
        quiet = False
        while not quiet:
            assert time.monotonic() < deadline, f"not answered within {PATIENCE_S} s:\n{self.logs()}"
            time.sleep(look_s)
            last = self.telegram.get("/control/log?method=none")["last"]
            if last - after >= count:
                looks += 2
                quiet = not any(self.redis.call("XLEN", f"{prefix}:{stream}") for stream in ("updates", "replies"))
        return looks

    def _read_log(self, after: int, sent: list[tuple[int, int]]) -> Result:
        requests = self.telegram.get(f"/control/log?after={max(0, after - 2)}")["requests"]
        arrivals: dict[int, list[int]] = {chat: [] for chat in CHATS}
        for request in requests:
            if request["n"] > after and request["method"] == "sendMessage":
                arrivals[int(request["params"]["chat_id"])].append(request["us"])
        answered = self._answers(requests, [update_id for update_id, _ in sent])
        taken = dict.fromkeys(CHATS, 0)
        latencies = []
        for update_id, chat in sent:
            latencies.append((arrivals[chat][taken[chat]] - answered[update_id]) / 1000)
            taken[chat] += 1
        assert all(len(arrivals[chat]) == taken[chat] for chat in CHATS), "not one message for each update"
        seconds = (max(map(max, filter(None, arrivals.values()))) - min(answered.values())) / 1e6
        return Result(len(sent), seconds, sorted(latencies))

    @staticmethod
    def _answers(requests: list[Any], update_ids: list[int]) -> dict[int, int]:
        """When the answer with each update left: it is the last one before an offset that confirms the update."""
        polls = [request for request in requests if request["method"] == "getUpdates"]
        answered: dict[int, int] = {}
        at = 0
        for update_id in sorted(update_ids):
            while at + 1 < len(polls) and int(polls[at + 1]["params"].get("offset", 0)) <= update_id:
                at += 1
            answered[update_id] = polls[at]["answered_us"]
        return answered

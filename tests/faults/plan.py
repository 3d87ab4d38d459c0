# SPDX-License-Identifier: MIT
"""What people ask for and what is killed when: all of it follows from the options, the seed among them. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

DOMAIN = "example-shop.ru"
FIRST_CHAT = 5001
ROLES = ("gateway", "worker", "redis")


@dataclass(frozen=True)
class Kind:
    """A kind of request. Its answer is known by the tag, which no other request has."""

    letter: str
    text: str
    changes: str = ""  # the method of the hosting API that carries it out, once it is confirmed


POISON = "poison"  # kills every worker that takes it
POISON_TEXT = "/poison"  # what it begins with

KINDS = {
    "filter": Kind("q", "/domains {tag}"),
    "dns": Kind("n", "/dns {tag}.{domain}"),
    "mistyped": Kind("u", "/{tag}"),
    "add": Kind("x", "/sub add {tag}.{domain}", "domain/addSubdomainVirtual"),
    "del": Kind("d", "/sub del {tag}.{domain}", "domain/deleteSubdomain"),
    POISON: Kind("p", f"{POISON_TEXT} {{tag}}"),
}
USUAL = tuple(name for name in KINDS if name != POISON)


@dataclass(frozen=True)
class Options:
    seed: int = 1
    updates: int = 1000
    chats: int = 10
    workers: int = 2
    gateways: int = 2
    kinds: tuple[str, ...] = USUAL
    poison: int = 500  # one of so many updates kills every worker that takes it; 0: none does
    kill: tuple[str, ...] = ()  # roles of which one process is killed now and then
    kill_every_ms: int = 300  # on average
    redis_kills: int = 0  # spread over the run
    sigterm: int = 0  # so many times a service is asked to stop
    beget_faults: int = 0  # percent, of each kind
    telegram_faults: int = 0  # percent, of each kind
    window: int = 4  # how many requests a person has open at a time
    quiet_s: int = 0  # without any answer: whatever is still open is lost; 0: as long as anything may take
    textbook: bool = False  # the consumer that most people write, in the worker's place


@dataclass(frozen=True)
class Wish:
    number: int
    chat: int
    kind: str

    @property
    def tag(self) -> str:
        return f"{KINDS[self.kind].letter}{self.number:05d}"

    @property
    def text(self) -> str:
        return KINDS[self.kind].text.format(tag=self.tag, domain=DOMAIN)

    @property
    def changes(self) -> str:
        return KINDS[self.kind].changes

    @property
    def is_poison(self) -> bool:
        return self.kind == POISON


def chats(options: Options) -> list[int]:
    return [FIRST_CHAT + number for number in range(options.chats)]


def wishes(options: Options) -> list[Wish]:
    """So many that their updates, with a press for each change, are the number asked for: a third of them change."""
    dice = random.Random(f"wishes {options.seed}")
    looks = [name for name in options.kinds if not KINDS[name].changes]
    changes = [name for name in options.kinds if KINDS[name].changes]
    halves = [half for half in (looks, changes) if half]
    made: list[Wish] = []
    updates = 0
    poisons = options.updates // options.poison if options.poison else 0
    poisoned = [share * options.updates for share in shares(options.seed, POISON, poisons)]
    while updates < options.updates:
        kind = dice.choice(dice.choice(halves))
        if poisoned and updates >= poisoned[0]:
            poisoned.pop(0)
            kind = POISON
        made.append(Wish(len(made) + 1, dice.choice(chats(options)), kind))
        updates += 2 if made[-1].changes else 1
    return made


@dataclass(frozen=True)
class Kill:
    after_ms: float  # the one before
    target: str  # a program
    crash_at: str  # the next life of it ends at this crash point; "" for an end from outside


def programs(options: Options, role: str) -> list[str]:
    count = {"gateway": options.gateways, "worker": options.workers, "redis": 1}[role]
    return [role if number == 1 else f"{role}-{number}" for number in range(1, count + 1)]


def kills(options: Options, points: dict[str, list[str]]) -> Iterator[Kill]:
    """Without end. `points` are the crash points of each role; half of the next lives end at one of them."""
    dice = random.Random(f"kills {options.seed}")
    targets = [name for role in options.kill for name in programs(options, role)]
    while targets:
        target = dice.choice(targets)
        own = points.get(target.split("-")[0], [])
        crash_at = f"{dice.choice(own)}:{dice.randint(1, 20)}" if own and dice.random() < 0.5 else ""
        yield Kill(dice.expovariate(1 / options.kill_every_ms), target, crash_at)


def shares(seed: int, what: str, count: int) -> list[float]:
    """So many moments of a run, as shares of its work, in order."""
    dice = random.Random(f"{what} {seed}")
    return sorted((number + dice.random()) / count for number in range(count))


def sigterms(options: Options) -> list[tuple[float, str]]:
    dice = random.Random(f"sigterm targets {options.seed}")
    targets = programs(options, "gateway") + programs(options, "worker")
    return [(share, dice.choice(targets)) for share in shares(options.seed, "sigterm", options.sigterm)]


def beget_faults(options: Options) -> list[dict[str, object]]:
    """Each at the percentage asked for; the timeout of the worker is shorter than the hanging."""
    percent = options.beget_faults
    rows: list[dict[str, object]] = [{"kind": "hang", "ms": 4000}, {"kind": "drop_after"}, {"kind": "html502"}]
    return [
        {**row, "method": "*", "count": -1, "percent": percent, "seed": options.seed * 100 + number}
        for number, row in enumerate(rows)
        if percent
    ]


def telegram_faults(options: Options) -> list[dict[str, object]]:
    percent = options.telegram_faults
    sends: list[dict[str, object]] = [{"kind": "429", "retry_after": 1}, {"kind": "502"}, {"kind": "cut"}]
    polls: list[dict[str, object]] = [{"kind": "409"}, *sends]
    rows = [{**row, "method": method} for method in ("sendMessage", "editMessageText") for row in sends]
    rows += [{**row, "method": "getUpdates"} for row in polls]
    return [
        {**row, "count": -1, "percent": percent, "seed": options.seed * 1000 + number}
        for number, row in enumerate(rows)
        if percent
    ]


def replay(options: Options) -> str:
    """The command line that does it again."""
    words = ["tests/faults/run", "--seed", str(options.seed)]
    for name, value in list(vars(options).items())[1:]:
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif value is not False and value != getattr(Options, name):
            words += [flag, ",".join(value) if isinstance(value, tuple) else str(value)]
    return " ".join(words)

# SPDX-License-Identifier: MIT
"""What two people want of one name at the same time: all of it follows from the dice and from what is there. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = Any

DOMAIN = "example-shop.ru"
RECORDS_MAX = 6  # of a kind, before nobody adds one
# They are never asked to go, so that there is always something to lose.
BASE = frozenset({"A 198.51.100.1", "AAAA 2001:db8::1", "MX 1 mx1.beget.com", "MX 20 mx2.beget.com", "TXT v=spf1 -all"})


@dataclass(frozen=True)
class Wish:
    """A command, and how one sees that it was carried out."""

    text: str
    adds: frozenset[str] = frozenset()  # records, or names
    removes: frozenset[str] = frozenset()


def zone_of(row: Json) -> frozenset[str]:
    """The records of a name in beget-sim's state: "MX 10 mx1.beget.com"."""
    found = set()
    for kind, records in row["records"].items():
        for record in records if kind in ("A", "AAAA", "MX", "TXT", "CNAME") else []:
            value = next(record[key] for key in ("address", "exchange", "txtdata", "cname", "value") if key in record)
            preference = f"{record.get('preference', record.get('priority', ''))} " if kind == "MX" else ""
            found.add(f"{kind} {preference}{value if kind == 'TXT' else value.rstrip('.')}")
    return frozenset(found)


def records_of(zone: frozenset[str]) -> Json:
    """For beget-sim: the reverse of zone_of()."""
    keys = {"A": "address", "AAAA": "address", "TXT": "txtdata"}
    records: Json = {}
    for text in sorted(zone):
        kind, value = text.split(" ", 1)
        if kind == "MX":
            preference, exchange = value.split(" ")
            row: Json = {"ttl": 300, "exchange": exchange + ".", "preference": int(preference)}
        else:
            row = {"ttl": 300, keys[kind]: value}
        records.setdefault(kind, []).append(row)
    return records


# ---- records ----


def fresh(kind: str, number: int) -> str:
    """A value that no other wish has."""
    high, low = divmod(number, 250)
    return {
        "A": f"198.18.{high}.{low + 1}",
        "AAAA": f"2001:db8:0:1::{number + 2:x}",
        "MX": f"{number % 90 + 5} mx{number}.example.net",
        "TXT": f"mark {number} of two",
    }[kind]


def quoted(kind: str, value: str) -> str:
    return f'"{value}"' if kind == "TXT" else value


def wish_add(name: str, kind: str, number: int) -> Wish:
    value = fresh(kind, number)
    return Wish(f"/dns {name} add {kind} {value}", adds=frozenset({f"{kind} {value}"}))


def wish_set(name: str, old: str, number: int) -> Wish:
    kind, value = old.split(" ", 1)
    put = fresh(kind, number)
    given, wanted = (value, put) if kind == "MX" else (quoted(kind, value), quoted(kind, put))
    return Wish(f"/dns {name} set {kind} {given} {wanted}", frozenset({f"{kind} {put}"}), frozenset({old}))


def wish_del(name: str, old: str) -> Wish:
    kind, value = old.split(" ", 1)
    return Wish(f"/dns {name} del {kind} {value}", removes=frozenset({old}))


def about_records(dice: random.Random, name: str, zone: frozenset[str], number: int) -> list[Wish]:
    """Two edits of one name; every fourth pair wants the same record."""
    free = sorted(record for record in zone - BASE)
    same = dice.choice(free) if free and dice.random() < 0.25 else ""
    wishes = []
    for half in (0, 1):
        old = same or (dice.choice(free) if free else "")
        kind = dice.choice(("A", "A", "AAAA", "MX", "TXT", "TXT"))
        crowded = sum(record.startswith(kind + " ") for record in zone) >= RECORDS_MAX
        choices: list[Callable[[], Wish]] = []
        if old:
            choices += [lambda old=old: wish_set(name, old, 2 * number + half), lambda old=old: wish_del(name, old)]
        if not same and not crowded:
            choices += [lambda kind=kind: wish_add(name, kind, 2 * number + half)] * 3
        wishes.append(dice.choice(choices)())
    return wishes


# ---- subdomains ----


def about_subdomains(dice: random.Random, there: list[str], label: str, ending: str) -> list[Wish]:
    """Two who create or delete a name, the same one or neighbours."""
    if there and dice.random() < 0.6:
        names = [dice.choice(there), dice.choice(there)]
        return [Wish(f"/sub del {name}", removes=frozenset({name})) for name in names]
    names = [f"{label}a{ending}", f"{label}{dice.choice('ab')}{ending}"]
    return [Wish(f"/sub add {name}", adds=frozenset({name})) for name in names]

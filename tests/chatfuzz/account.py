# SPDX-License-Identifier: MIT
"""The hosting account as beget-sim has it, and what was asked of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moment import Call
from rules import within
from stack import Beget
from wishes import zone_of

Json = Any

EXAMPLE = "example.com"  # what the bot's own texts mention
VALUE_MIN = 6  # a shorter one may stand in any text


@dataclass
class Account:
    by_id: dict[int, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    records: dict[str, frozenset[str]] = field(default_factory=dict)  # name -> "MX 10 mx.example.net"
    values: dict[str, frozenset[str]] = field(default_factory=dict)  # of records -> the names that have or had them

    def joined(self, other: Account) -> Account:
        """What is in one of them."""
        values = {**self.values, **other.values}
        empty = frozenset[str]()
        return Account(
            {**self.by_id, **other.by_id},
            self.names | other.names,
            {**self.records, **other.records},
            {value: self.values.get(value, empty) | other.values.get(value, empty) for value in values},
        )


def texts(node: Json) -> Iterator[str]:
    if isinstance(node, str) and len(node) >= VALUE_MIN:
        yield node.rstrip(".")
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from texts(child)


def look(beget: Beget) -> Account:
    rows = [row for row in beget.get("/control/state")["names"] if row["kind"] != "blind"]
    holders: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for value in texts(row["records"]):
            holders[value].add(row["ascii"])
    return Account(
        {int(row["id"]): row["ascii"] for row in rows},
        frozenset(row["ascii"] for row in rows if not within(row["ascii"], EXAMPLE)),
        {row["ascii"]: zone_of(row) for row in rows},
        {value: frozenset(names) for value, names in holders.items()},
    )


def is_read(method: str) -> bool:
    return method.split("/")[-1].startswith("get")


def called(row: Json, account: Account) -> Call:
    """A row of beget-sim's log; names as they were before."""
    sent = row["input"] or {}
    number = int(sent.get("id") or sent.get("domain_id") or 0)
    name = str(sent.get("fqdn") or account.by_id.get(number, ""))
    if row["method"] == "domain/addSubdomainVirtual":
        name = f"{sent.get('subdomain')}.{name}"
    return Call(row["method"], name, row["effect"])

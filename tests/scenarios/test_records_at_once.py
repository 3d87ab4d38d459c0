# SPDX-License-Identifier: MIT
"""Two people change the records of one name: each change is there, or its person was told that it is not."""

from __future__ import annotations

import pytest
from stack import ANNA, BORIS, Stack, until

NAME = "blog.example-shop.ru"
READ = "dns/getData"
WRITE = "dns/changeRecords"
ROUNDS = 12
HOUR_MS = 3600 * 1000
LATE_MS = 4000  # longer than the worker waits for an answer
SLOW_MS = 13_000  # longer than a change waits for a name

ADD = {ANNA: "✅ Добавить", BORIS: "✅ Add"}
RETRY = "↻ Try again"
BUSY = "Another change of"


def let_in(stack: Stack) -> None:
    stack.redis.call("HSET", stack.key("access"), BORIS, "")
    stack.redis.call("HSET", stack.key(f"grants:{BORIS}"), NAME, "E")


def press(stack: Stack, person: int, label: str) -> None:
    found = [
        (message["message_id"], button["data"])
        for message in stack.telegram.chat(person)["messages"]
        for row in message.get("keyboard") or []
        for button in row
        if button["text"] == label
    ]
    assert found, f"no button [{label}]"
    stack.telegram.press(person, *found[-1])


def ask(stack: Stack, person: int, address: str) -> None:
    stack.telegram.send(person, f"/dns {NAME} add A {address}")
    stack.telegram.await_text(person, f"+ A {address}")


def set_addresses(stack: Stack, *addresses: str) -> None:
    records = {"A": [{"ttl": 600, "address": address} for address in addresses]}
    stack.beget.post("/control/records", {"fqdn": NAME, "set_type": 1, "records": records})


def addresses(stack: Stack) -> set[str]:
    found = next(name for name in stack.beget.get("/control/state")["names"] if name["fqdn"] == NAME)
    return {record["address"] for record in found["records"]["A"]}


def await_write(stack: Stack, count: int) -> None:
    until(lambda: len(stack.beget.calls(WRITE)) == count, f"{WRITE} is called {count} times")


def last_text(stack: Stack, person: int) -> str:
    """The last answer: word of what others changed is none."""
    return [text for text in stack.telegram.texts(person) if not text.startswith("🔔")][-1]


def test_no_change_is_lost(stack: Stack) -> None:
    """Both say yes at once, at two workers. What is told as done is there, and nothing else is."""
    stack.start()
    stack.start_second_worker()
    let_in(stack)
    told = set()
    for number in range(1, ROUNDS + 1):
        set_addresses(stack, "198.51.100.20")
        wanted = {ANNA: f"203.0.113.{number}", BORIS: f"203.0.113.{100 + number}"}
        for person, address in wanted.items():
            ask(stack, person, address)
        stack.settle()
        stack.beget.fault(method=READ, kind="hang", ms=60, count=6)  # the time in which a change would be lost
        for person in wanted:
            press(stack, person, ADD[person])
        stack.settle()
        stack.beget.clear_faults()
        done = {wanted[person] for person in wanted if last_text(stack, person).startswith("✅")}
        assert addresses(stack) == {"198.51.100.20"} | done
        assert all(last_text(stack, person).startswith(("✅", "⚠️")) for person in wanted)
        told |= {len(done)}
    assert told == {1}  # who comes second sees another state than was shown, and is asked again
    stack.finish()


def test_who_waits_too_long_is_told_so(stack: Stack) -> None:
    """The other change is still under way: nothing is read or written meanwhile, and it may be tried again."""
    stack.start()
    let_in(stack)
    ask(stack, ANNA, "203.0.113.1")
    ask(stack, BORIS, "203.0.113.2")
    stack.settle()
    stack.beget.fault(method=WRITE, kind="hang", ms=SLOW_MS)
    press(stack, ANNA, ADD[ANNA])
    await_write(stack, 1)
    press(stack, BORIS, ADD[BORIS])
    stack.telegram.await_text(BORIS, BUSY)
    assert len(stack.beget.calls(WRITE)) == 1
    stack.settle()
    assert last_text(stack, ANNA).startswith("✅")
    press(stack, BORIS, RETRY)
    stack.settle()
    press(stack, BORIS, ADD[BORIS])
    stack.settle()
    assert last_text(stack, BORIS).startswith("✅")
    assert addresses(stack) == {"198.51.100.20", "203.0.113.1", "203.0.113.2"}
    stack.finish()


def test_what_may_yet_be_written_is_waited_for(stack: Stack) -> None:
    """Nobody knows what became of a request; carried out late, it must not take back what another has written since."""
    stack.settings.update(BEGET_TIMEOUT_S="1")
    stack.start()
    let_in(stack)
    ask(stack, ANNA, "203.0.113.1")
    ask(stack, BORIS, "203.0.113.2")
    stack.settle()
    stack.beget.fault(method=WRITE, kind="hang", ms=LATE_MS)
    press(stack, ANNA, ADD[ANNA])
    stack.settle()
    assert last_text(stack, ANNA).startswith("❓")
    press(stack, BORIS, ADD[BORIS])
    stack.telegram.await_text(BORIS, BUSY)
    assert len(stack.beget.calls(WRITE)) == 1
    assert addresses(stack) == {"198.51.100.20", "203.0.113.1"}
    stack.redis.call("DEL", stack.key(f"hold:{NAME}"))  # as it is two minutes later
    press(stack, BORIS, RETRY)
    stack.settle()
    press(stack, BORIS, ADD[BORIS])
    stack.settle()
    assert last_text(stack, BORIS).startswith("✅")
    assert addresses(stack) == {"198.51.100.20", "203.0.113.1", "203.0.113.2"}
    stack.finish()


@pytest.mark.long
def test_what_a_killed_worker_held_is_free_when_its_change_has_ended(stack: Stack) -> None:
    """Its request is taken over and looked at; until then nobody else changes the name, and then everybody may."""
    stack.settings.update(JOB_LEASE_S="16", BEGET_TIMEOUT_S="8")
    stack.start()
    let_in(stack)
    ask(stack, ANNA, "203.0.113.1")
    ask(stack, BORIS, "203.0.113.2")
    stack.settle()
    stack.beget.fault(method=WRITE, kind="hang_after", ms=HOUR_MS)
    press(stack, ANNA, ADD[ANNA])
    await_write(stack, 1)
    stack["worker"].kill()
    stack.start("worker")
    press(stack, BORIS, ADD[BORIS])
    stack.telegram.await_text(BORIS, BUSY)
    stack.settle()
    assert last_text(stack, ANNA).startswith("✅")  # taken over when the lease ran out, and seen
    press(stack, BORIS, RETRY)
    stack.settle()
    press(stack, BORIS, ADD[BORIS])
    stack.settle()
    assert addresses(stack) == {"198.51.100.20", "203.0.113.1", "203.0.113.2"}
    assert len(stack.beget.calls(WRITE)) == 2
    stack.finish()

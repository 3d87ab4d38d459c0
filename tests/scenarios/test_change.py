# SPDX-License-Identifier: MIT
"""A change whose worker dies, is stopped or is late: made once, and what is said of it is true."""

from __future__ import annotations

import re

import pytest
from stack import ANNA, Stack, until

NEW = "new.example-shop.ru"
ADD = "domain/addSubdomainVirtual"
LIST = "domain/getSubdomainList"
HOUR_MS = 3600 * 1000

CREATED = f"✅ {NEW} создан."
CREATED_CHECKED = f"✅ {NEW} создан: ответ Beget потерялся, но имя есть в его списке."
UNKNOWN = f"❓ Неизвестно, создан ли {NEW}"


def find_button(stack: Stack, label: str) -> tuple[int, str]:
    """The newest button of that label: its message and its data."""
    found = [
        (message["message_id"], button["data"])
        for message in stack.telegram.chat(ANNA)["messages"]
        for row in message.get("keyboard") or []
        for button in row
        if button["text"] == label
    ]
    assert found, f"no button [{label}]"
    return found[-1]


def ask(stack: Stack) -> None:
    stack.telegram.send(ANNA, f"/sub add {NEW}")
    stack.telegram.await_text(ANNA, f"Создать {NEW}?")
    stack.settle()


def confirm(stack: Stack) -> None:
    message_id, data = find_button(stack, "✅ Создать")
    stack.telegram.press(ANNA, message_id, data)


def await_call(stack: Stack, method: str, count: int = 1) -> None:
    until(lambda: len(stack.beget.calls(method)) == count, f"{method} is called")


def kill_in_call(stack: Stack, name: str = "worker") -> None:
    """Kills a worker that waits for Beget; its lease runs out, and so does every question nobody has taken."""
    stack[name].kill()
    expire_lease(stack)
    for key in stack.redis.call("KEYS", stack.key("button:*")):
        if stack.redis.call("TTL", key) <= 600:
            stack.redis.call("DEL", key)


def expire_lease(stack: Stack) -> None:
    updates = stack.key("updates")
    for entry_id, consumer, _idle, deliveries in stack.redis.call("XPENDING", updates, "workers", "-", "+", 10):
        stack.redis.call(
            "XCLAIM", updates, "workers", consumer, 0, entry_id,
            "IDLE", HOUR_MS, "RETRYCOUNT", deliveries, "JUSTID",
        )  # fmt: skip


def outcome(stack: Stack) -> str:
    """What the question has become, when all is worked out."""
    stack.settle()
    return stack.telegram.texts(ANNA)[-1]


def last_toast(stack: Stack) -> str:
    """What the last press popped up."""
    return str(stack.telegram.chat(ANNA)["callbacks"][-1]["text"])


@pytest.mark.parametrize(
    ("fault", "begins"),
    [("hang_after", CREATED_CHECKED), ("hang", UNKNOWN)],
    ids=["after_it_took_effect", "before_it_took_effect"],
)
def test_a_worker_killed_inside_the_call(stack: Stack, fault: str, begins: str) -> None:
    """Whoever takes the request over looks, and does not call; also when the question's ten minutes are over by then."""
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind=fault, ms=HOUR_MS)
    confirm(stack)
    await_call(stack, ADD)
    kill_in_call(stack)
    stack.start("worker")
    assert outcome(stack).startswith(begins)
    assert len(stack.beget.calls(ADD)) == 1
    assert stack.redis.call("HLEN", stack.key("unknown")) == (1 if begins == UNKNOWN else 0)
    assert stack.redis.call("HLEN", stack.key("intents")) == 0
    stack.finish()


def test_a_worker_killed_before_the_call(stack: Stack) -> None:
    """Nothing was begun: whoever takes the request over does it."""
    stack.start()
    ask(stack)
    stack.beget.fault(method=LIST, kind="hang", ms=HOUR_MS)
    calls = len(stack.beget.calls(LIST))
    confirm(stack)
    await_call(stack, LIST, calls + 1)
    stack["worker"].kill()
    expire_lease(stack)
    stack.start("worker")
    assert outcome(stack) == CREATED
    assert len(stack.beget.calls(ADD)) == 1
    stack.finish()


def test_a_change_given_up_is_told_as_doubtful(stack: Stack) -> None:
    """Every worker that had it died; its question is not answered a second time."""
    stack.settings["JOB_MAX_DELIVERIES"] = "1"
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=HOUR_MS)
    confirm(stack)
    await_call(stack, ADD)
    kill_in_call(stack)
    stack.start("worker")
    assert outcome(stack).startswith("❓")
    confirm(stack)
    stack.settle()
    assert last_toast(stack) == "На этот вопрос уже ответили."
    assert len(stack.beget.calls(ADD)) == 1
    assert stack.redis.call("HLEN", stack.key("unknown")) == 1
    stack.finish(dead_letters=1)


def test_one_of_two_workers_killed_inside_the_call(stack: Stack) -> None:
    """The other one takes over while it works for others, and calls nothing again."""
    stack.settings.update(JOB_LEASE_S="16", BEGET_TIMEOUT_S="8")  # leases of others are looked for every four seconds
    stack.start()
    second = stack.start_second_worker()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=HOUR_MS)
    confirm(stack)
    await_call(stack, ADD)
    holders = [row[1] for row in stack.redis.call("XPENDING", stack.key("updates"), "workers", "-", "+", 10)]
    assert len(holders) == 1
    victim = "worker-2" if f"-{second.pid}-" in holders[0] else "worker"
    kill_in_call(stack, victim)
    stack.telegram.send(ANNA, "/help")  # wakes the other one; the chat's order holds
    stack.settle()
    texts = stack.telegram.texts(ANNA)
    assert texts[0] == CREATED_CHECKED and texts[1].startswith("Что я умею")
    assert len(stack.beget.calls(ADD)) == 1
    stack.finish()


def test_two_presses_at_once(stack: Stack) -> None:
    """The second waits for the first, and is told that it came second."""
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=1000)
    confirm(stack)
    await_call(stack, ADD)
    confirm(stack)
    assert outcome(stack) == CREATED
    assert last_toast(stack) == "На этот вопрос уже ответили."
    assert len(stack.beget.calls(ADD)) == 1
    stack.finish()


def press_late(stack: Stack) -> None:
    """Presses while no worker is there, until the request's deadline is over by Redis' clock."""
    confirm(stack)
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 1, "the press is queued")
    fields = stack.redis.call("XRANGE", stack.key("updates"), "-", "+")[0][1]
    deadline_ms = int(dict(zip(fields[::2], fields[1::2]))["deadline_ms"])
    until(lambda: int(stack.redis.call("TIME")[0]) * 1000 > deadline_ms, "the deadline is over")


def test_a_request_that_waited_too_long_is_not_carried_out(stack: Stack) -> None:
    stack.settings["JOB_DEADLINE_S"] = "1"
    stack.start()
    ask(stack)
    assert stack["worker"].stop() == 0
    press_late(stack)
    stack.start("worker")
    assert outcome(stack).startswith(f"⚠️ {NEW} не создан.\nЗапрос ждал слишком долго")
    assert stack.beget.calls(ADD) == []
    stack.finish()


def kill_late(stack: Stack) -> None:
    confirm(stack)
    await_call(stack, ADD)
    entry_id = stack.redis.call("XPENDING", stack.key("updates"), "workers", "-", "+", 1)[0][0]
    received_ms = int(entry_id.split("-")[0])
    until(lambda: int(stack.redis.call("TIME")[0]) * 1000 > received_ms + 1000, "the deadline is over")
    kill_in_call(stack)


def test_what_was_begun_is_told_after_its_deadline(stack: Stack) -> None:
    """Half a change helps nobody, and "too late" would be a lie."""
    stack.settings["JOB_DEADLINE_S"] = "1"
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=HOUR_MS)
    kill_late(stack)
    stack.start("worker")
    assert outcome(stack) == CREATED_CHECKED
    assert len(stack.beget.calls(ADD)) == 1
    stack.finish()


# ---- SIGTERM ----


def test_a_change_on_its_way_is_waited_for(stack: Stack) -> None:
    """The worker that is asked to stop finishes what it has begun, and then stops."""
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=3000)
    confirm(stack)
    await_call(stack, ADD)
    assert stack["worker"].stop() == 0
    assert stack.redis.call("XLEN", stack.key("updates")) == 0
    assert outcome(stack) == CREATED
    assert " job.given_back " not in stack["worker"].log
    stack.finish()


@pytest.mark.parametrize(
    ("method", "timeout_s", "kind", "expected"),
    [
        (ADD, "8", "hang_after", CREATED_CHECKED),  # begun, and no answer: the next one looks
        (LIST, "20", "hang", CREATED),  # not begun: the next one does it
    ],
    ids=["begun", "not_begun"],
)
def test_a_worker_that_is_stopped_gives_a_change_back(
    stack: Stack, method: str, timeout_s: str, kind: str, expected: str
) -> None:
    stack.settings["BEGET_TIMEOUT_S"] = timeout_s
    stack.start()
    ask(stack)
    before = len(stack.beget.calls(method))
    stack.beget.fault(method=method, kind=kind, ms=HOUR_MS)
    confirm(stack)
    await_call(stack, method, before + 1)
    assert stack["worker"].stop() == 0
    assert re.search(r" job\.given_back .*result=ok", stack["worker"].log)
    stack.start("worker")
    assert outcome(stack) == expected
    assert len(stack.beget.calls(ADD)) == 1
    stack.finish()

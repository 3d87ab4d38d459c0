# SPDX-License-Identifier: MIT
"""What queuectl tells of one update, and of all of them: trace, tail and show, beside the real services."""

from __future__ import annotations

import json
import re
import signal
import subprocess

from on_call import WHO, OnCall
from stack import ANNA, BIN_DIR, Json, Stack, until
from test_change import ADD, CREATED_CHECKED, HOUR_MS, NEW, ask, await_call, confirm, expire_lease, outcome


def refused(stack: Stack, *words: str, code: int) -> str:
    said = OnCall(stack).run(*words)
    assert said.code == code, f"{words}: {said}"
    return said.err


def rows(stack: Stack, *words: str) -> list[Json]:
    return OnCall(stack).rows(*words)


def without_age(place: str) -> str:
    return re.sub(r"renewed \d+ s ago", "renewed", place)


def workers(stack: Stack) -> list[str]:
    """Who has taken updates so far, in the order of time."""
    entries = stack.redis.call("XRANGE", stack.key("trace"), "-", "+")
    takers = [dict(zip(fields[::2], fields[1::2])) for _, fields in entries]
    return [row["by"] for row in takers if row["step"] in ("taken", "reaped")]


def steps(trace: list[Json]) -> list[str]:
    return [row["step"] for row in trace if row["step"] != "call"]


def test_a_change_is_followed_over_the_death_of_its_worker_and_a_restart_of_everything(stack: Stack) -> None:
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang_after", ms=HOUR_MS)
    confirm(stack)
    await_call(stack, ADD)
    update = f"u{stack.telegram.last_update_id}"
    stack["worker"].kill()
    assert rows(stack, "trace", update)[-1]["step"] == "now"  # it is begun, and nobody knows more
    expire_lease(stack)
    stack.start("worker")
    assert outcome(stack) == CREATED_CHECKED
    for name in ("worker", "gateway", "redis"):
        assert stack[name].stop() == 0
    stack.start("redis", "worker", "gateway")

    trace = rows(stack, "trace", update)
    assert steps(trace) == ["arrived", "taken", "begun", "reaped", "not_begun", "done", "delivered", "delivered"]
    assert {row["schema"] for row in trace} == {"beget-manager/trace/1"}
    by = {row["step"]: row["by"] for row in trace if row["step"] != "call"}
    assert by["taken"] == by["begun"] != by["reaped"] == by["not_begun"] == by["done"]
    assert [row["at_ms"] for row in trace] == sorted(row["at_ms"] for row in trace)
    done = next(row for row in trace if row["step"] == "done")
    assert done["result"] == "ok" and f"sub_add {NEW}" in done["what"] and done["took_ms"] is not None
    assert "doubt" in next(row for row in trace if row["step"] == "not_begun")["result"]
    calls = [row for row in trace if row["step"] == "call"]
    assert {row["by"] for row in calls} == {by["taken"], by["reaped"]}  # both looked, and what the dead one saw is known
    assert all(row["took_ms"] is not None and "ok" in row["result"] for row in calls)
    assert any(row["what"] == "domain/getSubdomainList" and "HTTP 200" in row["result"] for row in calls)
    table = OnCall(stack).ok("trace", update)
    assert table.index("takes it over from") < table.index("finishes it") < table.index("delivers editMessageText")
    stack.finish()


def test_an_update_that_waits_says_behind_whom(stack: Stack) -> None:
    stack.start()
    stack.beget.fault(method="domain/getList", kind="hang", ms=HOUR_MS)
    stack.telegram.send(ANNA, "/domains")
    await_call(stack, "domain/getList")
    first = stack.telegram.last_update_id
    stack.telegram.send(ANNA, "a secret word")
    second = stack.telegram.last_update_id
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 2, "it is queued")
    until(lambda: rows(stack, "trace", f"u{second}")[-1]["what"].startswith("waits behind"), "it is parked")
    assert f"-{first}" in rows(stack, "trace", f"u{second}")[-1]["what"]
    assert "works on it" in rows(stack, "trace", f"u{first}")[-1]["what"]

    masked = OnCall(stack).ok("show", f"u{second}")
    assert "a secret word" not in masked and "(13 characters)" in masked and "deadline_left_ms" in masked
    assert "a secret word" in OnCall(stack).ok("show", f"u{second}", "--texts")
    fields = {row["field"]: row["value"] for row in rows(stack, "show", f"u{first}")}
    assert fields["owner"] == workers(stack)[-1] and fields["delivered"] == "1" and fields["chat_id"] == str(ANNA)
    by_id = rows(stack, "show", rows(stack, "show", f"u{first}")[0]["id"])[0]
    assert without_age(by_id["value"]) == without_age(fields["now"])
    stack.beget.clear_faults()
    stack["beget-sim"].stop()
    stack.start("beget-sim")
    stack.settle()
    assert "has ended" in refused(stack, "show", f"u{first}", code=2)
    assert steps(rows(stack, "trace", f"u{first}"))[-2:] == ["done", "delivered"]
    stack.finish()


def test_what_nobody_knows_is_not_found(stack: Stack) -> None:
    stack.start()
    stack["gateway"].await_log(r" lease\.acquired ")
    assert "nothing is known of u5" in refused(stack, "trace", "u5", code=2)
    assert "neither an update" in refused(stack, "trace", "five", code=1)
    assert "neither an update" in refused(stack, "show", "five", code=1)
    stack.finish()


def test_without_a_log_the_trace_still_tells(stack: Stack) -> None:
    stack.start()
    stack.telegram.send(ANNA, "/help")
    stack.settle()
    update = f"u{stack.telegram.last_update_id}"
    said = OnCall(stack).ok("trace", update, "--data", str(stack.folder / "nowhere"))
    assert "finishes it" in said and "without the log:" in said
    stack.finish()


def test_what_the_trace_has_forgotten_is_told_by_the_log(stack: Stack) -> None:
    """From bot.db, and from Redis what no bot.db has yet."""
    stack.start()
    stack.telegram.send(ANNA, "/help")
    stack.settle()
    first = stack.telegram.last_update_id
    assert stack["worker"].stop() == 0
    stack.telegram.send(ANNA, "/help")
    second = stack.telegram.last_update_id
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 1, "it waits")
    assert steps(rows(stack, "trace", f"u{second}")) == ["arrived", "now"]
    OnCall(stack).do("cancel", f"u{second}")
    assert steps(rows(stack, "trace", f"u{second}"))[0] == "operator"  # and nothing twice
    stack.redis.call("DEL", stack.key("trace"))
    [row] = rows(stack, "trace", f"u{first}")
    assert (row["step"], row["what"], row["result"]) == ("log", "the log: help", "ok")
    [row] = [row for row in rows(stack, "trace", f"u{second}") if row["step"] == "log"]
    assert row["what"].startswith("the log: operator.cancel ") and row["by"] == WHO
    stack.start("worker")
    stack.telegram.send(ANNA, "/help")
    stack.settle()
    stack.finish()


def test_tail_shows_the_last_steps_of_a_chat_and_goes_on(stack: Stack) -> None:
    stack.start()
    stack["gateway"].await_log(r" lease\.acquired ")
    assert rows(stack, "tail") == []
    for text in ("/help", "/domains"):
        stack.telegram.send(ANNA, text)
        stack.settle()
    last = str(stack.telegram.last_update_id)
    shown = rows(stack, "tail", "--lines", "2")
    assert [row["step"] for row in shown if row["step"] != "call"] == ["done", "delivered"]
    assert {row["update_id"] for row in shown} == {last} and {row["chat_id"] for row in shown} == {str(ANNA)}
    assert len(rows(stack, "tail", "--kind", "message", "--chat", str(ANNA))) > len(shown)
    assert rows(stack, "tail", "--kind", "callback") == [] and rows(stack, "tail", "--chat", "5") == []
    assert {row["step"] for row in rows(stack, "tail", "--kind", "reply")} == {"delivered"}

    follower = subprocess.Popen(
        [BIN_DIR / "queuectl", "tail", "-f", "--json", "--lines", "1"],
        env=OnCall(stack).environment(), cwd=stack.folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert follower.stdout
    assert json.loads(follower.stdout.readline())["update_id"] == last
    stack.telegram.send(ANNA, "/help")
    new = json.loads(follower.stdout.readline())
    assert new["update_id"] == str(stack.telegram.last_update_id) and new["step"] == "taken"
    follower.send_signal(signal.SIGTERM)
    assert follower.wait(timeout=30) == 0
    follower.stdout.close()
    stack.settle()
    stack.finish()

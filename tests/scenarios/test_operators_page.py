# SPDX-License-Identifier: MIT
"""The operators' page over HTTP: what it tells of a real stack, and who may change something there."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing

from operators_page import READING, TOKEN, bury, doubt, serve_page, start_all
from stack import ANNA, PASSWORD, TOKEN_SECRET, Stack, until


def in_log(stack: Stack, action: str) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(f"file:{stack.folder}/bot.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT username, target, result FROM action_logs WHERE action = ?", (action,)).fetchall()


def readings(stack: Stack) -> int:
    """How often Redis was asked how everything stands, INFO being a part of that; and by this."""
    calls = re.search(r"^cmdstat_info:calls=(\d+)", stack.redis.call("INFO", "commandstats"), re.MULTILINE)
    return int(calls[1]) if calls else 0


def test_the_state_tells_of_streams_services_and_what_is_done(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    state = api.until_state(lambda state: state["counters"]["done"] == 1, "it is done")
    assert state["schema"] == "beget-manager/state/1"
    assert state["counters"]["pushed"] == 1 and state["counters"]["sent"] > 1
    assert [(row["name"], row["length"]) for row in state["streams"][:2]] == [("updates", 0), ("replies", 0)]
    worker = next(row for row in state["services"] if row["role"] == "worker")
    assert worker["pid"] == stack["worker"].pid
    assert all(check["ok"] for check in worker["checks"]), worker["checks"]
    assert state["lease"]["holder"]
    assert state["redis"]["policy"] == "noeviction"
    assert state["stuck"] == []
    stack.finish()


def test_what_waits_is_counted_and_its_text_told_to_nobody(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    assert api.act("pause", why="Beget is being repaired", who="ann")[0] == 200
    stack.telegram.send(ANNA, "/dns a-name-that-is-mine.ru")
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) == 1, "it waits")
    state = api.until_state(lambda state: state["streams"][0]["waiting"] == 1, "it is counted")
    assert state["pause"]["on"] and state["pause"]["by"] == "page ann"
    assert [row["cause"] for row in state["stuck"]] == ["paused"]
    assert "a-name-that-is-mine" not in json.dumps(state)
    assert api.act("resume", why="it works again", who="ann")[0] == 200
    stack.settle()
    assert api.state()["pause"]["on"] is False, "a state after a change is a new one"
    until(lambda: [row[0] for row in in_log(stack, "operator.resume")] == ["page ann"], "the log names who it was")
    stack.finish()


def test_many_who_look_ask_redis_once_a_second(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    before, began = readings(stack), time.monotonic()
    for _ in range(200):
        api.state()
    assert readings(stack) - before <= time.monotonic() - began + 2, "at most one each second, and ours"
    stack.finish()


def test_the_page_runs_its_own_script_and_no_other(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    nonces = set()
    for _ in range(2):
        status, body, headers = api.ask("/")
        assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
        [policy] = headers.get_all("Content-Security-Policy")
        nonce = re.search(r"script-src 'nonce-([0-9a-f]{32})'", policy)
        assert nonce, policy
        assert body.count(f'nonce="{nonce[1]}"') == 2, "style and script"
        assert policy.startswith("default-src 'none';") and policy.endswith("frame-ancestors 'none'") and "unsafe" not in policy
        assert not re.search(r"https?://", body), "nothing is fetched from elsewhere"
        nonces.add(nonce[1])
    assert len(nonces) == 2, "each answer has a nonce of its own"
    assert "no-store" in headers["Cache-Control"]
    stack.finish()


def test_a_change_needs_the_token(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    dead = bury(stack, 50, "delivered 3 times")
    for token in ("", "a-token-that-somebody-has-guessed", TOKEN[:-1]):
        assert api.act("drop", token, id=dead, why="spam")[0] == 401
    assert stack.redis.call("XLEN", stack.key("dead")) == 1
    assert api.act("check")[0] == 200
    assert stack.redis.call("XLEN", stack.key("dead")) == 1
    stack.finish(dead_letters=1)


def test_who_may_only_read_may_change_nothing(stack: Stack) -> None:
    api = serve_page(stack, HTTP_TOKEN=READING)
    stack.start()
    api.until_answer("/api/state", 200, READING)
    for path in ("/", "/api/state", "/api/trace"):
        assert api.ask(path)[0] == 401
        assert api.ask(path, token=READING)[0] == 200
    assert api.act("pause", READING, why="x")[0] == 401
    assert api.act("check", TOKEN)[0] == 200
    stack.finish()


def test_without_a_token_for_changes_it_is_read_only(stack: Stack) -> None:
    api = serve_page(stack, token="")
    start_all(stack, api)
    dead = bury(stack, 50, "delivered 3 times")
    assert api.act("drop", "anything-at-all-of-any-length", id=dead, why="spam")[0] == 403
    assert api.act("drop", "", id=dead, why="spam")[0] == 403
    assert len(api.until_state(lambda state: state["dead"], "it is shown")["dead"]) == 1
    stack.finish(dead_letters=1)


def test_a_dead_letter_is_dropped_once_and_the_log_says_by_whom(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    dead = bury(stack, 50, "delivered 3 times")
    status, answer = api.act("drop", id=dead, why="spam", who="ann")
    assert (status, json.loads(answer)["ok"]) == (200, True)
    assert stack.redis.call("XLEN", stack.key("dead")) == 0
    status, answer = api.act("drop", id=dead, why="spam", who="ann")
    assert (status, json.loads(answer)["ok"]) == (404, False)
    until(lambda: in_log(stack, "operator.drop") == [("page ann", dead, "ok")], "the log names who it was")
    stack.finish()


def test_an_unknown_outcome_has_to_be_settled_before_its_update_is_retried(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    dead = bury(stack, 50, "delivered 3 times")
    doubt(stack, 50, "domain/addSubdomainVirtual new.example-shop.ru")
    status, answer = api.act("retry", id=dead, why="mended")
    assert status == 409 and "settle" in answer
    assert api.act("settle", id="50", outcome="perhaps", why="looked")[0] == 400
    assert api.act("settle", id="50", outcome="not-done", why="looked")[0] == 200
    assert stack.redis.call("HLEN", stack.key("unknown")) == 0
    assert api.act("retry", id=dead, why="mended")[0] == 200
    until(lambda: stack.redis.call("XLEN", stack.key("dead")) == 0, "it waits again")
    stack.finish()


def test_what_is_no_request_is_refused_with_what_is_wrong(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    for body in ({"verb": "flush"}, {"verb": "drop", "id": "1-0"}, {"verb": "drop", "id": "all", "why": "spam"}, []):
        status, answer, _ = api.ask("/api/act", body, TOKEN)
        assert status == 400, f"{body}: {status} {answer}"
        assert json.loads(answer)["text"]
    status, answer, _ = api.ask("/api/trace?after=yesterday")
    assert status == 400, answer
    stack.finish()


def test_the_steps_of_an_update_are_told_and_then_only_what_is_new(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    steps: list[str] = []

    def delivered() -> bool:
        steps[:] = [step["step"] for step in json.loads(api.ask("/api/trace")[1])["steps"]]
        return "delivered" in steps

    until(delivered, "the delivery is in the trace")
    assert steps.index("taken") < steps.index("done") < steps.index("delivered")
    last = json.loads(api.ask("/api/trace")[1])["steps"][-1]["id"]
    assert json.loads(api.ask(f"/api/trace?after={last}")[1])["steps"] == []
    stack.finish()


def test_without_redis_it_says_so_and_goes_on_when_it_is_back(stack: Stack) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    stack["redis"].kill()
    until(lambda: api.ask("/api/state")[0] == 503, "the state cannot be had")
    why = json.loads(api.ask("/api/state")[1])["text"]
    assert "redis" in why.lower()
    assert PASSWORD not in why and TOKEN_SECRET not in why
    assert api.ask("/")[0] == 200, "the page itself is still there"
    assert api.act("pause", why="x")[0] == 503
    stack.start("redis")
    api.until_state(lambda state: state["schema"], "the state is told again")
    stack.finish()

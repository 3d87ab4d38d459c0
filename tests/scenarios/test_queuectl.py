# SPDX-License-Identifier: MIT
"""What a person on call does and sees with queuectl while everything runs."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from on_call import WHO, WHY, OnCall
from stack import ANNA, BIN_DIR, SLOWNESS, Json, Stack, until

ROOT = Path(__file__).resolve().parents[2]
HOUR_MS = 3600 * 1000


@pytest.fixture
def call(stack: Stack) -> OnCall:
    """With everything running, and the worker known to the hosting. What is released is taken within 5 s."""
    stack.settings |= {"JOB_LEASE_S": "20", "BEGET_TIMEOUT_S": "10"}
    stack.start()
    stack["worker"].await_log(r" beget\.ready ")
    stack.settle()
    return OnCall(stack)


def logged(stack: Stack, action: str) -> list[tuple[str, str]]:
    """Who did it, and the state with the reason."""
    with closing(sqlite3.connect(f"file:{stack.folder}/bot.db?mode=ro", uri=True)) as database:
        return database.execute('SELECT username, "after" FROM action_logs WHERE action = ?', (action,)).fetchall()


def await_logged(stack: Stack, action: str) -> None:
    until(lambda: logged(stack, action) == [(WHO, json.dumps({"why": WHY}, separators=(",", ":")))], f"{action} is logged")


def waiting(stack: Stack, text: str = "/start") -> str:
    """One update that waits behind a pause: its entry's ID."""
    stack.telegram.send(ANNA, text)
    until(lambda: stack.redis.call("XLEN", stack.key("updates")) > 0, "it waits")
    return str(stack.redis.call("XREVRANGE", stack.key("updates"), "+", "-", "COUNT", 1)[0][0])


def bury(stack: Stack, **fields: str) -> str:
    """A dead letter as bq_reap leaves it: its ID."""
    letter = {
        "v": "1", "update_id": "77", "chat_id": str(ANNA), "user_id": str(ANNA), "user": "@anna", "kind": "message",
        "text": "/start secret words", "payload": "{}", "received_ms": "1", "deadline_ms": "300001",
        "reason": "delivered 3 times and never finished", "deliveries": "3", "died_ms": "1764000000000", **fields,
    }  # fmt: skip
    words = [word for pair in letter.items() for word in pair]
    return str(stack.redis.call("XADD", stack.key("dead"), "*", *words))


def everything(stack: Stack) -> dict[str, object]:
    """All of Redis but what the services write by themselves: the journal lets events go, nobody adds any."""
    own = {"services", "lease:gateway", "meta", "trace", "alarms", "events"}
    keys = sorted(stack.redis.call("KEYS", stack.key("*")))
    events = stack.redis.call("XINFO", "STREAM", stack.key("events"))
    found = {key: stack.redis.call("DUMP", key) for key in keys if key.partition(":")[2] not in own}
    return {**found, "events": events[events.index("entries-added") + 1]}


def found(call: OnCall, cause: str) -> list[Json]:
    """What is stuck for that cause since a moment ago."""
    return [row for row in call.rows("stuck", "--older", "100ms") if row["cause"] == cause]


# ---- one update ----


def test_a_pause_is_seen_and_lifted(stack: Stack, call: OnCall) -> None:
    assert "paused" in call.do("pause")
    entry = waiting(stack)
    assert call.rows("stats")[0]["paused"] is True
    assert "paused by ann@desk: it was asked for" in call.ok("stuck")
    assert call.rows("ls")[0]["waiting"] == 1
    assert "resumed" in call.do("resume")
    stack.settle()
    assert "Beget Manager" in stack.telegram.texts(ANNA)[-1]
    await_logged(stack, "operator.pause")
    await_logged(stack, "operator.resume")
    assert entry
    stack.finish()


def test_what_waits_is_cancelled_by_its_number_and_its_chat_told(stack: Stack, call: OnCall) -> None:
    call.do("pause")
    update_id = waiting(stack).partition("-")[2]
    assert "its chat told" in call.do("cancel", f"u{update_id}", "--reason", "Not today.")
    call.do("resume")
    stack.settle()
    assert stack.telegram.texts(ANNA)[-1] == "Not today."
    await_logged(stack, "operator.cancel")
    stack.finish()


def test_what_waits_is_dropped_with_a_word_only(stack: Stack, call: OnCall) -> None:
    call.do("pause")
    entry = waiting(stack)
    said = call.run("drop", entry, "--yes", "--why", WHY)
    assert (said.code, "give a text" in said.out) == (4, True)
    assert "dropped and its chat told" in call.do("drop", entry, "--reason", "Put aside.")
    call.do("resume")
    stack.settle()
    assert stack.telegram.texts(ANNA)[-1] == "Put aside."
    stack.finish()


def test_an_update_of_a_worker_that_hangs_is_released_by_the_printed_command(stack: Stack, call: OnCall) -> None:
    stack.beget.fault(method="domain/getList", kind="hang", ms=HOUR_MS)
    stack.telegram.send(ANNA, "/domains")
    until(lambda: len(stack.beget.calls("domain/getList")) == 1, "Beget is asked")
    [(entry, _, _, _)] = stack.redis.call("XPENDING", stack.key("updates"), "workers", "-", "+", 10)
    [consumer] = [row for row in call.rows("consumers", "ls") if row["pending"] == 1]
    said = call.run("consumers", "rm", consumer["name"], "--yes", "--why", WHY)
    assert (said.code, "release them" in said.out) == (4, True)
    until(lambda: bool(found(call, "running_long")), "it is named")
    assert found(call, "running_long")[0]["subject"] == f"update {entry.partition('-')[2]}"
    command = shlex.split(found(call, "running_long")[0]["command"])
    assert "the next worker takes it" in call.ok(*command[1:], "--yes", "--who", WHO)
    stack.settle()
    assert "Домены" in stack.telegram.texts(ANNA)[-1]
    until(lambda: [who for who, _ in logged(stack, "operator.release")] == [WHO], "it is logged who it was")
    assert call.run("release", entry, "--yes", "--why", WHY).code == 2
    stack.finish()


# ---- the dead ----


def test_the_dead_are_listed_filtered_and_tried_again(stack: Stack, call: OnCall) -> None:
    old = bury(stack)
    fresh = bury(stack, update_id="78", kind="callback", text="token", died_ms="99999999999999", reason="Чужой Ответ")
    assert [row["id"] for row in call.rows("dead", "ls")] == [old, fresh]
    assert [row["id"] for row in call.rows("dead", "ls", "--older", "1d")] == [old]
    assert [row["id"] for row in call.rows("dead", "ls", "--kind", "callback")] == [fresh]
    assert [row["id"] for row in call.rows("dead", "ls", "--match", "чужой ответ")] == [fresh]
    assert "secret words" not in call.ok("dead") + call.ok("dead", "show", old)
    assert "(19 characters)" in call.ok("dead", "ls")
    assert "/start secret words" in call.ok("dead", "show", "u77", "--texts")
    assert call.run("dead", "drop", "--yes", "--why", WHY).code == 1, "which ones?"
    assert "dropped from the dead" in call.do("dead", "drop", "--kind", "callback")
    assert "waits again" in call.do("retry", "u77")
    stack.settle()
    assert "Beget Manager" in stack.telegram.texts(ANNA)[-1]
    assert call.ok("dead", "ls") == "nothing was given up\n"
    stack.finish()


def test_a_dry_run_counts_the_dead_and_shows_the_first_ten(stack: Stack, call: OnCall) -> None:
    ids = [bury(stack, update_id=str(100 + i)) for i in range(12)]
    rows = call.rows("dead", "retry", "--older", "30d", "--dry-run")
    assert [row["subject"] for row in rows[:-1]] == ids[:10]
    assert (rows[-1]["meant"], rows[-1]["shown"]) == (12, 10)
    assert stack.redis.call("XLEN", stack.key("dead")) == 12
    call.do("dead", "drop", "--all")
    assert stack.redis.call("XLEN", stack.key("dead")) == 0
    stack.finish()


def test_of_several_what_cannot_be_done_does_not_keep_the_others(stack: Stack, call: OnCall) -> None:
    letter = bury(stack)
    said = call.run("drop", "1-1", letter, "--yes", "--why", WHY, "--json")
    assert said.code == 5
    assert [(row["subject"], row["done"], row["result"]) for row in said.rows()] == [
        ("1-1", False, "not_found"),
        (letter, True, "ok"),
    ]
    stack.finish()


# ---- outcomes that nobody knows ----


def test_an_unknown_outcome_is_settled_before_it_is_tried_again(stack: Stack, call: OnCall) -> None:
    letter = bury(stack)
    unknown = {"ms": 1764000000000, "chat_id": ANNA, "what": "domain/delete x.ru", "before": "[]"}
    stack.redis.call("HSET", stack.key("unknown"), "77", json.dumps(unknown, separators=(",", ":")))
    [row] = call.rows("unknown", "ls")
    assert (row["update_id"], row["what"]) == ("77", "domain/delete x.ru")
    refused = call.run("retry", letter, "--yes", "--why", WHY)
    assert (refused.code, "settle it" in refused.out) == (4, True)
    assert call.run("unknown", "settle", "u77", "perhaps", "--yes", "--why", WHY).code == 1
    assert f"retry {letter} carries it out" in call.do("unknown", "settle", "u77", "not-done")
    assert call.run("unknown", "settle", "u77", "done", "--yes", "--why", WHY).code == 2
    await_logged(stack, "operator.settle")
    call.do("retry", letter)
    stack.settle()
    assert call.ok("unknown") == "every outcome is known\n"
    stack.finish()


# ---- all of the queue ----


def test_a_drain_ends_when_nothing_is_left_and_with_5_when_something_is(stack: Stack, call: OnCall) -> None:
    assert "drained" in call.do("drain")
    call.do("resume")
    stack.beget.fault(method="domain/getList", kind="hang", ms=HOUR_MS)
    stack.telegram.send(ANNA, "/domains")
    until(lambda: len(stack.beget.calls("domain/getList")) == 1, "Beget is asked")
    said = call.run("drain", "--wait", "100ms", "--yes", "--why", WHY, "--json")
    assert said.code == 5
    assert (said.rows()[-1]["running"], said.rows()[-1]["drained"]) == (1, False)
    assert said.rows()[-1]["text"].startswith("not drained: updates that run: 1, replies that are not sent: ")
    [(entry, _, _, _)] = stack.redis.call("XPENDING", stack.key("updates"), "workers", "-", "+", 10)
    call.do("release", entry)
    call.do("resume")
    stack.settle()
    stack.finish()


def test_fsck_finds_what_surgery_broke_and_repairs_it_when_told_to(stack: Stack, call: OnCall) -> None:
    assert call.ok("fsck") == "all is well\n"
    stack.redis.call("HSET", stack.key("busy"), "42", "1-1")
    said = call.run("fsck", "--json")
    assert said.code == 5
    assert "kept busy by 1-1" in said.rows()[0]["text"]
    assert said.rows()[-1]["repaired"] == 0
    assert "1 found, 1 repaired" in call.do("fsck", "--repair")
    assert call.ok("fsck") == "all is well\n"
    stack.finish()


def test_limits_are_set_shown_and_a_wait_is_ended(stack: Stack, call: OnCall) -> None:
    assert call.run("limits", "set", "sandbox", "many", "--yes", "--why", WHY).code == 4
    assert "60/60 5000/86400 holds" in call.do("limits", "set", "sandbox", "60/60,5000/86400")
    [row] = call.rows("limits", "get")
    assert (row["subject"], row["limits"], row["wait_ms"]) == ("sandbox", "60/60 5000/86400", None)
    stack.redis.call("HSET", stack.key("limit:sandbox"), "until_ms", "99999999999999")
    stack.redis.call("SET", stack.key("flood:1002"), "99999999999999")
    assert [row["wait_ms"] > HOUR_MS for row in call.rows("limits")] == [True, True]
    assert "goes on within seconds" in call.do("limits", "clear", "sandbox")
    assert "goes on within seconds" in call.do("limits", "clear", "chat:1002")
    assert call.run("limits", "clear", "sandbox", "--yes", "--why", WHY).code == 2
    call.do("limits", "set", "sandbox", "own")
    assert [row["limits"] for row in call.rows("limits")] == ["the worker's own"]
    stack.finish()


def test_a_wait_of_telegram_that_is_void_is_ended_at_once(stack: Stack, call: OnCall) -> None:
    stack.telegram.fault(kind="429", method="sendMessage", retry_after=3600)
    stack.telegram.send(ANNA, "/start")
    until(lambda: stack.redis.call("EXISTS", stack.key(f"flood:{ANNA}")) == 1, "Telegram makes the chat wait")
    stack.telegram.send(ANNA, "/help")
    [row] = [row for row in call.rows("stuck") if row["cause"] == "telegram_flood"]
    assert row["command"].startswith(f"queuectl limits clear chat:{ANNA} ")
    call.do("limits", "clear", f"chat:{ANNA}")
    stack.settle()
    await_logged(stack, "operator.clear_wait")
    stack.finish()


def test_a_worker_that_is_gone_is_forgotten(stack: Stack, call: OnCall) -> None:
    stack.redis.call("XGROUP", "CREATECONSUMER", stack.key("updates"), "workers", "gone-1-1")
    assert "gone-1-1" in call.ok("consumers")
    assert "gone-1-1 is removed" in call.do("consumers", "rm", "gone-1-1")
    assert call.run("consumers", "rm", "gone-1-1", "--yes", "--why", WHY).code == 2
    stack.finish()


# ---- looking first, and being sure ----


def test_dry_runs_change_nothing(stack: Stack, call: OnCall) -> None:
    call.do("pause")
    entry = waiting(stack)
    letter = bury(stack)
    stack.redis.call("HSET", stack.key("unknown"), "9", "{}")
    until(lambda: len(logged(stack, "operator.pause")) == 1, "the journal is idle")
    before = everything(stack)
    for words in (
        ("drain",), ("resume",), ("cancel", f"u{entry.partition('-')[2]}"), ("drop", entry, "--reason", "x"),
        ("retry", letter), ("dead", "retry", "--all"), ("dead", "drop", "--all"), ("unknown", "settle", "u9", "done"),
        ("limits", "set", "sandbox", "1/1"), ("fsck", "--repair"),
    ):  # fmt: skip
        assert "would" in call.ok(*words, "--dry-run") or words[0] == "fsck", words
        assert everything(stack) == before, words
    call.do("resume")
    call.do("dead", "drop", "--all")
    stack.settle()
    stack.finish()


def test_a_script_has_to_be_sure_and_to_say_why(stack: Stack, call: OnCall) -> None:
    said = call.run("pause", "--why", WHY)
    assert (said.code, "--yes" in said.err) == (1, True)
    said = call.run("pause", "--yes", "--json")
    assert (said.code, json.loads(said.err)["result"], json.loads(said.err)["verb"]) == (1, "usage", "pause")
    assert stack.redis.call("HGET", stack.key("meta"), "paused") in (None, "0")
    stack.finish()


def test_on_a_terminal_it_asks(stack: Stack, call: OnCall) -> None:
    said = call.type("pause", answers="host is moved\nn\n")
    assert (said.code, "nothing was done" in said.out) == (4, True)
    said = call.type("pause", answers="host is moved\ny\n")
    assert (said.code, "paused" in said.out) == (0, True)
    assert stack.redis.call("HGET", stack.key("meta"), "paused_why") == "host is moved"
    call.do("resume")
    stack.finish()


def test_what_a_peer_wrote_cannot_act_on_the_terminal(stack: Stack, call: OnCall) -> None:
    bury(stack, reason="\x1b[2Jgone\u202e\nforged", text="ё" * 300)
    seen = call.type("dead", "ls", "--texts", "--no-color").out
    assert "\\u{1b}[2Jgone\\u{202e}\\u{a}forged" in seen
    assert "\x1b" not in seen
    assert "\x1b[" in call.type("stuck").out, "colours on a terminal"
    assert "\x1b[" not in call.ok("stuck")
    call.do("dead", "drop", "--all")
    stack.finish()


# ---- monitors and scripts ----


def test_check_speaks_to_a_monitor(stack: Stack, call: OnCall) -> None:
    until(lambda: call.run("check").code == 0, "all is well")
    line = call.ok("check")
    assert re.fullmatch(r"OK: nothing is stuck \|( [a-z]+=\d+[s%]?;[^ ;]*;[^ ;]*)+\n", line), line
    bury(stack)
    said = call.run("check")
    assert (said.code, said.out.startswith("WARNING: ")) == (1, True)
    assert "dead=1;1;100" in said.out
    said = call.run("check", "--crit", "dead=1")
    assert (said.code, said.out.startswith("CRITICAL: dead 1 (from 1)")) == (2, True)
    assert call.run("check", "--warn", "dead=off", "--warn", "stuck=off").code == 0
    assert call.run("check", "--warn", "nothing=1").code == 3
    assert call.run("check", "--json").rows()[-1]["state"] == "WARNING"
    stack["worker"].stop()
    until(lambda: call.run("check").code == 2, "a worker is missed")
    said = call.run("check", REDIS_URL="unix:///nowhere/redis.sock")
    assert (said.code, said.out.startswith("CRITICAL: redis")) == (2, True)
    call.do("dead", "drop", "--all")


def test_stats_tell_how_long_updates_take_and_what_comes_and_goes(stack: Stack, call: OnCall) -> None:
    stack.redis.call("XADD", stack.key("trace"), "*", "ref", "1", "step", "taken", "waited_ms", "7")
    stack.redis.call("XADD", stack.key("trace"), "*", "ref", "1", "step", "done", "run_ms", "3000")
    durations = {row["what"]: row for row in call.rows("stats") if row["schema"] == "beget-manager/stats-duration/1"}
    assert durations["wait"]["count"] >= 1
    assert durations["run"]["p95_ms"] <= 3000
    with subprocess.Popen(
        [str(BIN_DIR / "queuectl"), "stats", "-w", "50ms", "--json"],
        env=call.environment(), stdout=subprocess.PIPE, text=True,
    ) as watch:  # fmt: skip
        assert watch.stdout
        rows = (json.loads(line) for line in watch.stdout)
        totals = (row for row in rows if row["schema"] == "beget-manager/stats/1")
        assert "done_per_min" not in next(totals)
        stack.telegram.send(ANNA, "/start")
        assert any(row["done_per_min"] > 0 for row in totals)
        watch.terminate()
        watch.stdout.close()
    assert watch.returncode in (0, -signal.SIGPIPE)
    stack.finish()


def test_metrics_are_printed_or_written_in_one_step(stack: Stack, call: OnCall) -> None:
    bury(stack)
    printed = call.ok("metrics")
    assert "\nbeget_manager_dead_letters 1\n" in printed
    assert re.search(r'^beget_manager_stuck\{cause="dead"[^}]*\} 1$', printed, re.MULTILINE), printed
    path = stack.folder / "queue.prom"
    path.write_text("what was there before")
    assert call.ok("metrics", "--textfile", str(path)) == ""
    names = {line.split("{")[0].split(" ")[0] for line in printed.splitlines()}
    assert {line.split("{")[0].split(" ")[0] for line in path.read_text(encoding="utf-8").splitlines()} == names
    assert [name.name for name in stack.folder.glob("queue.prom*")] == ["queue.prom"]
    assert call.run("metrics", "--textfile", "/nowhere/queue.prom").code == 4
    said = call.run("metrics", "--textfile", str(path), REDIS_URL="unix:///nowhere/redis.sock")
    assert said.code == 3
    assert "beget_manager_stuck" not in path.read_text(encoding="utf-8")
    call.do("dead", "drop", "--all")
    stack.finish()


def test_everything_for_programs_is_an_object_a_line_with_a_schema(stack: Stack, call: OnCall) -> None:
    bury(stack)
    for words in (("ls",), ("stats",), ("stuck",), ("dead", "ls"), ("consumers",), ("limits",), ("unknown",), ("fsck",), ("metrics",),
                  ("doctor",)):  # fmt: skip
        for row in call.run(*words, "--json").rows():
            assert re.fullmatch(r"beget-manager/[a-z-]+/1", row["schema"]), row
    call.do("dead", "drop", "--all")
    stack.finish()


def test_exit_codes_tell_what_was_wrong(stack: Stack, call: OnCall) -> None:
    nowhere = "unix:///nowhere/redis.sock"
    for code, words in (
        (1, ("fly",)), (1, ("ls", "--repair")), (1, ("ls", "x")), (1, ("stuck", "--older", "soon")),
        (1, ("ls", "--redis", "redis://:secret@127.0.0.1")), (2, ("dead", "show", "1-1")), (3, ("ls", "--redis", nowhere)),
        (3, ("pause", "--redis", nowhere, "--yes", "--why", WHY)), (4, ("resume", "--yes", "--why", WHY)),
        (0, ("--help",)), (0, ("dead", "--help")), (0, ("--version",)),
    ):  # fmt: skip
        said = call.run(*words)
        assert said.code == code, (words, said)
        assert "secret" not in said.out + said.err.replace("a password", "")
    stack.finish()


def test_the_doctor_looks_at_everything(stack: Stack, call: OnCall) -> None:
    states = {row["check"]: row["state"] for row in call.rows("doctor")}
    assert states["connection"] == states["server"] == states["groups"] == states["rights"] == states["bot.db"] == "ok"
    assert states["user"] == "ok"
    stack.redis.call("ACL", "SETUSER", "poor", "on", ">pw", "~*", "+@all", "-info", "-bgrewriteaof")
    said = call.run("doctor", REDIS_URL=f"unix://poor:pw@{stack.socket}")
    assert (said.code, "BGREWRITEAOF to make a torn file whole" in said.out) == (5, True)
    stack.redis.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    said = call.run("doctor")
    assert "set noeviction" in said.out and "heard from: workers 1, gateways 1; " in said.out
    stack.redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
    stack.finish()


# ---- with a full house ----


def answers_at_once(stack: Stack, call: OnCall, *words: str) -> bool:
    """Within 100 ms, and without keeping Redis busy for 10 ms."""
    stack.redis.call("SLOWLOG", "RESET")
    begin = time.monotonic()
    assert call.run(*words).out, words
    took_s = time.monotonic() - begin
    return took_s < 0.1 * SLOWNESS and stack.redis.call("SLOWLOG", "GET", "-1") == []


def test_it_answers_at_once_however_much_waits(stack: Stack, call: OnCall) -> None:
    call.do("pause")
    script = (
        "for i = 1, 100000 do redis.call('XADD', KEYS[1], (1764000000000 + i) .. '-' .. i, 'v', 1, 'update_id', i,"
        " 'chat_id', 100000 + i % 5000, 'user_id', 1, 'user', '', 'kind', 'message', 'text', '/start', 'payload', '{}',"
        " 'received_ms', 1764000000000 + i, 'deadline_ms', 1764000300000 + i) end"
    )
    stack.redis.call("DEL", stack.key("updates"))
    stack.redis.call("EVAL", script, 1, stack.key("updates"))
    stack.redis.call("FCALL", "bq_prepare", 1, "{beget}")
    stack.redis.call("HSET", stack.key("meta"), "paused", "0")
    stack["worker"].stop()
    for i in range(1000):
        stack.redis.call("FCALL", "bq_take", 1, "{beget}", f"w-{i}-1", "new")
    stack.redis.call("HSET", stack.key("meta"), "paused", "1")
    stack.redis.call("CONFIG", "SET", "slowlog-log-slower-than", "10000")
    for words in (("ls",), ("stats",), ("stuck",), ("check",), ("consumers",)):
        # The machine may be busy with something else: once of twenty times is enough to show how long it takes.
        assert any(answers_at_once(stack, call, *words) for _ in range(20)), words
    assert call.rows("ls")[0]["running"] == 1000
    for name in ("updates", "busy", "parked"):
        stack.redis.call("DEL", stack.key(name))


# ---- what comes with it ----


def test_the_completions_complete(tmp_path: Path) -> None:
    script = (
        f"source {ROOT}/deploy/queuectl/queuectl.bash\n"
        "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _queuectl; echo \"${COMPREPLY[*]}\"; }\n"
        "try queuectl st\ntry queuectl dead ''\ntry queuectl dead retry --o\ntry queuectl dead ls --kind me\n"
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["stats stuck", "ls show retry drop", "--older", "message member"]


def test_every_verb_is_in_the_man_page_and_has_its_help() -> None:
    page = (ROOT / "deploy/queuectl/queuectl.1").read_text(encoding="utf-8")
    whole = subprocess.run([str(BIN_DIR / "queuectl"), "--help"], capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^  ([a-z]+)(?: ([a-z]+))?", whole.partition("Options")[0], re.MULTILINE)
    assert len(verbs) > 20
    for verb in {name for name, _ in verbs}:
        assert f".SS {verb}" in page
        said = subprocess.run([str(BIN_DIR / "queuectl"), verb, "--help"], capture_output=True, text=True, check=True)
        assert said.stdout.startswith(f"usage: queuectl {verb}")

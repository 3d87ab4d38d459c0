# SPDX-License-Identifier: MIT
"""The users of deploy/users.acl: each does its whole work, and nothing else."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from on_call import WHO, WHY, OnCall, Said
from stack import ANNA, BIN_DIR, BORIS, ROOT, Redis, Stack, until

KEY = "{beget}:"
DONE = ("--yes", "--who", WHO, "--why", WHY)


@pytest.fixture
def guarded(stack: Stack) -> Iterator[Stack]:
    """Everything runs, each as its user."""
    stack.acl = True
    stack.start()
    stack["worker"].await_log(r" beget\.ready ")
    stack.settle()
    yield stack


def press(stack: Stack, chat: int, label: str) -> None:
    """The newest button with this text."""
    rows = [
        (message["message_id"], button["data"])
        for message in stack.telegram.chat(chat)["messages"]
        for row in message.get("keyboard") or []
        for button in row
        if label in button["text"]
    ]
    assert rows, f"no button {label!r} in {stack.telegram.chat(chat)['messages'][-1]}"
    stack.telegram.press(chat, *rows[-1])


# ---- what each has to be able to do ----


def test_the_services_work_and_are_refused_nothing(guarded: Stack) -> None:
    """From an empty Redis on: the library, seeding, rights, a change, a request, a restart, the end."""
    guarded.telegram.send(ANNA, f"/allow {BORIS} Boris")
    until(lambda: len(guarded.telegram.texts(ANNA)) >= 1, "the question")
    press(guarded, ANNA, "✅")
    until(lambda: guarded.redis.call("HEXISTS", f"{KEY}access", BORIS) == 1, "Boris is let in")
    guarded.telegram.send(ANNA, "/sub add new.example-shop.ru")
    guarded.telegram.await_text(ANNA, "new.example-shop.ru")
    press(guarded, ANNA, "✅")
    until(lambda: bool(guarded.beget.calls("domain/addSubdomainVirtual")), "the change is made")
    guarded.telegram.send(BORIS, "/start")
    guarded.settle()
    assert guarded["worker"].stop() == guarded["gateway"].stop() == 0
    rights = guarded.redis.call("HGETALL", f"{KEY}access")
    guarded["redis"].kill()
    guarded.start("redis")
    assert guarded.redis.call("HGETALL", f"{KEY}access") == rights != []
    guarded.start("worker", "gateway")
    guarded.telegram.send(BORIS, "/domains")
    until(lambda: len(guarded.telegram.texts(BORIS)) >= 2, "it answers")
    guarded.finish()
    for program in ("gateway", "worker"):
        for user in ("gateway", "worker", "operator"):
            assert guarded.redis_password(user) not in guarded[program].log


LOOKS = [
    "ls", "stats", "stuck", "check", "tail", "dead ls", "dead show {dead}", "show {dead}", "trace u{update}", "consumers ls", "limits get",
    "unknown ls", "metrics",
]  # fmt: skip

CHANGES = [
    "pause", "resume", "drain --wait 100ms", "cancel u{update}", "release {dead}", "retry {dead}", "drop {dead}", "dead retry {dead}",
    "dead drop --all", "consumers rm w-1", "limits set sandbox 60/60", "limits clear sandbox", "limits clear chat:1001",
    "unknown settle u{update} done", "fsck", "fsck --repair",
]  # fmt: skip


def verbs_of_the_help() -> set[str]:
    """The first word of each."""
    text = subprocess.run([str(BIN_DIR / "queuectl"), "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z]+)\b", text.split("\nOptions of every verb")[0], re.MULTILINE))


def bury(stack: Stack) -> str:
    letter = {
        "v": "1", "ref": "77", "chat_id": str(ANNA), "method": "sendMessage", "slot": "", "payload": "{}",
        "reason": "refused", "deliveries": "3", "died_ms": "1764000000000",
    }  # fmt: skip
    words = [word for pair in letter.items() for word in pair]
    return str(stack.redis.call("XADD", f"{KEY}dead", "*", *words))


def run(stack: Stack, user: str, line: str) -> Said:
    """A verb about what is there, as that user."""
    words = line.format(dead=bury(stack), update=stack.telegram.last_update_id).split()
    return OnCall(stack, user).run(*words, *(DONE if line in CHANGES and line != "fsck" else ()))


def test_who_only_looks_sees_everything_and_changes_nothing(guarded: Stack) -> None:
    guarded.telegram.send(ANNA, "/start")
    guarded.settle()
    for line in LOOKS:
        said = run(guarded, "operator-ro", line)
        assert "NOPERM" not in said.out + said.err and (said.code == 0 or line == "check"), (line, said)
    assert OnCall(guarded, "operator-ro").rows("ls")  # with figures, not with nothing for what is refused
    guarded.assert_users_were_enough()
    pairs = guarded.redis.call("HGETALL", f"{KEY}meta")
    for line in CHANGES:
        said = run(guarded, "operator-ro", line)
        assert said.code == 4, (line, said)
        assert "this user of Redis may not" in said.err, (line, said)
    assert guarded.redis.call("HGETALL", f"{KEY}meta") == pairs
    assert guarded.redis.call("XLEN", f"{KEY}dead") == len(LOOKS) + len(CHANGES)
    guarded.redis.call("ACL", "LOG", "RESET")
    guarded.finish(dead_letters=len(LOOKS) + len(CHANGES))


@pytest.mark.parametrize("user", ["operator", "worker"])
def test_who_is_on_call_may_use_every_verb(guarded: Stack, user: str) -> None:
    """As the operator, and as the worker in whose container queuectl is."""
    guarded.telegram.send(ANNA, "/start")
    guarded.settle()
    for line in [*LOOKS, *CHANGES]:
        said = run(guarded, user, line)
        assert "NOPERM" not in said.out + said.err, (line, said)
    guarded.redis.call("HSET", f"{KEY}meta", "paused", "0")
    OnCall(guarded, user).run("dead", "drop", "--all", *DONE)
    guarded.finish()


def test_every_verb_is_among_those_that_look_or_change() -> None:
    assert verbs_of_the_help() == {line.split()[0] for line in [*LOOKS, *CHANGES]} | {"doctor"}


@pytest.mark.parametrize(
    ("user", "sentence"),
    [("operator-ro", "may look, and change nothing"), ("operator", "may do all that operators do"), ("worker", "services and operators")],
)
def test_the_doctor_tells_whose_rights_these_are(guarded: Stack, user: str, sentence: str) -> None:
    rows = {row["check"]: (row["state"], row["text"]) for row in OnCall(guarded, user).rows("doctor")}
    assert rows["user"][0] == "ok" and sentence in rows["user"][1]
    assert rows["users"] == ("ok", f"this program is the user {user}")
    guarded.finish()


def test_the_doctor_warns_where_everybody_may_do_everything(stack: Stack) -> None:
    stack.start("redis", "telegram-sim", "beget-sim", "worker", "gateway")
    stack["worker"].await_log(r" beget\.ready ")
    stack.settle()
    rows = {row["check"]: row["state"] for row in OnCall(stack).rows("doctor")}
    if not stack.acl:
        assert rows["users"] == "note"
    stack.finish()


# ---- what nobody may ----

EVERYBODY = ("gateway", "worker", "operator", "operator-ro")
SENTINELS = ("replica", "sentinel")

# Each is refused to all named; a word with a : is a key.
FORBIDDEN = [
    (EVERYBODY + SENTINELS, "FLUSHALL"), (EVERYBODY + SENTINELS, "FLUSHDB"), (EVERYBODY + SENTINELS, "SWAPDB 0 1"),
    (EVERYBODY + SENTINELS, "KEYS *"), (EVERYBODY + SENTINELS, "RANDOMKEY"), (EVERYBODY + SENTINELS, "MONITOR"),
    (EVERYBODY + SENTINELS, "DEBUG SLEEP 0"), (EVERYBODY + SENTINELS, "SHUTDOWN"), (EVERYBODY + SENTINELS, "SAVE"),
    (EVERYBODY + SENTINELS, "BGSAVE"), (EVERYBODY + SENTINELS, "CONFIG GET requirepass"), (EVERYBODY + SENTINELS, "CONFIG SET dir /tmp"),
    (EVERYBODY, "CONFIG REWRITE"), (EVERYBODY, "SLAVEOF NO ONE"), (EVERYBODY + SENTINELS, "REPLICAOF NO ONE"),
    (EVERYBODY + SENTINELS, "FAILOVER"), (EVERYBODY + SENTINELS, "MIGRATE h 1 {beget}:meta 0 1"),
    (EVERYBODY + SENTINELS, "RESTORE {beget}:x 0 x"), (EVERYBODY + SENTINELS, "DUMP {beget}:meta"),
    (EVERYBODY + SENTINELS, "ACL LIST"), (EVERYBODY + SENTINELS, "ACL SETUSER gateway +@all"), (EVERYBODY + SENTINELS, "ACL SAVE"),
    (EVERYBODY + SENTINELS, "ACL LOG"), (EVERYBODY + SENTINELS, "CLIENT LIST"), (EVERYBODY, "CLIENT KILL TYPE normal"),
    (EVERYBODY + SENTINELS, "MODULE LIST"), (EVERYBODY + SENTINELS, "FUNCTION FLUSH"), (EVERYBODY + SENTINELS, "FUNCTION DELETE beget"),
    (EVERYBODY + SENTINELS, "FUNCTION DUMP"), (EVERYBODY + SENTINELS, "EVAL return(1) 0"), (EVERYBODY + SENTINELS, "SCRIPT FLUSH"),
    (EVERYBODY + SENTINELS, "SLOWLOG GET"), (EVERYBODY + SENTINELS, "LATENCY RESET"), (EVERYBODY, "PUBLISH c x"), (EVERYBODY, "SUBSCRIBE c"),
    (EVERYBODY + SENTINELS, "RENAME {beget}:meta {beget}:x"), (EVERYBODY + SENTINELS, "COPY {beget}:meta {beget}:x"),
    (EVERYBODY, "GET elsewhere"), (EVERYBODY, "GET {other}:meta"), (EVERYBODY, "HGETALL {other}:meta"),
    (EVERYBODY, "FCALL_RO bq_survey 1 {other}"), (("gateway", "worker", "operator"), "HSET {other}:meta a b"),
    (("gateway", "worker", "operator"), "FCALL bq_pause 1 {other} ann why"), (EVERYBODY, "MULTI"),
    (("operator", "operator-ro", *SENTINELS), "FUNCTION LOAD x"), (("operator", "operator-ro", *SENTINELS), "BGREWRITEAOF"),
    (("operator", "operator-ro", *SENTINELS), "XREADGROUP GROUP workers w STREAMS {beget}:updates >"),
    (("operator-ro", *SENTINELS), "FCALL bq_pause 1 {beget} ann why"), (("operator-ro", *SENTINELS), "XADD {beget}:updates * a b"),
    (("operator-ro", *SENTINELS), "XACK {beget}:updates workers 1-1"), (("operator-ro", *SENTINELS), "XDEL {beget}:dead 1-1"),
    (("operator-ro", *SENTINELS), "HSET {beget}:meta paused 1"), (("operator-ro", *SENTINELS), "DEL {beget}:meta"),
    (("operator-ro", *SENTINELS), "SET {beget}:flood:1 1"), (("operator-ro", *SENTINELS), "PEXPIRE {beget}:meta 1"),
    (("gateway", "operator", "operator-ro"), "XTRIM {beget}:updates MAXLEN 0"), (("gateway",), "XCLAIM {beget}:updates workers w 0 1-1"),
    (("gateway",), "HSET {beget}:access 1 x"), (("gateway",), "HSET {beget}:grants:1 a.ru E"), (("gateway",), "HSET {beget}:members -1 1"),
    (("gateway",), "HSET {beget}:creators a.ru 1"), (("gateway",), "HSET {beget}:ignored 1 x"), (("gateway",), "HSET {beget}:intents 1/1 x"),
    (("gateway",), "HDEL {beget}:unknown 1"), (("gateway",), "HDEL {beget}:busy 1"), (("gateway",), "HSET {beget}:limits a 0/60"),
    (("gateway",), "HSET {beget}:limit:a 0/60 1"), (("gateway",), "DEL {beget}:hold:a.ru"), (("gateway",), "SET {beget}:cache:a x"),
    (("gateway",), "HSET {beget}:button:a x y"), (("gateway",), "ZREM {beget}:parked x"), (("gateway",), "SCAN 0"),
    (SENTINELS, "GET {beget}:asked"), (("replica",), "INFO"), (("replica",), "SLAVEOF NO ONE"),
    (SENTINELS, "HGETALL {beget}:meta"), (SENTINELS, "XRANGE {beget}:updates - +"), (SENTINELS, "FCALL_RO bq_survey 1 {beget}"),
]  # fmt: skip


def password_of(folder: Path, user: str) -> str:
    if user == "replica":
        return (folder / "replica.conf").read_text().split()[-1]
    if user == "sentinel":
        return (folder / "sentinel.conf").read_text().split()[-1]
    return (folder / f"{user}.redis_url").read_text().split("@")[0].rsplit(":", 1)[1]


def connect(stack: Stack, user: str) -> Redis:
    redis = Redis(stack.socket)
    redis.user, redis.password = user, password_of(stack.folder / "users", user)
    return redis


def test_what_is_nobodys_work_is_refused(stack: Stack) -> None:
    stack.acl = True
    stack.start("redis")
    for user in EVERYBODY + SENTINELS:
        redis = connect(stack, user)
        for users, line in FORBIDDEN:
            if user in users:
                with pytest.raises(AssertionError, match="NOPERM|DEBUG command not allowed|MODULE command not allowed"):
                    redis.call(*line.split())
                    pytest.fail(f"{user} may {line}")
        redis.close()


def test_nobody_comes_in_without_a_name(stack: Stack) -> None:
    stack.acl = True
    stack.start("redis")
    nobody = Redis(stack.socket)
    with pytest.raises(AssertionError, match="NOAUTH"):
        nobody.call("PING")
    for password in ("", "x"):
        with pytest.raises(AssertionError, match="WRONGPASS|AUTH"):
            nobody.call("AUTH", "default", password)
    nobody.close()


# ---- how they are made ----


def make(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "deploy/redis-users"), str(folder), *options], capture_output=True, text=True, check=False)


def test_passwords_are_fresh_readable_by_their_owner_alone_and_never_printed(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a"), make(tmp_path / "b")
    assert (first.returncode, first.stdout + first.stderr, second.returncode) == (0, "", 0)
    users = (*EVERYBODY, *SENTINELS)
    passwords = {password_of(tmp_path / folder, user) for folder in "ab" for user in users}
    assert len(passwords) == 2 * len(users) and all(re.fullmatch(r"[0-9a-f]{48}", password) for password in passwords)
    acl = (tmp_path / "a" / "users.acl").read_text()
    assert not any(password in acl for password in passwords)
    for path in (tmp_path / "a").iterdir():
        assert path.name == "users.acl" or path.stat().st_mode & 0o077 == 0, path


def test_passwords_that_are_there_are_kept(tmp_path: Path) -> None:
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = make(tmp_path)
    assert again.returncode == 1 and "has passwords already" in again.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_rights_leave_the_passwords_as_they_are(tmp_path: Path) -> None:
    """A version whose functions run another command: users that were made before it may do so, too. Who is new to it gets a password."""
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    acl = tmp_path / "users.acl"
    former = re.sub(r"^user operator-ro .*\n", "", acl.read_text().replace(" +xclaim", ""), flags=re.MULTILINE)
    acl.write_text(former)
    (tmp_path / "operator-ro.redis_url").unlink()
    assert make(tmp_path, "--rights").returncode == 0
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(after) == set(before)
    assert {name for name in after if after[name] != before[name]} == {"users.acl", "operator-ro.redis_url"}
    without_new = [re.sub(rb"\nuser operator-ro [^\n]*", b"", text) for text in (after["users.acl"], before["users.acl"])]
    assert without_new[0] == without_new[1]
    assert hashlib.sha256(password_of(tmp_path, "operator-ro").encode()).hexdigest() in acl.read_text()


def test_users_that_somebody_has_added_stay_when_rights_are_given(tmp_path: Path) -> None:
    make(tmp_path)
    acl = tmp_path / "users.acl"
    ours = acl.read_text()
    theirs = f"user operators on #{'a' * 64} resetchannels -@all +ping\n"
    acl.write_text(theirs + ours)
    for _ in range(2):
        assert make(tmp_path, "--rights").returncode == 0
        assert acl.read_text() == ours + theirs


def test_rights_are_not_given_where_there_are_no_users(tmp_path: Path) -> None:
    said = make(tmp_path, "--rights")
    assert said.returncode == 1 and "has no users" in said.stderr and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("sentinel://s1,s2:26379/main", "sentinel://worker:PW@s1,s2:26379/main"),
        ("sentinels://s1,s2/main/1", "sentinels://worker:PW@s1,s2/main/1"),
        ("rediss://r:6380/1", "rediss://worker:PW@r:6380/1"),
    ],
)
def test_the_addresses_have_the_user(tmp_path: Path, given: str, made: str) -> None:
    assert make(tmp_path, "--url", given, "--prefix", "shop").returncode == 0
    url = (tmp_path / "worker.redis_url").read_text().strip()
    assert re.sub(r"[0-9a-f]{48}", "PW", url) == made
    assert "~{shop}:*" in (tmp_path / "users.acl").read_text()
    assert make(tmp_path / "x", "--url", "redis://a:b@c").returncode == 2

# SPDX-License-Identifier: MIT
"""A new token and new passwords while people write: each update is answered once, each change is made once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from on_call import OnCall
from test_change import ADD, CREATED, ask, confirm

from stack import ANNA, BOT_ID, PASSWORD, TOKEN_SECRET, VERA, Redis, Stack, until

NEW_TOKEN = f"{BOT_ID}:ROTATED-token-that-nobody-may-see-002"
NEW_PASSWORD = "rotated-password-that-nobody-may-see"
EVERY_S = 0.02  # a person writes


class Load:
    """Somebody who writes and writes; `sent` tells how often. {} in the text becomes a number."""

    def __init__(self, stack: Stack, text: str) -> None:
        self.sent = 0
        self._stack, self._text = stack, text
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        while not self._over.is_set():
            self._stack.telegram.send(VERA, self._text.format(self.sent))
            self.sent += 1
            self._over.wait(EVERY_S)

    def more(self, count: int = 20) -> None:
        """Waits until so many more are written."""
        goal = self.sent + count
        until(lambda: self.sent >= goal, f"{goal} are written")

    @contextmanager
    def going_on(self) -> Iterator[Load]:
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join()


def begin(stack: Stack) -> None:
    stack.settings["POLL_TIMEOUT_S"] = "1"
    stack.start()
    stack.redis.call("HSET", stack.key("access"), VERA, "Vera")
    stack.redis.call("HSET", stack.key(f"grants:{VERA}"), "example-shop.ru", "")


def await_answers(stack: Stack, count: int) -> list[str]:
    """All that Vera was told."""
    stack.settle()
    texts = stack.telegram.texts(VERA)
    assert len(texts) == count, f"{count} questions, {len(texts)} answers"
    return texts


@pytest.fixture
def token_file(stack: Stack) -> Iterator[Path]:
    """The gateway's token comes from a file, as a secret of Docker's or of systemd's does."""
    path = stack.folder.with_name(stack.folder.name + "-token")  # not among what is searched for the token
    path.write_text(f"{BOT_ID}:{TOKEN_SECRET}\n")
    stack.settings |= {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_BOT_TOKEN_FILE": str(path)}
    yield path
    path.unlink()


def test_the_token_is_changed_and_no_update_is_lost(stack: Stack, token_file: Path) -> None:
    begin(stack)
    with Load(stack, "/dns example-shop.ru").going_on() as load:
        load.more()
        stack.telegram.post("/control/token", {"token": NEW_TOKEN})
        stack["gateway"].await_log(r" telegram\.unauthorized ")
        load.more()  # Telegram keeps them
        token_file.write_text(f"{NEW_TOKEN}\n")
        assert stack["gateway"].stop() == 0
        load.more()
        stack.start("gateway")
        load.more()
    await_answers(stack, load.sent)
    assert len(stack.telegram.get("/control/log?method=sendMessage")["requests"]) >= load.sent
    stack.finish()
    assert NEW_TOKEN.split(":")[1] not in stack["gateway"].log


def test_with_a_second_gateway_nobody_waits_for_a_start(stack: Stack, token_file: Path) -> None:
    """It stands by with the new token before the old one is revoked."""
    begin(stack)
    token_file.write_text(f"{NEW_TOKEN}\n")
    with Load(stack, "/dns example-shop.ru").going_on() as load:
        load.more()
        stack.telegram.post("/control/token", {"token": NEW_TOKEN})
        stack.start_second_gateway()
        stack["gateway-2"].await_log(r" telegram\.ready ")
        stack["gateway"].stop()
        stack["gateway-2"].await_log(r" lease\.acquired ")
        load.more()
    await_answers(stack, load.sent)
    stack.finish()


def test_the_password_is_changed_and_nobody_notices(stack: Stack) -> None:
    """The queue is drained for it: what comes meanwhile waits, a change among it, and finds the new password."""
    begin(stack)
    stack["worker"].await_log(r" beget\.ready ")
    ask(stack)
    call = OnCall(stack)
    with Load(stack, "/dns example-shop.ru").going_on() as load:
        load.more()
        call.do("drain")
        confirm(stack)
        stack.beget.post("/control/password", {"password": NEW_PASSWORD})
        stack.settings["BEGET_PASSWORD"] = NEW_PASSWORD
        assert stack["worker"].stop() == 0
        stack.start("worker")
        stack["worker"].await_log(r"(?s)service\.stopped.* beget\.ready ")
        load.more()
        call.do("resume")
        load.more()
    texts = await_answers(stack, load.sent)
    assert all("example-shop.ru" in text and "❗" not in text for text in texts)
    assert stack.telegram.texts(ANNA)[-1] == CREATED
    assert len(stack.beget.calls(ADD)) == 1
    refused = [call for call in stack.beget.get("/control/log")["requests"] if call["outcome"] == "outer:AUTH_ERROR"]
    assert not refused
    stack.finish()
    assert NEW_PASSWORD not in stack["worker"].log


def test_a_password_that_is_changed_without_care_is_said_and_does_nothing(stack: Stack) -> None:
    """Who asks meanwhile is told that nothing was changed; with the new password it can be asked again."""
    begin(stack)
    stack["worker"].await_log(r" beget\.ready ")
    ask(stack)
    stack.beget.post("/control/password", {"password": NEW_PASSWORD})
    confirm(stack)
    stack.settle()
    said = stack.telegram.texts(ANNA)[-1]
    assert said != CREATED and PASSWORD not in said
    stack["worker"].await_log(r" outcome=denied ")
    stack.settings["BEGET_PASSWORD"] = NEW_PASSWORD
    stack["worker"].stop()
    stack.start("worker")
    ask(stack)
    confirm(stack)
    stack.settle()
    assert stack.telegram.texts(ANNA)[-1] == CREATED
    done = [call for call in stack.beget.calls(ADD) if call["outcome"] == "success"]
    assert len(done) == 1
    stack.finish()


# ---- Redis ----

SERVICES = ("gateway", "worker")


@pytest.fixture
def users(stack: Stack) -> Iterator[Stack]:
    """Everything runs, each with a password of its own; at the end none was told and nobody was restarted."""
    stack.acl = True
    begin(stack)
    passwords = [stack.redis_password(name) for name in SERVICES]
    for name in SERVICES:
        stack[name].await_log(r" (telegram|beget)\.ready ")
    yield stack
    passwords += [stack.redis_password(name) for name in SERVICES]
    assert len(set(passwords)) == 4
    assert all(stack[name].lives == 1 and stack[name].running() for name in SERVICES)
    stack.finish()
    for name in SERVICES:
        assert len(re.findall(r" info \w+ redis\.login_renewed ", stack[name].log)) == 1
        assert not any(password in stack[name].log for password in passwords)


def refused(stack: Stack) -> set[str]:
    """Who has come with a password that is none."""
    rows = [dict(zip(entry[::2], entry[1::2])) for entry in stack.redis.call("ACL", "LOG")]
    return {row["username"] for row in rows if row["reason"] == "auth"}


def replace_passwords(stack: Stack) -> None:
    """Other users.acl, other files of the services; Redis has read neither yet."""
    folder = stack.folder / "users"
    folder.rename(folder.with_name("users-of-before"))
    stack.make_users()


def restart_redis(stack: Stack) -> None:
    assert stack["redis"].stop() == 0
    stack.start("redis")


def load_users(stack: Stack) -> None:
    """By somebody who may. Who is in may stay in until the connection ends."""
    stack.redis.call("ACL", "LOAD")
    stack.redis.close()  # Redis 7.0 has closed it, and everybody's
    stack.redis.call("CLIENT", "KILL", "TYPE", "normal")


def assert_in_order(stack: Stack, count: int) -> None:
    """All that was asked is answered, once, and in its order."""
    numbers = [re.findall(r"\bn(\d+)\b", text) for text in await_answers(stack, count)]
    assert numbers == [[str(number)] for number in range(count)]


@pytest.mark.parametrize("change", [restart_redis, load_users])
def test_redis_has_other_passwords_and_no_service_is_restarted(users: Stack, change: Callable[[Stack], None]) -> None:
    """Files are replaced, Redis reads them; a change is under way meanwhile."""
    old = {name: users.redis_password(name) for name in SERVICES}
    ask(users)
    with Load(users, "/domains n{}").going_on() as load:
        load.more()
        replace_passwords(users)
        load.more()  # with the old ones, which are still good
        confirm(users)
        change(users)
        load.more()
        for name in SERVICES:
            users[name].await_log(r" redis\.login_renewed ")
        load.more()
    assert_in_order(users, load.sent)
    assert users.telegram.texts(ANNA)[-1] == CREATED
    assert len(users.beget.calls(ADD)) == 1
    for name, password in old.items():
        intruder = Redis(users.socket)
        intruder.user, intruder.password = name, password
        with pytest.raises(AssertionError, match="WRONGPASS"):
            intruder.call("PING")
        intruder.close()


def test_a_service_whose_new_password_comes_late_waits_for_it(users: Stack) -> None:
    """Redis is restarted before the files of the services are replaced."""
    files = [users.folder / "users" / f"{name}.redis_url" for name in SERVICES]
    before = [path.read_text() for path in files]
    with Load(users, "/domains n{}").going_on() as load:
        load.more()
        replace_passwords(users)
        after = [path.read_text() for path in files]
        for path, text in zip(files, before):
            path.write_text(text)
        restart_redis(users)
        until(lambda: refused(users) >= set(SERVICES), "both are refused")
        load.more()
        assert not any(" redis.login_renewed " in users[name].log for name in SERVICES)
        for path, text in zip(files, after):
            path.write_text(text)
        load.more()
    assert_in_order(users, load.sent)

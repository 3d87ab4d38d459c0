# SPDX-License-Identifier: MIT
"""No secret is anywhere but where it belongs, whatever has gone wrong: looked for in every form, in everything there is."""

from __future__ import annotations

import base64
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from on_call import OnCall
from test_change import ask, confirm

from stack import ANNA, BIN_DIR, BORIS, BOT_ID, DEADLINE_S, PASSWORD, TOKEN_SECRET, VERA, Stack, until

REDIS_PASSWORD = "redis-password-that-nobody-may-see"
READING = "reading-token-that-nobody-may-see"
CHANGING = "changing-token-that-nobody-may-see"
SECRETS = {
    "the token": TOKEN_SECRET, "the password": PASSWORD, "Redis' password": REDIS_PASSWORD, "HTTP_TOKEN": READING,
    "HTTP_CHANGES_TOKEN": CHANGING,
}  # fmt: skip
SERVICES = ("gateway", "worker")
PAGES = (
    ("/livez", None), ("/readyz", None), ("/metrics", None), ("/", None), ("/api/state", None), ("/nothing", None),
    ("/api/act", b'{"verb":"pause","why":"a test","who":"ann"}'), ("/api/act", b"no JSON"),
)  # fmt: skip
HALF = 14  # so many characters of a secret are a piece of it

TELEGRAM_FAULTS = (
    "400", "401", "403", "404", "409", "413", "429", "500", "502", "504", "empty", "half", "cut", "drop_before", "drop_after",
)  # fmt: skip
BEGET_FAULTS = (
    "auth", "denied", "disabled", "limit", "failed", "invalid", "object_text", "string_error", "html500", "html502", "empty",
    "nonjson", "true_literal", "null_result", "empty_list", "cut", "drop_before", "drop_after",
)  # fmt: skip
READING_VERBS = (
    ("ls",), ("stats",), ("stuck",), ("check",), ("tail",), ("dead", "ls"), ("consumers", "ls"), ("limits", "get"),
    ("unknown", "ls"), ("fsck",), ("metrics",), ("doctor",),
)  # fmt: skip


def forms(secret: str) -> Iterator[bytes]:
    """How it may be written: itself and its halves, escaped, as hexadecimal, as base64 beside anything."""
    raw = secret.encode()
    yield raw[:HALF]
    yield raw[-HALF:]
    yield urllib.parse.quote(secret).encode()[:HALF]
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        yield whole[4 if before else 0 : -4]


FORMS = [(name, form) for name, secret in SECRETS.items() for form in forms(secret)]


def assert_clean(where: str, content: bytes | str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    assert [name for name, form in FORMS if form in raw] == [], f"a secret in {where}"


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_every_form_is_found(secret: str) -> None:
    """What looks for them: else it could be blind."""
    raw = secret.encode()
    for hidden in (
        secret, f"x{secret[:-3]}", f"{secret[5:]}x", raw.hex(), urllib.parse.quote(secret), base64.b64encode(raw).decode(),
        base64.b64encode(b"user:" + raw + b"\n").decode(), base64.b64encode(b"a" + raw).decode(),
    ):  # fmt: skip
        with pytest.raises(AssertionError, match="a secret in"):
            assert_clean("a place", hidden)


# ---- a day on which everything goes wrong ----


class Pages:
    def __init__(self, stack: Stack) -> None:
        self.ports = {service: stack.hold_port() for service in SERVICES}
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def read(self, service: str, path: str, token: str = READING, body: bytes | None = None) -> str:
        """Head and body, of a refusal as well; "" when nobody is there."""
        url = f"http://127.0.0.1:{self.ports[service]}{path}"
        request = urllib.request.Request(url, body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        try:
            with self._open(request, timeout=DEADLINE_S) as answer:
                return str(answer.headers) + answer.read().decode()
        except urllib.error.HTTPError as error:
            return str(error.headers) + error.read().decode()
        except OSError:
            return ""


@pytest.fixture
def pages(stack: Stack) -> Pages:
    """All secrets are set, and everything is written to the log."""
    pages = Pages(stack)
    stack.redis_options = ["--requirepass", REDIS_PASSWORD]
    stack.redis.password = REDIS_PASSWORD
    stack.settings |= {
        "REDIS_URL": f"unix://:{REDIS_PASSWORD}@{stack.socket}", "LOG_LEVEL": "debug", "HTTP_TOKEN": READING,
        "POLL_TIMEOUT_S": "1", "NOTICE_EVERY_S": "0", "ALARMS": "on", "ALARM_AFTER_S": "1",
    }  # fmt: skip
    for service, port in pages.ports.items():
        stack.extra[service] = {"HTTP_LISTEN": f"127.0.0.1:{port}"}
    stack.extra["worker"]["HTTP_CHANGES_TOKEN"] = CHANGING
    return pages


def write(stack: Stack) -> None:
    """A little of everything that people do."""
    for text in ("/start", "/domains", "/dns example-shop.ru", "/status", "/logs", "/admin", "x" * 4000):
        stack.telegram.send(ANNA, text)
    stack.telegram.send(BORIS, "/dns example-shop.ru")
    stack.telegram.send(VERA, "who is there?")


def live_through_it(stack: Stack) -> None:
    ask(stack)
    stack.beget.fault(method="domain/addSubdomainVirtual", kind="html502", effect=True)
    confirm(stack)
    stack.settle()
    for kind in TELEGRAM_FAULTS:
        stack.telegram.fault(method="sendMessage", kind=kind, retry_after=1)
        stack.telegram.fault(method="getUpdates", kind=kind, retry_after=1)
    for kind in BEGET_FAULTS:
        stack.beget.fault(method="*", kind=kind)
    write(stack)
    stack["gateway"].await_log(r"telegram\.unauthorized")
    stack.telegram.clear_faults()
    stack["gateway"].kill()
    stack.start("gateway")
    stack["redis"].kill()
    for service in SERVICES:
        stack[service].await_log(r"redis\.waiting")
    stack.start("redis")
    stack["worker"].kill()
    stack.start("worker")
    stack["beget-sim"].kill()
    write(stack)
    stack["worker"].await_log(r"beget\.call.*not_sent")
    stack.start("beget-sim")


def listing(stack: Stack) -> str:
    """Everything in Redis, in the words of its own commands."""
    readers = {
        "string": ("GET",), "hash": ("HGETALL",), "list": ("LRANGE", 0, -1), "set": ("SMEMBERS",),
        "zset": ("ZRANGE", 0, -1, "WITHSCORES"), "stream": ("XRANGE", "-", "+"),
    }  # fmt: skip
    found = []
    for key in stack.redis.call("KEYS", "*"):
        command, *rest = readers[stack.redis.call("TYPE", key)]
        found.append(f"{key} {stack.redis.call(command, key, *rest)}")
    return "\n".join([*found, str(stack.redis.call("FUNCTION", "LIST", "WITHCODE")), str(stack.redis.call("CLIENT", "LIST"))])


def processes() -> Iterator[tuple[str, bytes]]:
    """The command lines of this machine; a process may end meanwhile."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield folder.name, (folder / "cmdline").read_bytes()
        except OSError:
            continue


def look_at_what_runs(stack: Stack, pages: Pages) -> None:
    assert_clean("Redis", listing(stack))
    ours = {str(stack[name].pid): name for name in SERVICES}
    for pid, line in processes():
        if pid in ours or line.split(b"\0")[0].startswith(str(BIN_DIR).encode()):
            line = b"" if b"telegram-sim" in line else line  # its token is in its options
            assert_clean(f"the command line {line!r}", line)
    for service in SERVICES:
        for path, body in PAGES:
            for token in (READING, CHANGING, "wrong-token-of-nobody"):
                said = pages.read(service, path, token, body)
                assert said, f"{path} of {service} is answered"
                assert_clean(f"{path} of {service}", said)
    foreign = {"gateway": (PASSWORD, CHANGING), "worker": (TOKEN_SECRET,)}
    for service, secrets in foreign.items():
        assert not [secret for secret in secrets if any(secret in value for value in stack[service].environment.values())]


def look_at_what_is_said(stack: Stack) -> None:
    call = OnCall(stack)
    url = {"REDIS_URL": stack.settings["REDIS_URL"]}
    [newest, *_] = stack.redis.call("XREVRANGE", stack.key("trace"), "+", "-", "COUNT", 1)
    update = dict(zip(newest[1][::2], newest[1][1::2]))["ref"]
    for verb in (*READING_VERBS, ("show", f"u{update}"), ("trace", f"u{update}")):
        for more in ((), ("--json",), ("--texts",)):
            said = call.run(*verb, *more, **url)
            assert_clean(f"queuectl {verb} {more}", said.out + said.err)
    wrong = call.run("ls", REDIS_URL=stack.settings["REDIS_URL"].replace(REDIS_PASSWORD, REDIS_PASSWORD + "x"))
    assert wrong.code != 0
    assert_clean("queuectl with a wrong password", wrong.out + wrong.err)
    for chat in (ANNA, BORIS, VERA):
        assert_clean(f"chat {chat}", str(stack.telegram.chat(chat)))
    assert_clean("what Beget was asked", str(stack.beget.get("/control/log")))
    for service in SERVICES:
        shown = ask_program(service, stack[service].environment, "--print-config", stack.folder)
        assert shown.returncode == 0 and "***" in shown.stdout
        assert_clean(f"{service} --print-config", shown.stdout + shown.stderr)
        shown = ask_program(service, stack[service].environment, "--health", stack.folder)
        assert_clean(f"{service} --health", shown.stdout + shown.stderr)


def look_at_what_is_left(stack: Stack) -> None:
    for path in stack.folder.rglob("*"):
        if path.is_file() and path.name != "telegram-sim.log":
            assert_clean(path.name, path.read_bytes())
            assert not path.name.startswith("core"), "a core file"


def ask_program(name: str, environment: dict[str, str], option: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN_DIR / name, option], env=environment, cwd=folder, capture_output=True, text=True, timeout=DEADLINE_S
    )


@pytest.mark.long
@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_no_secret_is_anywhere_after_everything_went_wrong(stack: Stack, pages: Pages, log_format: str) -> None:
    stack.settings["LOG_FORMAT"] = log_format
    stack.start()
    stack.redis.call("HSET", stack.key("access"), BORIS, "Boris")
    live_through_it(stack)
    stack.telegram.send(ANNA, "/help")
    until(lambda: bool(stack.redis.call("HLEN", stack.key("services"))), "both report")
    stack.beget.clear_faults()
    stack.settle(2 * DEADLINE_S)
    look_at_what_runs(stack, pages)
    look_at_what_is_said(stack)
    for service in SERVICES:
        stack[service].stop()
    look_at_what_is_left(stack)


# ---- settings ----

GOOD = {
    "TELEGRAM_BOT_TOKEN": f"{BOT_ID}:{TOKEN_SECRET}", "BEGET_LOGIN": "sandbox", "BEGET_PASSWORD": PASSWORD,
    "ADMIN_CHAT_ID": str(ANNA), "REDIS_URL": f"redis://:{REDIS_PASSWORD}@127.0.0.1:1/0", "HTTP_TOKEN": READING,
}  # fmt: skip


def names_of(service: str) -> list[str]:
    shown = subprocess.run([BIN_DIR / service, "--help"], capture_output=True, text=True, check=True).stdout
    return [line.split("=")[0] for line in shown.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("way", ["variable", "file", ".env"])
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, service: str, way: str) -> None:
    """Each secret pasted into each setting: whatever is said of it."""
    base = {"PATH": os.environ["PATH"]}
    for name in names_of(service):
        for secret in (*GOOD.values(), TOKEN_SECRET, f"{PASSWORD}\n{PASSWORD}", f"https://{PASSWORD}@x y/"):
            settings = {**GOOD, name: secret}
            if way == ".env":
                (tmp_path / ".env").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
                settings = {}
            elif way == "file":
                (tmp_path / "secret").write_text(secret)
                settings = {**GOOD, name: "", f"{name}_FILE": str(tmp_path / "secret")}
            said = ask_program(service, {**base, **settings}, "--print-config", tmp_path)
            if said.returncode:  # of good settings a part may be shown: what stands in BEGET_LOGIN is no secret
                assert_clean(f"{service} with {name}", said.stdout + said.stderr)

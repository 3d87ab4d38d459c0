# SPDX-License-Identifier: MIT
"""The real programs and a Redis of their own, started for one test.

    with Stack() as stack:
        stack.start()
        stack.telegram.send(ANNA, "/start")
        stack.settle()

Everything listens on loopback ports that are free or on sockets in a temporary folder. The programs come from BIN_DIR
(build/dev/bin). RUN_UNDER is put before gateway and worker ("valgrind -q"); SLOWNESS multiplies every deadline.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BIN_DIR = Path(os.environ.get("BIN_DIR", ROOT / "build/dev/bin")).resolve()
SLOWNESS = float(os.environ.get("SLOWNESS", "1"))
RUN_UNDER = shlex.split(os.environ.get("RUN_UNDER", ""))

DEADLINE_S = 15 * SLOWNESS  # for whatever should take a fraction of a second
STOP_DEADLINE_S = 25 * SLOWNESS  # promise 8 of the design

BOT_ID = 7000000001
TOKEN_SECRET = "SCENARIO-token-that-nobody-may-see-01"
PASSWORD = "scenario-password-that-nobody-may-see"
TESTER, TESTER_PASSWORD = "tester", "scenario-password-of-the-test-itself"
ANNA, BORIS, VERA = 1001, 1002, 1003
WEB_TEAM = -1002000000001

SANITIZER_REPORT = re.compile(
    r"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:|^==\d+== (?!$)", re.MULTILINE
)

Json = Any


def until(condition: Callable[[], bool], what: str, timeout_s: float = DEADLINE_S) -> None:
    """Returns once the condition holds; asks again every hundredth of a second."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:g} s: {what}")
        time.sleep(0.01)


class Program:
    """One process: its standard error is a file, its standard output a pipe."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.log_path = folder / f"{name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.environment: dict[str, str] = {}  # of the process; only root may read it there
        self.ended_by_test = False
        self.lives = 0
        self._folder = folder

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, command: list[str], environment: dict[str, str]) -> None:
        assert not self.running(), f"{self.name} is running already"
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.ended_by_test = False
        self.lives += 1
        self.environment = environment
        with self.log_path.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=self._folder, env=environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def ready_line(self) -> str:
        """The first line of standard output."""
        assert self.process and self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
        line = self.process.stdout.readline() if ready else ""
        assert line, f"{self.name} did not come up:\n{self.log}"
        return line.strip()

    def await_log(self, pattern: str, timeout_s: float = DEADLINE_S) -> None:
        """Waits for a line of the log."""
        until(lambda: re.search(pattern, self.log) is not None, f"{self.name} logs /{pattern}/", timeout_s)

    def kill(self) -> None:
        """As a crash: no chance to clean up."""
        if self.running():
            assert self.process
            self.ended_by_test = True
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        """Asks it to stop and goes on."""
        assert self.process is not None
        if self.running():
            self.ended_by_test = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Asks it to stop; its exit code."""
        self.terminate()
        assert self.process is not None
        try:
            return self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop within {STOP_DEADLINE_S:g} s:\n{self.log[-2000:]}") from None


class Redis:
    """Asks the test's own Redis; as much of the protocol as that takes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.user = ""
        self.password = ""
        self._socket: socket.socket | None = None
        self._buffer = b""

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket, self._buffer = None, b""

    def call(self, *words: str | int | bytes) -> Any:
        """The reply, texts decoded. A broken connection raises OSError, an error reply AssertionError."""
        if not self._socket:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(DEADLINE_S)
            try:
                self._socket.connect(str(self.path))
                if self.password:
                    self.call("AUTH", *filter(None, (self.user, self.password)))
            except OSError:
                self.close()
                raise
        raw = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        message = b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in raw)
        try:
            self._socket.sendall(message)
            return self._reply()
        except OSError:
            self.close()
            raise

    def _more(self) -> None:
        assert self._socket
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionResetError("Redis has closed the connection")
        self._buffer += got

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            self._more()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _reply(self) -> Any:
        line = self._line()
        kind, rest = line[:1], line[1:].decode()
        if kind == b"-":
            raise AssertionError(f"Redis answers: {rest}")
        if kind == b":":
            return int(rest)
        if kind == b"*":
            return None if rest == "-1" else [self._reply() for _ in range(int(rest))]
        if kind == b"$":
            if rest == "-1":
                return None
            length = int(rest)
            while len(self._buffer) < length + 2:
                self._more()
            text, self._buffer = self._buffer[:length], self._buffer[length + 2 :]
            return text.decode(errors="replace")
        return rest

    def answers(self) -> bool:
        try:
            return bool(self.call("PING") == "PONG")
        except (OSError, AssertionError):  # AssertionError: it is still loading
            return False


class Control:
    """A simulator's control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def get(self, path: str) -> Json:
        with self._open(self.url + path, timeout=DEADLINE_S) as answer:
            return json.load(answer)

    def post(self, path: str, body: Json) -> Json:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with self._open(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {body}: {error.code} {error.read().decode()}") from None

    def fault(self, **fields: str | int | bool) -> None:
        self.post("/control/fault", {"count": 1, **fields})

    def clear_faults(self) -> None:
        self.post("/control/fault/clear", {})


class Telegram(Control):
    """telegram-sim: what people do and see."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.last_update_id = 0

    def send(self, user_id: int, text: str, chat_id: int | None = None, photo: bool = False) -> int:
        """A message by a person, in the private chat unless told otherwise; its message_id."""
        body: Json = {"chat_id": chat_id or user_id, "user_id": user_id, "text": text}
        if photo:
            body["photo"] = True
        answer = self.post("/control/send", body)
        self.last_update_id = answer["update_id"]
        return int(answer["message_id"])

    def press(self, user_id: int, message_id: int, data: str, chat_id: int | None = None) -> str:
        """A press of a button; the id of the callback query."""
        answer = self.post(
            "/control/press",
            {"chat_id": chat_id or user_id, "user_id": user_id, "message_id": message_id, "data": data},
        )
        self.last_update_id = answer["update_id"]
        return str(answer["callback_query_id"])

    def chat(self, chat_id: int) -> Json:
        return self.get(f"/control/chat?chat_id={chat_id}")

    def wait(self, chat_id: int, after: int, timeout_s: int = 1) -> Json:
        """The chat, as soon as its version is over `after` or the time is up."""
        return self.get(f"/control/wait?chat_id={chat_id}&after={after}&timeout_s={timeout_s}")

    def texts(self, chat_id: int) -> list[str]:
        """What the bot has written there."""
        return [message["text"] for message in self.chat(chat_id)["messages"] if message["from"] == "bot"]

    def await_text(self, chat_id: int, part: str, timeout_s: float = DEADLINE_S) -> None:
        """Waits until a message of the bot contains `part`."""
        deadline = time.monotonic() + timeout_s
        version = -1
        while True:
            chat = self.wait(chat_id, version)
            version = chat["version"]
            seen = [message["text"] for message in chat["messages"] if message["from"] == "bot"]
            if any(part in text for text in seen):
                return
            assert time.monotonic() < deadline, f"no message with {part!r} in chat {chat_id}, only {seen}"

    def confirmed(self) -> bool:
        """True when the bot has told Telegram that it has the last update."""
        offsets = [
            int(request["params"].get("offset", 0))
            for request in self.get("/control/log?method=getUpdates")["requests"]
            if isinstance(request["params"], dict)
        ]
        return self.last_update_id == 0 or max(offsets, default=0) > self.last_update_id


class Beget(Control):
    """beget-sim: the hosting account and what was asked of it."""

    def calls(self, method: str) -> list[Json]:
        return [request for request in self.get("/control/log")["requests"] if request["method"] == method]


def is_told_of(event: dict[str, str]) -> bool:
    """Whether Anna hears of it."""
    return (
        event.get("result") in ("ok", "unknown")
        and bool(event.get("before") or event.get("after"))
        and str(ANNA) not in (event["chat_id"], event["user_id"])
        and event["action"] != "language"
        and not event["action"].startswith("operator.")
    )


class Stack:
    """Redis, both simulators, one worker and the gateway."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bm-"))
        self.socket = self.folder / "redis.sock"
        self.redis = Redis(self.socket)
        # Of both services, besides what they need anyway. Limits and alarms are tested where they are the subject.
        self.settings = {"TELEGRAM_RATE": "off", "BEGET_RATE_PER_MINUTE": "0", "ALARMS": "off"}
        self.beget_options: list[str] = []
        self.redis_options: list[str] = []
        self.programs = {
            name: Program(name, self.folder) for name in ("redis", "telegram-sim", "beget-sim", "worker", "gateway")
        }
        self.extra: dict[str, dict[str, str]] = {}  # program -> environment of its own
        self.acl = os.environ.get("REDIS_ACL") == "on"  # Redis has the users of deploy/users.acl
        self.bin_dirs: dict[str, Path] = {}  # program -> where it comes from, if not from BIN_DIR
        self.worker_program = "worker"
        self.telegram = Telegram("http://127.0.0.1:1")
        self.beget = Beget("http://127.0.0.1:1")
        self._held: list[socket.socket] = []
        self._ports = {name: self.hold_port() for name in ("telegram-sim", "beget-sim")}

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self.programs.values()):
            program.kill()
            if program.process and program.process.stdout:
                program.process.stdout.close()
        for held in self._held:
            held.close()
        self.redis.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __getitem__(self, name: str) -> Program:
        return self.programs[name]

    # ---- starting ----

    def hold_port(self) -> int:
        """A port that is this stack's to its end: a program may listen on it; while none does, it refuses connections.

        The socket is bound and never listens. Programs that set SO_REUSEADDR, as all of ours and Redis do, share the port
        with it; the system gives it to nobody else.
        """
        held = socket.socket()
        self._held.append(held)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])

    def simulator_port(self, name: str) -> int:
        return self._ports[name]

    def add(self, kind: str) -> Program:
        """One more gateway or worker, named "worker-2" and so on; not started yet."""
        number = sum(re.fullmatch(kind + r"(-\d+)?", name) is not None for name in self.programs) + 1
        name = f"{kind}-{number}"
        self.programs[name] = Program(name, self.folder)
        return self.programs[name]

    def start(self, *names: str) -> None:
        """Starts the programs named, all without names, in the order of need."""
        assert (BIN_DIR / "gateway").exists(), f"nothing is built in {BIN_DIR}: cmake --build --preset dev, or set BIN_DIR"
        for name in names or tuple(self.programs):
            {
                "redis": self._start_redis,
                "telegram-sim": self._start_telegram,
                "beget-sim": self._start_beget,
                "worker": self._start_worker,
                "gateway": self._start_gateway,
            }[re.sub(r"-\d+$", "", name)](name)

    def _environment(self, **own: str) -> dict[str, str]:
        passed = {name: os.environ[name] for name in os.environ if name == "PATH" or name.endswith("SAN_OPTIONS")}
        return {**passed, "LC_ALL": "C.UTF-8", **own}

    def _service_environment(self, user: str, **own: str) -> dict[str, str]:
        both = {"ADMIN_CHAT_ID": str(ANNA), "HTTP_LISTEN": ""}
        if "REDIS_URL" not in self.settings:
            both |= self.redis_of(user)
        return self._environment(**{**both, **own, **self.settings})

    # ---- users of Redis ----

    def redis_of(self, user: str) -> dict[str, str]:
        """What tells a program where Redis is, and with `acl` that it is this user."""
        if self.acl:
            return {"REDIS_URL_FILE": str(self._users / f"{user}.redis_url")}
        return {"REDIS_URL": f"unix://{self.socket}"}

    @property
    def _users(self) -> Path:
        return self.folder / "users"

    def make_users(self, url: str = "") -> Path:
        """Those that are deployed, for this Redis, and one who may do everything: the test. The folder of their files."""
        command = [str(ROOT / "deploy/redis-users"), str(self._users), "--url", url or f"unix://{self.socket}"]
        prefix = self.settings.get("QUEUE_PREFIX", "beget")
        subprocess.run([*command, "--prefix", prefix], env=self._environment(), check=True)
        with (self._users / "users.acl").open("a") as users:
            users.write(f"user {TESTER} on >{TESTER_PASSWORD} ~* &* +@all\n")
        self.redis.user, self.redis.password = TESTER, TESTER_PASSWORD
        return self._users

    def redis_password(self, user: str) -> str:
        url = (self._users / f"{user}.redis_url").read_text()
        return url.split("@")[0].rsplit(":", 1)[1]

    def assert_users_were_enough(self) -> None:
        """Nobody who came in was refused anything, even where it was not missed."""
        users = re.findall(r"^user (\S+)", (ROOT / "deploy/users.acl").read_text(), re.MULTILINE)
        rows = [dict(zip(entry[::2], entry[1::2])) for entry in self.redis.call("ACL", "LOG")]
        refused = [row for row in rows if row["username"] in users and row["reason"] != "auth"]  # not those of a test
        assert not refused, f"Redis has refused: {[(row['username'], row['object'], row['context']) for row in refused]}"

    def _start_redis(self, _name: str) -> None:
        if self.acl and not self._users.exists():
            self.make_users()
        self.spawn_redis()
        until(self.redis.answers, "Redis answers")

    def spawn_redis(self) -> None:
        """Starts it and goes on while it still reads its file."""
        (self.folder / "redis-data").mkdir(exist_ok=True)
        self.redis.close()
        acl = ["--aclfile", str(self._users / "users.acl")] if self.acl else []
        self["redis"].start(
            ["redis-server", str(ROOT / "deploy/redis.conf"), "--dir", str(self.folder / "redis-data"),
             "--unixsocket", str(self.socket), "--logfile", str(self["redis"].log_path), *acl, *self.redis_options],
            self._environment(),
        )  # fmt: skip

    def _start_simulator(self, name: str, options: list[str], **environment: str) -> str:
        program = self[name]
        program.start(
            [str(BIN_DIR / name), "--listen", f"127.0.0.1:{self._ports[name]}", *options],
            self._environment(**environment),
        )
        return program.ready_line().split(" listening on ")[1]

    def _start_telegram(self, name: str) -> None:
        options = ["--token", f"{BOT_ID}:{TOKEN_SECRET}", "--flood", self.settings["TELEGRAM_RATE"]]
        url = self._start_simulator(name, options)
        last = self.telegram.last_update_id
        self.telegram = Telegram(url)
        if last:  # it has forgotten its chats; Telegram would go on counting
            self.telegram.post("/control/next_update_id", {"id": last + 1})

    def _start_beget(self, name: str) -> None:
        rate = "off" if self.settings["BEGET_RATE_PER_MINUTE"] == "0" else "on"
        url = self._start_simulator(name, ["--rate", rate, *self.beget_options], BEGET_SIM_PASSWORD=PASSWORD)
        self.beget = Beget(url)

    def _start_worker(self, name: str) -> None:
        self[name].start(
            [*RUN_UNDER, str(self.bin_dirs.get(name, BIN_DIR) / self.worker_program)],
            self._service_environment(
                "worker",
                **self.extra.get(name, {}),
                BEGET_LOGIN="sandbox",
                BEGET_PASSWORD=PASSWORD,
                BEGET_API_URL=f"http://127.0.0.1:{self._ports['beget-sim']}/api",
                DATA_DIR=str(self.data_dir(name)),
            ),
        )

    def start_second_worker(self) -> Program:
        """Another one on the same Redis, for the same account, with a bot.db of its own. A restarted one keeps it."""
        if "worker-2" not in self.programs:
            self.add("worker")
        self.start("worker-2")
        return self["worker-2"]

    def data_dir(self, name: str) -> Path:
        """The folder of a worker's bot.db."""
        return self.folder if name == "worker" else self.folder / name

    def make_database(self, script: str) -> Path:
        """bot.db for the first worker, before it is started: what an SQL script of this folder makes."""
        path = self.data_dir("worker") / "bot.db"
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.executescript((Path(__file__).parent / script).read_text(encoding="utf-8"))
        return path

    def start_second_gateway(self) -> Program:
        """Another one on the same Redis, with the same bot."""
        program = self.add("gateway")
        self.start(program.name)
        return program

    def _start_gateway(self, name: str) -> None:
        self[name].start(
            [*RUN_UNDER, str(self.bin_dirs.get(name, BIN_DIR) / "gateway")],
            self._service_environment(
                "gateway",
                **self.extra.get(name, {}),
                TELEGRAM_BOT_TOKEN=f"{BOT_ID}:{TOKEN_SECRET}",
                TELEGRAM_API_URL=f"http://127.0.0.1:{self._ports['telegram-sim']}",
            ),
        )

    # ---- quiet ----

    def key(self, name: str) -> str:
        return f"{{{self.settings.get('QUEUE_PREFIX', 'beget')}}}:{name}"

    def is_settled(self) -> bool:
        """True when all that people did is taken from Telegram and worked out, and all replies are delivered."""
        return (
            self.telegram.confirmed()
            and not self.redis.call("XLEN", self.key("updates"))
            and self.administrators_are_told()
            and not self.redis.call("XLEN", self.key("replies"))
        )

    def administrators_are_told(self) -> bool:
        """Of all that others changed; or they were told a moment ago, and the worker collects; or there is no worker."""
        noticed, told_ms = self.redis.call("HMGET", self.key("meta"), "noticed", "noticed_ms")
        every_s = float(self.settings.get("NOTICE_EVERY_S", "30"))
        if not noticed or not self["worker"].running() or time.time() - int(told_ms or 0) / 1000 < every_s:
            return True
        entries = self.redis.call("XRANGE", self.key("events"), f"({noticed}", "+")
        return not any(is_told_of(dict(zip(fields[::2], fields[1::2]))) for _, fields in entries)

    def settle(self, timeout_s: float = DEADLINE_S) -> None:
        until(self.is_settled, "everything is answered", timeout_s)

    # ---- the end ----

    def finish(self, dead_letters: int = 0, violations: bool = False) -> None:
        """Stops everything in order and holds it to what must be true after any test."""
        self.settle()
        left = {name: self.redis.call("HLEN", self.key(name)) for name in ("busy",)}
        left["parked"] = self.redis.call("ZCARD", self.key("parked"))
        left["dead"] = self.redis.call("XLEN", self.key("dead")) - dead_letters
        assert not any(left.values()), f"left in Redis: {left}"
        broken_rules = self.telegram.get("/control/log?method=none")["violations"]
        assert violations or not broken_rules, f"telegram-sim refuses: {json.dumps(broken_rules, ensure_ascii=False)}"
        if self.acl:
            self.assert_users_were_enough()
        self._assert_no_secret_in_command_lines()
        self._stop_everything()
        self._assert_logs_are_clean()

    def _stop_everything(self) -> None:
        """All at once, Redis last: Telegram makes a bot that says goodbye wait for three seconds."""
        others = [program for program in self.programs.values() if program.process and program.name != "redis"]
        held = [program for program in [*others, self["redis"]] if program.process and not program.ended_by_test]
        for program in others:
            program.terminate()
        for program in held:
            code = program.stop()
            assert code == 0, f"{program.name} ended with exit code {code}:\n{program.log[-2000:]}"

    def _assert_no_secret_in_command_lines(self) -> None:
        for name in ("gateway", "worker", "redis"):
            if self[name].running():
                line = Path(f"/proc/{self[name].pid}/cmdline").read_bytes().decode()
                assert TOKEN_SECRET not in line and PASSWORD not in line, f"a secret in the command line of {name}"

    def _assert_logs_are_clean(self) -> None:
        for program in self.programs.values():
            report = SANITIZER_REPORT.search(program.log)
            assert not report, f"{program.name}:\n{program.log[report.start():][:6000]}"
        own = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "telegram-sim.log"]
        for path in own:
            content = path.read_bytes()
            for secret in (TOKEN_SECRET, PASSWORD):
                assert secret.encode() not in content, f"a secret in {path.name}"

    def logs(self, last: int = 40) -> str:
        """The end of every program's log, for a report of a failure."""
        parts = []
        for program in self.programs.values():
            lines = program.log.splitlines()[-last:]
            if program.name != "redis" and lines:
                parts.append("\n".join([f"---- {program.name}", *lines]))
        return "\n".join(parts)

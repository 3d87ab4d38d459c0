# SPDX-License-Identifier: MIT
"""Plays one moment after the other against the real programs and has each of them judged."""

from __future__ import annotations

import contextlib
import html
import json
import random
import re
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

import account
from account import Account
from deeds import ADMINS, ANNA, BORIS, DINA, OLEG, OPS, SHOP, VERA, Deed, View, choose_some
from moment import Act, Button, Moment, Shown
from rules import State, Target, Who
from stack import DEADLINE_S, Stack, until
from verdict import EXPLAINS, METHODS, Finding, changes, done, judge

Json = Any

ANYBODY = "anybody"  # whom a question to several chats is for
TAIL = 60  # lines of the chat before a finding
KEPT_BUTTONS = 60  # of each chat; a person does not scroll further
TICK_S = 0.002
LOGGED = set(EXPLAINS).union(*METHODS.values())
NEWCOMERS = (
    {"id": DINA, "first_name": "Dina", "last_name": "", "username": "dina", "language_code": "en"},
    {"id": OLEG, "first_name": "Oleg", "last_name": "", "username": "oleg", "language_code": "ru"},
)
AT_FIRST = (
    f"/allow {BORIS} Boris", f"/allow {DINA} Dina", f"/allow {OPS} Ops",
    f"/grant {BORIS} {SHOP} EDCX", f"/grant {DINA} {SHOP}", f"/grant {OPS} blog.{SHOP} ED",
)  # fmt: skip
SHOWS = ("sendMessage", "editMessageText", "sendDocument")


class Wire:
    """What the bot has asked of Telegram, read while it grows."""

    def __init__(self, stack: Stack) -> None:
        self.offset = 0
        self.requests: list[Json] = []  # ended and not taken yet
        self.violations = 0
        self._stack = stack
        self._after = 0
        self._read: set[int] = set()

    def read(self) -> None:
        log = self._stack.telegram.get(f"/control/log?after={self._after}")
        upto = int(log["last"])
        for row in log["requests"]:
            if row["method"] == "getUpdates":
                self.offset = max(self.offset, int(row["params"].get("offset", 0)))
            elif row["status"] == 0:
                upto = min(upto, row["n"] - 1)
            elif row["n"] not in self._read:
                self._read.add(row["n"])
                self.requests.append(row)
        self._after = upto
        self._read = {n for n in self._read if n > upto}
        self.requests += [{"method": "violation", **row} for row in log["violations"][self.violations :]]
        self.violations = len(log["violations"])

    def take(self) -> list[Json]:
        taken, self.requests = self.requests, []
        return taken


def targets(shown: Shown) -> list[Target]:
    return [button.target for button in shown.buttons if button.target]


def told(moment: Moment) -> list[str]:
    """The moment as a person reads it."""
    lines = []
    for act in moment.acts:
        popped_up = "; ".join(filter(None, act.answers))
        lines.append(f"#{moment.number} {act}" + (f" ({popped_up})" if popped_up else ""))
    for one in moment.shown:
        labels = " ".join(f"[{button.label}]" for button in one.buttons)
        lines += [f"  to {one.chat}:", *one.text.split("\n"), f"  {labels}"]
    return lines + [f"  {call}" for call in moment.calls]


@dataclass
class Course:
    """What a run was like."""

    moments: int = 0
    seconds: float = 0
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)  # "show dns": how often such a button was pressed
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))  # what was done and shown, the latest
    until_found: list[str] = field(default_factory=list)  # the same as it was at the first finding


class Hunt:
    """`forbidden` is a change that is judged as if it were for admins; all that is done and shown goes to `keep`."""

    def __init__(self, stack: Stack, seed: int, forbidden: str = "", keep: TextIO | None = None) -> None:
        self.stack = stack
        self.course = Course()
        self.dice = random.Random(f"chat {seed}")
        self.wire = Wire(stack)
        self.view = View((), "")
        self.account = Account()
        self._forbidden = forbidden
        self._keep = keep
        self._beget_after = 0
        self._state = State()
        self._tokens: dict[str, dict[str, str]] = {}
        self._used: set[str] = set()
        self._done: Counter[tuple[str, int, int]] = Counter()  # what the log has to tell

    # ---- the course ----

    def run(self, goes_on: Callable[[Course], bool]) -> Course:
        began = time.monotonic()
        self._settle_in()
        while goes_on(self.course):
            self.play(choose_some(self.dice, self.view))
        self.course.seconds = time.monotonic() - began
        self._end()
        return self.course

    def _settle_in(self) -> None:
        stack = self.stack
        stack.settings.update({"ADMIN_CHAT_ID": ",".join(map(str, ADMINS)), "POLL_TIMEOUT_S": "5"})
        stack.beget_options += ["--domains", "2"]
        stack.start()
        for row in NEWCOMERS:
            stack.telegram.post("/control/person", row)
        stack.telegram.post("/control/group", {"id": OPS, "title": "Ops", "members": [ANNA, BORIS, VERA, DINA, OLEG]})
        stack.beget.post("/control/domain", {"fqdn": f"my{SHOP}", "beget_dns": True})
        for name in (f"my{SHOP}", f"blog.my{SHOP}"):  # near, and no part of it
            records = {"TXT": [{"ttl": 300, "txtdata": f"only {name}"}]}
            stack.beget.post("/control/records", {"fqdn": name, "records": records})
        stack["gateway"].await_log(r" lease\.acquired ")
        self.account = account.look(stack.beget)
        self.view.bot = self._bot_name()
        self._look_around()
        self.say(ANNA, "/help")
        self.view.commands = tuple(re.findall(r"^/(\w+)", "\n".join(self.course.lines), re.MULTILINE))
        for words in AT_FIRST:
            self.say(ANNA, words)
            asking = [button for button in self.view.now.get(ANNA, []) if button.target and button.target.act == "do"]
            for button in asking:
                self.play([Deed(Who(ANNA, ANNA), "press", message_id=button.message_id, data=button.data)])

    def say(self, person: int, text: str) -> None:
        self.play([Deed(Who(person, person), "text", text)])

    def _bot_name(self) -> str:
        words = ("HGET", self.stack.key("meta"), "bot_username")
        until(lambda: self.stack.redis.call(*words) is not None, "the bot knows its name")
        return str(self.stack.redis.call(*words))

    def _file(self, query: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.stack.folder / 'bot.db'}?mode=ro", uri=True)) as db:
            return list(db.execute(query))

    def _is_written(self) -> bool:
        """Whether the file has all that has happened."""
        facts = self.stack.redis.call("XINFO", "STREAM", self.stack.key("events"))
        last = dict(zip(facts[::2], facts[1::2]))["last-generated-id"]
        return self._file("SELECT position FROM journal") == [(last,)]

    def _read_log(self) -> None:
        """Every change is in it once, with who made it, and nothing that was not."""
        until(self._is_written, "the file has all events")
        rows = self._file("SELECT action, chat_id, user_id FROM action_logs WHERE result IN ('ok', 'unknown')")
        told = Counter(row for row in rows if row[0] in LOGGED)
        for what, count in sorted(((told | self._done) - (told & self._done)).items()):
            text = f"{what}: {self._done[what]} times done, {told[what]} times in the log"
            self.course.findings.append(Finding("the log is wrong", self.course.moments, text))

    def _lose_redis(self) -> None:
        """All of it: whoever had rights has them again, from the file."""
        before, stack = self._state, self.stack
        for name in ("gateway", "worker"):
            assert stack[name].stop() == 0, f"{name} does not end well"
        stack.redis.call("FLUSHALL")
        stack.start("worker", "gateway")
        self._bot_name()
        until(lambda: stack.redis.call("HLEN", stack.key("access")) == len(before.access), "the file is read")
        self._look_around()
        lost = [str(one) for one in changes(before, self._state)]
        self.course.findings += [Finding("rights do not outlive Redis", self.course.moments, one) for one in lost]

    def _end(self) -> None:
        try:
            self._read_log()
            self._lose_redis()
            self.stack.finish()
        except (AssertionError, OSError) as error:
            self.course.findings.append(Finding("trouble", self.course.moments, str(error)[:6000]))

    # ---- one moment ----

    def play(self, deeds: list[Deed]) -> None:
        number = self.course.moments = self.course.moments + 1
        acts = [act for deed in deeds for act in self._try(deed)]
        troubles = self._settle()
        before, was = self._state, self.account
        rows = self.wire.take()
        calls = self._read_calls()
        self._look_around()
        shown = [self._shown(row) for row in rows if row["method"] in SHOWS and row["effect"]]
        self._remember(acts, shown)
        known = was.joined(self.account)
        answered = tuple(self._with_answers(act, rows) for act in acts)
        self._note(
            Moment(
                number, before, self._state, answered, tuple(shown), tuple(calls), known.names, known.values,
                tuple(self._refusals(rows)), tuple(troubles),
            )  # fmt: skip
        )

    def _try(self, deed: Deed) -> list[Act]:
        try:
            return [self._do(deed)]
        except AssertionError:
            if deed.message_id:
                return []  # telegram-sim has forgotten so old a message
            raise

    def _do(self, deed: Deed) -> Act:
        telegram, who = self.stack.telegram, deed.who
        if deed.expire:
            self.stack.redis.call("DEL", self.stack.key(f"button:{deed.expire}"))
            self._used.add(deed.expire)
        last = telegram.last_update_id
        act = Act(who, deed.kind, deed.text, dialog=self.view.asked.get(who, ""))
        if deed.kind == "press":
            button = self._button(deed)
            query = telegram.press(who.user, deed.message_id, deed.data, who.chat)
            act = replace(act, button=button, query=query, used=bool(button and button.token in self._used))
            if button:
                self.view.pressed[who] = button
        elif deed.kind == "edit":
            body = {"chat_id": who.chat, "user_id": who.user, "message_id": deed.message_id, "text": deed.text}
            telegram.last_update_id = telegram.post("/control/edit", body)["update_id"]
        else:
            message = telegram.send(who.user, deed.text, who.chat, photo=deed.kind == "photo")
            self.view.written.setdefault(who, []).append(message)
            act = self._understood(act)
        taken = telegram.last_update_id != 0
        telegram.last_update_id = telegram.last_update_id or last
        return replace(act, taken=taken)

    def _button(self, deed: Deed) -> Button | None:
        """As it was drawn in this chat, or else wherever it was."""
        every = [button for drawn in self.view.drawn.values() for button in drawn if button.data == deed.data]
        here = [button for button in every if button.chat == deed.who.chat]
        return (here or every or [None])[-1]

    def _understood(self, act: Act) -> Act:
        found = re.match(r"/(\w*)(?:@(\S*))?", act.text) if act.kind == "text" else None
        if not found:
            return act
        name, address = found.group(1).lower(), found.group(2)
        own = address is not None and address.lower() == self.view.bot.lower()
        known = name if name in self.view.commands and re.match(r"/\w*(@\S*)?(\s|$)", act.text) else ""
        return replace(act, command=known, ours=own, foreign=address is not None and not own)

    def _settle(self) -> list[str]:
        """Until everything is worked out and delivered."""
        deadline = time.monotonic() + DEADLINE_S
        call, key = self.stack.redis.call, self.stack.key
        while True:
            self.wire.read()
            if self.wire.offset > self.stack.telegram.last_update_id or not self.stack.telegram.last_update_id:
                if not call("XLEN", key("updates")) and not call("XLEN", key("replies")):
                    self.wire.read()
                    return []
            dead = [name for name, one in self.stack.programs.items() if not one.running()]
            if dead or time.monotonic() > deadline:
                return [f"ended by itself: {', '.join(dead)}" if dead else f"no rest within {DEADLINE_S:g} s"]
            time.sleep(TICK_S)

    def _read_calls(self) -> list[account.Call]:
        rows = self.stack.beget.get(f"/control/log?after={self._beget_after}")["requests"]
        self._beget_after = max([self._beget_after, *(row["n"] for row in rows)])
        calls = [account.called(row, self.account) for row in rows if not account.is_read(row["method"])]
        if calls:
            seen = account.look(self.stack.beget)
            self.account = replace(seen, values=self.account.joined(seen).values)  # the history shows what was
        return calls

    def _look_around(self) -> None:
        call, key = self.stack.redis.call, self.stack.key

        def table(name: str) -> dict[str, str]:
            flat = call("HGETALL", key(name))
            return dict(zip(flat[::2], flat[1::2]))

        granted = [name.rsplit(":", 1)[1] for name in call("KEYS", key("grants:*"))]
        self._state = State(
            frozenset(ADMINS),
            {int(chat): note for chat, note in table("access").items()},
            {int(chat): table(f"grants:{chat}") for chat in sorted(granted)},
            {name: int(chat) for name, chat in table("creators").items()},
            frozenset(int(chat) for chat in table("members")),
        )
        self.view.asked = {}
        for dialog in call("KEYS", key("dialog:*")):
            chat, user = dialog.split(":")[-2:]
            self.view.asked[Who(int(chat), int(user))] = Target.read(str(call("GET", dialog))).name or "-"
        self.view.state, self.view.names = self._state, sorted(self.account.names)
        self.view.records = self.account.records

    # ---- what came of it ----

    def _shown(self, row: Json) -> Shown:
        params = row["params"]
        chat, message_id = int(params["chat_id"]), int(row["message_id"])
        markup = params.get("reply_markup") or {}
        markup = json.loads(markup) if isinstance(markup, str) else markup
        keyboard = [button for line in markup.get("inline_keyboard", []) for button in line]
        buttons = [
            self._drawn(chat, message_id, one["text"], one["callback_data"])
            for one in keyboard
            if "callback_data" in one
        ]
        text = params.get("text") or params.get("caption") or ""
        return Shown(chat, message_id, html.unescape(re.sub(r"<[^>]+>", "", text)), tuple(buttons))

    def _drawn(self, chat: int, message_id: int, label: str, data: str) -> Button:
        token, _, index = data.partition(".")
        if token not in self._tokens:
            flat = self.stack.redis.call("HGETALL", self.stack.key(f"button:{token}"))
            self._tokens[token] = dict(zip(flat[::2], flat[1::2]))
        fields = self._tokens[token]
        target = Target.read(fields[index]) if index in fields else None
        if target and target.row == self._forbidden:
            target = replace(target, row=f"{target.row} (forbidden)")  # a row that the rules leave to admins
        user = fields.get("user", ANYBODY)
        return Button(chat, message_id, label, data, target, 0 if user == ANYBODY else int(user))

    def _remember(self, acts: list[Act], shown: list[Shown]) -> None:
        for act in acts:
            target = act.button.target if act.button else None
            own = act.button and act.button.chat == act.who.chat and act.button.user in (0, act.who.user)
            if act.button and own and target and target.act in ("do", "drop"):
                self._used.add(act.button.token)
        for one in shown:
            drawn = self.view.drawn.setdefault(one.chat, [])
            drawn += one.buttons
            del drawn[:-KEPT_BUTTONS]
            self.view.now[one.chat] = [button for button in one.buttons if button.target]

    @staticmethod
    def _with_answers(act: Act, rows: list[Json]) -> Act:
        if act.kind != "press":
            return act
        answers = [row["params"] for row in rows if row["method"] == "answerCallbackQuery" and row["effect"]]
        own = [params.get("text", "") for params in answers if params["callback_query_id"] == act.query]
        return replace(act, answers=tuple(own))

    @staticmethod
    def _refusals(rows: list[Json]) -> list[str]:
        found = [row for row in rows if row["method"] == "violation" or row["status"] != 200]
        return [json.dumps(row, ensure_ascii=False)[:600] for row in found]

    def _note(self, moment: Moment) -> None:
        plurals = {"text": "texts", "photo": "photos", "edit": "edits", "press": "presses"}
        self.course.counts.update(plurals[act.kind] for act in moment.acts)
        pressed = [act.button.target for act in moment.acts if act.button and not act.used]
        self.course.reached.update(f"{to.act} {to.row}" for to in pressed if to)
        self.course.counts["dialogs answered"] += sum(bool(act.dialog) for act in moment.acts if act.kind == "text")
        self.course.counts["questions"] += sum(any(to.act == "do" for to in targets(one)) for one in moment.shown)
        self.course.counts["messages"] += len(moment.shown)
        self.course.counts["changes at the hosting"] += len(moment.calls)
        self.course.counts["changes of rights"] += moment.before != moment.after
        found = judge(moment)
        self._done.update(done(moment))
        self._tell([*told(moment), *(f"  FOUND: {one.kind}: {one.text}" for one in found)])
        if found and not self.course.findings:
            self.course.until_found = list(self.course.lines)
        self.course.findings += found

    def _tell(self, lines: list[str]) -> None:
        self.course.lines.extend(lines)
        if self._keep:
            self._keep.write("".join(f"{line}\n" for line in lines))

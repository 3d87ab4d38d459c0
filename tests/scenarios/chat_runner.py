# SPDX-License-Identifier: MIT
"""Plays a transcript of a chat against the real programs.

A transcript (*.chat) reads like a chat log:

    # What it shows, in one sentence.
    given beget: 500 more domains
    Anna: /start
    Bot:
      | Beget Manager
      | …
      | [Domains] [Help]
    Anna presses [Domains]
    Bot edits:
      | …example-shop.ru…
      | […]

What people do
    Anna: TEXT                      a message; more lines may follow, each begun with |
    Anna sends a photo
    Anna presses [LABEL]            the newest button with that label
    Anna presses old [LABEL]        one that the chat shows no longer
    Anna presses data DATA          what no button has, on the newest message of the bot
    Anna in Web team …: or presses  the same in the group; people: Anna (admin), Boris, Vera

What the bot must do, in the chat of the last person or where `Bot to Boris` or `Bot in Web team` says
    Bot: TEXT                       a new message; its lines, then its rows of buttons
    Bot edits: TEXT                 an earlier message has become this
    Bot sends a file NAME: CAPTION  a new document; then its lines, as they are in the file
    Bot pops up: TEXT               the answer to the last press; `Bot alerts: TEXT` when it is a box
    Bot says nothing                everything is worked out, and no chat shows anything more

In texts, names and labels … stands for any rest of a line; a line … alone for any lines, a row […] alone for any rows.

The world
    given setting NAME=VALUE        of both services; at the top only
    given beget: N more domains     at the top only
    given bot.db: golden/NAME.sql   the database that the worker finds; at the top only
    given Boris may use the bot
    given Boris may view NAME       or the letters of his rights: may ED NAME
    given telegram fault: METHOD KIND [count=1 ms=0 …]
    given beget fault: SECTION/METHOD KIND [count=1 ms=0 effect=true]
    given beget mode: NAME=VALUE …
    given beget domain: NAME [beget_dns=false]
    given beget records of NAME: JSON
    given redis: COMMAND
    given PROGRAM is stopped|killed|started     worker, gateway, redis, telegram-sim, beget-sim
    check beget: SECTION/METHOD called N times
    check redis: COMMAND -> ANSWER  nothing after the arrow: there is none
    check bot.db: QUERY -> ROW      columns joined by |, rows by a blank
    check dead letters: N

Whatever the bot says or edits beyond that is a failure, as is what Stack.finish() looks for.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import shlex
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Union

from stack import ANNA, BORIS, DEADLINE_S, VERA, WEB_TEAM, Json, Stack, until

PEOPLE = {"Anna": ANNA, "Boris": BORIS, "Vera": VERA}
GROUPS = {"Web team": WEB_TEAM}

ANY = "…"


class BadTranscript(Exception):
    """The file is not a transcript."""


class Mismatch(AssertionError):
    """The bot did something else."""


# ---- the parts of a transcript ----


@dataclass(frozen=True)
class Body:
    """A message: its lines and its rows of buttons. In an expectation, with wildcards."""

    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def of_file(name: str, caption: str, lines: Sequence[str], rows: tuple[tuple[str, ...], ...] = ()) -> Body:
        return Body((f"[file {name}] {caption}".rstrip(), *lines), rows)

    def shown(self) -> list[str]:
        return [*self.lines, *(" ".join(f"[{label}]" for label in row) for row in self.rows)]


@dataclass(frozen=True)
class Given:
    line: int
    kind: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Says:
    line: int
    person: str
    chat: int
    text: str
    photo: bool = False


@dataclass(frozen=True)
class Presses:
    line: int
    person: str
    chat: int
    label: str
    old: bool
    data: str = ""  # instead of a label


@dataclass(frozen=True)
class Expects:
    line: int
    chat: int | None  # None: where the last person spoke
    edit: bool
    body: Body


@dataclass(frozen=True)
class PopsUp:
    line: int
    text: str
    alert: bool


@dataclass(frozen=True)
class Nothing:
    line: int


Step = Union[Given, Says, Presses, Expects, PopsUp, Nothing]


@dataclass(frozen=True)
class Transcript:
    purpose: str
    steps: tuple[Step, ...]


# ---- reading ----

PERSON = "(?P<person>" + "|".join(PEOPLE) + ")"
GROUP = "(?P<group>" + "|".join(GROUPS) + ")"
BOT = rf"Bot(?: to {PERSON}| in {GROUP})?"
SPEAKER = rf"{PERSON}(?: in {GROUP})?"

GIVEN: dict[str, str] = {
    "setting": r"given setting (\w+)=(.*)",
    "domains": r"given beget: (\d+) more domains",
    "bot_db": r"given bot\.db: (golden/\w+\.sql)",
    "use": rf"given ({'|'.join(PEOPLE)}) may use the bot",
    "grant": rf"given ({'|'.join(PEOPLE)}) may (view|[EDCX]+) (\S+)",
    "fault": r"given (telegram|beget) fault: (\S+) (\S+)((?: \w+=-?\w+)*)",
    "mode": r"given beget mode:((?: \w+=\w+)+)",
    "domain": r"given beget domain: (\S+)(?: beget_dns=(true|false))?",
    "records": r"given beget records of (\S+): (\{.*\})",
    "redis": r"given redis: (.+)",
    "program": r"given (worker|gateway|redis|telegram-sim|beget-sim) is (stopped|killed|started)",
    "calls": r"check beget: (\S+) called (\d+) times?",
    "answer": r"check redis: (.+) ->(?: (.*))?",
    "rows": r"check bot\.db: (.+) ->(?: (.*))?",
    "dead": r"check dead letters: (\d+)",
}
ONLY_FIRST = {"setting", "domains", "bot_db"}

BUTTON_ROW = re.compile(r"\[[^\]]+\](?: \[[^\]]+\])*")


def read_body(first: str, lines: Sequence[str]) -> Body:
    """The text after the colon and the lines below it; button rows come last."""
    every = [*([first] if first else []), *lines]
    rows: list[tuple[str, ...]] = []
    while every and BUTTON_ROW.fullmatch(every[-1]):
        rows.insert(0, tuple(re.findall(r"\[([^\]]+)\]", every.pop())))
    return Body(tuple(every), tuple(rows))


def read_action(line: int, text: str, below: Sequence[str]) -> Step | None:
    """What a person does, or None."""
    match = re.fullmatch(
        rf"{SPEAKER}(?:: ?(?P<text>.*)|(?P<photo> sends a photo)| presses (?P<old>old )?\[(?P<label>[^\]]+)\]"
        r"| presses data (?P<data>.+))",
        text,
    )
    if not match:
        return None
    person = match["person"]
    chat = GROUPS[match["group"]] if match["group"] else PEOPLE[person]
    if match["label"] or match["data"]:
        return Presses(line, person, chat, match["label"] or "", bool(match["old"]), match["data"] or "")
    said = "\n".join([*([match["text"]] if match["text"] else []), *below])
    return Says(line, person, chat, said, bool(match["photo"]))


def read_reaction(line: int, text: str, below: Sequence[str]) -> Step | None:
    """What the bot is to do, or None."""
    if text == "Bot says nothing":
        return Nothing(line)
    pop_up = re.fullmatch(r"Bot (pops up|alerts): (.+)", text)
    if pop_up:
        return PopsUp(line, pop_up[2], pop_up[1] == "alerts")
    match = re.fullmatch(rf"{BOT}(?:(?P<edits> edits)| sends a file (?P<file>[^:]+))?:(?: (?P<text>.+))?", text)
    if not match:
        return None
    chat = GROUPS[match["group"]] if match["group"] else PEOPLE[match["person"]] if match["person"] else None
    if match["file"]:
        return Expects(line, chat, False, Body.of_file(match["file"], match["text"] or "", below))
    body = read_body(match["text"] or "", below)
    if not body.lines:
        raise BadTranscript(f"line {line}: the bot says nothing here; end `Bot:` with a text or go on with | lines")
    return Expects(line, chat, bool(match["edits"]), body)


def read_given(line: int, text: str) -> Given | None:
    for kind, pattern in GIVEN.items():
        match = re.fullmatch(pattern, text)
        if match:
            return Given(line, kind, tuple(group or "" for group in match.groups()))
    return None


def takes_lines(step: Step) -> bool:
    return isinstance(step, (Says, Expects))


def check_order(steps: Sequence[Step]) -> None:
    acted = False
    for step in steps:
        if isinstance(step, Given) and step.kind in ONLY_FIRST and acted:
            raise BadTranscript(f"line {step.line}: this can only be given before anything else happens")
        if isinstance(step, (Expects, PopsUp)) and not acted and getattr(step, "chat", None) is None:
            raise BadTranscript(f"line {step.line}: nobody has said anything yet; name the chat: Bot to Anna:")
        acted = acted or not (isinstance(step, Given) and step.kind in ONLY_FIRST)


def parse(text: str) -> Transcript:
    """The transcript, or BadTranscript with the line that is wrong."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("# "):
        raise BadTranscript("line 1: begins with `# ` and what the transcript shows")
    steps: list[Step] = []
    at = 0
    while at < len(lines):
        number, current = at + 1, lines[at].rstrip()
        at += 1
        if not current or current.startswith("#"):
            continue
        below = []
        while at < len(lines) and re.match(r"\s*\|", lines[at]):
            below.append(re.sub(r"^\s*\| ?", "", lines[at].rstrip()))
            at += 1
        step = read_given(number, current) or read_reaction(number, current, below)
        step = step or read_action(number, current, below)
        if not step:
            raise BadTranscript(f"line {number}: not understood: {current}")
        if below and not takes_lines(step):
            raise BadTranscript(f"line {number + 1}: lines of a message without a message: {current}")
        steps.append(step)
    check_order(steps)
    if not any(isinstance(step, (Expects, PopsUp, Nothing)) for step in steps):
        raise BadTranscript("expects nothing of the bot")
    return Transcript(lines[0][2:], tuple(steps))


# ---- comparing ----


def line_matches(pattern: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY))), line) is not None


def sequence_matches(patterns: Sequence[str], lines: Sequence[str]) -> bool:
    """Line by line; a pattern … alone takes any number of lines."""
    if not patterns:
        return not lines
    if patterns[0] == ANY:
        return any(sequence_matches(patterns[1:], lines[skipped:]) for skipped in range(len(lines) + 1))
    return bool(lines) and line_matches(patterns[0], lines[0]) and sequence_matches(patterns[1:], lines[1:])


def rows_match(patterns: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> bool:
    if not patterns:
        return not rows
    if tuple(patterns[0]) == (ANY,):
        return any(rows_match(patterns[1:], rows[skipped:]) for skipped in range(len(rows) + 1))
    return (
        bool(rows)
        and len(patterns[0]) == len(rows[0])
        and all(map(line_matches, patterns[0], rows[0]))
        and rows_match(patterns[1:], rows[1:])
    )


def body_matches(expected: Body, seen: Body) -> bool:
    return sequence_matches(expected.lines, seen.lines) and rows_match(expected.rows, seen.rows)


def difference(expected: Body, seen: Body) -> str:
    """- what was expected and is not there, + what is there instead; what a wildcard took is left as it is."""
    patterns, lines = expected.shown(), seen.shown()
    wild = (ANY, f"[{ANY}]")

    @functools.lru_cache(maxsize=None)
    def cheapest(i: int, j: int) -> tuple[int, tuple[str, ...]]:
        """Faults, and the marked lines, from pattern i and line j on."""
        ways = []
        if i < len(patterns) and patterns[i] in wild:
            ways.append(cheapest(i + 1, j))
        if j < len(lines) and i < len(patterns):
            same = patterns[i] in wild or line_matches(patterns[i], lines[j])
            cost, rest = cheapest(i if patterns[i] in wild else i + 1, j + 1)
            ways += [(cost, (f"  {lines[j]}", *rest))] if same else []
        if i < len(patterns):
            cost, rest = cheapest(i + 1, j)
            ways.append((cost + 1, (f"- {patterns[i]}", *rest)))
        if j < len(lines):
            cost, rest = cheapest(i, j + 1)
            ways.append((cost + 1, (f"+ {lines[j]}", *rest)))
        return min(ways, key=lambda way: way[0]) if ways else (0, ())

    return "\n".join(cheapest(0, 0)[1])


# ---- playing ----


def body_of(message: Json) -> Body:
    rows = tuple(tuple(button["text"] for button in row) for row in message.get("keyboard") or [])
    if message.get("kind") == "document":
        lines = message.get("file_text", "").lstrip("\ufeff").splitlines()
        return Body.of_file(message["file_name"], message["text"], lines, rows)
    return Body(tuple(message["text"].split("\n")), rows)


@dataclass
class ChatView:
    """One chat as far as the transcript has followed it."""

    told: dict[int, Body] = field(default_factory=dict)  # message_id -> what it was when an expectation took it
    buttons: list[tuple[str, int, str]] = field(default_factory=list)  # label, message_id, data: all that ever were
    pop_ups: set[str] = field(default_factory=set)  # answered presses that an expectation took


class Player:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._views: dict[int, ChatView] = {chat: ChatView() for chat in (*PEOPLE.values(), *GROUPS.values())}
        self._here = ANNA
        self._pressed = ""
        self._acted = False  # since the last expectation
        self._dead_letters = 0

    def play(self, transcript: Transcript) -> None:
        setup = [step for step in transcript.steps if isinstance(step, Given) and step.kind in ONLY_FIRST]
        for step in setup:
            self._set_up(step)
        self._stack.start()
        for step in transcript.steps:
            try:
                self._play_step(step)
            except AssertionError as error:
                raise Mismatch(f"line {step.line}: {error}") from None
        self._expect_quiet()
        self._stack.finish(dead_letters=self._dead_letters)

    def _set_up(self, step: Given) -> None:
        if step.kind == "setting":
            self._stack.settings[step.arguments[0]] = step.arguments[1]
        elif step.kind == "bot_db":
            self._stack.make_database(step.arguments[0])
        else:
            self._stack.beget_options += ["--domains", step.arguments[0]]

    def _play_step(self, step: Step) -> None:
        if isinstance(step, Given):
            if step.kind not in ONLY_FIRST:
                getattr(self, f"_given_{step.kind}")(*step.arguments)
        elif isinstance(step, (Says, Presses)):
            if not self._acted:
                self._expect_quiet()
            self._acted = True
            self._here = step.chat
            self._act(step)
        else:
            self._acted = False
            self._expect(step)

    def _act(self, step: Says | Presses) -> None:
        user = PEOPLE[step.person]
        if isinstance(step, Says):
            self._stack.telegram.send(user, step.text, step.chat, step.photo)
            return
        message_id, data = self._find_button(step)
        self._pressed = self._stack.telegram.press(user, message_id, data, step.chat)

    def _find_button(self, step: Presses) -> tuple[int, str]:
        contents = self._stack.telegram.chat(step.chat)
        shown = self._remember_buttons(step.chat, contents)
        if step.data:
            return max(message_id for message_id, _ in self._bot_messages(contents)), step.data
        if step.old:
            known = [button for button in self._views[step.chat].buttons if button not in shown]
        else:
            known = shown
        for label, message_id, data in reversed(known):
            if line_matches(step.label, label):
                return message_id, data
        raise Mismatch(f"no button [{step.label}] among {sorted({label for label, _, _ in known})}")

    def _remember_buttons(self, chat: int, contents: Json) -> list[tuple[str, int, str]]:
        shown = [
            (button["text"], message["message_id"], button["data"])
            for message in contents["messages"]
            for row in message.get("keyboard") or []
            for button in row
            if button.get("data")
        ]
        self._views[chat].buttons += [button for button in shown if button not in self._views[chat].buttons]
        return shown

    # ---- expectations ----

    def _expect(self, step: Expects | PopsUp | Nothing) -> None:
        if isinstance(step, Nothing):
            self._expect_quiet()
        elif isinstance(step, PopsUp):
            self._await(self._here, lambda contents: self._try_pop_up(step, contents))
        else:
            chat = self._here if step.chat is None else step.chat
            find = self._try_edit if step.edit else self._try_message
            self._await(chat, lambda contents: find(step.body, chat, contents))

    def _await(self, chat: int, attempt: Callable[[Json], str]) -> None:
        """Until the attempt returns no complaint; or until all is quiet, when nothing better will come."""
        deadline = time.monotonic() + DEADLINE_S
        version = -1
        while True:
            settled = self._stack.is_settled() if self._stack["redis"].running() else False
            contents = self._stack.telegram.wait(chat, version) if not settled else self._stack.telegram.chat(chat)
            version = contents["version"]
            self._remember_buttons(chat, contents)
            complaint = attempt(contents)
            if not complaint:
                return
            if settled or time.monotonic() > deadline:
                raise Mismatch(complaint)

    def _bot_messages(self, contents: Json) -> list[tuple[int, Body]]:
        return [
            (message["message_id"], body_of(message)) for message in contents["messages"] if message["from"] == "bot"
        ]

    def _try_message(self, expected: Body, chat: int, contents: Json) -> str:
        told = self._views[chat].told
        untold = [(message_id, body) for message_id, body in self._bot_messages(contents) if message_id not in told]
        if not untold:
            return "the bot does not say (-):\n" + "\n".join(f"- {line}" for line in expected.shown())
        message_id, body = untold[0]
        if not body_matches(expected, body):
            return f"the bot says something else:\n{difference(expected, body)}"
        told[message_id] = body
        return ""

    def _try_edit(self, expected: Body, chat: int, contents: Json) -> str:
        told = self._views[chat].told
        edited = [
            (message_id, body)
            for message_id, body in self._bot_messages(contents)
            if message_id in told and told[message_id] != body
        ]
        for message_id, body in edited:
            if body_matches(expected, body):
                told[message_id] = body
                return ""
        if edited:
            return f"the bot edits its message into something else:\n{difference(expected, edited[0][1])}"
        untold = [body for message_id, body in self._bot_messages(contents) if message_id not in told]
        if untold:
            return f"the bot writes a message instead of an edit:\n{difference(expected, untold[0])}"
        return "the bot edits nothing into (-):\n" + "\n".join(f"- {line}" for line in expected.shown())

    def _try_pop_up(self, step: PopsUp, contents: Json) -> str:
        for callback in contents["callbacks"]:
            if str(callback["id"]) == self._pressed and callback["answered"]:
                if line_matches(step.text, callback["text"]) and callback["show_alert"] == step.alert:
                    self._views[self._here].pop_ups.add(self._pressed)
                    return ""
                kind = "alerts" if callback["show_alert"] else "pops up"
                return f"Bot {kind}: {callback['text']!r} instead of {step.text!r}"
        return "the press is not answered"

    def _expect_quiet(self) -> None:
        """All is worked out and delivered, and the transcript has told all of it."""
        self._stack.settle()
        for chat, view in self._views.items():
            contents = self._stack.telegram.chat(chat)
            self._remember_buttons(chat, contents)
            for message_id, body in self._bot_messages(contents):
                if view.told.get(message_id) != body:
                    what = "edits" if message_id in view.told else "says"
                    name = next(name for name, number in {**PEOPLE, **GROUPS}.items() if number == chat)
                    told = "\n".join(f"+ {line}" for line in body.shown())
                    raise Mismatch(f"in the chat of {name} the bot {what} more than the transcript tells:\n{told}")
            for callback in contents["callbacks"]:
                if not callback["answered"]:
                    raise Mismatch(f"a press is not answered: {callback['data']}")
                if callback["text"] and str(callback["id"]) not in view.pop_ups:
                    raise Mismatch(f"the transcript does not tell what pops up: {callback['text']}")

    # ---- the world ----

    def _given_use(self, person: str) -> None:
        self._stack.redis.call("HSET", self._stack.key("access"), PEOPLE[person], person)

    def _given_grant(self, person: str, rights: str, name: str) -> None:
        self._given_use(person)
        letters = "" if rights == "view" else rights
        self._stack.redis.call("HSET", self._stack.key(f"grants:{PEOPLE[person]}"), name, letters)

    def _given_fault(self, where: str, method: str, kind: str, options: str) -> None:
        fields = {name: json.loads(value) for name, value in (option.split("=") for option in options.split())}
        control = self._stack.telegram if where == "telegram" else self._stack.beget
        control.fault(method=method, kind=kind, **fields)

    def _given_mode(self, options: str) -> None:
        self._stack.beget.post("/control/mode", dict(option.split("=") for option in options.split()))

    def _given_domain(self, name: str, beget_dns: str) -> None:
        self._stack.beget.post("/control/domain", {"fqdn": name, "beget_dns": beget_dns != "false"})

    def _given_records(self, name: str, records: str) -> None:
        self._stack.beget.post("/control/records", {"fqdn": name, "set_type": 1, "records": json.loads(records)})

    def _given_redis(self, command: str) -> None:
        self._stack.redis.call(*shlex.split(command))

    def _given_program(self, name: str, state: str) -> None:
        program = self._stack[name]
        if state == "started":
            self._stack.start(name)
        elif state == "stopped":
            assert program.stop() == 0, f"{name} ended with exit code {program.stop()}"
        else:
            program.kill()

    def _given_calls(self, method: str, times: str) -> None:
        self._stack.settle()
        calls = self._stack.beget.calls(method)
        assert len(calls) == int(times), f"{method} was called {len(calls)} times: {json.dumps(calls, ensure_ascii=False)}"

    def _given_answer(self, command: str, expected: str) -> None:
        self._stack.settle()
        answer = self._stack.redis.call(*shlex.split(command))
        shown = " ".join(map(str, answer)) if isinstance(answer, list) else "" if answer is None else str(answer)
        assert line_matches(expected, shown), f"Redis answers {shown!r}"

    def _given_rows(self, query: str, expected: str) -> None:
        self._stack.settle()
        shown = ""

        def as_expected() -> bool:  # the journal follows; it is never waited for by anyone else
            nonlocal shown
            try:
                with contextlib.closing(sqlite3.connect(f"file:{self._stack.folder / 'bot.db'}?mode=ro", uri=True)) as db:
                    rows = db.execute(query).fetchall()
            except sqlite3.OperationalError as error:  # not there yet, or being written
                shown = str(error)
                return False
            shown = " ".join("|".join(map(str, row)) for row in rows)
            return line_matches(expected, shown)

        try:
            until(as_expected, "bot.db has it")
        except AssertionError:
            raise Mismatch(f"bot.db has {shown!r}") from None

    def _given_dead(self, count: str) -> None:
        self._dead_letters = int(count)

# SPDX-License-Identifier: MIT
"""Every kind of button is pressed and every prompt answered, from the main menu on: each leads to a screen with a way on, an
administrator gets everywhere, and a colleague sees nothing of others."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stack import ANNA, BORIS, VERA, WEB_TEAM, Stack, until

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "example-shop.ru"
NAME = f"blog.{DOMAIN}"
IN_EXAMPLES = "example.com"  # a domain of the account that stands in texts of ours, too
OTHER_TEAM, STRANGER = -1002000000007, 5001

COMMANDS = ("/start", "/help", "/domains", f"/sub {DOMAIN}", f"/dns {NAME}")
BY_COMMAND = {"cancelled"}  # screens that no button is needed for
WAYS_ON = {"🏠 Меню", "🏠 Menu", "✖ Отмена", "✖ Cancel"}
PRESSES_OF_A_KIND = 4
FOREIGN_DOMAINS = 9
LOGGED = 30
SUBDOMAINS_MORE = 2  # each comes with a www. of its own: more than a page then
ACTS = ("ask", "do", "drop", "type")
HARMLESS = {"change language", "prompt domains_filter", "prompt subdomains_filter"}  # everybody may

ANSWERS = {  # what is typed where a button asks for something; of records by their type
    "sub_add": "walked",
    "allow": "1004",
    "allow_note": "A note",
    "grant": str(BORIS),
    "chat_name": DOMAIN,
    "dns_add": {"A": "203.0.113.9", "MX": "30 mx.example.net"},
    "dns_set": {"A": "203.0.113.8", "MX": "40 mx.example.net"},
}
ANY_ANSWER = "o"  # of a search


def kind_of(target: str) -> str:
    """What a button leads to, without what it is about: "screen dns", "change sub_del", "prompt sub_add"."""
    act, name = target.split()[:2]
    if act not in ACTS:
        return f"screen {act}"
    return f"prompt {name}" if act == "type" else f"change {name}"


def answer_to(target: str) -> str:
    words = target.split()
    answer = ANSWERS.get(words[1], ANY_ANSWER)
    return answer if isinstance(answer, str) else answer.get(words[3], "x.example.net")


@dataclass
class Walk:
    """One person's way through all buttons."""

    stack: Stack
    person: int
    ahead: list[tuple[int, str, str]] = field(default_factory=list)  # message_id, data, target
    pressed: dict[str, int] = field(default_factory=dict)  # act and kind -> how often
    seen: set[str] = field(default_factory=set)  # kinds that some button leads to
    read: dict[int, str] = field(default_factory=dict)  # message_id -> its last text
    texts: list[str] = field(default_factory=list)

    def look(self, came_from: str) -> None:
        """What has changed in the chat: is there a way on, and where do its buttons lead?"""
        self.stack.settle()
        for message in self.stack.telegram.chat(self.person)["messages"]:
            buttons = [button for row in message.get("keyboard") or [] for button in row if button.get("data")]
            state = message["text"] + str(buttons)
            if message["from"] != "bot" or self.read.get(message["message_id"]) == state:
                continue
            self.read[message["message_id"]] = state
            self.texts += [message["text"], *(button["text"] for button in buttons)]
            targets = [self._target(button["data"]) for button in buttons]
            if message.get("kind") != "document":
                self._assert_way_on(came_from, message["text"], {button["text"] for button in buttons}, targets)
            self.seen |= {kind_of(target) for target in targets}
            self.ahead += [
                (message["message_id"], button["data"], target) for button, target in zip(buttons, targets)
            ]

    def _assert_way_on(self, came_from: str, text: str, labels: set[str], targets: list[str]) -> None:
        is_menu = any(target.startswith("domains ") for target in targets) and "screen help" in map(kind_of, targets)
        is_question = any(target.startswith("do ") for target in targets)
        assert is_menu or is_question or labels & WAYS_ON or text.startswith("🔔"), (
            f"{came_from} leads to a screen without a way on: {text!r} {sorted(labels)}"
        )

    def _target(self, data: str) -> str:
        token, number = data.split(".")
        target = self.stack.redis.call("HGET", self.stack.key(f"button:{token}"), number)
        assert target, f"a button that means nothing: {data}"
        return str(target)

    def say(self, text: str) -> None:
        self.stack.telegram.send(self.person, text)
        self.look(text)

    def _take_next(self) -> tuple[int, str, str, str] | None:
        """A button of a kind that was not pressed enough; those that change something come last."""
        for changing in (False, True):  # of these the newest: it knows what the others have changed
            for at in range(len(self.ahead))[:: -1 if changing else 1]:
                message_id, data, target = self.ahead[at]
                kind = f"{target.split()[0]} {kind_of(target)}"
                if target.startswith("do ") == changing and self.pressed.get(kind, 0) < PRESSES_OF_A_KIND:
                    del self.ahead[at]
                    return message_id, data, target, kind
        return None

    def press_everything(self) -> None:
        while (step := self._take_next()) is not None:
            message_id, data, target, kind = step
            self.pressed[kind] = self.pressed.get(kind, 0) + 1
            press = self.stack.telegram.press(self.person, message_id, data)
            self.look(target)
            queries = self.stack.telegram.chat(self.person)["callbacks"]
            assert [query["answered"] for query in queries if str(query["id"]) == press] == [True], target
            if target.startswith("type "):
                self.say(answer_to(target))


def fill_log(stack: Stack) -> None:
    """More changes than a page of the log shows."""
    fields = {
        "v": 1, "ref": 0, "chat_id": ANNA, "user_id": ANNA, "user": "@anna", "action": "dns_set", "target": NAME,
        "result": "ok", "before": "{}", "after": "{}", "ms": 1795701909000,
    }  # fmt: skip
    for _ in range(LOGGED):
        stack.redis.call("XADD", stack.key("events"), "*", *[word for pair in fields.items() for word in pair])

    def is_written() -> bool:
        try:
            with contextlib.closing(sqlite3.connect(f"file:{stack.folder / 'bot.db'}?mode=ro", uri=True)) as db:
                return bool(db.execute("SELECT count(*) FROM action_logs").fetchone()[0] >= LOGGED)
        except sqlite3.OperationalError:  # not there yet
            return False

    until(is_written, "the log has it")


def create_subdomain(stack: Stack, name: str) -> None:
    stack.telegram.send(ANNA, f"/sub add {name}")
    stack.settle()
    question = stack.telegram.chat(ANNA)["messages"][-1]
    stack.telegram.press(ANNA, question["message_id"], question["keyboard"][0][0]["data"])
    stack.settle()


def prepare(stack: Stack) -> None:
    """Lists that are longer than a page, a log, and somebody who asks to be let in."""
    stack.beget_options += ["--domains", str(FOREIGN_DOMAINS)]
    stack.start()
    chats = {WEB_TEAM: "A team", OTHER_TEAM: "Another team", BORIS: "Boris", VERA: "Vera"}
    for chat, note in {**chats, **{2000 + number: "" for number in range(8)}}.items():
        stack.redis.call("HSET", stack.key("access"), chat, note)
    stack.redis.call("HSET", stack.key("members"), OTHER_TEAM, "1")
    for chat, letters in {BORIS: "EDCX", VERA: "", WEB_TEAM: "", OTHER_TEAM: "E"}.items():
        stack.redis.call("HSET", stack.key(f"grants:{chat}"), DOMAIN, letters)
    fill_log(stack)
    stack.telegram.post("/control/person", {"id": STRANGER, "first_name": "Somebody", "language_code": "en"})
    stack.telegram.send(STRANGER, "hello")
    stack.settle()
    for number in range(SUBDOMAINS_MORE):
        create_subdomain(stack, f"more{number}.{DOMAIN}")


def walk(stack: Stack, person: int) -> Walk:
    walked = Walk(stack, person)
    for command in COMMANDS:
        walked.say(command)
    walked.press_everything()
    return walked


def names(table: str, pattern: str) -> set[str]:
    """Of the rows of a table of the worker."""
    found = set(re.findall(pattern, (ROOT / "worker/chat" / table).read_text(encoding="utf-8")))
    assert found, f"{table} has rows"
    return found


def test_an_administrator_gets_everywhere_by_buttons(stack: Stack) -> None:
    """Every screen, change and prompt there is: nothing is left over that no button leads to."""
    prepare(stack)
    seen = walk(stack, ANNA).seen
    stack.finish()
    screens = names("screens.c", r'\[SCREEN_\w+\]\s*=\s*\{"(\w+)"') - BY_COMMAND
    changes = names("changes.c", r'\.name = "(\w+)"')
    prompts = names("prompts.c", r'\.name = "(\w+)"')
    rows = {f"screen {name}" for name in screens}
    rows |= {f"change {name}" for name in changes} | {f"prompt {name}" for name in prompts}
    assert sorted(rows - seen) == []


@pytest.mark.parametrize("person", [BORIS, VERA], ids=["may everything with one domain", "may only look"])
def test_a_colleague_sees_nothing_of_other_domains(stack: Stack, person: int) -> None:
    prepare(stack)
    walked = walk(stack, person)
    account = {name["fqdn"] for name in stack.beget.get("/control/state")["names"]}
    foreign = {name for name in account if name != DOMAIN and not name.endswith(f".{DOMAIN}")}
    assert len(foreign) > FOREIGN_DOMAINS
    assert [text for text in walked.texts if any(name in text for name in foreign - {IN_EXAMPLES})] == []
    stack.finish()


def test_who_may_only_look_has_no_button_that_changes(stack: Stack) -> None:
    prepare(stack)
    walked = walk(stack, VERA)
    assert {kind for kind in walked.seen if not kind.startswith("screen ")} - HARMLESS == set()
    stack.finish()

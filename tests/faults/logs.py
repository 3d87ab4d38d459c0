# SPDX-License-Identifier: MIT
"""The simulators' logs, read while they grow: telegram-sim keeps only the newest requests."""

from __future__ import annotations

import json
from typing import Any

from judge import Called, Shown
from stack import Beget, Telegram, until

Json = Any


class TelegramLog:
    """What the bot has shown. Requests that are still under way are read again."""

    METHODS = ("sendMessage", "editMessageText")

    def __init__(self) -> None:
        self.shown: dict[int, Shown] = {}
        self.buttons: dict[int, dict[str, str]] = {}  # of a Shown: label -> data
        self.violations: list[Json] = []
        self._after = 0

    def read(self, telegram: Telegram) -> list[Shown]:
        """What is new, in order."""
        log = telegram.get(f"/control/log?after={self._after}")
        self.violations = log["violations"]
        new = []
        self._after = int(log["last"])
        for row in log["requests"]:
            if row["method"] not in self.METHODS:
                continue
            if row["status"] == 0:
                self._after = min(self._after, row["n"] - 1)
            elif row["effect"] and row["n"] not in self.shown:
                new.append(self._add(row))
        return new

    def _add(self, row: Json) -> Shown:
        params = row["params"]
        markup = params.get("reply_markup") or {}
        markup = json.loads(markup) if isinstance(markup, str) else markup
        keyboard = [button for line in markup.get("inline_keyboard", []) for button in line]
        buttons = {button["text"]: button.get("callback_data", "") for button in keyboard}
        one = Shown(
            n=row["n"], ms=row["ms"], chat=int(params["chat_id"]), message_id=row["message_id"], text=params["text"],
            new=row["method"] == "sendMessage", spoilt=row["fault"] is not None or row["status"] != 200,
            buttons=tuple(buttons.values()),
        )  # fmt: skip
        self.shown[one.n] = one
        self.buttons[one.n] = buttons
        return one


def is_pending(beget: Beget) -> bool:
    """Whether a request may still have an effect: its client may be long gone."""
    return any(row["outcome"] == "pending" for row in beget.get("/control/log")["requests"])


def changing_calls(beget: Beget, tags_by_id: dict[str, str]) -> list[Called]:
    """The calls that add or delete a subdomain, all of them ended; those that delete name an id."""
    until(lambda: not is_pending(beget), "every request to the hosting has ended")
    calls = []
    for row in beget.get("/control/log")["requests"]:
        sent = row["input"] or {}
        tag = {
            "domain/addSubdomainVirtual": str(sent.get("subdomain", "")),
            "domain/deleteSubdomain": tags_by_id.get(str(sent.get("id", "")), ""),
        }.get(row["method"])
        if tag is not None:
            calls.append(Called(n=row["n"], ms=row["ms"], tag=tag, effect=row["effect"]))
    return calls

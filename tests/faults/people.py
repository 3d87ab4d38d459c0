# SPDX-License-Identifier: MIT
"""The people: each asks for one thing after the other, a few at a time, and confirms what the bot asks about."""

from __future__ import annotations

import time
from collections import defaultdict, deque

from judge import DONE, WAIT, Asked, Shown
from plan import Wish
from stack import Telegram


class People:
    """Nobody waits for an answer before the next request, but for the question before the press."""

    def __init__(self, wishes: list[Wish], window: int) -> None:
        self.asked: dict[str, Asked] = {}
        self._waiting: dict[int, deque[Wish]] = defaultdict(deque)
        self._open: dict[int, dict[str, None]] = defaultdict(dict)  # tags in the order of asking
        self._about: dict[tuple[int, int], Asked] = {}  # (chat, message) -> what it answers
        self._window = window
        self._total = len(wishes)
        for wish in wishes:
            self._waiting[wish.chat].append(wish)

    @property
    def finished(self) -> bool:
        return self.all_sent and not any(self._open.values())

    @property
    def all_sent(self) -> bool:
        return not any(self._waiting.values())

    @property
    def open(self) -> int:
        return sum(len(tags) for tags in self._open.values())

    @property
    def share(self) -> float:
        """How much of everything is asked and answered."""
        return (len(self.asked) - self.open) / max(self._total, 1)

    def ask(self, telegram: Telegram) -> None:
        """Whoever has room sends what comes next."""
        for chat, wishes in self._waiting.items():
            while wishes and len(self._open[chat]) < self._window:
                wish = wishes.popleft()
                sent_ms = now_ms()
                telegram.send(chat, wish.text)
                self._open[chat][wish.tag] = None
                update_id = telegram.last_update_id
                self.asked[wish.tag] = Asked(wish.tag, chat, wish.changes, update_id, sent_ms, wish.is_poison)

    def see(self, telegram: Telegram, shown: Shown, buttons: dict[str, str]) -> None:
        """A person looks at a message: it is an answer, or a question to confirm once."""
        if shown.text.startswith(WAIT):
            return
        place = (shown.chat, shown.message_id)
        asked = self._about.get(place) or self.asked.get(shown.tag) or self._first_unanswered(shown.chat)
        if not asked or asked.chat != shown.chat:
            return
        self._about[place] = asked
        confirming = [data for label, data in buttons.items() if label.startswith(DONE)]
        if asked.changes and confirming and not shown.is_outcome:
            if not asked.press_id:
                asked.pressed_ms = now_ms()
                telegram.press(asked.chat, shown.message_id, confirming[0])
                asked.press_id = telegram.last_update_id
            return
        self._open[asked.chat].pop(asked.tag, None)

    def _first_unanswered(self, chat: int) -> Asked | None:
        """Whom a message is for that names no request."""
        answered = {asked.tag for asked in self._about.values() if asked.chat == chat}
        return next((self.asked[tag] for tag in self._open[chat] if tag not in answered), None)

    def give_up(self, dead: set[int]) -> None:
        """Nobody waits for what an operator has been told of."""
        for asked in self.asked.values():
            if asked.update_id in dead or asked.press_id in dead:
                self._open[asked.chat].pop(asked.tag, None)


def now_ms() -> int:
    return int(time.time() * 1000)

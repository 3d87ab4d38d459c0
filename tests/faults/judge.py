# SPDX-License-Identifier: MIT
"""What a run has shown, from what people did, what they saw, what the hosting was asked, and what was killed. Pure.

Nothing here comes from the programs under test but the list of dead letters, which is what they tell an operator.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

TAG = re.compile(r"\b([a-z]\d{5})\b")
DONE, NOT_DONE, UNKNOWN, WAIT = "✅", "⚠", "❓", "⏳"
NOTICE = "🔔"  # word to an administrator of what others changed: no answer to anybody


@dataclass
class Asked:
    """A request of a person: a command and, for a change, the press that confirms it."""

    tag: str
    chat: int
    changes: str  # method of the hosting API, or ""
    update_id: int
    sent_ms: int
    poison: bool = False  # kills every worker that takes it
    press_id: int = 0  # update_id of the press; 0: the question was not answered, or there was none
    pressed_ms: int = 0


@dataclass(frozen=True)
class Shown:
    """A message that the bot has put into a chat, or changed there."""

    n: int  # in order of telegram-sim's log
    ms: int
    chat: int
    message_id: int
    text: str
    new: bool
    spoilt: bool  # the bot was not told that it worked
    buttons: tuple[str, ...] = ()  # what they send; never the same for two requests

    @property
    def tag(self) -> str:
        found = TAG.search(self.text)
        return found.group(1) if found else ""

    @property
    def is_outcome(self) -> bool:
        return self.text.startswith((DONE, NOT_DONE, UNKNOWN))


@dataclass(frozen=True)
class Called:
    """A call that changes something, in order of beget-sim's log."""

    n: int
    ms: int
    tag: str
    effect: bool


@dataclass(frozen=True)
class Killed:
    role: str
    ms: int


@dataclass
class Evidence:
    asked: list[Asked] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)  # update ids that an operator finds in the dead letters
    troubles: list[str] = field(default_factory=list)  # programs that ended by themselves, broken rules of Telegram


@dataclass
class Verdict:
    """Each list names what was found; promises are kept when those of `broken` are empty."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # nobody was told that the outcome is not known, or a wrong one
    repeated: list[str] = field(default_factory=list)  # messages that nothing explains
    troubles: list[str] = field(default_factory=list)
    unknown: int = 0  # said so
    false_alarms: int = 0  # of those: the hosting was never asked
    dead: int = 0
    put_aside: int = 0  # of those: poisonous ones, their chats told
    explained: int = 0  # repeated messages after a kill in the window that nobody can close
    recovered_ms: dict[str, list[int]] = field(default_factory=dict)
    waited_ms: list[int] = field(default_factory=list)

    def broken(self) -> dict[str, list[str]]:
        rows = {
            "lost": self.lost, "twice": self.twice, "out of order": self.overtaken, "silently unknown": self.silent,
            "repeated messages": self.repeated, "troubles": self.troubles,
        }  # fmt: skip
        return {name: found for name, found in rows.items() if found}


@dataclass
class Answered:
    """An update and where its answer is; None: there is none."""

    update_id: int
    chat: int
    asked_ms: int
    label: str
    answer: Shown | None
    poison: bool = False

    def is_lost(self, dead: set[int]) -> bool:
        """A dead letter will do, but for a poisonous update: its chat must be told as well."""
        if self.poison:
            return not self.answer or self.update_id not in dead
        return not self.answer and self.update_id not in dead


@dataclass
class Chats:
    """What the chats show, message by message."""

    by_tag: dict[str, list[list[Shown]]]  # the messages about a request, each with all its versions
    unnamed: dict[int, list[Shown]]  # chat -> messages that name no request: "the hosting does not answer"
    waiting: list[Shown]  # announcements that nothing has replaced

    def versions(self, tag: str) -> list[Shown]:
        """All that was ever shown of a request, but for announcements."""
        shown = [one for message in self.by_tag.get(tag, []) for one in message if not one.text.startswith(WAIT)]
        return sorted(shown, key=lambda one: one.n)


def look_at_chats(shown: list[Shown]) -> Chats:
    messages: dict[tuple[int, int], list[Shown]] = defaultdict(list)
    for one in sorted(shown, key=lambda one: one.n):
        messages[one.chat, one.message_id].append(one)
    chats = Chats(defaultdict(list), defaultdict(list), [])
    for message in messages.values():
        if message[0].text.startswith(NOTICE):
            continue
        tag = next((one.tag for one in message if one.tag), "")
        said = [one for one in message if not one.text.startswith(WAIT)]
        if tag:
            chats.by_tag[tag].append(message)
        elif said:
            chats.unnamed[message[0].chat].append(said[0])
        else:
            chats.waiting.append(message[0])
    for unnamed in chats.unnamed.values():
        unnamed.sort(key=lambda one: one.n)
    return chats


def outcome_of(asked: Asked, versions: list[Shown]) -> Shown | None:
    """What the person was told after the press: the first outcome below the question."""
    questions = [one for one in versions if not one.is_outcome]
    if not asked.press_id or not questions:
        return None
    return next((one for one in versions if one.is_outcome and one.n > questions[0].n), None)


def answers(evidence: Evidence, chats: Chats) -> list[Answered]:
    """Of every update, in the order in which they were asked; what names no request is not looked at yet."""
    rows = []
    for asked in evidence.asked:
        versions = chats.versions(asked.tag)
        first = versions[0] if versions else None
        rows.append(Answered(asked.update_id, asked.chat, asked.sent_ms, asked.tag, first, asked.poison))
        if asked.press_id:
            outcome = outcome_of(asked, versions)
            rows.append(Answered(asked.press_id, asked.chat, asked.pressed_ms, f"the press of {asked.tag}", outcome))
    return sorted(rows, key=lambda row: row.update_id)


def drop_repetitions(unnamed: list[Shown]) -> list[tuple[Shown, Shown]]:
    """Takes out what has the buttons of an earlier one, and returns both."""
    first: dict[tuple[str, ...], Shown] = {}
    again = [(first.setdefault(one.buttons, one), one) for one in unnamed if one.buttons]
    again = [(before, one) for before, one in again if before is not one]
    for _, one in again:
        unnamed.remove(one)
    return again


def name_the_unnamed(rows: list[Answered], chats: Chats, dead: set[int]) -> list[tuple[Shown, Shown]]:
    """Gives messages that name no request to updates that have no answer, in a way that keeps the order if there is one.

    The note about a dead letter has no buttons, all others have. Returns the messages that came again, each with the
    one before it.
    """
    extra: list[tuple[Shown, Shown]] = []
    for chat, unnamed in chats.unnamed.items():
        extra += drop_repetitions(unnamed)
        left = list(unnamed)
        latest = -1
        for row in (row for row in rows if row.chat == chat):
            if not row.answer:
                is_note = row.update_id in dead
                fitting = [one for one in left if one.ms >= row.asked_ms and is_note != bool(one.buttons)]
                row.answer = next((one for one in fitting if one.n > latest), fitting[0] if fitting else None)
                left = [one for one in left if one is not row.answer]
            latest = max(latest, row.answer.n if row.answer else -1)
        for one in left:
            before = [other for other in unnamed if other.n < one.n and bool(other.buttons) == bool(one.buttons)]
            extra.append((before[-1] if before else one, one))
    return extra


def find_lost(rows: list[Answered], dead: set[int]) -> list[str]:
    return [f"{row.label}, update {row.update_id}" for row in rows if row.is_lost(dead)]


def find_twice(called: list[Called]) -> list[str]:
    counts: dict[str, list[Called]] = defaultdict(list)
    for call in called:
        counts[call.tag].append(call)
    return [f"{tag}: {len(calls)} calls" for tag, calls in counts.items() if len(calls) > 1]


def overtaking(order: list[tuple[int, int, str]]) -> list[str]:
    """Of (when it came, when it was asked, label): those that came after one that was asked later."""
    found, latest, before = [], -1, ""
    for _, asked, label in sorted(order):
        if asked < latest:
            found.append(f"{label} after {before}")
        else:
            latest, before = asked, label
    return found


def find_overtaken(rows: list[Answered], evidence: Evidence) -> list[str]:
    """Answers in a chat, and changes of a chat, come in the order of its requests."""
    first_call: dict[str, int] = {}
    for call in sorted(evidence.called, key=lambda call: call.n):
        first_call.setdefault(call.tag, call.n)
    found = []
    for chat in sorted({row.chat for row in rows}):
        shown = [(row.answer.n, row.update_id, row.label) for row in rows if row.chat == chat and row.answer]
        calls = [
            (first_call[asked.tag], asked.press_id, f"the call for {asked.tag}")
            for asked in evidence.asked
            if asked.chat == chat and asked.press_id and asked.tag in first_call
        ]
        found += [f"chat {chat}: {one}" for one in overtaking(shown) + overtaking(calls)]
    return found


def judge_changes(evidence: Evidence, rows: list[Answered], verdict: Verdict) -> None:
    """What was said of a change must be what became of it; what nobody can know must be called unknown."""
    calls: dict[str, list[Called]] = defaultdict(list)
    for call in evidence.called:
        calls[call.tag].append(call)
    by_id = {row.update_id: row for row in rows}
    for asked in evidence.asked:
        own = calls.get(asked.tag, [])
        effect = any(call.effect for call in own)
        answer = by_id[asked.press_id].answer if asked.press_id else None
        if own and not asked.press_id:
            verdict.silent.append(f"{asked.tag}: carried out, and nobody has confirmed it")
        elif answer and answer.text.startswith(UNKNOWN):
            verdict.unknown += 1
            verdict.false_alarms += not own
        elif own and not answer:
            verdict.silent.append(f"{asked.tag}: called, and nothing is said of it")
        elif answer and answer.text.startswith(DONE) != effect:
            verdict.silent.append(f"{asked.tag}: {'effect' if effect else 'no effect'}, and said {answer.text[:60]!r}")


def is_explained(first: Shown, again: Shown, killed: list[Killed]) -> bool:
    """The bot cannot know that it has sent: it was not told, or it or its memory was killed before it could note it."""
    until_ms = max(again.ms, first.ms + 2000)  # an announcement that stays comes but once
    return first.spoilt or any(
        kill.role in ("gateway", "redis") and first.ms - 2000 <= kill.ms <= until_ms for kill in killed
    )


def repetitions(chats: Chats) -> list[tuple[Shown, Shown]]:
    """Messages that came again as new ones, and announcements that no answer has replaced."""
    pairs = [(one, one) for one in chats.waiting]
    for messages in chats.by_tag.values():
        first = sorted((message[0] for message in messages), key=lambda one: one.n)
        pairs += list(zip(first, first[1:]))
    return pairs


def recovery(rows: list[Answered], killed: list[Killed]) -> dict[str, list[int]]:
    """For each kill with work under way: milliseconds until the next answer arrived."""
    found: dict[str, list[int]] = defaultdict(list)
    arrivals = sorted((row.answer.ms, row.asked_ms) for row in rows if row.answer)
    for kill in killed:
        waiting = [came for came, asked in arrivals if asked < kill.ms < came]
        if waiting:
            found[kill.role].append(waiting[0] - kill.ms)
    return dict(found)


def judge(evidence: Evidence) -> Verdict:
    chats = look_at_chats(evidence.shown)
    rows = answers(evidence, chats)
    again_unnamed = name_the_unnamed(rows, chats, evidence.dead)
    verdict = Verdict(troubles=list(evidence.troubles))
    verdict.lost = find_lost(rows, evidence.dead)
    verdict.twice = find_twice(evidence.called)
    verdict.overtaken = find_overtaken(rows, evidence)
    judge_changes(evidence, rows, verdict)
    for first, again in repetitions(chats) + again_unnamed:
        if is_explained(first, again, evidence.killed):
            verdict.explained += 1
        else:
            verdict.repeated.append(f"chat {again.chat}: {again.text[:60]!r}")
    verdict.dead = sum(row.update_id in evidence.dead for row in rows)
    verdict.put_aside = sum(row.poison and not row.is_lost(evidence.dead) for row in rows)
    verdict.recovered_ms = recovery(rows, evidence.killed)
    verdict.waited_ms = [row.answer.ms - row.asked_ms for row in rows if row.answer]
    return verdict

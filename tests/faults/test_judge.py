# SPDX-License-Identifier: MIT
"""The judge of the fault runs is judged: whatever it counts, it can find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judge import DONE, NOT_DONE, NOTICE, UNKNOWN, WAIT, Asked, Called, Evidence, Killed, Shown, Verdict, judge

ADD = "domain/addSubdomainVirtual"


def shown(n: int, text: str, new: bool = True, chat: int = 1, message_id: int = 0, spoilt: bool = False) -> Shown:
    return Shown(n, n * 1000, chat, message_id or n, text, new, spoilt)


def good() -> Evidence:
    """A look and a change in one chat, and all is well."""
    return Evidence(
        asked=[
            Asked("q00001", 1, "", update_id=1, sent_ms=500),
            Asked("x00002", 1, ADD, update_id=2, sent_ms=600, press_id=4, pressed_ms=2500),
        ],
        shown=[
            shown(1, "No domains with q00001"),
            shown(2, "Create x00002.example-shop.ru?"),
            shown(3, f"{DONE} x00002.example-shop.ru", new=False, message_id=2),
        ],
        called=[Called(1, 2700, "x00002", effect=True)],
    )


def found(verdict: Verdict) -> dict[str, int]:
    return {name: len(rows) for name, rows in verdict.broken().items()}


def outcome(text: str) -> Shown:
    return shown(3, text, new=False, message_id=2)


def test_a_run_without_faults_breaks_nothing() -> None:
    verdict = judge(good())
    assert (found(verdict), verdict.unknown, verdict.explained) == ({}, 0, 0)
    assert verdict.waited_ms == [500, 1400, 500]


def test_word_to_an_administrator_is_no_answer() -> None:
    evidence = good()
    evidence.shown.append(shown(4, f"{NOTICE} <b>Changed by others</b>\n\nboris: create subdomain x00002.example-shop.ru"))
    assert found(judge(evidence)) == {}


def without_an_answer(evidence: Evidence) -> None:
    del evidence.shown[0]


def without_an_outcome(evidence: Evidence) -> None:
    del evidence.shown[2]
    evidence.called.clear()


def called_twice(evidence: Evidence) -> None:
    evidence.called.append(Called(2, 2800, "x00002", effect=False))


def answered_late(evidence: Evidence) -> None:
    evidence.shown[0] = shown(9, "No domains with q00001")


def changed_in_another_order(evidence: Evidence) -> None:
    evidence.asked.append(Asked("x00003", 1, ADD, update_id=3, sent_ms=700, press_id=5, pressed_ms=2600))
    evidence.shown += [shown(4, "Create x00003?"), shown(5, f"{DONE} x00003", new=False, message_id=4)]
    evidence.shown[2] = replace(evidence.shown[2], n=4)  # the outcomes come in order all the same
    evidence.shown[3] = replace(evidence.shown[3], n=3)
    evidence.called.insert(0, Called(0, 2650, "x00003", effect=True))


def said_not_done_of_what_was_done(evidence: Evidence) -> None:
    evidence.shown[2] = outcome(f"{NOT_DONE} x00002 is there already")


def said_done_of_what_was_not(evidence: Evidence) -> None:
    evidence.called.clear()


def carried_out_without_a_press(evidence: Evidence) -> None:
    evidence.asked[1].press_id = 0
    del evidence.shown[2]


def said_again(evidence: Evidence) -> None:
    evidence.shown.append(shown(4, "No domains with q00001"))


def left_an_announcement(evidence: Evidence) -> None:
    evidence.shown.append(shown(4, f"{WAIT} Asking Beget"))


def ended_by_itself(evidence: Evidence) -> None:
    evidence.troubles.append("worker ended by itself with -11")


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (without_an_answer, {"lost": 1}),
        (without_an_outcome, {"lost": 1}),
        (called_twice, {"twice": 1}),
        (answered_late, {"out of order": 1}),
        (changed_in_another_order, {"out of order": 1}),
        (said_not_done_of_what_was_done, {"silently unknown": 1}),
        (said_done_of_what_was_not, {"silently unknown": 1}),
        (carried_out_without_a_press, {"silently unknown": 1}),
        (said_again, {"repeated messages": 1}),
        (left_an_announcement, {"repeated messages": 1}),
        (ended_by_itself, {"troubles": 1}),
    ],
)
def test_a_broken_promise_is_found(spoil, finding) -> None:
    evidence = good()
    spoil(evidence)
    assert found(judge(evidence)) == finding


def test_what_is_called_unknown_is_no_broken_promise() -> None:
    for effect in (True, False):
        evidence = good()
        evidence.shown[2] = outcome(f"{UNKNOWN} x00002: nobody knows")
        evidence.called = [Called(1, 2700, "x00002", effect)]
        verdict = judge(evidence)
        assert (found(verdict), verdict.unknown, verdict.false_alarms) == ({}, 1, 0)


def test_an_unknown_that_was_never_called_is_a_false_alarm() -> None:
    evidence = good()
    evidence.shown[2] = outcome(f"{UNKNOWN} x00002: nobody knows")
    evidence.called.clear()
    assert judge(evidence).false_alarms == 1


def test_a_dead_letter_is_an_answer_to_what_only_looks() -> None:
    evidence = good()
    without_an_answer(evidence)
    evidence.dead = {1}
    verdict = judge(evidence)
    assert (found(verdict), verdict.dead) == ({}, 1)


def test_a_dead_letter_of_a_call_needs_a_word_of_doubt() -> None:
    evidence = good()
    del evidence.shown[2]
    evidence.dead = {4}
    assert found(judge(evidence)) == {"silently unknown": 1}
    evidence.shown.append(note(5))
    assert found(judge(evidence)) == {"silently unknown": 1}
    evidence.shown[-1] = note(5, UNKNOWN)
    verdict = judge(evidence)
    assert (found(verdict), verdict.unknown) == ({}, 1)


def with_poison(*shown_of_it: Shown, dead: bool) -> Verdict:
    """One more request, which kills every worker that takes it."""
    evidence = good()
    evidence.asked.insert(0, Asked("p00003", 1, "", update_id=0, sent_ms=0, poison=True))
    evidence.shown[:0] = shown_of_it
    evidence.dead = {0} if dead else set()
    return judge(evidence)


def test_poison_that_is_put_aside_and_told_of_is_answered() -> None:
    verdict = with_poison(note(0), dead=True)
    assert (found(verdict), verdict.dead, verdict.put_aside) == ({}, 1, 1)


def test_poison_is_lost_that_is_not_put_aside_or_of_which_the_chat_hears_nothing() -> None:
    for verdict in (with_poison(dead=False), with_poison(dead=True)):
        assert (found(verdict), verdict.put_aside) == ({"lost": 1}, 0)


def fails(n: int, button: str = "", spoilt: bool = False) -> Shown:
    """A message that names no request."""
    return replace(shown(n, f"{NOT_DONE} Beget does not answer", spoilt=spoilt), buttons=(button or f"again {n}",))


def note(n: int, sign: str = NOT_DONE) -> Shown:
    """The note about a dead letter."""
    return shown(n, f"{sign} Your request was put aside")


def test_a_message_that_names_no_request_answers_the_first_that_has_no_answer() -> None:
    evidence = good()
    evidence.shown[0] = fails(1)
    assert found(judge(evidence)) == {}
    evidence.shown[0] = fails(9)
    assert found(judge(evidence)) == {"out of order": 1}


def test_such_a_message_is_not_for_two() -> None:
    evidence = good()
    evidence.asked.insert(1, Asked("q00003", 1, "", update_id=3, sent_ms=500))
    evidence.shown[0] = fails(1)
    assert found(judge(evidence)) == {"lost": 1}


def test_such_a_message_that_comes_again_is_a_repeated_one() -> None:
    evidence = good()
    evidence.shown[0] = fails(1, "again")
    evidence.shown.append(fails(4, "again"))
    assert found(judge(evidence)) == {"repeated messages": 1}
    evidence.shown[0] = fails(1, "again", spoilt=True)
    assert judge(evidence).explained == 1


def test_the_same_buttons_tell_which_such_message_came_again() -> None:
    """Three requests fail, the second answer comes again late: nobody was overtaken."""
    evidence = Evidence(
        asked=[Asked(f"q0000{number}", 1, "", update_id=number, sent_ms=500) for number in range(1, 5)],
        shown=[
            fails(1, "a"),
            fails(2, "b"),
            shown(3, "No domains with q00003"),
            fails(4, "b"),
            fails(5, "c"),
        ],
        killed=[Killed("gateway", ms) for ms in range(500, 5500, 250)],
    )
    verdict = judge(evidence)
    assert (found(verdict), verdict.explained) == ({}, 1)


def test_notes_about_dead_letters_are_given_to_those_who_had_asked_by_then() -> None:
    """The first note comes three times because its answers were cut."""
    evidence = Evidence(
        asked=[
            Asked("q00001", 1, "", update_id=1, sent_ms=500),
            Asked("q00002", 1, "", update_id=2, sent_ms=4500),
            Asked("q00003", 1, "", update_id=3, sent_ms=4500),
        ],
        shown=[*(replace(note(n), spoilt=n < 3) for n in (1, 2, 3)), note(5), shown(6, "No domains with q00003")],
        dead={1, 2},
    )
    verdict = judge(evidence)
    assert (found(verdict), verdict.explained) == ({}, 2)


def test_a_note_about_a_dead_letter_answers_nobody_else() -> None:
    evidence = good()
    evidence.shown[0] = note(1)
    assert found(judge(evidence)) == {"lost": 1, "repeated messages": 1}


def test_an_announcement_that_becomes_the_answer_is_no_message_of_its_own() -> None:
    evidence = good()
    evidence.shown[0] = shown(1, f"{WAIT} Asking Beget", message_id=7)
    evidence.shown.append(shown(4, "No domains with q00001", new=False, message_id=7))
    assert set(found(judge(evidence))) == {"out of order"}
    evidence.shown[-1] = replace(evidence.shown[-1], n=1)
    evidence.shown[0] = replace(evidence.shown[0], n=0)
    assert found(judge(evidence)) == {}


@pytest.mark.parametrize(
    ("role", "ms", "explained"),
    [("gateway", 1100, True), ("redis", 1100, True), ("worker", 1100, False), ("gateway", 9000, False)],
)
def test_only_a_kill_in_the_window_explains_a_repeated_message(role: str, ms: int, explained: bool) -> None:
    evidence = good()
    said_again(evidence)
    evidence.killed = [Killed(role, ms)]
    verdict = judge(evidence)
    assert (verdict.explained, len(verdict.repeated)) == ((1, 0) if explained else (0, 1))


def test_an_answer_that_was_cut_explains_a_repeated_message() -> None:
    evidence = good()
    evidence.shown[0] = replace(evidence.shown[0], spoilt=True)
    said_again(evidence)
    assert judge(evidence).explained == 1


def test_a_kill_is_felt_until_the_next_answer() -> None:
    evidence = good()
    evidence.killed = [Killed("worker", 700), Killed("redis", 2900), Killed("gateway", 99000)]
    assert judge(evidence).recovered_ms == {"worker": [300], "redis": [100]}

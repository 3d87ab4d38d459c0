# SPDX-License-Identifier: MIT
"""The judge of the fuzzed chat is judged: whatever it looks for, it can find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from moment import Act, Button, Call, Moment, Shown
from rules import State, Target, Who
from verdict import done, judge

ANNA, BORIS, DINA, GROUP = 1, 2, 3, -4
ADD = "domain/addSubdomainVirtual"
BEFORE = State(
    admins=frozenset({ANNA}),
    access={BORIS: "", DINA: "", GROUP: ""},
    grants={BORIS: {"shop.ru": "C"}, DINA: {"blog.shop.ru": ""}, GROUP: {"shop.ru": "C"}},
    creators={"old.shop.ru": BORIS},
)
NAMES = frozenset({"shop.ru", "blog.shop.ru", "old.shop.ru", "else.ru", "xn--e1afmkfd.xn--p1ai"})


def button(chat: int, target: str, user: int = 0) -> Button:
    return Button(chat, 9, "✅ Yes", "token.0", Target.read(target), user or chat)


def press(of: Button, chat: int = 0, user: int = 0, **more: object) -> Act:
    person = user or of.user
    return replace(Act(Who(chat or of.chat, person), "press", button=of, query="1", answers=("",)), **more)


def moment(*acts: Act, **more: object) -> Moment:
    base = Moment(7, BEFORE, BEFORE, acts, names=NAMES, values={"203.0.113.9": frozenset({"shop.ru"})})
    return replace(base, **{"shown": (Shown(BORIS, 9, "..."), Shown(ANNA, 9, "..."), Shown(GROUP, 9, "...")), **more})


def found(one: Moment) -> list[str]:
    return [finding.kind for finding in judge(one)]


def with_creator(name: str) -> State:
    return replace(BEFORE, creators={**BEFORE.creators, name: BORIS})


CREATE = button(BORIS, "do sub_add new.shop.ru 17")
CREATED = {"calls": (Call(ADD, "new.shop.ru"),), "after": with_creator("new.shop.ru")}
EXCEEDED = "a right is exceeded"


def test_a_change_that_its_person_may_make_is_none_to_find() -> None:
    assert found(moment(press(CREATE), **CREATED)) == []


@pytest.mark.parametrize(
    "act",
    [
        press(button(DINA, "do sub_add new.shop.ru 17")),  # may not
        press(CREATE, used=True),
        press(CREATE, chat=GROUP),  # shown elsewhere
        press(button(GROUP, "do sub_add new.shop.ru 17", user=DINA), user=BORIS),  # shown to somebody else
        press(button(BORIS, "do sub_add other.shop.ru 17")),
        press(button(BORIS, "ask sub_add new.shop.ru")),
        press(button(BORIS, "do sub_del new.shop.ru 17")),
        Act(Who(BORIS, BORIS), "text", "/sub add new.shop.ru"),
    ],
)
def test_a_change_that_nobody_confirmed_who_may_is_found(act: Act) -> None:
    kinds = found(moment(act, **CREATED))
    assert kinds.count(EXCEEDED) == 2, kinds


def test_a_press_is_good_for_one_call() -> None:
    assert found(moment(press(CREATE), **{**CREATED, "calls": (Call(ADD, "new.shop.ru"),) * 2})) == [EXCEEDED]


def test_a_method_that_nobody_knows_is_found() -> None:
    assert found(moment(press(CREATE), calls=(Call("site/delete", ""),))) == [EXCEEDED]


def test_what_the_log_has_to_tell_is_told_once_a_press() -> None:
    assert done(moment(press(CREATE), **CREATED)) == [("sub_add", BORIS, BORIS)]
    gone = {"access": {DINA: "", GROUP: ""}, "creators": {}, "grants": {**BEFORE.grants, BORIS: {}}}
    deny = press(button(ANNA, f"do access_deny - in {BORIS}"))
    assert done(moment(deny, after=replace(BEFORE, **gone))) == [("access_deny", ANNA, ANNA)]
    assert done(moment(press(CREATE))) == []


def test_a_right_that_was_lost_in_the_same_moment_counts() -> None:
    lost = replace(with_creator("new.shop.ru"), grants={**BEFORE.grants, BORIS: {}})
    revoke = press(button(ANNA, f"do grants_unset shop.ru was-C {BORIS}"))
    assert found(moment(press(CREATE), revoke, calls=(Call(ADD, "new.shop.ru"),), after=lost)) == []


@pytest.mark.parametrize(
    ("target", "after"),
    [
        (f"do access_allow - out {GROUP} a note", {"access": {**BEFORE.access, GROUP: "a note"}}),
        (f"do access_deny - in {DINA}", {"access": {BORIS: "", GROUP: ""}, "grants": {**BEFORE.grants, DINA: {}}}),
        (f"do access_deny - in {BORIS}", {"access": {DINA: "", GROUP: ""}, "creators": {}}),
        (f"do grants_set else.ru none {BORIS} ED", {"grants": {**BEFORE.grants, BORIS: {"shop.ru": "C", "else.ru": "ED"}}}),
        (f"do grants_set shop.ru was-C {BORIS} -", {"grants": {**BEFORE.grants, BORIS: {"shop.ru": ""}}}),
        (f"do grants_unset blog.shop.ru was- {DINA}", {"grants": {**BEFORE.grants, DINA: {}}}),
        (f"do members_on - off {GROUP}", {"members": frozenset({GROUP})}),
        ("do sub_del blog.shop.ru 17", {"grants": {**BEFORE.grants, DINA: {}}}),
        ("do sub_del old.shop.ru 17", {"creators": {}}),
    ],
)
def test_what_an_admin_does_with_rights_is_his_to_do_and_nobody_elses(target: str, after: dict[str, object]) -> None:
    state = replace(BEFORE, **after)
    assert found(moment(press(button(ANNA, target)), after=state)) == []
    assert EXCEEDED in found(moment(press(button(DINA, target)), after=state))
    assert EXCEEDED in found(moment(press(button(ANNA, "do members_on - off 99")), after=state))


def test_other_letters_than_those_asked_for_are_found() -> None:
    state = replace(BEFORE, grants={**BEFORE.grants, DINA: {"blog.shop.ru": "EX"}})
    assert found(moment(press(button(ANNA, f"do grants_set blog.shop.ru was- {DINA} E")), after=state)) == [EXCEEDED]


OFFERED = "somebody is offered what he may not do"
SEEN = "somebody sees what he may not see"


@pytest.mark.parametrize(
    ("chat", "text", "kinds"),
    [
        (DINA, "blog.shop.ru", []),
        (DINA, "‹ shop.ru", []),  # above what she may see
        (DINA, "old.shop.ru", [SEEN]),
        (DINA, "Old.Shop.RU.", [SEEN]),
        (DINA, "пример.рф", [SEEN]),
        (DINA, "(else.ru)", [SEEN]),
        (DINA, "myelse.ru", []),
        (DINA, "A 203.0.113.9", [SEEN]),
        (DINA, "A 203.0.113.9.", [SEEN]),
        (DINA, "A 203.0.113.97", []),
        (DINA, "A 9.203.0.113.9", []),
        (BORIS, "A 203.0.113.9", []),
        (BORIS, "old.shop.ru", []),
        (ANNA, "пример.рф and else.ru", []),
    ],
)
def test_names_and_records_that_somebody_may_not_see_are_found(chat: int, text: str, kinds: list[str]) -> None:
    assert found(moment(shown=(Shown(chat, 9, text),))) == kinds


def test_an_address_may_be_repeated_in_the_way_it_is_written() -> None:
    answer = (Shown(DINA, 9, "+ AAAA 2001:db8::33"),)
    known = {"values": {"2001:db8::33": frozenset({"else.ru"})}}
    typed = Act(Who(DINA, DINA), "text", "/dns blog.shop.ru add AAAA 2001:DB8:0::33", command="dns")
    assert found(replace(moment(typed, shown=answer), **known)) == []
    assert found(replace(moment(shown=answer), **known)) == [SEEN]


def test_what_somebody_has_typed_may_be_repeated() -> None:
    typed = Act(Who(DINA, DINA), "text", "/sub del else.ru", command="sub")
    answer = (Shown(DINA, 9, "⚠️ You have no access to else.ru"),)
    assert found(moment(typed, shown=answer)) == []
    assert found(moment(replace(typed, text="/sub"), shown=answer)) == [SEEN]
    assert found(moment(replace(typed, text="else", dialog="ru"), shown=answer)) == []


def test_buttons_that_lead_where_somebody_may_not_go_are_found() -> None:
    for target, kinds in {"dns 1 blog.shop.ru": [], "ask sub_del blog.shop.ru": [OFFERED]}.items():
        shown = Shown(DINA, 9, "...", (button(DINA, target),))
        assert found(moment(shown=(shown,))) == kinds


def test_whoever_is_not_let_in_hears_nothing() -> None:
    assert found(moment(shown=(Shown(99, 9, "Hello"),))) == ["a stranger is spoken to"]


ONCE, ANSWER = "a press is not answered once", "a message is not answered"


@pytest.mark.parametrize(
    ("answers", "shown", "kinds"),
    [
        (("",), (Shown(BORIS, 9, "..."),), []),
        (("Out of date",), (), []),
        ((), (Shown(BORIS, 9, "..."),), [ONCE]),
        (("", ""), (Shown(BORIS, 9, "..."),), [ONCE]),
        (("",), (), [ONCE]),
    ],
)
def test_a_press_is_answered_once_and_something_is_seen_of_it(
    answers: tuple[str, ...], shown: tuple[Shown, ...], kinds: list[str]
) -> None:
    act = press(button(BORIS, "menu 1 -"), answers=answers)
    assert found(moment(act, shown=shown)) == kinds


def test_the_press_of_a_stranger_need_not_be_answered() -> None:
    act = Act(Who(99, 99), "press", query="1")
    assert found(moment(act, shown=())) == []
    assert found(moment(replace(act, answers=("", "")), shown=())) == [ONCE]


TEXT = Act(Who(BORIS, BORIS), "text", "hello")


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        (TEXT, [ANSWER]),
        (replace(TEXT, kind="photo"), [ANSWER]),
        (replace(TEXT, kind="edit"), []),
        (replace(TEXT, taken=False), []),
        (replace(TEXT, who=Who(99, 99)), []),
        (replace(TEXT, text="/start@other_bot", foreign=True), []),
        (replace(TEXT, who=Who(GROUP, BORIS)), []),
        (replace(TEXT, who=Who(GROUP, BORIS), text="/start", command="start"), [ANSWER]),
        (replace(TEXT, who=Who(GROUP, BORIS), text="/nonsense"), []),
        (replace(TEXT, who=Who(GROUP, BORIS), text="/nonsense@us", ours=True), [ANSWER]),
        (replace(TEXT, who=Who(GROUP, BORIS), text="shop", dialog="shop.ru"), [ANSWER]),
    ],
)
def test_who_is_let_in_is_answered(act: Act, kinds: list[str]) -> None:
    assert found(moment(act, shown=())) == kinds


def test_refusals_of_telegram_and_troubles_are_passed_on() -> None:
    assert found(moment(refused=("400",), troubles=("worker ended",))) == ["Telegram refuses", "trouble"]

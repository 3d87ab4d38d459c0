# SPDX-License-Identifier: MIT
"""The judge of two editors is judged, and what they wish."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from rounds import Round, Side, judge
from wishes import BASE, Wish, about_records, about_subdomains, fresh, records_of, wish_add, wish_del, wish_set, zone_of

ADD = wish_add("shop.ru", "A", 7)
SET = wish_set("shop.ru", "TXT old", 9)
DEL = wish_del("shop.ru", "TXT old")
OLD = frozenset({"TXT old"})
MADE = frozenset({fresh("A", 7)}), frozenset({f"TXT {fresh('TXT', 9)}"})


def side(wish: Wish, told: str = "✅ Done", pressed: bool = True) -> Side:
    return Side(wish, told, pressed)


def found(first: Side, second: Side, start: frozenset[str], end: frozenset[str]) -> list[str]:
    return [text.split(": ")[1].split(",")[0] for text in judge(Round(1, (first, second), start, end))]


BOTH = BASE | ADD.adds | SET.adds


def test_two_changes_that_are_both_there_are_well_told() -> None:
    assert found(side(ADD), side(SET), BASE | OLD, BOTH) == []


@pytest.mark.parametrize(
    ("first", "second", "end", "kinds"),
    [
        (side(ADD), side(SET), BASE | SET.adds, ["told that it is done"]),
        (side(ADD), side(SET), BASE | ADD.adds | OLD, ["told that it is done"]),
        (side(ADD, "⚠️ Not done"), side(SET), BASE | SET.adds, []),
        (side(ADD, "⚠️ Not done"), side(SET), BOTH, ["told that it is not done"]),
        (side(ADD, "❓ Nobody knows"), side(SET), BOTH, []),
        (side(ADD, "❓ Nobody knows"), side(SET), BASE | SET.adds, []),
        (side(ADD, ""), side(SET), BOTH, ["told nothing"]),
        (side(ADD, "⏳ Asking"), side(SET), BOTH, ["told nothing"]),
        (side(ADD, "❓ Nobody knows", pressed=False), side(SET), BOTH, ["done"]),
        (side(ADD), side(SET), BOTH - {"MX 1 mx1.beget.com"}, ["lost"]),
        (side(ADD), side(SET), BOTH - {"MX 1 mx1.beget.com"} | {"MX 10 mx1.beget.com"}, ["lost", "there"]),
        (side(ADD), side(SET), BOTH - {"AAAA 2001:db8::1"}, ["lost"]),
        (side(ADD), side(SET, "❓ Nobody knows"), BOTH | OLD, ["half of it is done"]),
    ],
)
def test_what_is_told_wrongly_is_found(first: Side, second: Side, end: frozenset[str], kinds: list[str]) -> None:
    assert found(first, second, BASE | OLD, end) == kinds


def test_a_change_that_is_asked_of_the_hosting_again_is_found() -> None:
    one = Round(1, (side(ADD), side(SET)), BASE | OLD, BOTH, confirmed=3, calls=3)
    assert judge(one) == []
    assert judge(replace(one, confirmed=2)) == ["round 1: asked of the hosting 3 times, confirmed 2 times"]


def test_of_two_who_want_the_same_record_one_may_be_told_that_it_is_gone() -> None:
    assert found(side(SET), side(DEL, "⚠️ No such record"), BASE | OLD, BASE | SET.adds) == []
    assert found(side(SET), side(DEL), BASE | OLD, BASE | SET.adds) == []
    assert found(side(DEL), side(SET), BASE | OLD, BASE) == ["told that it is done"]


def test_of_two_who_create_one_name_one_may_be_told_that_it_is_there() -> None:
    wish = Wish("/sub add n.shop.ru", adds=frozenset({"n.shop.ru"}))
    late = side(replace(wish, text="again"), "⚠️ There already")
    assert found(side(wish), late, frozenset(), wish.adds) == []
    assert found(side(wish), late, frozenset(), frozenset()) == ["told that it is done"]


def test_what_is_in_a_zone_is_read_and_written_alike() -> None:
    assert zone_of({"records": records_of(BASE)}) == BASE


def test_no_two_wishes_make_the_same_value_and_none_takes_the_base_away() -> None:
    dice = random.Random(1)
    zone, made = BASE, set[str]()
    for number in range(1, 400):
        for wish in about_records(dice, "shop.ru", zone, number):
            assert not wish.removes & BASE
            assert not wish.adds & made
            made |= wish.adds
            zone = zone - wish.removes | wish.adds
        assert max(sum(record.startswith(kind) for record in zone) for kind in ("A ", "AAAA ", "MX ", "TXT ")) <= 10


def test_subdomains_are_created_and_deleted() -> None:
    dice = random.Random(1)
    pairs = [about_subdomains(dice, ["a-of1.shop.ru"], f"n{number}", "-of1.shop.ru") for number in range(40)]
    wishes = [wish for pair in pairs for wish in pair]
    assert {bool(wish.adds) for wish in wishes} == {True, False}

# SPDX-License-Identifier: MIT
"""The table of who may do what, row by row."""

from __future__ import annotations

import pytest
from rules import State, Target, Who, may_follow, may_list, subject

ADMIN, OWNER, VIEWER, CREATOR, STRANGER, GROUP, OWN_GROUP = 1, 2, 3, 4, 5, -6, -7
STATE = State(
    admins=frozenset({ADMIN}),
    access={OWNER: "", VIEWER: "", CREATOR: "", GROUP: "", OWN_GROUP: ""},
    grants={
        OWNER: {"shop.ru": "EDCX"},
        VIEWER: {"a.shop.ru": ""},
        CREATOR: {"shop.ru": "C"},
        GROUP: {"b.shop.ru": "E"},
        STRANGER: {"shop.ru": "EDCX"},
    },
    creators={"new.shop.ru": CREATOR, "b.shop.ru": CREATOR, "else.ru": CREATOR},
    members=frozenset({OWN_GROUP}),
)


def alone(person: int) -> Who:
    return Who(person, person)


@pytest.mark.parametrize(
    ("who", "target", "may"),
    [
        (alone(ADMIN), "do grants_set shop.ru none 2 E", True),
        (alone(ADMIN), "a_screen_that_is_not_known 1 -", True),
        (alone(OWNER), "do grants_set shop.ru none 2 E", False),
        (alone(OWNER), "a_screen_that_is_not_known 1 -", False),
        (alone(OWNER), "dns 1 deep.down.shop.ru", True),
        (alone(OWNER), "dns 1 myshop.ru", False),
        (alone(OWNER), "do sub_add new.shop.ru 17", True),
        (alone(OWNER), "do sub_add shop.ru 17", False),
        (alone(OWNER), "type sub_add shop.ru", True),
        (alone(OWNER), "do sub_del a.shop.ru 17", True),
        (alone(OWNER), "do dns_undo shop.ru 17", True),
        (alone(VIEWER), "dns 1 a.shop.ru", True),
        (alone(VIEWER), "dns 1 shop.ru", False),
        (alone(VIEWER), "domain 1 shop.ru", True),
        (alone(VIEWER), "domain 1 else.ru", False),
        (alone(VIEWER), "do dns_add a.shop.ru 17 A 203.0.113.7", False),
        (alone(VIEWER), "ask sub_del a.shop.ru", False),
        (alone(VIEWER), "drop sub_del a.shop.ru", True),
        (alone(CREATOR), "ask sub_del new.shop.ru", True),
        (alone(CREATOR), "ask dns_del new.shop.ru A 203.0.113.7", True),
        (alone(CREATOR), "ask sub_del a.shop.ru", False),
        (alone(CREATOR), "ask sub_del else.ru", False),
        (alone(STRANGER), "menu 1 -", False),
        (Who(GROUP, OWNER), "do dns_set b.shop.ru 17 A 203.0.113.7", True),
        (Who(GROUP, OWNER), "do sub_del b.shop.ru 17", False),
        (Who(GROUP, ADMIN), "admin 1 -", False),
        (Who(OWN_GROUP, OWNER), "do sub_del b.shop.ru 17", True),
        (Who(OWN_GROUP, ADMIN), "admin 1 -", True),
        (Who(OWN_GROUP, VIEWER), "do sub_del b.shop.ru 17", False),
    ],
)
def test_who_may(who: Who, target: str, may: bool) -> None:
    assert may_follow(STATE, who, Target.read(target)) is may


def test_a_name_above_a_granted_one_may_be_known() -> None:
    assert may_list(STATE, alone(VIEWER), "shop.ru")
    assert not may_list(STATE, alone(VIEWER), "b.shop.ru")


def test_in_a_group_the_group_acts_unless_its_members_do() -> None:
    assert subject(STATE, Who(GROUP, OWNER)) == GROUP
    assert subject(STATE, Who(OWN_GROUP, OWNER)) == OWNER


@pytest.mark.parametrize(
    ("text", "target", "arguments"),
    [
        ("menu 1 -", Target("show", "menu", ""), [""]),
        ("domains 2 - a b", Target("show", "domains", "", "a b"), ["a", "b"]),
        ("ask dns_add shop.ru MX 10 a.b", Target("ask", "dns_add", "shop.ru", "MX 10 a.b"), ["MX", "10", "a.b"]),
        ("do grants_set shop.ru was-E 2 ED", Target("do", "grants_set", "shop.ru", "was-E 2 ED"), ["2", "ED"]),
        ("type allow -", Target("type", "allow", ""), [""]),
    ],
)
def test_what_a_button_does_is_read(text: str, target: Target, arguments: list[str]) -> None:
    assert Target.read(text) == target
    assert target.arguments == arguments

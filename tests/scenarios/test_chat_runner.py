# SPDX-License-Identifier: MIT
"""The reader of transcripts and the matcher; no program is started."""

from __future__ import annotations

import pytest
from chat_runner import (
    BadTranscript, Body, Expects, Given, Nothing, PopsUp, Presses, Says, body_matches, body_of, difference, parse,
)  # fmt: skip
from stack import ANNA, BORIS, VERA, WEB_TEAM

GOOD = """# Shows the language.
given beget: 500 more domains
given setting LOG_LEVEL=debug

# Comments are passed over.
given Boris may ED пример.рф
Anna: /start
Bot:
  | Hello
  |
  |   indented
  | [One] [Two and more]
  | [Three]
Anna presses [One]
Bot edits: Done
Vera in Web team: hello
  | there
Bot says nothing
Boris in Web team presses old [Two…]
Bot alerts: Too late
Bot to Anna: Vera asks for access
Boris sends a photo
Bot in Web team: ok
Vera in Web team presses data a b.0
Bot says nothing
Anna: /logs
Bot sends a file log….csv: The newest 2
  | id,time
  | 2,…
  | [1]
Bot to Boris sends a file a b.txt:
"""


def test_a_transcript_is_read_line_by_line() -> None:
    transcript = parse(GOOD)
    assert transcript.purpose == "Shows the language."
    assert transcript.steps == (
        Given(2, "domains", ("500",)),
        Given(3, "setting", ("LOG_LEVEL", "debug")),
        Given(6, "grant", ("Boris", "ED", "пример.рф")),
        Says(7, "Anna", ANNA, "/start"),
        Expects(8, None, False, Body(("Hello", "", "  indented"), (("One", "Two and more"), ("Three",)))),
        Presses(14, "Anna", ANNA, "One", False),
        Expects(15, None, True, Body(("Done",))),
        Says(16, "Vera", WEB_TEAM, "hello\nthere"),
        Nothing(18),
        Presses(19, "Boris", WEB_TEAM, "Two…", True),
        PopsUp(20, "Too late", True),
        Expects(21, ANNA, False, Body(("Vera asks for access",))),
        Says(22, "Boris", BORIS, "", True),
        Expects(23, WEB_TEAM, False, Body(("ok",))),
        Presses(24, "Vera", WEB_TEAM, "", False, "a b.0"),
        Nothing(25),
        Says(26, "Anna", ANNA, "/logs"),
        Expects(27, None, False, Body(("[file log….csv] The newest 2", "id,time", "2,…", "[1]"))),
        Expects(31, BORIS, False, Body(("[file a b.txt]",))),
    )


@pytest.mark.parametrize(
    ("given", "kind", "arguments"),
    [
        ("given Vera may use the bot", "use", ("Vera",)),
        ("given Boris may view example.com", "grant", ("Boris", "view", "example.com")),
        ("given telegram fault: * 429 count=-1 retry_after=2", "fault", ("telegram", "*", "429", " count=-1 retry_after=2")),
        ("given beget fault: dns/getData hang ms=50", "fault", ("beget", "dns/getData", "hang", " ms=50")),
        ("given beget mode: types=docs rate=off", "mode", (" types=docs rate=off",)),
        ("given beget domain: a.example beget_dns=false", "domain", ("a.example", "false")),
        ('given beget records of a.example: {"A": []}', "records", ("a.example", '{"A": []}')),
        ("given redis: SET x 1", "redis", ("SET x 1",)),
        ("given worker is killed", "program", ("worker", "killed")),
        ("check beget: dns/getData called 1 time", "calls", ("dns/getData", "1")),
        ("check redis: HGET a b -> 5", "answer", ("HGET a b", "5")),
        ("check redis: GET nothing ->", "answer", ("GET nothing", "")),
        ("check bot.db: SELECT 1 -> 1", "rows", ("SELECT 1", "1")),
        ("check dead letters: 1", "dead", ("1",)),
    ],
)  # fmt: skip
def test_the_world_is_described_by_a_small_vocabulary(given: str, kind: str, arguments: tuple[str, ...]) -> None:
    step = parse(f"# x\n{given}\nAnna: hi\nBot: x\n").steps[0]
    assert step == Given(2, kind, arguments)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: begins with"),
        ("Anna: /start\nBot: x", "line 1: begins with"),
        ("# x\nAnna: /start", "expects nothing of the bot"),
        ("# x\nOlga: /start\nBot: x", "line 2: not understood: Olga"),
        ("# x\nAnna press [X]\nBot: x", "line 2: not understood"),
        ("# x\nAnna presses X\nBot: x", "line 2: not understood"),
        ("# x\ngiven nonsense\nBot says nothing", "line 2: not understood"),
        ("# x\nAnna: hi\nBot:\n", "line 3: the bot says nothing here"),
        ("# x\nAnna: hi\nBot:\n  | [Only] [Buttons]", "line 3: the bot says nothing here"),
        ("# x\nAnna: hi\nBot says nothing\n  | text", "line 4: lines of a message without a message"),
        ("# x\nAnna: hi\nbot: x", "line 3: not understood"),
        ("# x\nAnna: hi\nBot: x\n  no bar", "line 4: not understood"),
        ("# x\nBot: x\nAnna: hi", "line 2: nobody has said anything yet"),
        ("# x\nAnna: hi\nBot: x\ngiven beget: 5 more domains", "line 4: this can only be given before"),
        ("# x\nAnna in Wrong team: hi\nBot: x", "line 2: not understood"),
    ],
)
def test_a_bad_transcript_is_refused_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(BadTranscript, match=complaint.replace("[", r"\[")):
        parse(text)


@pytest.mark.parametrize(
    ("expected", "seen", "matches"),
    [
        (Body(("a", "b")), Body(("a", "b")), True),
        (Body(("a",)), Body(("a", "b")), False),
        (Body(("a", "b")), Body(("a",)), False),
        (Body(("a…",)), Body(("abc",)), True),
        (Body(("a…c…",)), Body(("abcd",)), True),
        (Body(("…b",)), Body(("abc",)), False),
        (Body(("a.c",)), Body(("abc",)), False),
        (Body(("…",)), Body(("a", "b")), True),
        (Body(("…", "b")), Body(("b",)), True),
        (Body(("…", "b")), Body(("b", "c")), False),
        (Body(("a", "…", "b", "…")), Body(("a", "x", "y", "b")), True),
        (Body(("a",)), Body(("a",), (("X",),)), False),
        (Body(("a",), (("X",),)), Body(("a",)), False),
        (Body(("a",), (("X",),)), Body(("a",), (("X",),)), True),
        (Body(("a",), (("X",),)), Body(("a",), (("Y",),)), False),
        (Body(("a",), (("X",),)), Body(("a",), (("X", "Y"),)), False),
        (Body(("a",), (("X", "Y"),)), Body(("a",), (("X",), ("Y",))), False),
        (Body(("a",), (("X (…)",),)), Body(("a",), (("X (5)",),)), True),
        (Body(("a",), (("…",),)), Body(("a",)), True),
        (Body(("a",), (("…",), ("Back",))), Body(("a",), (("X", "Y"), ("Z",), ("Back",))), True),
        (Body(("a",), (("…",), ("Back",))), Body(("a",), (("X", "Y"),)), False),
    ],
)
def test_a_message_matches_only_what_was_written(expected: Body, seen: Body, matches: bool) -> None:
    assert body_matches(expected, seen) is matches


def test_a_difference_shows_what_is_missing_and_what_is_there() -> None:
    expected = Body(("Domains", "…", "last"), (("Back",), ("Help",)))
    seen = Body(("Domains", "example.com", "final"), (("Back",),))
    assert difference(expected, seen).splitlines() == [
        "  Domains",
        "  example.com",
        "  final",
        "- last",
        "  [Back]",
        "- [Help]",
    ]
    assert difference(Body(("a", "b")), Body(("a", "x", "b"))).splitlines() == ["  a", "+ x", "  b"]


def test_a_message_of_the_simulator_becomes_lines_and_rows() -> None:
    message = {"text": "one\n\ntwo", "keyboard": [[{"text": "A", "data": "a"}, {"text": "B", "url": "https://x"}]]}
    assert body_of(message) == Body(("one", "", "two"), (("A", "B"),))
    assert body_of({"text": "one", "keyboard": None}) == Body(("one",))


def test_a_file_becomes_its_name_its_caption_and_its_lines() -> None:
    message = {"kind": "document", "text": "two rows", "file_name": "a.csv", "file_text": "\ufeffa,b\r\n1,2\r\n"}
    assert body_of(message) == Body(("[file a.csv] two rows", "a,b", "1,2"))
    assert body_of({"kind": "document", "text": "", "file_name": "photo.raw"}) == Body(("[file photo.raw]",))


def test_people_are_the_simulators_people() -> None:
    assert (ANNA, BORIS, VERA, WEB_TEAM) == (1001, 1002, 1003, -1002000000001)

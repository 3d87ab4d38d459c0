# SPDX-License-Identifier: MIT
"""telegram-sim behaves like the Bot API server: same answers, same texts, same oddities.

Run with `python3 -m pytest tests/sandbox`; TELEGRAM_SIM names the program,
build/dev/bin/telegram-sim otherwise.
"""
import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

PROGRAM = os.environ.get("TELEGRAM_SIM", "build/dev/bin/telegram-sim")
TOKEN = "7000000001:SANDBOX-token-that-is-not-secret-0001"
GROUP = -1002000000001
DEADLINE_S = 20
NOT_MODIFIED = ("Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message")
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
OTHER_POLL = ("Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
              "running")
WEBHOOK_ACTIVE = ("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
                  "delete the webhook first")


class Answer:
    """What came back for one request to the Bot API."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None

    @property
    def description(self):
        return (self.json or {}).get("description", "")

    @property
    def result(self):
        assert self.status == 200, self.body
        return self.json["result"]


def fetch(url, body=None, content_type="application/json", http_method=None):
    request = urllib.request.Request(url, data=body, method=http_method)
    if body is not None:
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as reply:
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class Sim:
    """A running telegram-sim on a port of its own."""

    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("telegram-sim listening on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return code

    def bot(self, method, params=None, token=TOKEN):
        """Calls a method with a JSON body, as the gateway does."""
        return fetch(f"{self.url}/bot{token}/{method}", json.dumps(params or {}).encode())

    def post(self, path, **body):
        reply = fetch(f"{self.url}/control/{path}", json.dumps(body).encode())
        assert reply.status == 200, reply.body
        return reply.json

    def get(self, path, **query):
        reply = fetch(f"{self.url}/control/{path}?{urllib.parse.urlencode(query)}")
        assert reply.status == 200, reply.body
        return reply.json

    def send(self, text, user=1001, chat=None):
        return self.post("send", chat_id=chat or user, user_id=user, text=text)

    def violations(self):
        return [row["problem"] for row in self.get("log")["violations"]]

    def wait_for_request(self, method, after=0):
        rows = self.get("log", method=method, after=after, timeout_s=DEADLINE_S)["requests"]
        assert rows, f"no {method} came"
        return rows[-1]["n"]


@pytest.fixture(scope="module")
def shared_sim():
    sim = Sim("--flood", "off")
    yield sim
    assert sim.stop() == 0


@pytest.fixture
def sim(shared_sim):
    shared_sim.post("reset")
    yield shared_sim
    shared_sim.post("reset")


@pytest.fixture
def flood_sim():
    sim = Sim()
    sim.post("clock", frozen=True)
    yield sim
    assert sim.stop() == 0


class InBackground:
    """A call that waits for its answer in another thread."""

    def __init__(self, call):
        self.answer = None
        self.error = None
        self.thread = threading.Thread(target=self.run, args=(call,))
        self.started = time.monotonic()
        self.thread.start()

    def run(self, call):
        try:
            self.answer = call()
        except OSError as error:
            self.error = error

    def wait(self):
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive(), "no answer within the deadline"
        return self.answer


# ---- one request, one answer ----

BUTTON = {"text": "Go", "callback_data": "go"}
KEYBOARD = {"inline_keyboard": [[BUTTON]]}
SEND = {"chat_id": 1001, "text": "hi"}


def keyboard(**button):
    return {"inline_keyboard": [[button]]}


def send(**changes):
    return {**SEND, **changes}


# Before each row: message 1 is from Anna, message 2 from the bot with the button "Go" and the text
# "<b>hello</b>", message 3 is a document of the bot; "CALLBACK" stands for the id of a press of "Go".
ROWS = [
    ("getMe is answered", "getMe", {}, 200, ""),
    ("a method in another case is known", "GETME", {}, 200, ""),
    ("an unknown method is not found", "sendMesage", {}, 404, "Not Found: method not found"),
    ("a message is sent", "sendMessage", SEND, 200, ""),
    ("a chat id may be text", "sendMessage", send(chat_id="1001"), 200, ""),
    ("a group is written to", "sendMessage", send(chat_id=GROUP), 200, ""),
    ("without a chat nothing is sent", "sendMessage", {"text": "x"}, 400, "Bad Request: chat_id is empty"),
    ("an unknown chat is not found", "sendMessage", send(chat_id=5), 400, "Bad Request: chat not found"),
    ("people are not found by name", "sendMessage", send(chat_id="@anna"), 400, "Bad Request: chat not found"),
    ("a message without text is refused", "sendMessage", {"chat_id": 1001}, 400,
     "Bad Request: message text is empty"),
    ("an empty text is refused", "sendMessage", send(text=""), 400, "Bad Request: message text is empty"),
    ("blanks are an empty text", "sendMessage", send(text=" \n "), 400, "Bad Request: message text is empty"),
    ("tags without text are an empty text", "sendMessage", send(text="<b></b>", parse_mode="HTML"), 400,
     "Bad Request: message text is empty"),
    ("4096 characters are sent", "sendMessage", send(text="я" * 4096), 200, ""),
    ("4097 characters are too many", "sendMessage", send(text="я" * 4097), 400,
     "Bad Request: message is too long"),
    ("4096 emoji are counted as 4096", "sendMessage", send(text="\U0001f600" * 4096), 200, ""),
    ("tags do not count", "sendMessage", send(text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML"), 200, ""),
    ("blanks at the end do not count", "sendMessage", send(text="x" * 4096 + "  "), 200, ""),
    ("32768 bytes are parsed", "sendMessage", send(text="<b></b>" * 4681 + "x", parse_mode="HTML"), 200, ""),
    ("32769 bytes are too long", "sendMessage", send(text="x" * 32769), 400, "Bad Request: text is too long"),
    ("an unknown tag is refused", "sendMessage", send(text="<div>x</div>", parse_mode="HTML"), 400,
     'Bad Request: can\'t parse entities: Unsupported start tag "div" at byte offset 0'),
    ("an open tag is refused", "sendMessage", send(text="<b>x", parse_mode="html"), 400,
     'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
    ("a wrong end tag is refused", "sendMessage", send(text="я<b>x</i>", parse_mode="HTML"), 400,
     "Bad Request: can't parse entities: Unmatched end tag at byte offset 6, expected \"</b>\", found \"</i>\""),
    ("an end tag alone is refused", "sendMessage", send(text="x</b>", parse_mode="HTML"), 400,
     "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
    ("a bare < is refused", "sendMessage", send(text="a < b", parse_mode="HTML"), 400,
     'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
    ("a tag that never ends is refused", "sendMessage", send(text="<3", parse_mode="HTML"), 400,
     "Bad Request: can't parse entities: Unclosed start tag at byte offset 0"),
    ("a span is a spoiler or nothing", "sendMessage", send(text="<span>x</span>", parse_mode="HTML"), 400,
     'Bad Request: can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("without parse_mode tags are text", "sendMessage", send(text="<div>"), 200, ""),
    ("an unknown parse_mode is refused", "sendMessage", send(parse_mode="BBCode"), 400,
     "Bad Request: unsupported parse_mode"),
    ("64 bytes of callback data fit", "sendMessage",
     send(reply_markup=keyboard(text="x", callback_data="я" * 32)), 200, ""),
    ("65 bytes of callback data do not", "sendMessage",
     send(reply_markup=keyboard(text="x", callback_data="я" * 32 + "x")), 400,
     "Bad Request: BUTTON_DATA_INVALID"),
    ("a button has to do something", "sendMessage", send(reply_markup=keyboard(text="x")), 400,
     "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ("empty callback data do nothing", "sendMessage", send(reply_markup=keyboard(text="x", callback_data="")),
     400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ("a button has a text", "sendMessage", send(reply_markup=keyboard(callback_data="x")), 400,
     "Bad Request: can't parse inline keyboard button: Can't find field \"text\""),
    ("a button's text is not empty", "sendMessage", send(reply_markup=keyboard(text="", callback_data="x")),
     400, "Bad Request: inline keyboard button text must be non-empty"),
    ("a button's address is checked", "sendMessage", send(reply_markup=keyboard(text="x", url="nowhere")), 400,
     "Bad Request: inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
    ("100 buttons fit", "sendMessage", send(reply_markup={"inline_keyboard": [[BUTTON] * 5] * 20}), 200, ""),
    ("101 buttons do not", "sendMessage",
     send(reply_markup={"inline_keyboard": [[BUTTON] * 5] * 20 + [[BUTTON]]}), 400,
     "Bad Request: reply markup is too long"),
    ("a keyboard is a list of lists", "sendMessage", send(reply_markup={"inline_keyboard": [BUTTON]}), 400,
     "Bad Request: field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"),
    ("a keyboard may be JSON in a text", "sendMessage", send(reply_markup=json.dumps(KEYBOARD)), 200, ""),
    ("a markup that is no JSON is refused", "sendMessage", send(reply_markup="{"), 400,
     "Bad Request: can't parse reply keyboard markup JSON object"),
    ("a markup is an object", "sendMessage", send(reply_markup="[]"), 400,
     "Bad Request: object expected as reply markup"),
    ("a reply finds its message", "sendMessage", send(reply_parameters={"message_id": 1}), 200, ""),
    ("a reply to nothing is refused", "sendMessage", send(reply_parameters={"message_id": 99}), 400,
     "Bad Request: message to be replied not found"),
    ("a reply to nothing can be allowed", "sendMessage",
     send(reply_parameters={"message_id": 99, "allow_sending_without_reply": True}), 200, ""),
    ("there are no topics", "sendMessage", send(message_thread_id=7), 400,
     "Bad Request: message thread not found"),
    ("a text is edited", "editMessageText", {"chat_id": 1001, "message_id": 2, "text": "new"}, 200, ""),
    ("an edit that changes nothing is refused", "editMessageText",
     {"chat_id": 1001, "message_id": 2, "text": "<b>hello</b>", "parse_mode": "HTML", "reply_markup": KEYBOARD},
     400, NOT_MODIFIED),
    ("the same text without the keyboard is an edit", "editMessageText",
     {"chat_id": 1001, "message_id": 2, "text": "<b>hello</b>", "parse_mode": "HTML"}, 200, ""),
    ("the same text without bold is an edit", "editMessageText",
     {"chat_id": 1001, "message_id": 2, "text": "hello", "reply_markup": KEYBOARD}, 200, ""),
    ("a missing message is not edited", "editMessageText", {"chat_id": 1001, "message_id": 99, "text": "x"},
     400, "Bad Request: message to edit not found"),
    ("another's message is not edited", "editMessageText", {"chat_id": 1001, "message_id": 1, "text": "x"},
     400, "Bad Request: message can't be edited"),
    ("an edit names its message", "editMessageText", {"chat_id": 1001, "text": "x"}, 400,
     "Bad Request: message identifier is not specified"),
    ("an edit has a text", "editMessageText", {"chat_id": 1001, "message_id": 2, "text": ""}, 400,
     "Bad Request: message text is empty"),
    ("a document has no text to edit", "editMessageText", {"chat_id": 1001, "message_id": 3, "text": "x"}, 400,
     "Bad Request: there is no text in the message to edit"),
    ("an edit takes inline keyboards only", "editMessageText",
     {"chat_id": 1001, "message_id": 2, "text": "x", "reply_markup": {"remove_keyboard": True}}, 400,
     "Bad Request: inline keyboard expected"),
    ("a keyboard is edited", "editMessageReplyMarkup", {"chat_id": 1001, "message_id": 2}, 200, ""),
    ("the same keyboard is refused", "editMessageReplyMarkup",
     {"chat_id": 1001, "message_id": 2, "reply_markup": KEYBOARD}, 400, NOT_MODIFIED),
    ("a message is deleted", "deleteMessage", {"chat_id": 1001, "message_id": 2}, 200, ""),
    ("a missing message is not deleted", "deleteMessage", {"chat_id": 1001, "message_id": 99}, 400,
     "Bad Request: message to delete not found"),
    ("a press is answered", "answerCallbackQuery", {"callback_query_id": "CALLBACK"}, 200, ""),
    ("an unknown press is too old", "answerCallbackQuery", {"callback_query_id": "1"}, 400, TOO_OLD),
    ("200 characters answer a press", "answerCallbackQuery",
     {"callback_query_id": "CALLBACK", "text": "я" * 200}, 200, ""),
    ("201 characters do not", "answerCallbackQuery", {"callback_query_id": "CALLBACK", "text": "я" * 201}, 400,
     "Bad Request: MESSAGE_TOO_LONG"),
    ("commands are set", "setMyCommands", {"commands": [{"command": "dns", "description": "Records"}]}, 200, ""),
    ("100 commands fit", "setMyCommands",
     {"commands": [{"command": f"c{i}", "description": "x"} for i in range(100)]}, 200, ""),
    ("101 commands do not", "setMyCommands",
     {"commands": [{"command": f"c{i}", "description": "x"} for i in range(101)]}, 400,
     "Bad Request: BOT_COMMANDS_TOO_MUCH"),
    ("a command is in lower case", "setMyCommands", {"commands": [{"command": "Dns", "description": "x"}]}, 400,
     "Bad Request: BOT_COMMAND_INVALID"),
    ("a command has up to 32 characters", "setMyCommands",
     {"commands": [{"command": "d" * 33, "description": "x"}]}, 400,
     "Bad Request: command length must not exceed 32"),
    ("a description has up to 256 characters", "setMyCommands",
     {"commands": [{"command": "dns", "description": "я" * 257}]}, 400,
     "Bad Request: command description length must not exceed 256"),
    ("an unknown scope is refused", "setMyCommands", {"commands": [], "scope": {"type": "moon"}}, 400,
     "Bad Request: can't parse BotCommandScope: Unsupported type specified"),
    ("a scope's chat exists", "setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 5}}, 400,
     "Bad Request: chat not found"),
    ("a language has two letters", "setMyCommands", {"commands": [], "language_code": "rus"}, 400,
     "Bad Request: invalid language code specified"),
    ("typing is shown", "sendChatAction", {"chat_id": 1001, "action": "typing"}, 200, ""),
    ("dancing is not", "sendChatAction", {"chat_id": 1001, "action": "dancing"}, 400,
     "Bad Request: wrong parameter action in request"),
    ("a document has to exist", "sendDocument", {"chat_id": 1001, "document": "nothing"}, 400,
     "Bad Request: wrong file identifier/HTTP URL specified"),
    ("a document has to be named", "sendDocument", {"chat_id": 1001}, 400,
     "Bad Request: there is no document in the request"),
    ("a chat is described", "getChat", {"chat_id": GROUP}, 200, ""),
    ("an unknown chat is not described", "getChat", {"chat_id": 77}, 400, "Bad Request: chat not found"),
    ("a webhook needs https", "setWebhook", {"url": "http://example.com"}, 400,
     "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
    ("a webhook is set", "setWebhook", {"url": "https://example.com/x"}, 200, "Webhook was set"),
    ("no webhook is deleted", "deleteWebhook", {}, 200, "Webhook is already deleted"),
]


def upload(sim, name="report.txt", field="document", content="line", **params):
    parts = [f'--XX\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
             for key, value in params.items()]
    parts.append(f'--XX\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
                 f"Content-Type: text/plain\r\n\r\n{content}\r\n--XX--\r\n")
    return fetch(f"{sim.url}/bot{TOKEN}/sendDocument", "".join(parts).encode(),
                 "multipart/form-data; boundary=XX")


def prepare(sim):
    """The chat that ROWS start from; returns the id of the press."""
    sim.send("/start")
    sim.bot("sendMessage", send(text="<b>hello</b>", parse_mode="HTML", reply_markup=KEYBOARD))
    upload(sim, chat_id=1001)
    return sim.post("press", chat_id=1001, user_id=1001, message_id=2, button="Go")["callback_query_id"]


@pytest.mark.parametrize("method, params, status, description", [row[1:] for row in ROWS],
                         ids=[row[0] for row in ROWS])
def test_one_request(sim, method, params, status, description):
    press = prepare(sim)
    if params.get("callback_query_id") == "CALLBACK":
        params = {**params, "callback_query_id": press}
    answer = sim.bot(method, params)
    assert (answer.status, answer.description) == (status, description)
    if status != 200:
        assert answer.json["ok"] is False and answer.json["error_code"] == status


def test_there_are_enough_rows():
    assert len(ROWS) >= 60 and len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("path, status, description", [
    ("/bot1:wrong/getMe", 401, "Unauthorized"),
    ("/botnonsense/getMe", 404, "Not Found"),
    (f"/bot{TOKEN}", 404, "Not Found"),
    (f"/bot{TOKEN}/", 404, "Not Found: method not found"),
])
def test_an_address_is_refused(sim, path, status, description):
    answer = fetch(sim.url + path)
    assert (answer.status, answer.description) == (status, description)


def test_http_faults_have_an_empty_body(sim):
    answer = fetch(f"{sim.url}/bot{TOKEN}/getMe", http_method="PUT")
    assert (answer.status, answer.body) == (501, b"")
    answer = fetch(f"{sim.url}/bot{TOKEN}/sendMessage", b" " * (1 << 20) + b"{}")
    assert (answer.status, answer.body) == (413, b"")


# ---- how parameters are read ----

@pytest.mark.parametrize("content_type, body", [
    ("application/json", '{"chat_id":1001,"text":"a&b"}'),
    ("application/json; charset=utf-8", ' { "chat_id" : "1001" , "text" : "a\\u0026b" } '),
    ("application/x-www-form-urlencoded", "chat_id=1001&text=a%26b"),
    ("multipart/form-data; boundary=Q",
     '--Q\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n1001\r\n'
     '--Q\r\nContent-Disposition: form-data; name="text"\r\n\r\na&b\r\n--Q--\r\n'),
])
def test_every_kind_of_body_is_read(sim, content_type, body):
    answer = fetch(f"{sim.url}/bot{TOKEN}/sendMessage", body.encode(), content_type)
    assert answer.result["text"] == "a&b"
    assert sim.violations() == []


def test_the_query_is_read(sim):
    answer = fetch(f"{sim.url}/bot{TOKEN}/sendMessage?chat_id=1001&text=a%26b")
    assert answer.result["text"] == "a&b"
    assert sim.violations() == []


def raw(sim, method, body):
    return fetch(f"{sim.url}/bot{TOKEN}/{method}", body.encode())


def test_what_precedes_the_fault_of_a_broken_body_counts(sim):
    answer = raw(sim, "sendMessage", '{"chat_id":1001,"text":"kept","parse_mode":"HT')
    assert answer.result["text"] == "kept"
    assert sim.violations() == ["the body is not one JSON object: what follows the fault is ignored"]


VIOLATIONS = [
    ("an unknown field is ignored", "sendMessage", '{"chat_id":1001,"text":"x","bogus":1}', 200,
     "bogus: unknown field"),
    ("an old field is unknown", "sendMessage", '{"chat_id":1001,"text":"x","disable_web_page_preview":true}', 200,
     "disable_web_page_preview: unknown field"),
    ("a float loses its fraction", "deleteMessage", '{"chat_id":1001.0,"message_id":1}', 200,
     "chat_id: the number 1001.0 is not written as an integer"),
    ("an exponent loses everything", "sendMessage", '{"chat_id":-1.002e+12,"text":"x"}', 400,
     "chat_id: the number -1.002e+12 is not written as an integer"),
    ("a float deep inside is seen", "sendMessage",
     '{"chat_id":1001,"text":"x","reply_parameters":{"message_id":1.0}}', 200,
     "reply_parameters: the number 1.0 is not written as an integer"),
    ("an exponent in a text is seen", "sendMessage", '{"chat_id":"1e+15","text":"x"}', 400,
     'chat_id: "1e+15" is neither an integer nor @name'),
    ("a number is taken for a text", "sendMessage", '{"chat_id":1001,"text":5}', 200,
     "text: is not of type String"),
    ("a text is taken for a boolean", "sendMessage",
     '{"chat_id":1001,"text":"x","disable_notification":"maybe"}', 200,
     'disable_notification: "maybe" is not a boolean'),
    ("a nested field is unknown", "sendMessage",
     '{"chat_id":1001,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"b","c":1}]]}}',
     200, "reply_markup[0]"),
    ("a nested type is wrong", "sendMessage",
     '{"chat_id":1001,"text":"x","reply_parameters":{"message_id":1,"allow_sending_without_reply":1}}', 200,
     "reply_parameters.allow_sending_without_reply: is not of type Boolean"),
    ("a list is missing", "setMyCommands", "{}", 200, "commands: required, missing"),
    ("a required field inside is missing", "sendMessage",
     '{"chat_id":1001,"text":"x","link_preview_options":{"is_disabled":true,"loud":true}}', 200,
     "link_preview_options.loud: unknown field"),
    ("a placeholder is too long", "sendMessage",
     '{"chat_id":1001,"text":"x","reply_markup":{"force_reply":true,"input_field_placeholder":"' + "x" * 65 + '"}}',
     200, "reply_markup.input_field_placeholder: 65 characters, not 1 to 64"),
    ("a limit is clamped", "getUpdates", '{"limit":1000}', 200, "limit: not 1 to 100"),
    ("an unknown kind of update is ignored", "getUpdates", '{"allowed_updates":["message","mesage"]}', 200,
     'allowed_updates: "mesage" is no kind of update'),
    ("a wide row is cut on a phone", "sendMessage",
     json.dumps(send(reply_markup={"inline_keyboard": [[BUTTON] * 9]})), 200,
     "reply_markup: more than 8 buttons in a row are not shown"),
    ("a parameter counts once", "getChat", '{"chat_id":1001,"chat_id":1002}', 200, "chat_id: given twice"),
]


@pytest.mark.parametrize("method, body, status, problem", [row[1:] for row in VIOLATIONS],
                         ids=[row[0] for row in VIOLATIONS])
def test_what_telegram_forgives_is_a_violation(sim, method, body, status, problem):
    sim.send("one")
    answer = raw(sim, method, body)
    found = sim.violations()
    assert answer.status == status
    if problem == "reply_markup[0]":
        problem = "reply_markup.inline_keyboard[0][0].c: unknown field"
    assert problem in found


@pytest.mark.parametrize("method, params", [
    ("sendMessage", {"chat_id": 1001}),
    ("sendMessage", send(reply_markup=keyboard(text="x", callback_data="y" * 65))),
    ("sendMessage", send(text="x" * 4097)),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}),
])
def test_what_telegram_refuses_is_no_violation(sim, method, params):
    assert sim.bot(method, params).status == 400
    assert sim.violations() == []


def test_a_careful_bot_has_no_violations(sim):
    press = prepare(sim)
    sim.bot("getUpdates", {"offset": 0, "limit": 100, "timeout": 0,
                           "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"]})
    sim.bot("answerCallbackQuery", {"callback_query_id": press, "text": "ok", "show_alert": True})
    sim.bot("editMessageText", {"chat_id": "1001", "message_id": 2, "text": "<b>x</b>", "parse_mode": "HTML",
                                "reply_markup": KEYBOARD, "link_preview_options": {"is_disabled": True}})
    sim.bot("setMyCommands", {"commands": [{"command": "dns", "description": "Records"}],
                              "scope": {"type": "chat", "chat_id": 1001}, "language_code": "ru"})
    sim.bot("sendMessage", send(chat_id=GROUP, reply_parameters={"message_id": 1,
                                                                "allow_sending_without_reply": True}))
    assert sim.violations() == []


# ---- what is sent is what is seen ----

def test_html_becomes_text_and_entities(sim):
    result = sim.bot("sendMessage", send(text=" <b>я\U0001f600</b> <a href=\"example.com\">x</a> /dns ",
                                         parse_mode="HTML")).result
    assert result["text"] == "я\U0001f600 x /dns"
    assert result["entities"] == [
        {"type": "bold", "offset": 0, "length": 3},
        {"type": "text_link", "offset": 4, "length": 1, "url": "http://example.com/"},
        {"type": "bot_command", "offset": 6, "length": 4}]


def test_the_chat_shows_messages_and_keyboards(sim):
    prepare(sim)
    chat = sim.get("chat", chat_id=1001)
    first, second, third = chat["messages"]
    assert (first["from"], first["text"]) == (1001, "/start")
    assert (second["from"], second["text"], second["html"]) == ("bot", "hello", "<b>hello</b>")
    assert second["keyboard"] == [[{"text": "Go", "data": "go"}]] and second["edited"] is False
    assert third["file_name"] == "report.txt"
    assert chat["callbacks"][0]["data"] == "go" and chat["callbacks"][0]["answered"] is False


def test_an_edit_is_marked_and_in_place(sim):
    prepare(sim)
    sim.bot("editMessageText", {"chat_id": 1001, "message_id": 2, "text": "a < b"})
    message = sim.get("chat", chat_id=1001)["messages"][1]
    assert (message["text"], message["html"], message["edited"]) == ("a < b", "a &lt; b", True)
    assert message["keyboard"] == []


def test_an_answer_to_a_press_is_shown_once(sim):
    press = prepare(sim)
    params = {"callback_query_id": press, "text": "done", "show_alert": True}
    assert sim.bot("answerCallbackQuery", params).status == 200
    callback = sim.get("chat", chat_id=1001)["callbacks"][0]
    assert (callback["answered"], callback["text"], callback["show_alert"]) == (True, "done", True)
    assert sim.bot("answerCallbackQuery", params).description == TOO_OLD


def test_a_press_cannot_be_answered_late(sim):
    press = prepare(sim)
    sim.post("clock", frozen=True, advance_ms=15001)
    assert sim.bot("answerCallbackQuery", {"callback_query_id": press}).description == TOO_OLD
    assert sim.get("chat", chat_id=1001)["callbacks"][0]["late"] is True


def test_waiting_for_a_chat_ends_with_its_change(sim):
    version = sim.get("chat", chat_id=1001)["version"]
    waiting = InBackground(lambda: sim.get("wait", chat_id=1001, after=version, timeout_s=60))
    sim.bot("sendMessage", send(chat_id=1002))
    sim.bot("sendMessage", send(text="there"))
    assert [row["text"] for row in waiting.wait()["messages"]] == ["there"]


def test_waiting_for_a_quiet_chat_ends_with_the_timeout(sim):
    version = sim.get("chat", chat_id=1001)["version"]
    assert sim.get("wait", chat_id=1001, after=version, timeout_s=0)["version"] == version


def test_changes_show_every_chat(sim):
    version = sim.get("changes", timeout_s=0)["version"]
    waiting = InBackground(lambda: sim.get("changes", after=version, timeout_s=60))
    sim.bot("sendMessage", send(chat_id=GROUP))
    chats = {row["id"]: row for row in waiting.wait()["chats"]}
    assert chats[GROUP]["last_message_id"] == 1 and chats[1001]["last_message_id"] == 0
    assert chats[GROUP]["version"] > version


def test_an_uploaded_document_can_be_sent_again(sim):
    first = upload(sim, chat_id=1001, caption="<i>c</i>", parse_mode="HTML").result
    assert first["document"]["file_name"] == "report.txt"
    assert (first["caption"], first["caption_entities"][0]["type"]) == ("c", "italic")
    again = sim.bot("sendDocument", {"chat_id": 1002, "document": first["document"]["file_id"]})
    assert again.result["document"]["file_id"] == first["document"]["file_id"]
    attached = upload(sim, name="b.txt", field="part", chat_id=1001, document="attach://part").result
    assert attached["document"]["file_name"] == "b.txt"
    assert sim.violations() == []


def test_what_is_in_an_uploaded_document_is_kept(sim):
    content = "\ufeffимя,name\r\n\"--XX\",2\r\n"
    sent = upload(sim, name="log.csv", content=content, chat_id=1001).result
    message = sim.get("chat", chat_id=1001)["messages"][0]
    assert (message["kind"], message["file_name"], message["file_text"]) == ("document", "log.csv", content)
    sim.bot("sendDocument", {"chat_id": 1001, "document": sent["document"]["file_id"]})
    assert "file_text" not in sim.get("chat", chat_id=1001)["messages"][1]


def test_an_empty_document_is_refused(sim):
    refused = upload(sim, content="", chat_id=1001)
    assert (refused.status, refused.description) == (400, "Bad Request: file must be non-empty")


def test_a_photo_is_no_text(sim):
    sim.post("send", chat_id=1001, user_id=1001, text="", photo=True)
    message = sim.bot("getUpdates").result[0]["message"]
    assert "photo" in message and "text" not in message and "caption" not in message


def test_a_persons_edit_is_an_update(sim):
    sim.send("one")
    sim.post("edit", chat_id=1001, user_id=1001, message_id=1, text="two")
    update = sim.bot("getUpdates").result[1]
    assert update["edited_message"]["text"] == "two" and "edit_date" in update["edited_message"]


@pytest.mark.parametrize("path, body, error", [
    ("send", {"chat_id": 1001, "user_id": 1002, "text": "x"}, "user_id: not a member of the chat"),
    ("send", {"chat_id": 9, "user_id": 9, "text": "x"}, "chat_id: no such chat"),
    ("send", {"chat_id": 1001, "user_id": 1001, "text": ""}, "text: is empty"),
    ("press", {"chat_id": 1001, "user_id": 1001, "message_id": 9, "data": "x"}, "message_id: no message of the bot"),
    ("burst", {"chat_ids": [], "count": 1, "text": "x"}, "chat_ids: 1 to 1000 are needed"),
    ("burst", {"chat_ids": [1001, -1002000000001], "count": 1, "text": "x"}, "chat_ids: not a private chat that is open"),
    ("burst", {"chat_ids": [1001], "count": 0, "text": "x"}, "count: 1 to 100000 messages"),
    ("burst", {"chat_ids": [1001], "count": 1}, "text: 1 to 4096 characters are needed"),
    ("fault", {"method": "*", "kind": "magic"}, "kind: no such fault"),
    ("fault", {"kind": "500", "percent": 0}, "percent: 1 to 100"),
    ("fault", {"kind": "500", "percent": 101}, "percent: 1 to 100"),
    ("nothing", {}, "there is no such control"),
])
def test_a_control_says_what_is_wrong(sim, path, body, error):
    reply = fetch(f"{sim.url}/control/{path}", json.dumps(body).encode())
    assert reply.status in (400, 404) and reply.json == {"error": error}


def test_a_burst_is_written_by_its_people_in_turn(sim):
    last = sim.post("burst", chat_ids=[1001, 1002], text="/start", count=5)["update_id"]
    updates = sim.bot("getUpdates").result
    assert [update["message"]["chat"]["id"] for update in updates] == [1001, 1002, 1001, 1002, 1001]
    assert {update["message"]["text"] for update in updates} == {"/start"} and updates[-1]["update_id"] == last


# ---- getUpdates ----

def ids(answer):
    return [row["update_id"] for row in answer.result]


@pytest.fixture
def queue(sim):
    """Five updates, numbered from 101, and a clock that stands still."""
    sim.post("clock", frozen=True)
    sim.post("next_update_id", id=101)
    for text in "abcde":
        sim.send(text)
    return sim


OFFSETS = [
    ("no offset confirms nothing", [{}], [101, 102, 103, 104, 105], 5),
    ("zero confirms nothing", [{"offset": 0}], [101, 102, 103, 104, 105], 5),
    ("an offset confirms what is below", [{"offset": 103}], [103, 104, 105], 3),
    ("the last id plus one confirms all", [{"offset": 106}], [], 0),
    ("an offset below the head confirms nothing", [{"offset": 50}], [101, 102, 103, 104, 105], 5),
    ("ten above the tail is taken", [{"offset": 116}], [], 0),
    ("eleven above the tail is ignored", [{"offset": 117}], [101, 102, 103, 104, 105], 5),
    ("a number from another server is ignored", [{"offset": 727334708}], [101, 102, 103, 104, 105], 5),
    ("a negative offset keeps the last ones", [{"offset": -2}], [104, 105], 2),
    ("a negative offset beyond the head keeps all", [{"offset": -50}], [101, 102, 103, 104, 105], 5),
    ("a limit cuts", [{"limit": 2}], [101, 102], 5),
    ("a limit of zero is one", [{"limit": 0}], [101], 5),
    ("a limit cuts behind the confirmed", [{"offset": 102, "limit": 2}], [102, 103], 4),
    ("the offset goes back to nothing lost", [{"offset": 104}, {"offset": 101}], [104, 105], 2),
    ("the same offset at once gives one", [{"offset": 102}, {"offset": 102}], [102], 4),
    ("the same offset after half a second gives all", [{"offset": 102}, 501, {"offset": 102}],
     [102, 103, 104, 105], 4),
    ("two more offsets are two confirmations", [{"offset": 102}, {"offset": 104}], [104, 105], 2),
]


@pytest.mark.parametrize("calls, expected, left", [row[1:] for row in OFFSETS], ids=[row[0] for row in OFFSETS])
def test_an_offset(queue, calls, expected, left):
    answer = None
    for call in calls:
        if isinstance(call, int):
            queue.post("clock", advance_ms=call)
        else:
            answer = queue.bot("getUpdates", {"timeout": 0, **call})
            if not answer.result and "offset" in call:
                queue.post("clock", advance_ms=5000)
    assert ids(answer) == expected
    assert queue.bot("getWebhookInfo").result["pending_update_count"] == left


def test_an_offset_just_above_the_tail_destroys_what_comes_next(sim):
    sim.post("next_update_id", id=101)
    assert ids(sim.bot("getUpdates", {"offset": 104})) == []
    sim.post("clock", advance_ms=5000)
    for text in "abcd":
        sim.send(text)
    assert ids(sim.bot("getUpdates", {"offset": 104})) == [104]


def test_ids_may_start_again_lower(sim):
    sim.post("next_update_id", id=700000000)
    sim.send("old")
    assert ids(sim.bot("getUpdates")) == [700000000]
    sim.post("next_update_id", id=100)
    sim.send("first")
    assert ids(sim.bot("getUpdates", {"offset": 700000001})) == [700000000, 100]
    sim.send("second")
    assert ids(sim.bot("getUpdates", {"offset": 101})) == [101]


def test_at_most_100_updates_come_at_once(sim):
    for _ in range(103):
        sim.send("x")
    assert len(ids(sim.bot("getUpdates", {"limit": 1000}))) == 100


def test_an_answer_is_about_4_mib_at_most(sim):
    big = {"message": {"message_id": 1, "date": int(time.time()), "text": "x" * 60000}}
    for _ in range(80):
        assert sim.post("update", **big)["update_id"] > 0
    answer = sim.bot("getUpdates")
    assert 4000000 < len(answer.body) < 4 << 20 and len(ids(answer)) == 69


def test_an_update_over_64_kib_is_lost(sim):
    assert sim.post("update", message={"message_id": 1, "text": "x" * 65536})["update_id"] == 0


def test_messages_wait_for_a_day_and_presses_for_150_seconds(sim):
    sim.post("clock", frozen=True)
    prepare(sim)
    sim.post("clock", advance_ms=149000)
    assert [list(row)[1] for row in sim.bot("getUpdates").result] == ["message", "callback_query"]
    sim.post("clock", advance_ms=2000)
    assert [list(row)[1] for row in sim.bot("getUpdates").result] == ["message"]
    sim.post("clock", advance_ms=24 * 3600 * 1000)
    assert sim.bot("getWebhookInfo").result["pending_update_count"] == 0


def test_a_message_of_yesterday_is_not_queued(sim):
    message = {"message_id": 1, "date": int(time.time()) - 24 * 3600 - 60, "text": "x"}
    assert sim.post("update", message=message)["update_id"] == 0


def test_allowed_updates_stay_until_they_are_given_again(sim):
    sim.bot("getUpdates", {"allowed_updates": ["callback_query"], "offset": 1})
    assert sim.send("lost")["update_id"] == 0
    sim.bot("getUpdates", {"offset": 2})
    assert sim.send("lost too")["update_id"] == 0
    assert sim.bot("getWebhookInfo").result["allowed_updates"] == ["callback_query"]
    sim.bot("getUpdates", {"allowed_updates": [], "offset": 3})
    assert sim.send("kept")["update_id"] > 0
    assert sim.post("update", chat_member={"date": 1})["update_id"] == 0


def test_a_waiting_call_is_answered_by_an_update(sim):
    waiting = InBackground(lambda: sim.bot("getUpdates", {"timeout": 50}))
    sim.wait_for_request("getUpdates")
    sim.send("now")
    assert waiting.wait().result[0]["message"]["text"] == "now"
    assert time.monotonic() - waiting.started < 10


def test_a_waiting_call_ends_with_its_timeout(sim):
    started = time.monotonic()
    assert sim.bot("getUpdates", {"timeout": 1}).result == []
    assert time.monotonic() - started > 0.9


def test_asking_the_same_again_is_slowed_down(sim):
    sim.post("clock", frozen=True)
    assert sim.bot("getUpdates", {"offset": 5}).result == []
    started = time.monotonic()
    assert sim.bot("getUpdates", {"offset": 5}).result == []
    assert time.monotonic() - started > 2.9


def test_the_older_of_two_waiting_calls_is_sent_away(sim):
    older = InBackground(lambda: sim.bot("getUpdates", {"timeout": 50}))
    n = sim.wait_for_request("getUpdates")
    newer = InBackground(lambda: sim.bot("getUpdates", {"timeout": 50, "offset": 1}))
    assert (older.wait().status, older.answer.description) == (409, OTHER_POLL)
    sim.wait_for_request("getUpdates", after=n)
    sim.send("for the newer one")
    assert len(newer.wait().result) == 1


def test_the_second_conflict_is_held_back(sim):
    calls = []
    n = 0
    for offset in (0, 1, 2):
        calls.append(InBackground(lambda offset=offset: sim.bot("getUpdates", {"timeout": 50, "offset": offset})))
        n = sim.wait_for_request("getUpdates", after=n)
    first, second, last = calls
    assert first.wait().status == 409
    between = time.monotonic()
    assert second.wait().status == 409
    assert time.monotonic() - second.started > 2.9 and time.monotonic() - between > 2
    sim.send("end")
    assert len(last.wait().result) == 1


def test_a_webhook_stops_getupdates(sim):
    waiting = InBackground(lambda: sim.bot("getUpdates", {"timeout": 50}))
    sim.wait_for_request("getUpdates")
    assert sim.bot("setWebhook", {"url": "https://example.com/x"}).description == "Webhook was set"
    assert waiting.wait().description == "Conflict: terminated by setWebhook request"
    sim.send("kept")
    answer = sim.bot("getUpdates")
    assert (answer.status, answer.description) == (409, WEBHOOK_ACTIVE)
    info = sim.bot("getWebhookInfo").result
    assert (info["url"], info["pending_update_count"]) == ("https://example.com/x", 1)
    assert sim.bot("deleteWebhook").description == "Webhook was deleted"
    assert len(sim.bot("getUpdates").result) == 1


def test_dropping_pending_updates_drops_them(sim):
    sim.send("lost")
    sim.bot("deleteWebhook", {"drop_pending_updates": True})
    assert sim.bot("getWebhookInfo").result["pending_update_count"] == 0


# ---- who cannot be written to ----

def test_a_person_blocks_the_bot_and_comes_back(sim):
    assert sim.post("block", chat_id=1003, blocked=True)["update_id"] > 0
    answer = sim.bot("sendMessage", send(chat_id=1003))
    assert (answer.status, answer.description) == (403, "Forbidden: bot was blocked by the user")
    member = sim.bot("getUpdates").result[0]["my_chat_member"]
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("member", "kicked")
    sim.post("block", chat_id=1003, blocked=False)
    assert sim.bot("sendMessage", send(chat_id=1003)).status == 200


def test_a_group_moves(sim):
    sim.send("x", user=1002, chat=GROUP)
    moved = sim.post("migrate", chat_id=GROUP)["migrate_to_chat_id"]
    answer = sim.bot("sendMessage", send(chat_id=GROUP))
    assert (answer.status, answer.description) == (
        400, "Bad Request: group chat was upgraded to a supergroup chat")
    assert answer.json["parameters"] == {"migrate_to_chat_id": moved}
    assert sim.bot("sendMessage", send(chat_id=moved)).status == 200
    updates = sim.bot("getUpdates").result
    assert updates[1]["message"]["migrate_to_chat_id"] == moved
    assert updates[2]["message"]["migrate_from_chat_id"] == GROUP


def test_people_and_groups_can_be_added(sim):
    sim.post("person", id=2001, first_name="Dora", language_code="en")
    sim.post("group", id=-1002000000777, title="Ops", members=[1001, 2001])
    assert sim.send("hi", user=2001)["update_id"] > 0
    assert sim.send("hi", user=2001, chat=-1002000000777)["message_id"] == 1
    assert 2001 in [row["id"] for row in sim.get("people")["people"]]


# ---- commands ----

def test_commands_belong_to_a_scope_and_a_language(sim):
    def commands(name):
        return [{"command": name, "description": "x"}]

    russian = {"scope": {"type": "all_private_chats"}, "language_code": "ru"}
    anna = {"scope": {"type": "chat", "chat_id": "1001"}}
    sim.bot("setMyCommands", {"commands": commands("all")})
    sim.bot("setMyCommands", {"commands": commands("russian"), **russian})
    sim.bot("setMyCommands", {"commands": commands("anna"), **anna})
    sim.bot("setMyCommands", {"commands": commands("anna2"), **anna})
    assert sim.bot("getMyCommands").result == commands("all")
    assert sim.bot("getMyCommands", russian).result == commands("russian")
    assert sim.bot("getMyCommands", {"scope": {"type": "chat", "chat_id": 1001}}).result == commands("anna2")
    assert sim.bot("getMyCommands", {"language_code": "en"}).result == []
    sim.bot("deleteMyCommands", russian)
    assert [row["scope"]["type"] for row in sim.get("commands")] == ["default", "chat"]


# ---- limits on sending ----

def test_a_chat_takes_twenty_at_once_and_then_one_a_second(flood_sim):
    for _ in range(20):
        assert flood_sim.bot("sendMessage", SEND).status == 200
    answer = flood_sim.bot("sendMessage", SEND)
    assert (answer.status, answer.description) == (429, "Too Many Requests: retry after 1")
    assert answer.json["parameters"] == {"retry_after": 1} and answer.headers["Retry-After"] == "1"
    assert flood_sim.bot("sendMessage", send(chat_id=1002)).status == 200
    flood_sim.post("clock", advance_ms=1000)
    assert flood_sim.bot("sendMessage", SEND).status == 200
    assert flood_sim.bot("sendMessage", SEND).status == 429


def test_a_group_takes_twenty_a_minute(flood_sim):
    for _ in range(20):
        assert flood_sim.bot("sendMessage", send(chat_id=GROUP)).status == 200
    assert flood_sim.bot("sendMessage", send(chat_id=GROUP)).json["parameters"] == {"retry_after": 3}
    flood_sim.post("clock", advance_ms=3000)
    assert flood_sim.bot("sendMessage", send(chat_id=GROUP)).status == 200
    assert flood_sim.bot("sendMessage", send(chat_id=GROUP)).status == 429


def test_thirty_messages_a_second_are_enough_for_all_chats(flood_sim):
    for number in range(30):
        assert flood_sim.bot("sendMessage", send(chat_id=1001 + number % 3)).status == 200
    assert flood_sim.bot("sendMessage", SEND).status == 429


def test_what_is_refused_is_not_counted(flood_sim):
    for _ in range(40):
        assert flood_sim.bot("sendMessage", send(text="")).status == 400
    assert flood_sim.bot("sendMessage", SEND).status == 200


def test_edits_count_and_typing_does_not(flood_sim):
    flood_sim.bot("sendMessage", SEND)
    for number in range(19):
        edit = {"chat_id": 1001, "message_id": 1, "text": f"v{number}"}
        assert flood_sim.bot("editMessageText", edit).status == 200
    assert flood_sim.bot("editMessageText", {"chat_id": 1001, "message_id": 1, "text": "last"}).status == 429
    assert flood_sim.bot("sendChatAction", {"chat_id": 1001, "action": "typing"}).status == 200


# ---- faults ----

@pytest.mark.parametrize("kind, status, description", [
    ("400", 400, "Bad Request: ordered by the sandbox"),
    ("401", 401, "Unauthorized"),
    ("403", 403, "Forbidden: bot was blocked by the user"),
    ("404", 404, "Not Found: method not found"),
    ("409", 409, OTHER_POLL),
    ("429", 429, "Too Many Requests: retry after 7"),
    ("500", 500, "Internal Server Error: restart"),
])
def test_a_fault_in_json_has_no_effect(sim, kind, status, description):
    sim.post("fault", method="sendMessage", kind=kind, count=1, retry_after=7)
    answer = sim.bot("sendMessage", SEND)
    assert (answer.status, answer.description, answer.json["ok"]) == (status, description, False)
    assert sim.get("chat", chat_id=1001)["messages"] == []
    assert sim.bot("sendMessage", SEND).status == 200


@pytest.mark.parametrize("kind", ["502", "500", "drop_before"])
def test_a_fault_can_hide_a_success(sim, kind):
    sim.post("fault", method="sendMessage", kind=kind, effect=True)
    try:
        assert sim.bot("sendMessage", SEND).status == int(kind)
    except (http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError):
        assert kind == "drop_before"
    assert len(sim.get("chat", chat_id=1001)["messages"]) == 1


@pytest.mark.parametrize("kind, status", [("502", 502), ("504", 504)])
def test_a_fault_of_the_proxy_is_html(sim, kind, status):
    sim.post("fault", method="*", kind=kind)
    answer = sim.bot("getMe")
    assert answer.status == status and answer.body.startswith(b"<html>")


def test_a_fault_of_http_has_no_body(sim):
    sim.post("fault", method="*", kind="413")
    answer = sim.bot("sendMessage", SEND)
    assert (answer.status, answer.body) == (413, b"")
    assert sim.get("chat", chat_id=1001)["messages"] == []


def test_an_empty_answer_comes_after_the_effect(sim):
    sim.post("fault", method="sendMessage", kind="empty")
    answer = sim.bot("sendMessage", SEND)
    assert (answer.status, answer.body) == (200, b"")
    assert len(sim.get("chat", chat_id=1001)["messages"]) == 1


def test_half_an_answer_comes_after_the_effect(sim):
    sim.post("fault", method="sendMessage", kind="half")
    answer = sim.bot("sendMessage", SEND)
    assert answer.status == 200 and answer.json is None and answer.body.startswith(b'{"ok":true')
    assert len(sim.get("chat", chat_id=1001)["messages"]) == 1


def test_a_cut_answer_comes_after_the_effect(sim):
    sim.post("fault", method="sendMessage", kind="cut")
    with pytest.raises(http.client.IncompleteRead):
        sim.bot("sendMessage", SEND)
    assert len(sim.get("chat", chat_id=1001)["messages"]) == 1


@pytest.mark.parametrize("kind, messages", [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_gives_no_byte(sim, kind, messages):
    sim.post("fault", method="sendMessage", kind=kind)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
        sim.bot("sendMessage", SEND)
    assert len(sim.get("chat", chat_id=1001)["messages"]) == messages
    assert sim.get("log", method="sendMessage")["requests"][-1]["status"] == -1


@pytest.mark.parametrize("kind, messages", [("hang", 0), ("hang_after", 1)])
def test_a_hanging_answer_comes_in_the_end(sim, kind, messages):
    sim.post("fault", method="sendMessage", kind=kind, ms=700)
    waiting = InBackground(lambda: sim.bot("sendMessage", SEND))
    sim.wait_for_request("sendMessage")
    assert len(sim.get("chat", chat_id=1001)["messages"]) == messages
    assert waiting.wait().status == 200
    assert time.monotonic() - waiting.started > 0.6
    assert len(sim.get("chat", chat_id=1001)["messages"]) == 1


def test_a_dropped_poll_has_confirmed(sim):
    sim.post("next_update_id", id=1)
    sim.send("a")
    sim.send("b")
    sim.post("fault", method="getUpdates", kind="drop_after")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
        sim.bot("getUpdates", {"offset": 2})
    assert sim.bot("getWebhookInfo").result["pending_update_count"] == 1


def test_a_fault_is_for_one_chat_one_method_and_a_number_of_times(sim):
    sim.post("fault", method="sendMessage", kind="500", count=2, chat_id=1002)
    assert sim.bot("sendMessage", SEND).status == 200
    assert sim.bot("getChat", {"chat_id": 1002}).status == 200
    assert [sim.bot("sendMessage", send(chat_id=1002)).status for _ in range(3)] == [500, 500, 200]


def test_a_fault_can_last_until_it_is_cleared(sim):
    sim.post("fault", method="*", kind="502", count=-1)
    assert {sim.bot("getMe").status for _ in range(5)} == {502}
    armed = sim.get("changes", timeout_s=0)["faults"][0]
    assert (armed["kind"], armed["count"]) == ("502", -1)
    sim.post("fault/clear")
    assert sim.bot("getMe").status == 200


def test_a_fault_can_strike_by_chance_that_a_seed_repeats(sim):
    def struck(seed):
        sim.post("fault", method="getMe", kind="500", count=-1, percent=20, seed=seed)
        statuses = [sim.bot("getMe").status for _ in range(200)]
        sim.post("fault/clear")
        return [status == 500 for status in statuses]

    first = struck(7)
    assert 20 < sum(first) < 60
    assert struck(7) == first and struck(8) != first


def test_the_log_says_what_was_carried_out(sim):
    sim.post("fault", method="sendMessage", kind="drop_before")
    sim.post("fault", method="sendMessage", kind="drop_after")
    sim.post("fault", method="sendMessage", kind="502", effect=True)
    for _ in range(3):
        with contextlib.suppress(http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError):
            sim.bot("sendMessage", SEND)
    sim.bot("sendMessage", SEND)
    sim.bot("sendMessage", send(text=""))
    rows = sim.get("log", method="sendMessage")["requests"]
    assert [row["effect"] for row in rows] == [False, True, True, True, False]
    assert [row["fault"] for row in rows] == ["drop_before", "drop_after", "502", None, None]
    made = [message["message_id"] for message in sim.get("chat", chat_id=1001)["messages"]]
    assert [row["message_id"] for row in rows][1] == made[0] and rows[3]["message_id"] == made[2]


def test_the_log_has_requests_without_the_token(sim):
    sim.bot("sendMessage", SEND)
    sim.bot("sendMessage", send(text=""))
    rows = sim.get("log", method="sendMessage")["requests"]
    assert [row["status"] for row in rows] == [200, 400]
    assert rows[0]["params"] == SEND and rows[1]["n"] > rows[0]["n"]
    assert rows[0]["us"] <= rows[0]["answered_us"] <= rows[1]["us"] and rows[0]["us"] // 1000 == rows[0]["ms"]
    assert TOKEN.split(":")[1] not in json.dumps(sim.get("log"))


def test_reset_forgets_everything(sim):
    prepare(sim)
    sim.post("fault", method="*", kind="500", count=-1)
    sim.post("webhook", url="https://example.com")
    sim.post("reset")
    assert sim.bot("getUpdates").result == []
    assert sim.get("chat", chat_id=1001)["messages"] == []
    assert len(sim.get("log")["requests"]) == 1


# ---- the program ----

def test_the_page_needs_nothing_from_elsewhere(sim):
    page = fetch(sim.url + "/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"<title>Beget Manager sandbox</title>" in page.body
    assert not re.search(rb'(src|href)="(?!data:,)|@import|url\(|innerHTML', page.body)


@pytest.mark.parametrize("options, code", [
    (["--listen", "0.0.0.0:0"], 1),
    (["--token", "secret"], 1),
    (["--flood", "maybe"], 2),
    (["--nonsense", "x"], 2),
    (["--listen"], 2),
    (["--help"], 0),
])
def test_options_are_checked(options, code):
    assert subprocess.run([PROGRAM, *options], capture_output=True, timeout=DEADLINE_S).returncode == code


def test_it_stops_at_once_while_calls_are_waiting():
    sim = Sim()
    waiting = InBackground(lambda: sim.bot("getUpdates", {"timeout": 50}))
    sim.wait_for_request("getUpdates")
    assert sim.stop() == 0
    waiting.thread.join(DEADLINE_S)
    assert not waiting.thread.is_alive()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(sim.url.rsplit(":", 1)[1])), 1).close()

# SPDX-License-Identifier: MIT
"""The gateway between a real Redis and the imitation of Telegram, with nobody behind the queue: the test is the worker."""

from __future__ import annotations

import http.server
import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack import ANNA, BORIS, BOT_ID, DEADLINE_S, RUN_UNDER, TOKEN_SECRET, VERA, WEB_TEAM, Stack, until

Json = Any


@pytest.fixture
def gateway(stack: Stack) -> Iterator[Stack]:
    """Redis, Telegram and the gateway, polling; afterwards held to what must always be true."""
    stack.settings["POLL_TIMEOUT_S"] = "5"
    stack.start("redis", "telegram-sim")
    stack.redis.call("HSET", stack.key("meta"), "seeded", "journal-of-the-test 1")
    stack.start("gateway")
    await_poll(stack)
    yield stack
    finish(stack)


# ---- what the test does as a worker and sees as an operator ----


def reply(stack: Stack, payload: Json, method: str = "sendMessage", slot: str = "", chat_id: int | None = None,
          **fields: str) -> str:  # fmt: skip
    """Adds a reply as a worker would; its entry."""
    chat = payload.get("chat_id", 0) if isinstance(payload, dict) and chat_id is None else chat_id or 0
    entry = {
        "v": "1", "ref": "7", "chat_id": str(chat), "method": method, "slot": slot,
        "payload": payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False), **fields,
    }  # fmt: skip
    words = [word for pair in entry.items() for word in pair]
    return str(stack.redis.call("XADD", stack.key("replies"), "*", *words))


def updates(stack: Stack) -> list[dict[str, str]]:
    """The updates in the queue."""
    entries = stack.redis.call("XRANGE", stack.key("updates"), "-", "+")
    return [dict(zip(fields[::2], fields[1::2])) for _, fields in entries]


def dead(stack: Stack) -> list[dict[str, str]]:
    entries = stack.redis.call("XRANGE", stack.key("dead"), "-", "+")
    return [dict(zip(fields[::2], fields[1::2])) for _, fields in entries]


def replies_left(stack: Stack) -> int:
    return int(stack.redis.call("XLEN", stack.key("replies")))


def await_replies(stack: Stack, left: int = 0, timeout_s: float = DEADLINE_S) -> None:
    until(lambda: replies_left(stack) == left, f"{left} replies left", timeout_s)


def requests(stack: Stack, method: str) -> list[Json]:
    return list(stack.telegram.get(f"/control/log?method={method}")["requests"])


def offsets(stack: Stack) -> list[int]:
    return [int(request["params"].get("offset", 0)) for request in requests(stack, "getUpdates")]


def await_poll(stack: Stack, offset: int = 0) -> None:
    """Waits until a poll from `offset` on has arrived."""
    until(lambda: any(asked >= offset for asked in offsets(stack)), f"a poll with offset {offset}")


def log_lines(stack: Stack, event: str, **fields: object) -> list[str]:
    """The gateway's log lines of an event, with these fields."""
    pattern = re.compile(r"^\S+ \w+ gateway " + re.escape(event) + r"( |$)")
    lines = [line for line in stack["gateway"].log.splitlines() if pattern.match(line)]
    return [line for line in lines if all(f" {name}={value}" in f"{line} " for name, value in fields.items())]


def await_log(stack: Stack, event: str, count: int = 1, timeout_s: float = DEADLINE_S, **fields: object) -> None:
    until(lambda: len(log_lines(stack, event, **fields)) >= count, f"{count} x {event} {fields}", timeout_s)


def bot_messages(stack: Stack, chat_id: int) -> list[Json]:
    return [message for message in stack.telegram.chat(chat_id)["messages"] if message["from"] == "bot"]


def await_messages(stack: Stack, chat_id: int, count: int, timeout_s: float = DEADLINE_S) -> list[Json]:
    until(lambda: len(bot_messages(stack, chat_id)) >= count, f"{count} messages in {chat_id}", timeout_s)
    return bot_messages(stack, chat_id)


def finish(stack: Stack) -> None:
    """Stops the gateway and looks at everything it has left."""
    if stack["telegram-sim"].running():
        broken_rules = stack.telegram.get("/control/log?method=none")["violations"]
        assert not broken_rules, json.dumps(broken_rules, ensure_ascii=False)
    assert stack["gateway"].stop() == 0, stack["gateway"].log[-2000:]
    assert TOKEN_SECRET not in stack["gateway"].log
    if stack["redis"].running():
        for name in stack.redis.call("KEYS", "*"):
            dump = stack.redis.call("DUMP", name)
            assert TOKEN_SECRET not in str(dump), f"the token is in {name}"


# ---- starting and stopping ----


def refuse_connections(path: Path, count: int) -> None:
    """Hangs up on so many connections in a row, as a server does that cannot take any."""
    with socket.socket(socket.AF_UNIX) as server:
        server.settimeout(DEADLINE_S)
        server.bind(str(path))
        server.listen()
        for _ in range(count):
            server.accept()[0].close()
    path.unlink()


def test_it_waits_for_redis_says_so_once_and_goes_on_by_itself(stack: Stack) -> None:
    stack.start("telegram-sim", "gateway")
    await_log(stack, "redis.waiting")
    assert f"waiting for redis at unix://{stack.socket}" in log_lines(stack, "redis.waiting")[0]
    refuse_connections(stack.socket, 3)
    stack.start("redis")
    await_log(stack, "redis.recovered")
    await_poll(stack)
    assert len(log_lines(stack, "redis.waiting")) == 1
    stack.telegram.send(ANNA, "/start")
    until(lambda: len(updates(stack)) == 1, "the update is queued")
    finish(stack)


def test_it_waits_for_telegram_says_so_once_and_goes_on_by_itself(stack: Stack) -> None:
    stack.start("redis", "gateway")
    await_log(stack, "telegram.unreachable", method="getMe")
    stack.start("telegram-sim")
    await_log(stack, "telegram.ready")
    assert len(log_lines(stack, "telegram.unreachable")) == 1
    assert len(log_lines(stack, "telegram.recovered")) == 1
    stack.telegram.send(ANNA, "/start")
    until(lambda: len(updates(stack)) == 1, "the update is queued")
    finish(stack)


def test_the_bot_introduces_itself_in_redis(gateway: Stack) -> None:
    meta = gateway.redis.call("HMGET", gateway.key("meta"), "bot_id", "bot_username")
    assert meta == ["7000000001", "sandbox_bot"]


def test_a_webhook_left_over_is_removed_and_its_updates_are_kept(stack: Stack) -> None:
    stack.start("redis", "telegram-sim")
    stack.telegram.post("/control/webhook", {"url": "https://example.com/hook"})
    stack.telegram.send(ANNA, "early")
    stack.start("gateway")
    until(lambda: [update["text"] for update in updates(stack)] == ["early"], "the early update is queued")
    assert requests(stack, "deleteWebhook")[0]["params"] == {"drop_pending_updates": False}
    assert len(log_lines(stack, "webhook.removing")) == 1
    finish(stack)


def test_a_webhook_set_meanwhile_is_removed(gateway: Stack) -> None:
    gateway.telegram.post("/control/webhook", {"url": "https://example.com/hook"})
    gateway.telegram.send(ANNA, "hello")
    until(lambda: len(updates(gateway)) == 1, "the update is queued", 3 * DEADLINE_S)
    assert len(requests(gateway, "deleteWebhook")) == 1


def test_on_sigterm_it_confirms_the_offset_and_ends_with_zero(gateway: Stack) -> None:
    gateway.telegram.send(ANNA, "/start")
    until(lambda: len(updates(gateway)) == 1, "the update is queued")
    await_poll(gateway, gateway.telegram.last_update_id + 1)
    started = time.monotonic()
    assert gateway["gateway"].stop() == 0
    assert time.monotonic() - started < 10
    last = requests(gateway, "getUpdates")[-1]["params"]
    assert (last["offset"], last["limit"], last["timeout"]) == (gateway.telegram.last_update_id + 1, 1, 0)


def test_sigterm_ends_every_wait(stack: Stack) -> None:
    stack.start("gateway")  # neither Redis nor Telegram
    await_log(stack, "redis.waiting")
    started = time.monotonic()
    finish(stack)
    assert time.monotonic() - started < 3


class Echo(http.server.BaseHTTPRequestHandler):
    """What stands before some Bot API servers: it repeats the address that it does not know."""

    def do_POST(self) -> None:
        body = json.dumps({"ok": False, "error_code": 404, "description": f"Not Found: {self.path}"}).encode()
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_server_that_repeats_the_url_does_not_bring_the_token_into_the_log(stack: Stack) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.settings["TELEGRAM_API_URL"] = f"http://127.0.0.1:{server.server_port}/"
        stack.settings["LOG_LEVEL"] = "debug"
        stack.start("redis", "gateway")
        await_log(stack, "telegram.unauthorized")
        assert "Not Found: /bot" in stack["gateway"].log
        finish(stack)
        server.shutdown()


def test_on_sigterm_calls_under_way_are_finished_and_settled(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="hang_after", chat_id=ANNA, ms=1500)
    reply(gateway, {"chat_id": ANNA, "text": "once"})
    await_messages(gateway, ANNA, 1)
    assert gateway["gateway"].stop() == 0
    assert replies_left(gateway) == 0


# ---- updates ----


def test_an_update_travels_with_all_that_a_worker_needs(gateway: Stack) -> None:
    gateway.telegram.send(ANNA, "/dns пример.рф 🙂")
    until(lambda: len(updates(gateway)) == 1, "the update is queued")
    update = updates(gateway)[0]
    assert (update["v"], update["chat_id"], update["user_id"]) == ("1", str(ANNA), str(ANNA))
    assert (update["user"], update["kind"], update["text"]) == ("@anna", "message", "/dns пример.рф 🙂")
    assert int(update["update_id"]) == gateway.telegram.last_update_id
    assert int(update["deadline_ms"]) - int(update["received_ms"]) == 300_000
    assert json.loads(update["payload"])["message"]["text"] == "/dns пример.рф 🙂"
    entry = gateway.redis.call("XRANGE", gateway.key("updates"), "-", "+")[0][0]
    assert entry.endswith(f"-{gateway.telegram.last_update_id}")


def test_every_poll_asks_for_exactly_our_kinds(gateway: Stack) -> None:
    params = requests(gateway, "getUpdates")[0]["params"]
    assert params["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
    assert (params["limit"], params["timeout"]) == (100, 5)


def test_a_hundred_and_fifty_updates_arrive_in_order(gateway: Stack) -> None:
    for number in range(150):
        gateway.telegram.send(ANNA, str(number))
    until(lambda: len(updates(gateway)) == 150, "all updates are queued")
    assert [update["text"] for update in updates(gateway)] == [str(number) for number in range(150)]


def test_strangers_get_silence_and_one_line_of_log_each(gateway: Stack) -> None:
    gateway.telegram.send(VERA, "let me in")
    gateway.telegram.send(VERA, "hello?")
    await_log(gateway, "update.stranger", 2, chat_id=VERA)
    gateway.telegram.send(ANNA, "/start")
    until(lambda: len(updates(gateway)) == 2, "the owner's update is queued")
    assert [update["kind"] for update in updates(gateway)] == ["request", "message"]
    assert updates(gateway)[0]["text"] == ""
    assert "let me in" not in updates(gateway)[0]["payload"]
    assert gateway.redis.call("HGET", gateway.key("meta"), "strangers") == "2"
    assert bot_messages(gateway, VERA) == []
    assert requests(gateway, "sendMessage") == []


def test_a_strangers_press_is_not_answered(gateway: Stack) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "b:1"}]]}
    for chat_id in (VERA, ANNA):
        reply(gateway, {"chat_id": chat_id, "text": "press", "reply_markup": keyboard})
    for chat_id in (VERA, ANNA):
        message = await_messages(gateway, chat_id, 1)[0]
        gateway.telegram.press(chat_id, message["message_id"], "b:1")
    await_log(gateway, "update.stranger", chat_id=VERA)
    until(lambda: gateway.telegram.chat(ANNA)["callbacks"][0]["answered"], "the later press of the owner is answered")
    assert not gateway.telegram.chat(VERA)["callbacks"][0]["answered"]


def test_updates_nobody_can_read_hold_up_nothing(gateway: Stack) -> None:
    gateway.telegram.post("/control/update", {"message": {"message_id": 1, "date": int(time.time()), "text": "no chat"}})
    gateway.telegram.send(ANNA, "after it")
    until(lambda: [update["text"] for update in updates(gateway)] == ["after it"], "the readable one is queued")
    await_log(gateway, "update.unreadable")
    await_poll(gateway, gateway.telegram.last_update_id + 1)


def test_a_lower_update_id_is_accepted(gateway: Stack) -> None:
    gateway.telegram.send(ANNA, "high")
    until(lambda: len(updates(gateway)) == 1, "the first update is queued")
    gateway.telegram.post("/control/next_update_id", {"id": 1000})
    gateway.telegram.send(ANNA, "low")
    until(lambda: len(updates(gateway)) == 2, "the lower update is queued")
    until(lambda: 1001 in offsets(gateway), "the lower offset is confirmed")
    assert gateway.telegram.last_update_id == 1000


def test_updates_that_are_missing_are_told(gateway: Stack) -> None:
    gateway.telegram.send(ANNA, "one")
    until(lambda: len(updates(gateway)) == 1, "the first update is queued")
    last = gateway.telegram.last_update_id
    gateway.telegram.post("/control/next_update_id", {"id": last + 4})
    gateway.telegram.send(ANNA, "two")
    await_log(gateway, "updates.gap", missing=3, after_update_id=last)


def test_a_backlog_at_telegram_is_told_and_its_end(stack: Stack) -> None:
    stack.start("redis", "telegram-sim")
    for number in range(250):
        stack.telegram.send(ANNA, str(number))
    stack.start("gateway")
    await_log(stack, "telegram.caught_up")
    assert len(updates(stack)) == 250
    assert len(requests(stack, "getWebhookInfo")) == 2  # at the start, and at the first full batch
    assert len(log_lines(stack, "telegram.behind", count=250)) == len(log_lines(stack, "telegram.caught_up")) == 1
    finish(stack)


@pytest.mark.long
def test_a_gateway_that_hears_nothing_says_so_and_connects_anew(stack: Stack) -> None:
    """Telegram hangs with its connections open, as behind a router that has forgotten them."""
    stack.settings["POLL_TIMEOUT_S"] = "1"
    stack.start("redis", "telegram-sim", "gateway")
    await_poll(stack)
    stack.telegram.fault(method="getUpdates", kind="hang", ms=10**9, count=-1)
    await_log(stack, "telegram.deaf", timeout_s=3 * 16 * 2 + DEADLINE_S, last="telegram.unreachable")
    assert " error gateway " in log_lines(stack, "telegram.deaf")[0]
    stack.telegram.clear_faults()
    stack.telegram.send(ANNA, "hello?")
    until(lambda: len(updates(stack)) == 1, "the update is queued", 4 * DEADLINE_S)
    await_log(stack, "telegram.recovered")
    finish(stack)


FAULTS = [
    ("409", "telegram.conflict"),
    ("500", "telegram.failing"),
    ("502", "telegram.failing"),
    ("empty", "telegram.unreadable"),
    ("cut", "telegram.unreachable"),
    ("drop_before", "telegram.unreachable"),
    ("drop_after", "telegram.unreachable"),
    ("429", "telegram.flood"),
    ("403", "telegram.refused"),
]


@pytest.mark.long
@pytest.mark.parametrize(("kind", "event"), FAULTS)
def test_a_failing_poll_loses_nothing_and_is_told_once(gateway: Stack, kind: str, event: str) -> None:
    gateway.telegram.fault(method="getUpdates", kind=kind, count=2, retry_after=1)
    gateway.telegram.send(ANNA, "one")
    await_log(gateway, event)
    gateway.telegram.send(ANNA, "two")
    until(lambda: len(updates(gateway)) == 2, "both updates are queued", 4 * DEADLINE_S)
    await_log(gateway, "telegram.recovered")
    assert [update["text"] for update in updates(gateway)] == ["one", "two"]
    assert len(log_lines(gateway, event)) == 1


def test_a_second_poller_is_told_and_gone_without(gateway: Stack) -> None:
    """It takes one batch, which it does not confirm, and that ends the poll of the gateway."""
    url = f"{gateway.telegram.url}/bot{BOT_ID}:{TOKEN_SECRET}/getUpdates?timeout=1"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=DEADLINE_S) as answer:
        assert json.load(answer)["ok"]
    await_log(gateway, "telegram.conflict")
    assert "another program polls with this token" in log_lines(gateway, "telegram.conflict")[0]
    gateway.telegram.send(ANNA, "one")
    until(lambda: len(updates(gateway)) == 1, "the update is queued", 3 * DEADLINE_S)
    await_log(gateway, "telegram.recovered")


def test_a_refused_token_is_told_with_advice_and_asked_about_slowly(gateway: Stack) -> None:
    gateway.telegram.fault(method="getUpdates", kind="401", count=-1)
    gateway.telegram.send(ANNA, "one")  # ends the poll under way
    await_log(gateway, "telegram.unauthorized")
    line = log_lines(gateway, "telegram.unauthorized")[0]
    assert " error gateway " in line and "TELEGRAM_BOT_TOKEN" in line
    wait_ms = int(re.findall(r"wait_ms=(\d+)", line)[0])
    assert 30_000 <= wait_ms <= 60_000
    gateway.telegram.send(ANNA, "two")
    assert gateway["gateway"].stop() == 0
    gateway.telegram.clear_faults()
    gateway.start("gateway")
    until(lambda: len(updates(gateway)) == 2, "the update is queued after the restart")
    await_poll(gateway, gateway.telegram.last_update_id + 1)


def test_the_offset_moves_only_when_the_batch_is_in_redis(gateway: Stack) -> None:
    gateway["redis"].kill()
    gateway.telegram.send(ANNA, "into the void")
    await_log(gateway, "redis.waiting", part="updates")
    seen = len(offsets(gateway))
    assert max(offsets(gateway)) <= gateway.telegram.last_update_id
    gateway.start("redis")
    until(lambda: len(updates(gateway)) == 1, "the update is queued")
    await_poll(gateway, gateway.telegram.last_update_id + 1)
    assert len(offsets(gateway)) == seen + 1, "it polled while Redis was away"
    await_log(gateway, "redis.recovered", part="updates")
    assert len(log_lines(gateway, "redis.waiting", part="updates")) == 1


def test_an_update_survives_the_gateway_being_killed(gateway: Stack) -> None:
    gateway["redis"].kill()
    gateway.telegram.send(ANNA, "once")
    await_log(gateway, "redis.waiting", part="updates")
    gateway["gateway"].kill()
    gateway.start("redis", "gateway")
    until(lambda: len(updates(gateway)) == 1, "the update is queued")
    await_poll(gateway, gateway.telegram.last_update_id + 1)
    assert len(updates(gateway)) == 1


def test_a_press_nobody_answers_is_answered_by_the_gateway(gateway: Stack) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "b:1"}]]}
    reply(gateway, {"chat_id": ANNA, "text": "press", "reply_markup": keyboard})
    message = await_messages(gateway, ANNA, 1)[0]
    started = time.monotonic()
    gateway.telegram.press(ANNA, message["message_id"], "b:1")
    until(lambda: len(updates(gateway)) == 1, "the press is queued")
    assert (updates(gateway)[0]["kind"], updates(gateway)[0]["text"]) == ("callback", "b:1")
    until(lambda: gateway.telegram.chat(ANNA)["callbacks"][0]["answered"], "the press is answered")
    assert 4 < time.monotonic() - started < 8
    await_log(gateway, "press.unanswered", update_id=gateway.telegram.last_update_id)


def test_a_press_that_a_worker_answers_is_answered_once(gateway: Stack) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "b:1"}]]}
    reply(gateway, {"chat_id": ANNA, "text": "press", "reply_markup": keyboard})
    message = await_messages(gateway, ANNA, 1)[0]
    press = gateway.telegram.press(ANNA, message["message_id"], "b:1")
    until(lambda: len(updates(gateway)) == 1, "the press is queued")
    reply(gateway, {"callback_query_id": press, "text": "done"}, method="answerCallbackQuery", chat_id=ANNA)
    until(lambda: gateway.telegram.chat(ANNA)["callbacks"][0]["answered"], "the press is answered")
    assert gateway.telegram.chat(ANNA)["callbacks"][0]["text"] == "done"
    other = gateway.telegram.press(ANNA, message["message_id"], "b:1")  # this one stays unanswered
    await_log(gateway, "press.unanswered", update_id=gateway.telegram.last_update_id)
    answered = [request["params"]["callback_query_id"] for request in requests(gateway, "answerCallbackQuery")]
    assert answered.count(press) == 1 and other != press


# ---- replies ----


def test_a_reply_is_delivered_and_acknowledged(gateway: Stack) -> None:
    reply(gateway, {"chat_id": ANNA, "text": "<b>привет</b> &lt;мир&gt; 🙂", "parse_mode": "HTML"})
    message = await_messages(gateway, ANNA, 1)[0]
    assert message["text"] == "привет <мир> 🙂"
    await_replies(gateway)
    await_log(gateway, "reply.delivered", update_id=7, chat_id=ANNA)


def test_replies_of_one_chat_keep_their_order(gateway: Stack) -> None:
    for number in range(60):
        reply(gateway, {"chat_id": ANNA, "text": str(number)})
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == [str(number) for number in range(60)]


def test_more_replies_than_a_lane_holds_keep_their_order_too(gateway: Stack) -> None:
    for number in range(350):
        reply(gateway, {"chat_id": ANNA, "text": str(number)})
    reply(gateway, {"chat_id": BORIS, "text": "not behind them"})
    await_replies(gateway, timeout_s=4 * DEADLINE_S)
    sent = [request["params"] for request in requests(gateway, "sendMessage")]
    assert [params["text"] for params in sent if params["chat_id"] == ANNA] == [str(number) for number in range(350)]


def test_the_second_reply_of_a_slot_edits_the_first(gateway: Stack) -> None:
    reply(gateway, {"chat_id": ANNA, "text": "⏳"}, slot="job-7")
    await_messages(gateway, ANNA, 1)
    reply(gateway, {"chat_id": ANNA, "text": "✅ done"}, slot="job-7")
    await_replies(gateway)
    messages = bot_messages(gateway, ANNA)
    assert [(message["text"], message["edited"]) for message in messages] == [("✅ done", True)]


def test_a_reply_delivered_again_is_an_edit_to_the_same_text(gateway: Stack) -> None:
    for _ in range(2):
        reply(gateway, {"chat_id": ANNA, "text": "✅ done"}, slot="job-7")
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == ["✅ done"]
    assert dead(gateway) == []


def test_a_slot_whose_message_is_gone_gets_a_new_message(gateway: Stack) -> None:
    gateway.redis.call("SET", gateway.key("slot:job-7"), "999999")
    reply(gateway, {"chat_id": ANNA, "text": "here"}, slot="job-7")
    message = await_messages(gateway, ANNA, 1)[0]
    await_replies(gateway)
    assert gateway.redis.call("GET", gateway.key("slot:job-7")) == str(message["message_id"])


def test_a_long_text_goes_in_parts_and_only_once(gateway: Stack) -> None:
    text = "<i>" + "слово " * 2000 + "</i>"
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "b:1"}]]}
    payload = {"chat_id": ANNA, "text": text, "parse_mode": "HTML", "reply_markup": keyboard}
    for _ in range(2):  # the second is the repetition of a worker that died after the first
        reply(gateway, payload, slot="job-7")
    await_replies(gateway)
    messages = bot_messages(gateway, ANNA)
    assert len(messages) == 3
    assert " ".join(message["text"] for message in messages).split() == ["слово"] * 2000
    assert all(len(message["text"]) <= 4096 for message in messages)
    assert [bool(message["keyboard"]) for message in messages] == [False, False, True]


def document(content: str, name: str = "лог.csv", **fields: Json) -> Json:
    return {"chat_id": ANNA, "document": {"file_name": name, "content": content}, **fields}


def test_a_file_arrives_with_its_name_and_every_character(gateway: Stack) -> None:
    content = "\ufeffимя;\"name\"\r\n--boundary\r\n😀,=1+2\n\n"
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "b:1"}]]}
    caption = {"caption": "<b>1 &lt; 2</b>", "parse_mode": "HTML", "reply_markup": keyboard, "protect_content": True}
    reply(gateway, document(content, **caption), method="sendDocument")
    message = await_messages(gateway, ANNA, 1)[0]
    assert (message["kind"], message["file_name"], message["file_text"]) == ("document", "лог.csv", content)
    assert (message["text"], message["html"]) == ("1 < 2", "<b>1 &lt; 2</b>")
    assert [[button["text"] for button in row] for row in message["keyboard"]] == [["Go"]]
    await_replies(gateway)


def test_the_largest_file_arrives_whole(gateway: Stack) -> None:
    content = ('"я' * 200000)[: 512 * 1024 * 2 // 3].rstrip('"')
    content += "x" * (512 * 1024 - len(content.encode()))
    reply(gateway, document(content), method="sendDocument")
    assert await_messages(gateway, ANNA, 1)[0]["file_text"] == content
    await_replies(gateway)


def test_a_file_that_is_too_large_is_a_dead_letter_with_the_reason(gateway: Stack) -> None:
    reply(gateway, document("x" * (512 * 1024 + 1)), method="sendDocument")
    until(lambda: len(dead(gateway)) == 1, "it is a dead letter")
    assert "document.content" in dead(gateway)[0]["reason"]
    reply(gateway, {"chat_id": ANNA, "text": "the next one goes"})
    await_messages(gateway, ANNA, 1)


def test_a_file_keeps_its_place_among_messages_though_it_floods(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendDocument", kind="429", retry_after=1)
    reply(gateway, {"chat_id": ANNA, "text": "before"})
    reply(gateway, document("x"), method="sendDocument")
    reply(gateway, {"chat_id": ANNA, "text": "after"})
    await_replies(gateway)
    assert [message["kind"] for message in bot_messages(gateway, ANNA)] == ["text", "document", "text"]


@pytest.mark.parametrize("kind", ["502", "cut", "drop_before"])
def test_an_ambiguous_file_is_repeated_and_told(gateway: Stack, kind: str) -> None:
    gateway.telegram.fault(method="sendDocument", kind=kind)
    reply(gateway, document("x"), method="sendDocument")
    await_replies(gateway)
    assert len(requests(gateway, "sendDocument")) == 2
    assert len(log_lines(gateway, "reply.maybe_repeated", update_id=7)) == 1


def test_a_file_is_sent_to_a_group_that_has_moved(gateway: Stack) -> None:
    new_id = gateway.telegram.post("/control/migrate", {"chat_id": WEB_TEAM})["migrate_to_chat_id"]
    reply(gateway, document("x", name="log.csv") | {"chat_id": WEB_TEAM}, method="sendDocument")
    await_replies(gateway)
    assert [message["file_text"] for message in bot_messages(gateway, new_id)] == ["x"]


def test_a_message_in_the_slot_of_a_file_is_a_message_of_its_own(gateway: Stack) -> None:
    reply(gateway, document("x", name="log.csv"), method="sendDocument", slot="job-7")
    await_messages(gateway, ANNA, 1)
    reply(gateway, {"chat_id": ANNA, "text": "more"}, slot="job-7")
    await_replies(gateway)
    assert [message["kind"] for message in bot_messages(gateway, ANNA)] == ["document", "text"]


def test_bad_markup_arrives_as_plain_text(gateway: Stack) -> None:
    reply(gateway, {"chat_id": ANNA, "text": "<div>1 &lt; 2</div>", "parse_mode": "HTML"})
    assert await_messages(gateway, ANNA, 1)[0]["text"] == "1 < 2"
    await_log(gateway, "reply.changed")
    # The refused attempt is the subject here, and the imitation rightly lists it.
    gateway.telegram.post("/control/reset", {})


def test_a_flooded_chat_waits_and_the_others_do_not(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="429", chat_id=ANNA, retry_after=3)
    started = time.monotonic()
    reply(gateway, {"chat_id": ANNA, "text": "later"})
    await_log(gateway, "reply.flood", chat_id=ANNA)
    reply(gateway, {"chat_id": BORIS, "text": "at once"})
    await_messages(gateway, BORIS, 1)
    assert time.monotonic() - started < 2
    assert bot_messages(gateway, ANNA) == []
    await_messages(gateway, ANNA, 1)
    assert 3 <= time.monotonic() - started < 4.5


def test_a_flood_is_obeyed_across_a_restart(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="429", chat_id=ANNA, retry_after=4)
    started = time.monotonic()
    reply(gateway, {"chat_id": ANNA, "text": "later"})
    await_log(gateway, "reply.flood", chat_id=ANNA)
    gateway["gateway"].kill()
    gateway.start("gateway")
    await_messages(gateway, ANNA, 1)
    assert 4 <= time.monotonic() - started < 6
    await_replies(gateway)
    assert len(requests(gateway, "sendMessage")) == 2


def test_replies_to_a_group_that_has_moved_arrive_in_order(gateway: Stack) -> None:
    new_id = gateway.telegram.post("/control/migrate", {"chat_id": WEB_TEAM})["migrate_to_chat_id"]
    for number in range(5):
        reply(gateway, {"chat_id": WEB_TEAM, "text": str(number)}, slot=f"u{number}")
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, new_id)] == ["0", "1", "2", "3", "4"]
    assert dead(gateway) == []


def test_a_hanging_chat_holds_up_no_other(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="hang", chat_id=ANNA, ms=3000)
    reply(gateway, {"chat_id": ANNA, "text": "slow"})
    until(lambda: replies_left(gateway) == 1, "the slow one is taken")
    started = time.monotonic()
    for number in range(20):
        reply(gateway, {"chat_id": BORIS, "text": str(number)})
    await_messages(gateway, BORIS, 20)
    assert time.monotonic() - started < 2.5
    await_messages(gateway, ANNA, 1)


def test_an_ambiguous_send_is_repeated_and_told(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="drop_before")
    reply(gateway, {"chat_id": ANNA, "text": "once or twice"})
    await_messages(gateway, ANNA, 1)
    await_replies(gateway)
    assert len(log_lines(gateway, "reply.maybe_repeated", update_id=7)) == 1


def test_an_ambiguous_edit_is_repeated_quietly(gateway: Stack) -> None:
    reply(gateway, {"chat_id": ANNA, "text": "⏳"}, slot="job-7")
    await_messages(gateway, ANNA, 1)
    gateway.telegram.fault(method="editMessageText", kind="drop_after")
    reply(gateway, {"chat_id": ANNA, "text": "✅"}, slot="job-7")
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == ["✅"]
    assert log_lines(gateway, "reply.maybe_repeated") == []


@pytest.mark.parametrize("kind", ["500", "502", "empty", "cut", "drop_before"])
def test_a_reply_outlives_trouble_at_telegram(gateway: Stack, kind: str) -> None:
    gateway.telegram.fault(method="sendMessage", kind=kind, count=2)
    reply(gateway, {"chat_id": ANNA, "text": "in the end"})
    await_messages(gateway, ANNA, 1)
    await_replies(gateway)
    assert dead(gateway) == []


def test_replies_wait_for_telegram_to_come_back(gateway: Stack) -> None:
    gateway["telegram-sim"].kill()
    reply(gateway, {"chat_id": ANNA, "text": "one"})
    await_log(gateway, "telegram.unreachable", part="replies")
    reply(gateway, {"chat_id": ANNA, "text": "two"})
    gateway.start("telegram-sim")
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == ["one", "two"]
    assert len(log_lines(gateway, "telegram.unreachable", part="replies")) == 1


def test_a_reply_that_cannot_be_delivered_is_a_dead_letter_with_the_reason(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="403")
    reply(gateway, {"chat_id": ANNA, "text": "x"})
    until(lambda: len(dead(gateway)) == 1, "it is a dead letter")
    letter = dead(gateway)[0]
    assert "403" in letter["reason"] and letter["chat_id"] == str(ANNA)
    assert replies_left(gateway) == 0
    reply(gateway, {"chat_id": ANNA, "text": "the next one goes"})
    await_messages(gateway, ANNA, 1)


def test_replies_that_wait_for_a_chat_that_blocked_the_bot_are_given_up_at_once(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="hang", chat_id=ANNA, ms=500)
    for number in range(40):
        reply(gateway, {"chat_id": ANNA, "text": str(number)})
    reply(gateway, {"chat_id": BORIS, "text": "not concerned"})
    until(lambda: len(requests(gateway, "sendMessage")) >= 2, "the first is under way, the others wait")
    gateway.telegram.post("/control/block", {"chat_id": ANNA, "blocked": True})
    await_replies(gateway)
    assert [letter["payload"] for letter in dead(gateway)] == [
        json.dumps({"chat_id": ANNA, "text": str(number)}) for number in range(40)
    ]
    assert all("blocked" in letter["reason"] for letter in dead(gateway))
    assert len(log_lines(gateway, "chat.gone", chat_id=ANNA, dead=40)) == 1
    assert log_lines(gateway, "reply.dead") == []
    asked = [request for request in requests(gateway, "sendMessage") if request["params"]["chat_id"] == ANNA]
    assert len(asked) == 1
    assert len(bot_messages(gateway, BORIS)) == 1


def test_a_person_who_comes_back_gets_what_is_new(gateway: Stack) -> None:
    gateway.telegram.post("/control/block", {"chat_id": ANNA, "blocked": True})
    reply(gateway, {"chat_id": ANNA, "text": "in vain"})
    await_log(gateway, "chat.gone", chat_id=ANNA, dead=1)
    reply(gateway, {"chat_id": ANNA, "text": "in vain, too"})
    await_log(gateway, "chat.gone", 2, chat_id=ANNA, dead=1)  # each new one is tried
    gateway.telegram.post("/control/block", {"chat_id": ANNA, "blocked": False})
    reply(gateway, {"chat_id": ANNA, "text": "welcome back"})
    assert [message["text"] for message in await_messages(gateway, ANNA, 1)] == ["welcome back"]
    await_replies(gateway)
    assert len(dead(gateway)) == 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"payload": "{"}, "payload"),
        ({"payload": "[]"}, "payload"),
        ({"method": "../getMe"}, "method"),
        ({"chat_id": "Anna"}, "chat_id"),
    ],
)
def test_a_reply_nobody_can_read_is_a_dead_letter(gateway: Stack, fields: dict[str, str], reason: str) -> None:
    whole = {"payload": '{"chat_id":1001,"text":"x"}', "method": "sendMessage", **fields}
    chat = {"chat_id": whole.pop("chat_id", str(ANNA))}
    entry = {"v": "1", "ref": "7", **chat, "slot": "", **whole}
    gateway.redis.call("XADD", gateway.key("replies"), "*", *[word for pair in entry.items() for word in pair])
    until(lambda: len(dead(gateway)) == 1, "it is a dead letter")
    assert reason in dead(gateway)[0]["reason"]


def test_a_reply_of_a_newer_worker_stays_pending_and_is_told(gateway: Stack) -> None:
    entry = reply(gateway, {"chat_id": ANNA, "text": "from the future"}, v="99")
    reply(gateway, {"chat_id": ANNA, "text": "of today"})
    await_messages(gateway, ANNA, 1)
    await_log(gateway, "reply.newer")
    await_replies(gateway, left=1)
    assert gateway.redis.call("XRANGE", gateway.key("replies"), "-", "+")[0][0] == entry
    assert dead(gateway) == []


def test_commands_are_announced_and_a_refusal_is_no_dead_letter(gateway: Stack) -> None:
    commands = {"commands": [{"command": "start", "description": "Begin"}]}
    gateway.telegram.fault(method="setMyCommands", kind="400")
    reply(gateway, commands, method="setMyCommands", chat_id=0)
    await_log(gateway, "reply.dropped")
    await_replies(gateway)
    assert dead(gateway) == []
    reply(gateway, commands, method="setMyCommands", chat_id=0)
    await_replies(gateway)
    until(lambda: bool(gateway.telegram.get("/control/commands")), "the commands are set")


def test_what_was_not_settled_before_a_crash_is_sent_after_it(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="hang", chat_id=ANNA, ms=60000)
    reply(gateway, {"chat_id": ANNA, "text": "one"})
    reply(gateway, {"chat_id": ANNA, "text": "two"})
    until(lambda: len(requests(gateway, "sendMessage")) == 1, "the first is under way")
    gateway["gateway"].kill()
    gateway.telegram.clear_faults()
    gateway.start("gateway")
    await_replies(gateway)
    sent = [request["params"]["text"] for request in requests(gateway, "sendMessage")]
    assert sent[-2:] == ["one", "two"]


def test_a_crash_between_two_parts_does_not_repeat_the_first(gateway: Stack) -> None:
    entry = reply(gateway, {"chat_id": ANNA, "text": "x" * 4096 + "y" * 4096})
    kept = gateway.key(f"slot:{entry}.1")
    until(lambda: gateway.redis.call("EXISTS", kept) == 1, "the first part is noted")
    gateway["gateway"].kill()  # at whatever point the second part is
    gateway.start("gateway")
    await_log(gateway, "telegram.ready", 2)
    await_replies(gateway)
    texts = [message["text"][0] for message in bot_messages(gateway, ANNA)]
    assert texts.count("x") == 1 and "y" in texts


def test_replies_flow_again_after_redis_was_killed(gateway: Stack) -> None:
    reply(gateway, {"chat_id": ANNA, "text": "before"})
    await_replies(gateway)
    gateway["redis"].kill()
    await_log(gateway, "redis.waiting", part="replies")
    gateway.start("redis")
    reply(gateway, {"chat_id": ANNA, "text": "after"})
    await_messages(gateway, ANNA, 2)
    await_replies(gateway)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == ["before", "after"]
    assert len(log_lines(gateway, "redis.waiting", part="replies")) == 1


def test_replies_keep_their_order_though_connections_are_cut(gateway: Stack) -> None:
    """What was handed out over a connection that is cut is pending, and is read before what is new."""
    for number in range(200):
        reply(gateway, {"chat_id": ANNA, "text": str(number)})
        if number % 10 == 0:
            gateway.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await_replies(gateway, timeout_s=4 * DEADLINE_S)
    assert [message["text"] for message in bot_messages(gateway, ANNA)] == [str(number) for number in range(200)]


def test_a_message_that_was_sent_is_not_sent_again_because_redis_went_away(gateway: Stack) -> None:
    gateway.telegram.fault(method="sendMessage", kind="hang_after", chat_id=ANNA, ms=1500)
    reply(gateway, {"chat_id": ANNA, "text": "once"}, slot="job-7")
    await_messages(gateway, ANNA, 1)
    gateway["redis"].kill()  # the answer comes when nobody can be told
    await_log(gateway, "redis.waiting", part="outcomes")
    gateway.start("redis")
    await_replies(gateway)
    assert len(requests(gateway, "sendMessage")) == 1
    assert len(bot_messages(gateway, ANNA)) == 1


def cpu_and_wakeups(pid: int) -> tuple[int, dict[str, int]]:
    """Clock ticks spent, and how often each thread went to sleep."""
    ticks = 0
    wakeups = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
        wakeups[task.name] = int(re.findall(r"\nvoluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text())[0])
    return ticks, wakeups


@pytest.mark.skipif(bool(RUN_UNDER), reason="measures the program itself")
def test_idle_it_sleeps(stack: Stack) -> None:
    stack.settings["POLL_TIMEOUT_S"] = "50"
    stack.start("redis", "telegram-sim", "gateway")
    stack.telegram.send(ANNA, "x")
    reply(stack, {"chat_id": ANNA, "text": "x"})
    await_messages(stack, ANNA, 1)
    await_poll(stack, stack.telegram.last_update_id + 1)
    before = cpu_and_wakeups(stack["gateway"].pid)
    time.sleep(10)  # the time over which it is measured
    after = cpu_and_wakeups(stack["gateway"].pid)
    assert after[0] - before[0] <= 10  # of 1,000
    slept = sorted(after[1][thread] - before[1].get(thread, 0) for thread in after[1])
    assert sum(slept[:3]) <= 20, slept  # a sanitizer adds a restless thread
    finish(stack)

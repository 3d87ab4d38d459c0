# SPDX-License-Identifier: MIT
"""Takes the pictures of the operators' page, with several things stuck for real. Called by take.py."""

from __future__ import annotations

import base64
import signal
from collections.abc import Iterable
from pathlib import Path

from operators_page import PHONE, Api, Page, open_browser, serve_page
from stack import ANNA, BORIS, VERA, Stack, until
from test_change import ADD, HOUR_MS, ask, await_call, confirm, expire_lease

WIDE = (1100, 900)
LOOK = "dns/getData"
PATIENCE_S = 120  # a call counts as stuck after a minute
STUCK = {"dead", "unknown", "held_by_silent", "running_long"}

VIEWS = {
    "operators-day.png": ("light", PHONE, 2),
    "operators-night.png": ("dark", PHONE, 2),
    "operators-wide.png": ("light", WIDE, 1),
}


def leave_in_doubt(stack: Stack) -> None:
    """A worker dies inside a call, and the next one gives its update up: a dead letter and an unknown outcome."""
    stack.start()
    ask(stack)
    stack.beget.fault(method=ADD, kind="hang", ms=HOUR_MS)
    confirm(stack)
    await_call(stack, ADD)
    stack["worker"].kill()
    expire_lease(stack)
    stack.redis.call("DEL", stack.key("services"))  # what it has reported
    stack.start_second_worker()
    until(lambda: stack.redis.call("HLEN", stack.key("unknown")) == 1, "nobody knows what became of it")


def hang(stack: Stack, person: int, name: str) -> None:
    """The only worker that runs begins with a call that does not come back."""
    stack.beget.fault(method=LOOK, kind="hang", ms=HOUR_MS)
    calls = len(stack.beget.calls(LOOK))
    stack.telegram.send(person, f"/dns {name}")
    await_call(stack, LOOK, calls + 1)


def get_stuck(stack: Stack) -> None:
    """One worker is stopped with an update; the other one waits for Beget, and messages wait behind it."""
    stack.settings.update(JOB_MAX_DELIVERIES="1", JOB_LEASE_S="600", BEGET_TIMEOUT_S="290")
    leave_in_doubt(stack)
    for person in (BORIS, VERA):
        stack.redis.call("HSET", stack.key("access"), person, "")
        stack.redis.call("HSET", stack.key(f"grants:{person}"), "example-shop.ru", "EDCX")
    hang(stack, BORIS, "example-shop.ru")
    stack["worker-2"].process.send_signal(signal.SIGSTOP)
    stack.start("worker")
    hang(stack, VERA, "blog.example-shop.ru")
    for text in ("/domains", "/start"):
        stack.telegram.send(VERA, text)
    stack.telegram.send(ANNA, "/domains")


def save(page: Page, path: Path, scheme: str, size: tuple[int, int], sharpness: int) -> None:
    """A telephone's screen; of a wide one the whole page."""
    page.resize(*size, sharpness)
    page.color_scheme(scheme)
    page.browser.execute_script("scrollTo(0, 0)")
    page.until(lambda: page.text("#age") == "now", "the state is a new one")
    width, height = size
    if size != PHONE:
        height = page.browser.execute_script("return document.body.scrollHeight")
        page.resize(width, height, sharpness)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    picture = page.browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    path.write_bytes(base64.b64decode(picture["data"]))


def take_operators(folder: Path, names: Iterable[str]) -> None:
    with Stack() as stack, open_browser() as browser:
        api: Api = serve_page(stack)
        get_stuck(stack)
        until(lambda: {row["cause"] for row in api.state()["stuck"]} >= STUCK, "all of it is stuck", PATIENCE_S)
        page = Page(browser, api.url)
        page.unlock()
        page.until(lambda: page.all("[data-verb]"), "it may be changed")
        page.browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        for name in names:
            save(page, folder / name, *VIEWS[name])
        stack["worker-2"].process.send_signal(signal.SIGCONT)

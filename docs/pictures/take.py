# SPDX-License-Identifier: MIT
"""Takes the pictures of the pages. Called by docs/pictures/make."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from stack import ANNA, BORIS, VERA, Stack, until
from take_operators import VIEWS, take_operators
from test_chat_page import CHROMEDRIVER, FLAGS, Page

WHOLE_PAGE = (1080, 1060)
PHONE = (520, 1400)
MARGIN = 12

# From the first message of the chat to the last, buttons and all.
MESSAGES = """
const boxes = [...document.querySelectorAll("#log li.message")].map((message) => message.getBoundingClientRect());
return {x: 0, y: Math.min(...boxes.map((box) => box.top)), width: innerWidth,
        bottom: Math.max(...boxes.map((box) => box.bottom))};
"""

# The last button whose label has this in it.
FIND = """
const buttons = [...document.querySelectorAll("#log .keys button")];
const button = buttons.filter((one) => one.innerText.includes(arguments[0])).pop();
"""
HAS = FIND + "return !!button;"
PRESS = FIND + "button?.click(); return !!button;"

# Nobody wants to read when it was, and each time would be another picture.
WITHOUT_TIMES = """
document.head.append(Object.assign(document.createElement("style"), {textContent: ".meta {display: none}"}));
"""


@contextmanager
def chat_page(size: tuple[int, int], locale: str = "en-US") -> Iterator[tuple[Stack, webdriver.Chrome, Page]]:
    """The bot with Boris let in, who may do all with one domain, and the chat page in a browser."""
    with Stack() as stack, tempfile.TemporaryDirectory() as profile:
        stack.start()
        stack.redis.call("HSET", "{beget}:access", BORIS, "Boris")
        stack.redis.call("HSET", f"{{beget}}:grants:{BORIS}", "example-shop.ru", "EDCX")
        options = webdriver.ChromeOptions()
        sharpness = 1 if size == WHOLE_PAGE else 2
        for flag in (
            *FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}",
            f"--force-device-scale-factor={sharpness}",
        ):  # fmt: skip
            options.add_argument(flag)
        browser = webdriver.Chrome(service=Service(CHROMEDRIVER), options=options)
        try:
            browser.execute_cdp_cmd("Emulation.setLocaleOverride", {"locale": locale})
            yield stack, browser, Page(browser, stack.telegram.url)
        finally:
            browser.quit()


def save_messages(browser: webdriver.Chrome, path: Path) -> None:
    browser.execute_script(WITHOUT_TIMES)
    box = browser.execute_script(MESSAGES)
    clip = {
        "x": box["x"], "y": box["y"] - MARGIN, "width": box["width"],
        "height": box["bottom"] - box["y"] + 2 * MARGIN, "scale": 1,
    }  # fmt: skip
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "format": "png"})
    path.write_bytes(base64.b64decode(picture["data"]))


def press(browser: webdriver.Chrome, label: str) -> None:
    """As soon as there is such a button."""
    until(lambda: bool(browser.execute_script(PRESS, label)), f"the button {label}")


def take_sandbox(path: Path) -> None:
    """A colleague looks at the DNS records of the domain that he may see."""
    with chat_page(WHOLE_PAGE) as (_, browser, page):
        page.be(BORIS)
        page.write("/domains")
        press(browser, "example-shop.ru")
        press(browser, "DNS records")
        page.await_message("DNS of example-shop.ru")
        browser.save_screenshot(str(path))


def take_change(path: Path, person: int, locale: str, yes: str, done: str) -> None:
    """A record was changed; another one is asked for."""
    with chat_page(PHONE, locale) as (_, browser, page):
        page.be(person)
        page.write("/dns blog.example-shop.ru set A 198.51.100.20 192.0.2.20")
        press(browser, yes)
        page.await_message(done)
        page.write("/dns blog.example-shop.ru set MX 20 mx2.beget.com 20 mx.example.net")
        until(lambda: bool(browser.execute_script(HAS, yes)), f"the button {yes}")
        save_messages(browser, path)


def take_admin(path: Path) -> None:
    """Who a colleague is and what he may do; another one is granted something."""
    with chat_page(PHONE) as (stack, browser, page):
        stack.redis.call("HSET", "{beget}:access", VERA, "Vera, design")
        stack.redis.call("SET", f"{{beget}}:language:{ANNA}", "en")
        page.be(ANNA)
        page.write("/chats")
        press(browser, "Boris")
        page.await_message("Boris")
        page.write(f"/grant {VERA} shop.example-shop.ru EC")
        page.await_message("Change rights?")
        save_messages(browser, path)


PICTURES: dict[str, Callable[[Path], None]] = {
    "sandbox.png": take_sandbox,
    "chat-en.png": lambda path: take_change(path, BORIS, "en-US", "✅ Change", "✅ The records"),
    "chat-ru.png": lambda path: take_change(path, ANNA, "ru-RU", "✅ Изменить", "✅ Записи"),
    "admin.png": take_admin,
}

if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    wanted = names or [*PICTURES, *VIEWS]
    for name in wanted:
        if name in PICTURES:
            PICTURES[name](Path(folder) / name)
    if views := [name for name in wanted if name in VIEWS]:
        take_operators(Path(folder), views)

# SPDX-License-Identifier: MIT
"""Takes the pictures of the chat page. Called by docs/pictures/make."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from stack import BORIS, Stack, until
from test_chat_page import CHROMEDRIVER, FLAGS, Page

SIZE = (1080, 1060)


def open_browser(profile: str) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={SIZE[0]},{SIZE[1]}"):
        options.add_argument(flag)
    return webdriver.Chrome(service=Service(CHROMEDRIVER), options=options)


def take_sandbox(folder: Path) -> None:
    """A colleague looks at the DNS records of the domain that he may see."""
    with Stack() as stack, tempfile.TemporaryDirectory() as profile:
        stack.start()
        stack.redis.call("HSET", "{beget}:access", BORIS, "Boris")
        stack.redis.call("HSET", f"{{beget}}:grants:{BORIS}", "example-shop.ru", "")
        browser = open_browser(profile)
        try:
            page = Page(browser, stack.telegram.url)
            page.be(BORIS)
            page.write("/domains")
            message = page.await_message("Domains: 1")
            page.press(message, "example-shop.ru")
            page.await_message("example-shop.ru")
            until(lambda: "DNS records" in page.buttons(message), "the domain's menu")
            page.press(message, "DNS records")
            page.await_message("DNS of example-shop.ru")
            browser.save_screenshot(str(folder / "sandbox.png"))
        finally:
            browser.quit()


if __name__ == "__main__":
    take_sandbox(Path(sys.argv[1]))

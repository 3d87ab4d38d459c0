# SPDX-License-Identifier: MIT
"""The chat page of telegram-sim in a real browser, with the real bot behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from stack import ANNA, BORIS, DEADLINE_S, Stack

CHROMEDRIVER = "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,900",
)  # fmt: skip


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(service=Service(CHROMEDRIVER), options=options)
    yield chrome
    chrome.quit()


class Page:
    """What a person sees and does there."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self._browser = browser
        browser.get(url)

    def _until(self, condition: Callable[[], object], what: str) -> None:
        WebDriverWait(self._browser, DEADLINE_S, ignored_exceptions=(Exception,)).until(lambda _: condition(), what)

    def _all(self, selector: str) -> list[WebElement]:
        return self._browser.find_elements(By.CSS_SELECTOR, selector)

    def be(self, person_id: int) -> None:
        label = f'label.person:has(input[value="{person_id}"])'
        self._until(lambda: self._all(label), "the people are there")
        self._all(label)[0].click()
        self._until(lambda: self._all(f'input[value="{person_id}"]')[0].is_selected(), "the person is chosen")

    def write(self, text: str) -> None:
        field = self._all("#text")[0]
        field.send_keys(text)
        self._all("#send")[0].click()

    def messages(self) -> list[tuple[str, str]]:
        """data-id and text of every message shown."""
        return [
            (str(message.get_attribute("data-id")), message.find_element(By.CSS_SELECTOR, ".text").text)
            for message in self._all("#log li.message")
        ]

    def await_message(self, start: str) -> str:
        """Waits for a message that begins so; its data-id."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [message_id for message_id, text in self.messages() if text.startswith(start)]
            return bool(found)

        self._until(there, f"a message begins with {start!r}")
        return found[-1]

    def await_empty_chat(self) -> None:
        self._until(lambda: self._all("#empty")[0].is_displayed(), "the page says that the chat is empty")

    def buttons(self, message_id: str) -> list[str]:
        return [button.text for button in self._all(f'li[data-id="{message_id}"] .keys button')]

    def press(self, message_id: str, label: str) -> None:
        for button in self._all(f'li[data-id="{message_id}"] .keys button'):
            if button.text == label:
                button.click()
                return
        raise AssertionError(f"no button {label!r} among {self.buttons(message_id)}")

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self._browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_a_person_talks_to_the_bot_in_the_browser(stack: Stack, browser: webdriver.Chrome) -> None:
    stack.start()
    page = Page(browser, stack.telegram.url)
    page.be(ANNA)
    page.write("/start")
    menu = page.await_message("Beget Manager")
    page.press(menu, "🌐 Домены")
    assert page.await_message("Домены: 4") == menu, "the press edits the message"
    assert "example-shop.ru" in page.buttons(menu)
    page.be(BORIS)
    page.await_empty_chat()
    assert page.messages() == [], "another person has a chat of his own"
    page.be(ANNA)
    page.await_message("Домены: 4")
    assert page.complaints() == []
    stack.finish()

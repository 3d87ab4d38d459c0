# SPDX-License-Identifier: MIT
"""The worker's page for operators, as a program asks for it and as a person sees it in a browser."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from stack import DEADLINE_S, Json, Stack, until
from test_chat_page import CHROMEDRIVER, FLAGS

TOKEN = "scenario-token-for-changes-01"
READING = "scenario-token-for-reading-01"
PHONE = (390, 844)


class Api:
    """What the worker answers on HTTP_LISTEN."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def ask(self, path: str, body: Json = None, token: str = "") -> tuple[int, str, Message]:
        """Status, body and headers of whatever it answers; status 0 when there is no answer."""
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode())
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with self._open(request, timeout=DEADLINE_S) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers
        except OSError:
            return 0, "", Message()

    def state(self) -> Json:
        status, body, _ = self.ask("/api/state")
        assert status == 200, f"{status} {body}"
        return json.loads(body)

    def act(self, verb: str, token: str = TOKEN, **more: str) -> tuple[int, str]:
        status, body, _ = self.ask("/api/act", {"verb": verb, **more}, token)
        return status, body

    def until_answer(self, path: str, status: int, token: str) -> None:
        until(lambda: self.ask(path, token=token)[0] == status, f"{path} is answered {status}")

    def until_state(self, condition: Callable[[Json], object], what: str) -> Json:
        """The first state of which that is true."""
        found: list[Json] = []

        def there() -> bool:
            status, body, _ = self.ask("/api/state")
            if status == 200:
                found[:] = [json.loads(body)]
            return bool(found and condition(found[0]))

        until(there, what)
        return found[0]


def serve_page(stack: Stack, token: str = TOKEN, **settings: str) -> Api:
    """Before the worker is started: it is to listen."""
    address = f"127.0.0.1:{stack.hold_port()}"
    stack.extra["worker"] = {"HTTP_LISTEN": address, "HTTP_CHANGES_TOKEN": token, **settings}
    return Api(f"http://{address}")


def start_all(stack: Stack, api: Api) -> None:
    """Until both services have reported, and nothing is stuck."""
    stack.start()
    api.until_state(
        lambda state: {row["role"] for row in state["services"] if row["alive"]} == {"gateway", "worker"}
        and not state["stuck"],
        "both services have reported",
    )


def bury(stack: Stack, update_id: int, reason: str, kind: str = "message") -> str:
    """A dead letter; the ID of its entry."""
    return str(stack.redis.call(
        "XADD", stack.key("dead"), "*", "update_id", update_id, "chat_id", 1002, "user_id", 1002, "kind", kind,
        "text", "/start", "reason", reason, "deliveries", 3, "died_ms", int(time.time() * 1000),
    ))  # fmt: skip


def doubt(stack: Stack, update_id: int, what: str) -> None:
    """An outcome that nobody knows."""
    row = {"ms": int(time.time() * 1000), "chat_id": 1002, "what": what, "before": "[]"}
    stack.redis.call("HSET", stack.key("unknown"), update_id, json.dumps(row))


class Page:
    """What a person sees and does there."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self.browser = browser
        browser.get(url)
        self.until(lambda: self.text("#age") == "now", "the page shows the state")

    def until(self, condition: Callable[[], object], what: str) -> None:
        WebDriverWait(self.browser, DEADLINE_S, 0.05, ignored_exceptions=(Exception,)).until(
            lambda _: condition(), what
        )

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.all(selector)[0].text

    def await_text(self, selector: str, part: str) -> None:
        self.until(lambda: part in self.text(selector), f"{selector} says {part!r}")

    def click(self, selector: str) -> None:
        self.until(lambda: self.all(selector)[0].is_displayed(), f"{selector} is there")
        self.all(selector)[0].click()

    def type(self, selector: str, text: str) -> None:
        field = self.all(selector)[0]
        field.clear()
        field.send_keys(text)

    def unlock(self, token: str = TOKEN, who: str = "ann") -> None:
        self.click("#unlock")
        self.type("#token", token)
        self.type("#who", who)
        self.click("#token-yes")

    def resize(self, width: int, height: int, sharpness: float = 1) -> None:
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": sharpness, "mobile": width < 600},
        )

    def color_scheme(self, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]


@contextmanager
def open_browser() -> Iterator[webdriver.Chrome]:
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(service=Service(CHROMEDRIVER), options=options)
        try:
            yield browser
        finally:
            browser.quit()

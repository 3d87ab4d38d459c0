# SPDX-License-Identifier: MIT
"""Several workers on one folder: one keeps its log, the others are as well, and take it over when that one is gone."""

from __future__ import annotations

from stack import ANNA, Stack, until
from test_health import get, lines, show


def start(stack: Stack) -> list[str]:
    """Both workers' addresses; the first one keeps the log."""
    stack.settings["DATA_DIR"] = str(stack.folder)
    urls = [show(stack, name) for name in ("worker", "worker-2")]
    stack.start("redis", "telegram-sim", "beget-sim", "worker", "gateway")
    stack["worker"].await_log(" journal.opened ")
    stack.add("worker")
    stack.start("worker-2")
    stack["worker-2"].await_log(" journal.standby ")
    return urls


def await_word(url: str, word: str) -> None:
    def said() -> bool:
        line = lines(get(url + "/readyz")).get("journal", "")
        return line.startswith("ok") and word in line

    until(said, f"the journal of {url} is well, {word}")
    until(lambda: get(url + "/readyz")[0] == 200, f"{url} is ready")


def test_who_stands_by_is_well_and_takes_the_log_over(stack: Stack) -> None:
    urls = start(stack)
    await_word(urls[0], "")
    await_word(urls[1], "stands by")
    assert "journal.waiting" not in stack["worker-2"].log
    stack["worker"].kill()
    stack["worker-2"].await_log(" journal.opened ")
    await_word(urls[1], "")
    stack.telegram.send(ANNA, "/domains")
    stack.telegram.await_text(ANNA, "Домены: 4")
    stack.start("worker")
    stack["worker"].await_log(" journal.standby ")
    stack["worker-2"].stop()
    stack["worker"].await_log(" journal.opened ")
    stack.finish()


def test_the_log_is_read_by_who_does_not_keep_it(stack: Stack) -> None:
    start(stack)
    stack.telegram.send(ANNA, "/domains")
    stack.telegram.await_text(ANNA, "Домены: 4")
    until(lambda: stack.redis.call("XLEN", stack.key("events")) == 0, "the log has it")
    for _ in range(8):
        stack.telegram.send(ANNA, "/logs all domains")
    until(lambda: sum("1. ✅" in text for text in stack.telegram.texts(ANNA)) == 8, "each of them is answered")
    stack["worker-2"].stop()
    stack.finish()

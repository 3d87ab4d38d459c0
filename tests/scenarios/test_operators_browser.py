# SPDX-License-Identifier: MIT
"""The operators' page in a real browser, with the real worker behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from operators_page import PHONE, READING, TOKEN, Page, bury, doubt, open_browser, serve_page, start_all
from selenium import webdriver
from stack import Stack, until

ADD = "domain/addSubdomainVirtual new.example-shop.ru"
MARKUP = "<img src=x onerror=\"document.title='taken over'\"><script>document.title='taken over'</script>"


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    with open_browser() as chrome:
        yield chrome


def test_it_shows_what_is_stuck_and_follows_by_itself(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    page = Page(browser, api.url)
    assert page.text("#stuck") == "Nothing is stuck."
    assert page.text("#streams tbody tr:first-child th") == "updates"
    doubt(stack, 50, ADD)
    page.await_text("#stuck", "update 50")
    assert "queuectl unknown settle u50 done" in page.text("#stuck code")
    page.await_text("#unknown", ADD)
    stack.redis.call("HDEL", stack.key("unknown"), 50)
    page.await_text("#stuck", "Nothing is stuck.")
    assert page.complaints() == []
    stack.finish()


def test_a_letter_is_dropped_by_a_button_after_a_confirmation_that_names_it(
    stack: Stack, browser: webdriver.Chrome
) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    dead = bury(stack, 50, "delivered 3 times")
    page = Page(browser, api.url)
    page.await_text("#dead", "delivered 3 times")
    assert page.all("[data-verb]") == [], "read-only without a token"
    page.unlock()
    page.click("#dead [data-verb=drop]")
    assert "update 50" in page.text("#act-about") and dead in page.text("#act-about")
    page.click("#act-yes")  # no reason is given yet
    assert stack.redis.call("XLEN", stack.key("dead")) == 1
    page.type("#why", "spam")
    page.click("#act-yes")
    page.await_text("#answer", "dropped from the dead")
    assert stack.redis.call("XLEN", stack.key("dead")) == 0
    page.await_text("#dead", "None.")
    assert page.complaints() == []
    stack.finish()


def test_who_uses_the_keyboard_stays_where_they_are_when_the_page_is_drawn_anew(
    stack: Stack, browser: webdriver.Chrome
) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    bury(stack, 50, "delivered 3 times")
    page = Page(browser, api.url)
    page.unlock()
    page.until(lambda: page.all("#dead [data-verb=retry]"), "it may be retried")
    browser.execute_script("document.querySelector('#dead [data-verb=retry]').focus()")
    bury(stack, 51, "delivered 4 times")
    page.await_text("#dead", "delivered 4 times")
    active = browser.switch_to.active_element
    assert (active.get_attribute("data-verb"), active.get_attribute("data-about")) == (
        "retry", "message of chat 1002, update 50",
    )  # fmt: skip
    stack.finish(dead_letters=2)


def test_an_outcome_is_settled_by_a_button_only_with_what_the_account_shows(
    stack: Stack, browser: webdriver.Chrome
) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    doubt(stack, 50, ADD)
    page = Page(browser, api.url)
    page.unlock()
    page.click("#unknown [data-verb=settle]")
    assert ADD in page.text("#act-about")
    page.type("#why", "looked")
    page.click("#act-yes")
    assert stack.redis.call("HLEN", stack.key("unknown")) == 1, "nobody has said what the account shows"
    page.click("input[value=done]")
    page.click("#act-yes")
    page.await_text("#answer", "settled as done")
    assert stack.redis.call("HLEN", stack.key("unknown")) == 0
    stack.finish()


def test_a_wrong_token_is_told_and_changes_nothing(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    bury(stack, 50, "delivered 3 times")
    page = Page(browser, api.url)
    page.unlock("a-token-that-somebody-has-guessed")
    page.await_text("#token-wrong", "That is not the token for changes.")
    page.click("[data-close=token-dialog]")
    page.await_text("#dead", "delivered 3 times")
    assert page.all("[data-verb]") == []
    stack.finish(dead_letters=1)


def test_it_works_for_who_has_given_the_token_for_reading_as_a_password(
    stack: Stack, browser: webdriver.Chrome
) -> None:
    api = serve_page(stack, HTTP_TOKEN=READING)
    stack.start()
    api.until_answer("/api/state", 200, READING)
    page = Page(browser, api.url.replace("//", f"//ann:{READING}@"))
    page.unlock("a-token-that-somebody-has-guessed")
    page.await_text("#token-wrong", "That is not the token for changes.")
    page.type("#token", TOKEN)
    page.click("#token-yes")
    page.until(lambda: page.all("[data-verb=pause]"), "it may be paused")
    stack.finish()


def test_a_loaded_page_has_forgotten_the_token(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    page = Page(browser, api.url)
    page.unlock()
    page.until(lambda: page.all("[data-verb=pause]"), "it may be paused")
    kept = "return [localStorage.length, sessionStorage.length, document.cookie, location.search + location.hash]"
    assert browser.execute_script(kept) == [0, 0, "", ""]
    page = Page(browser, api.url)
    page.await_text("#facts", "open")
    assert page.all("[data-verb]") == []
    stack.finish()


def test_what_others_have_written_is_only_ever_text(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    dead = bury(stack, 50, MARKUP, kind=MARKUP)
    doubt(stack, 51, MARKUP)
    assert api.act("drop", id=bury(stack, 52, "spam"), why=MARKUP, who="<b>ann</b>")[0] == 200  # an event
    page = Page(browser, api.url)
    for section in ("#dead", "#unknown", "#stuck", "#trace"):
        page.await_text(section, "<img src=x")
    page.await_text("#trace", "<b>ann</b>")
    page.unlock(who=MARKUP[:60])
    page.click("#dead [data-verb=drop]")
    assert "<img src=x" in page.text("#act-about") and dead in page.text("#act-about")
    assert page.all("main img, main script, main b, dialog img") == []
    assert browser.title == "(2) Beget Manager"
    assert page.complaints() == []
    stack.redis.call("HDEL", stack.key("unknown"), 51)
    stack.finish(dead_letters=1)


def test_a_phone_shows_it_without_scrolling_sideways(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    bury(stack, 50, "a" * 300)
    doubt(stack, 51, "dns/changeRecords " + "long-label." * 20 + "ru")
    page = Page(browser, api.url)
    page.unlock()
    for width in (360, PHONE[0]):
        page.resize(width, PHONE[1])
        page.await_text("#stuck", "long-label")
        shown, there = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert shown <= there == width
        page.click("#dead [data-verb=drop]")
        box = page.all("#act-dialog")[0].rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.click("[data-close=act-dialog]")
    stack.redis.call("HDEL", stack.key("unknown"), 51)
    stack.finish(dead_letters=1)


def contrast_of(browser: webdriver.Chrome) -> dict[str, float]:
    """Of each kind of text against what is behind it, as WCAG 2 reckons."""
    return browser.execute_script(
        """
        const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
        const bright = (color) => {
          const [r, g, b] = numbers(color).map((n) => n / 255).map((n) => n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (node) => {
          for (; node; node = node.parentElement) {
            const color = getComputedStyle(node).backgroundColor;
            if ((numbers(color)[3] ?? 1) > 0) return color;
          }
          return "rgb(255, 255, 255)";
        };
        const found = {};
        for (const node of document.querySelectorAll("h1, h2, h3, p, th, td, dt, dd, code, button, .badge, .when")) {
          if (!node.checkVisibility()) continue;
          const pair = [bright(getComputedStyle(node).color), bright(behind(node))].sort((a, b) => b - a);
          const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
          const kind = node.tagName.toLowerCase() + (node.className ? "." + node.className : "");
          found[kind] = Math.min(found[kind] ?? 99, ratio);
        }
        return found;
        """
    )


def test_it_is_dark_by_night_and_readable_by_day_and_night(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    bury(stack, 50, "delivered 3 times")
    page = Page(browser, api.url)
    page.unlock()
    page.await_text("#dead", "Retry")
    grounds = {}
    for scheme in ("light", "dark"):
        page.color_scheme(scheme)
        ground = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        grounds[scheme] = sum(browser.execute_script(ground))
        faint = {kind: ratio for kind, ratio in contrast_of(browser).items() if ratio < 4.5}
        assert not faint, f"{scheme}: {faint}"
    assert grounds["dark"] < 150 < 600 < grounds["light"]
    stack.finish(dead_letters=1)


def test_it_says_when_nothing_is_behind_it_any_more(stack: Stack, browser: webdriver.Chrome) -> None:
    api = serve_page(stack)
    start_all(stack, api)
    page = Page(browser, api.url)
    stack["redis"].kill()
    page.await_text("#trouble", "The worker cannot read the queue")
    stack.start("redis")
    page.until(lambda: not page.all("#trouble")[0].is_displayed(), "the trouble is over")
    stack["worker"].kill()
    page.await_text("#trouble", "The worker does not answer. What is shown is")
    page.await_text("#age", "as of ")
    until(lambda: not stack["worker"].running(), "the worker is gone")
    stack.start("worker")
    page.await_text("#age", "now")
    stack.finish()

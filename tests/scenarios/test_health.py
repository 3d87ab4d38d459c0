# SPDX-License-Identifier: MIT
"""What a service says of its own work: on its pages, by --health, and in Redis."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.request
from typing import Any

import pytest

from stack import ANNA, BIN_DIR, DEADLINE_S, RUN_UNDER, Stack, until

TOKEN = "reading-token-that-nobody-may-see"

Page = tuple[int, str]


def show(stack: Stack, name: str) -> str:
    """Gives a program an address of its own, before it is started; the URL."""
    address = f"127.0.0.1:{stack.hold_port()}"
    stack.extra.setdefault(name, {})["HTTP_LISTEN"] = address
    return f"http://{address}"


def get(url: str, token: str = "") -> Page:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=DEADLINE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def lines(page: Page) -> dict[str, str]:
    """Of a page: the check's name and the rest of its line, with what it says of it."""
    words = [line.split(" ", 2) for line in page[1].splitlines()]
    return {line[1]: " ".join([line[0], *line[2:]]) for line in words if len(line) > 1}


def await_ready(url: str) -> None:
    until(lambda: get(url + "/readyz")[0] == 200, f"{url} is ready")


def await_failed(url: str, check: str, *words: str) -> None:
    def failed() -> bool:
        status, text = page = get(url + "/readyz")
        line = lines(page).get(check, "")
        return status == 503 and line.startswith("failed") and all(word in line for word in words)

    until(failed, f"{check} of {url} fails with {words}")


def health(stack: Stack, name: str) -> subprocess.CompletedProcess[str]:
    """`NAME --health`, as a container's health check runs it: with the environment of the running program."""
    return subprocess.run(
        [*RUN_UNDER, str(BIN_DIR / name), "--health"], cwd=stack.folder, env=stack[name].environment, text=True,
        capture_output=True, timeout=DEADLINE_S,
    )  # fmt: skip


def reports(stack: Stack) -> dict[str, Any]:
    """What the processes say in Redis, by role."""
    flat = stack.redis.call("HGETALL", stack.key("services"))
    found = [json.loads(value.split(" ", 1)[1]) for value in flat[1::2]]
    return {report["role"]: report for report in found}


def test_services_that_work_are_ready_and_say_so_in_three_places(stack: Stack) -> None:
    urls = {name: show(stack, name) for name in ("gateway", "worker")}
    stack.start()
    for name, url in urls.items():
        await_ready(url)
        assert get(url + "/livez")[0] == 200
        said = health(stack, name)
        assert said.returncode == 0, said.stdout
        assert "ok redis" in said.stdout
    until(lambda: set(reports(stack)) == {"gateway", "worker"}, "both report")
    until(
        lambda: all(check["ok"] for report in reports(stack).values() for check in report["checks"].values()),
        "both report that all is well",
    )
    assert reports(stack)["gateway"]["duty"] == "works"
    assert reports(stack)["worker"]["pid"] == stack["worker"].pid
    stack["worker"].stop()
    assert reports(stack)["worker"]["ended"] == "stopped"
    assert reports(stack)["gateway"]["ended"] == ""
    assert health(stack, "gateway").returncode == 0


def test_the_exit_code_says_what_is_missing(stack: Stack) -> None:
    show(stack, "worker")
    stack.start("redis", "beget-sim", "worker", "gateway")
    until(lambda: health(stack, "worker").returncode == 0, "the worker is ready")
    said = health(stack, "gateway")  # it has no address
    assert said.returncode == 2
    assert "HTTP_LISTEN" in said.stdout
    address = stack.extra["worker"]["HTTP_LISTEN"]
    stack["worker"].process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    said = health(stack, "worker")
    assert said.returncode == 1
    assert address in said.stdout
    stack["worker"].process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]


def test_a_refused_password_is_named_until_it_is_taken(stack: Stack) -> None:
    url = show(stack, "worker")
    stack.start("redis", "telegram-sim", "beget-sim", "gateway")
    stack.beget.fault(method="*", kind="auth", count=-1)
    stack.start("worker")
    await_failed(url, "beget", "login refused", "BEGET_PASSWORD")
    assert get(url + "/livez")[0] == 200
    until(lambda: not reports(stack)["worker"]["checks"]["beget"]["ok"], "it is reported")
    said = health(stack, "worker")
    assert said.returncode == 1
    assert "login refused" in said.stdout
    stack.beget.clear_faults()
    await_ready(url)
    stack.finish()


def test_a_failed_call_is_no_reproach_for_hours(stack: Stack) -> None:
    url = show(stack, "worker")
    stack.start()
    await_ready(url)
    stack.beget.fault(method="domain/getList", kind="html502", count=-1)
    stack.telegram.send(ANNA, "/domains")
    await_failed(url, "beget", "domain/getList: no answer")
    stack.settle()
    stack.beget.clear_faults()
    await_ready(url)  # though nobody asks for anything
    stack.finish()


def test_a_revoked_token_is_named_until_it_is_another_one(stack: Stack) -> None:
    stack.settings["POLL_TIMEOUT_S"] = "1"
    url = show(stack, "gateway")
    stack.start()
    await_ready(url)
    stack.telegram.fault(method="getUpdates", kind="401", count=-1)
    await_failed(url, "telegram", "getUpdates: 401")
    assert lines(get(url + "/readyz"))["redis"].startswith("ok")
    assert get(url + "/livez")[0] == 200
    stack.telegram.clear_faults()
    stack["gateway"].stop()  # a token is a setting
    stack.start("gateway")
    await_ready(url)
    stack.finish()


@pytest.mark.long
@pytest.mark.parametrize("hang", [False, True], ids=["gone", "hanging"])
def test_redis_away_is_named_and_the_pages_stay(stack: Stack, hang: bool) -> None:
    urls = {name: show(stack, name) for name in ("gateway", "worker")}
    stack.start()
    for url in urls.values():
        await_ready(url)
    if hang:
        stack["redis"].process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    else:
        stack["redis"].kill()
    for name, url in urls.items():
        await_failed(url, "redis", "Redis at ")
        assert health(stack, name).returncode == 1
    if hang:
        stack["redis"].process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    else:
        stack.start("redis")
    for url in urls.values():
        await_ready(url)
    stack.finish()


def test_a_gateway_that_stands_by_is_ready(stack: Stack) -> None:
    stack.start()
    stack["gateway"].await_log("lease.acquired")
    second = stack.add("gateway")
    url = show(stack, second.name)
    stack.start(second.name)
    await_ready(url)
    until(lambda: "stands by" in lines(get(url + "/readyz"))["lease"], "the second one stands by")
    assert "stands by" in lines(get(url + "/readyz"))["telegram"]
    stack["gateway"].kill()
    second.await_log("lease.acquired")
    await_ready(url)
    assert "stands by" not in get(url + "/readyz")[1]
    stack.finish()


def test_a_port_in_use_stops_nobody(stack: Stack) -> None:
    url = show(stack, "gateway")
    stack.extra["worker"] = dict(stack.extra["gateway"])
    stack.start("redis", "telegram-sim", "beget-sim", "gateway")
    await_ready(url)
    stack.start("worker")
    stack["worker"].await_log("http.waiting")
    stack["worker"].await_log("beget.ready")
    stack["gateway"].stop()
    stack["worker"].await_log("http.listening")
    assert "taking" in get(url + "/readyz")[1]
    assert stack["worker"].stop() == 0


def test_a_reader_elsewhere_has_to_know_the_token(stack: Stack) -> None:
    port = stack.hold_port()
    stack.extra["worker"] = {"HTTP_LISTEN": f"0.0.0.0:{port}"}
    stack.start("redis", "telegram-sim", "beget-sim", "gateway", "worker")
    until(lambda: not stack["worker"].running(), "a worker without a token ends")
    assert "HTTP_TOKEN" in stack["worker"].log
    stack.extra["worker"]["HTTP_TOKEN"] = TOKEN
    stack.start("worker")
    url = f"http://127.0.0.1:{port}"
    until(lambda: get(url + "/readyz", TOKEN)[0] == 200, "the worker is ready")
    assert get(url + "/readyz")[0] == 401
    assert get(url + "/livez")[0] == 200
    assert health(stack, "worker").returncode == 0
    assert TOKEN not in stack["worker"].log
    stack.finish()


def test_a_free_port_is_named_in_the_log(stack: Stack) -> None:
    stack.extra["worker"] = {"HTTP_LISTEN": "127.0.0.1:0"}
    stack.start("redis", "beget-sim", "worker")
    stack["worker"].await_log(r"http.listening address=127.0.0.1:[1-9]")
    assert health(stack, "worker").returncode == 2


def test_what_a_worker_is_doing_is_reported(stack: Stack) -> None:
    stack.start()
    stack["worker"].await_log("beget.ready")
    stack["beget-sim"].process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    stack.telegram.send(ANNA, "/domains")
    until(lambda: len(reports(stack)["worker"]["doing"]) == 1, "it reports what it does")
    report = reports(stack)["worker"]
    assert report["doing"][0]["entry"].endswith(f"-{stack.telegram.last_update_id}")
    assert report["doing"][0]["thread"].startswith(f"{report['host']}-{stack['worker'].pid}-")
    stack["beget-sim"].process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    until(lambda: not reports(stack)["worker"]["doing"], "it reports that it has done it")
    stack.finish()

# SPDX-License-Identifier: MIT
"""What Prometheus reads of both services, the alerts and the dashboard, against the programs and a real Prometheus."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack import ANNA, BORIS, DEADLINE_S, ROOT, VERA, Program, Stack, until

MONITORING = ROOT / "deploy/monitoring"
TOKEN = "scenario-token-of-the-pages"
SERVICES = ("gateway", "worker")

# Whatever else a label may be called, its values are not bounded, or are somebody's.
LABELS = {
    "account", "cause", "kind", "le", "method", "outcome", "result", "role", "service", "severity", "stream", "version", "window",
}  # fmt: skip

Samples = dict[str, float]


class Pages:
    """The pages of both services, on ports of their own."""

    def __init__(self, stack: Stack) -> None:
        self.ports = {service: stack.hold_port() for service in SERVICES}
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        for service, port in self.ports.items():
            stack.extra[service] = {"HTTP_LISTEN": f"127.0.0.1:{port}", "HTTP_TOKEN": TOKEN}

    def read(self, service: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[service]}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with self._open(request, timeout=DEADLINE_S) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return str(answer.read().decode())

    def answers(self, service: str) -> bool:
        try:
            return bool(self.read(service))
        except OSError:
            return False

    def samples(self, service: str) -> Samples:
        lines = [line.rsplit(" ", 1) for line in self.read(service).splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def await_sample(self, service: str, name: str, value: float) -> None:
        until(lambda: self.samples(service).get(name) == value, f"{service} tells {name} {value:g}")


@pytest.fixture
def pages(stack: Stack) -> Pages:
    stack.settings["BEGET_RATE_PER_MINUTE"] = "60"
    return Pages(stack)


def start(stack: Stack, pages: Pages) -> None:
    stack.start()
    for service in SERVICES:
        until(lambda name=service: pages.answers(name), f"{service} has pages")  # type: ignore[misc]


def talk(stack: Stack) -> None:
    """A little of everything: commands, calls of Beget, a press that edits, a stranger."""
    stack.telegram.send(ANNA, "/start")
    stack.telegram.send(ANNA, "/domains")
    stack.telegram.send(ANNA, "/domains")
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.telegram.send(VERA, "Who is there?")
    stack.telegram.await_text(ANNA, "example-shop.ru")
    stack.settle()


def promtool(*words: str | Path, text: str | None = None) -> None:
    result = subprocess.run(["promtool", *words], input=text, capture_output=True, text=True)
    assert result.returncode == 0 and "FAILED" not in result.stderr, result.stdout + result.stderr
    if text is not None:
        assert not result.stdout + result.stderr, result.stdout + result.stderr


# ---- what the services tell ----


def test_promtool_has_no_complaint_of_what_both_services_tell(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    talk(stack)
    for service in SERVICES:
        promtool("check", "metrics", text=pages.read(service))
    stack.finish()


def test_no_label_holds_a_person_a_chat_an_update_or_a_domain(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    talk(stack)
    for service in SERVICES:
        text = pages.read(service)
        labels = re.findall(r'[{,](\w+)="([^"]*)"', text)
        assert {name for name, _ in labels} <= LABELS
        values = {value for _, value in labels}
        for secret in (ANNA, BORIS, VERA, stack.telegram.last_update_id, "example-shop.ru", "anna", "vera"):
            assert not any(str(secret) in value for value in values), f"{service}: {secret}"
    stack.finish()


def test_counters_move_as_a_person_uses_the_bot(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    before = {service: pages.samples(service) for service in SERVICES}
    talk(stack)

    def moved(service: str, name: str) -> float:
        return pages.samples(service)[f"beget_manager_{name}"] - before[service][f"beget_manager_{name}"]

    assert moved("gateway", 'updates_received_total{kind="message"}') == 5
    assert moved("gateway", "updates_stranger_total") == 1
    assert moved("gateway", 'telegram_polls_total{outcome="ok"}') > 0
    assert moved("gateway", 'sends_total{method="sendMessage",outcome="delivered"}') >= 4
    assert moved("gateway", 'send_duration_seconds_count{method="sendMessage"}') >= 4
    assert moved("worker", 'jobs_total{kind="message",result="ok"}') == 4
    assert moved("worker", 'job_run_seconds_count{kind="message"}') == 4
    assert moved("worker", 'beget_requests_total{method="domain/getList",outcome="ok"}') == 1
    assert moved("worker", 'cache_lookups_total{method="domain/getList",result="miss"}') == 1
    assert moved("worker", 'cache_lookups_total{method="domain/getList",result="hit"}') >= 1
    assert moved("worker", 'beget_request_duration_seconds_count{method="dns/getData"}') == 1
    until(lambda: moved("worker", "journal_events_total") >= 4, "the journal has them")
    until(lambda: moved("worker", "queue_pushed_total") >= 4, "the queue tells of them")  # asked once a second
    assert pages.samples("gateway")["beget_manager_gateway_on_duty"] == 1
    assert pages.samples("worker")["beget_manager_runners_busy"] == 0
    stack.finish()


def test_what_Beget_and_Telegram_refuse_is_counted(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    stack.beget.fault(method="dns/getData", kind="html502", count=2)
    stack.telegram.fault(method="sendMessage", kind="429", retry_after=1)
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.settle()
    gateway, worker = (pages.samples(service) for service in SERVICES)
    assert worker['beget_manager_beget_requests_total{method="dns/getData",outcome="no_answer"}'] == 2
    assert gateway['beget_manager_sends_total{method="sendMessage",outcome="flood"}'] == 1
    assert gateway["beget_manager_flood_wait_seconds_total"] >= 1
    stack.finish()


def test_without_Redis_the_worker_still_tells_of_itself(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    stack.settle()
    pages.await_sample("worker", "beget_manager_queue_up", 1)
    stack["redis"].kill()
    pages.await_sample("worker", "beget_manager_queue_up", 0)
    told = pages.samples("worker")
    assert "beget_manager_dead_letters" not in told
    assert told["beget_manager_runners"] > 0
    for service in SERVICES:
        until(
            lambda name=service: pages.samples(name)["beget_manager_redis_failures_total"] > 0,  # type: ignore[misc]
            f"{service} tells that it waits",
        )
    until(lambda: pages.samples("worker")["beget_manager_journal_failures_total"] > 0, "so does the journal")
    stack.start("redis")
    pages.await_sample("worker", "beget_manager_queue_up", 1)
    stack.finish()


def test_an_update_that_is_begun_again_is_counted(stack: Stack, pages: Pages) -> None:
    stack.settings.update(JOB_LEASE_S="2", BEGET_TIMEOUT_S="1")
    start(stack, pages)
    stack.beget.fault(method="dns/getData", kind="hang", ms=3_600_000)
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    until(lambda: bool(stack.beget.calls("dns/getData")), "the call is under way")
    stack["worker"].kill()
    stack.start("worker")
    stack.settle()
    pages.await_sample("worker", "beget_manager_queue_reaped_total", 1)
    assert pages.samples("worker")["beget_manager_jobs_redelivered_total"] == 1
    stack.finish()


def test_a_queue_that_is_paused_is_stuck_until_it_is_resumed(stack: Stack, pages: Pages) -> None:
    start(stack, pages)
    stuck = 'beget_manager_stuck{cause="paused",severity="warning"}'
    pages.await_sample("worker", stuck, 0)
    stack.redis.call("FCALL", "bq_pause", 1, "{beget}", "ann", "repair")
    pages.await_sample("worker", stuck, 1)
    assert pages.samples("worker")["beget_manager_paused"] == 1
    stack.redis.call("FCALL", "bq_resume", 1, "{beget}", "ann", "repaired")
    pages.await_sample("worker", stuck, 0)
    stack.finish()


# ---- alerts and the dashboard ----


def test_promtool_has_no_complaint_of_the_rules_and_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    config = (MONITORING / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(config.replace("/tmp/http_token", str(tmp_path / "token")))
    (tmp_path / "rules.yml").write_bytes((MONITORING / "rules.yml").read_bytes())
    promtool("check", "rules", MONITORING / "rules.yml")
    promtool("check", "config", tmp_path / "prometheus.yml")


def test_each_alert_goes_red_and_green() -> None:
    promtool("test", "rules", MONITORING / "rules_test.yml")


class Prometheus(Program):
    """A real one that asks the services of a stack every second."""

    def __init__(self, stack: Stack, pages: Pages) -> None:
        super().__init__("prometheus", stack.folder)
        self.url = f"http://127.0.0.1:{stack.hold_port()}"
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        folder = stack.folder / "prometheus"
        folder.mkdir()
        (folder / "token").write_text(TOKEN)
        (folder / "prometheus.yml").write_text(json.dumps(self._config(folder, pages)))  # JSON is YAML
        self.start(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}", "--log.level=warn"],
            {"PATH": "/usr/bin:/bin"},
        )  # fmt: skip

    @staticmethod
    def _config(folder: Path, pages: Pages) -> dict[str, Any]:
        return {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(MONITORING / "rules.yml")],
            "scrape_configs": [
                {
                    "job_name": service,
                    "authorization": {"credentials_file": str(folder / "token")},
                    "static_configs": [{"targets": [f"127.0.0.1:{pages.ports[service]}"]}],
                }
                for service in SERVICES
            ],
        }

    def get(self, path: str, **query: str) -> Any:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with self._open(url, timeout=DEADLINE_S) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it reads its files
                raise
            raise AssertionError(f"{query}: {error.read().decode()}") from None

    def query(self, expression: str) -> list[Any]:
        return list(self.get("query", query=expression)["result"])

    def has(self, expression: str) -> bool:
        try:
            return bool(self.query(expression))
        except OSError:  # it does not answer yet
            return False

    def rules(self) -> dict[str, dict[str, Any]]:
        return {rule["name"]: rule for group in self.get("rules")["groups"] for rule in group["rules"]}


@pytest.fixture
def prometheus(stack: Stack, pages: Pages) -> Iterator[Prometheus]:
    stack.settings["BACKUP_DIR"] = str(stack.folder / "backups")
    start(stack, pages)
    stack.telegram.send(ANNA, "/start")
    stack.settle()
    with_rates = Prometheus(stack, pages)
    yield with_rates
    with_rates.kill()


def queries_of_the_dashboard() -> list[str]:
    dashboard = json.loads((MONITORING / "grafana/begetmanager.json").read_text(encoding="utf-8"))
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels)
    return [target["expr"].replace("$__rate_interval", "30s") for panel in panels for target in panel["targets"]]


def test_every_query_of_the_dashboard_has_an_answer(stack: Stack, prometheus: Prometheus) -> None:
    until(lambda: prometheus.has("count(up == 1) == 2"), "Prometheus has asked both")
    talk(stack)
    until(lambda: prometheus.has("increase(beget_manager_journal_events_total[30s]) > 0"), "Prometheus has seen what was done")
    queries = queries_of_the_dashboard()
    assert len(queries) > 50
    for query in queries:
        until(lambda asked=query: prometheus.has(asked), f"an answer to {query}")  # type: ignore[misc]
    stack.finish()


def test_no_alert_is_red_while_all_is_well_and_one_is_when_it_is_not(stack: Stack, prometheus: Prometheus) -> None:
    until(lambda: prometheus.has("count(up == 1) == 2"), "Prometheus has asked both")

    def states() -> dict[str, str]:
        return {name: rule["state"] for name, rule in prometheus.rules().items()}

    until(lambda: set(states().values()) == {"inactive"}, "no alert is red")
    stack.redis.call("FCALL", "bq_pause", 1, "{beget}", "ann", "repair")
    until(lambda: states()["QueuePaused"] == "pending", "QueuePaused begins")
    assert {name: rule["lastError"] for name, rule in prometheus.rules().items() if rule.get("lastError")} == {}
    assert {name for name, state in states().items() if state != "inactive"} == {"QueuePaused"}
    stack.redis.call("FCALL", "bq_resume", 1, "{beget}", "ann", "repaired")
    until(lambda: set(states().values()) == {"inactive"}, "no alert is red again")
    stack.finish()

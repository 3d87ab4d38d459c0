# SPDX-License-Identifier: MIT
"""A Prometheus with the rules of deploy/monitoring/rules.yml, which asks the services of one stack after the other.

It looks every second and does not wait for what lasts: `for:` is 0 s here. Alerts are found by the cause in their rule.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.request
from pathlib import Path

from stack import ROOT, Json, until

RULES = ROOT / "deploy/monitoring/rules.yml"

CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [{folder}/rules.yml]
scrape_configs:
  - job_name: gateway
    file_sd_configs: [{{files: ["{folder}/gateway.json"], refresh_interval: 1s}}]
  - job_name: worker
    file_sd_configs: [{{files: ["{folder}/worker.json"], refresh_interval: 1s}}]
"""


def alert_of(cause: str) -> str:
    """The alert that rings for a cause of shared/ops/stuck_causes.def."""
    for rule in re.split(r"^\s*- alert:", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        if f'beget_manager_stuck{{cause="{cause}"}}' in rule:
            return rule.split(maxsplit=1)[0]
    raise AssertionError(f"no alert rings for {cause}")


class Alerts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = socket.socket()  # bound and never listening: nobody else is given the port
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self._port = int(self._held.getsockname()[1])
        rules = re.sub(r"^(\s*for:) .*$", r"\1 0s", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (folder / "rules.yml").write_text(rules, encoding="utf-8")
        (folder / "prometheus.yml").write_text(CONFIG.format(folder=folder))
        self.watch({})
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        self._log = (folder / "prometheus.log").open("w")
        self._process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self._port}"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        until(self._is_ready, "Prometheus is ready")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._held.close()
        self._log.close()

    def _get(self, path: str) -> str:
        with self._open(f"http://127.0.0.1:{self._port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, (self._folder / "prometheus.log").read_text()[-2000:]
        try:
            return "Ready" in self._get("/-/ready")
        except OSError:
            return False

    def watch(self, ports: dict[str, list[int]]) -> None:
        """Asks these ports of gateways and workers from now on, and no others."""
        for job in ("gateway", "worker"):
            targets = [f"127.0.0.1:{port}" for port in ports.get(job, [])]
            groups: list[Json] = [{"targets": targets}] if targets else []
            half = self._folder / f"{job}.half"
            half.write_text(json.dumps(groups))
            half.rename(self._folder / f"{job}.json")

    def ringing(self) -> set[str]:
        alerts = json.loads(self._get("/api/v1/alerts"))["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

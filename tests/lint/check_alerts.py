#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each alert has an entry in docs/operations.md that its runbook leads to, and a test that sees it; each entry has its
alert; each cause of being stuck has exactly one alert; what is asked of Prometheus is what the programs tell.

usage: check_alerts.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy/monitoring"
CAUSES = "shared/ops/stuck_causes.def"
TABLES = ("gateway/gateway_metrics.c", "worker/worker_metrics.c", "shared/ops/queue_metrics.c", "shared/base/metrics.c")
PARTS_OF_HISTOGRAMS = re.compile(r"_(bucket|sum|count)$")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def alerts_of(rules: str) -> dict[str, str]:
    """Alert -> its text in the rules."""
    parts = re.split(r"^ +- alert: (\w+)$", rules, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def complaints_of_entries(alerts: dict[str, str], entries: list[str], tests: str) -> list[str]:
    found = []
    for name, text in alerts.items():
        if entries.count(name) != 1:
            found.append(f"docs/operations.md: needs one `### Alert: {name}`")
        if f"runbook: docs/operations.md#alert-{name.lower()}\n" not in text:
            found.append(f"rules.yml: {name}: the runbook is docs/operations.md#alert-{name.lower()}")
        if not re.search(r"labels: \{severity: (critical|warning)\}", text):
            found.append(f"rules.yml: {name}: a severity, critical or warning")
        for annotation in ("summary", "description"):
            if f" {annotation}: " not in text:
                found.append(f"rules.yml: {name}: a {annotation}")
        if not re.search(rf'alertname(=|: )"?{name}\b', tests):
            found.append(f"rules_test.yml: {name} is never seen")
    return found + [f"docs/operations.md: there is no alert {name}" for name in entries if name not in alerts]


def complaints_of_causes(rules: str) -> list[str]:
    causes = re.findall(r'^CAUSE\(STUCK_\w+, +"(\w+)",', read(CAUSES), re.MULTILINE)
    asked = re.findall(r'beget_manager_stuck\{cause="(\w+)"\}', rules)
    found = [f"rules.yml: the cause {cause} needs one alert" for cause in causes if asked.count(cause) != 1]
    found += [f"rules.yml: {cause} is no cause of {CAUSES}" for cause in asked if cause not in causes]
    return found if causes else [f"{CAUSES}: no causes found: has the table changed?"]


def complaints_of_names(texts: dict[str, str]) -> list[str]:
    told = {name for table in TABLES for name in re.findall(r'"(beget_manager_\w+)"', read(table))}
    found = []
    for file, text in texts.items():
        for name in sorted(set(re.findall(r"\bbeget_manager_\w+", text))):
            if name not in told and PARTS_OF_HISTOGRAMS.sub("", name) not in told:
                found.append(f"{file}: nobody tells {name}")
    dashboard = texts["grafana/begetmanager.json"]
    shown = {PARTS_OF_HISTOGRAMS.sub("", name) for name in re.findall(r"\bbeget_manager_\w+", dashboard)}
    return found + [f"grafana/begetmanager.json: does not show {name}" for name in sorted(told - shown)]


def main() -> int:
    files = ("rules.yml", "rules_test.yml", "grafana/begetmanager.json")
    texts = {file: (MONITORING / file).read_text(encoding="utf-8") for file in files}
    entries = re.findall(r"^### Alert: (\w+)$", read("docs/operations.md"), re.MULTILINE)
    complaints = complaints_of_entries(alerts_of(texts["rules.yml"]), entries, texts["rules_test.yml"])
    complaints += complaints_of_causes(texts["rules.yml"]) + complaints_of_names(texts)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""The programs of a run, with people who may use the bot and subdomains that they may delete."""

from __future__ import annotations

import plan
from plan import DOMAIN, POISON_TEXT, Options
from stack import Json, Stack

SETTINGS = {
    "BEGET_TIMEOUT_S": "2",
    "JOB_LEASE_S": "5",
    "POLL_TIMEOUT_S": "5",
    "WORKER_THREADS": "4",
    "LOG_LEVEL": "info",
    "CRASH_ON_TEXT": POISON_TEXT,
}
# The hosting takes its time, before the effect or after it: otherwise no kill would meet a call.
LATENCY: list[dict[str, object]] = [
    {"method": "*", "kind": "hang", "ms": 40, "count": -1, "percent": 50},
    {"method": "*", "kind": "hang_after", "ms": 40, "count": -1},
]


def settle_in(stack: Stack, options: Options) -> dict[str, str]:
    """Starts everything; the tags of the subdomains that there are, by id."""
    stack.settings.update(SETTINGS)
    stack.worker_program = "textbook_worker" if options.textbook else "worker"
    for _ in range(options.workers - 1):
        stack.add("worker")
    for _ in range(options.gateways - 1):
        stack.add("gateway")
    stack.start()
    stack["gateway"].await_log(r" (lease\.acquired|lease\.waiting) ")
    for chat in plan.chats(options):
        person = {"id": chat, "first_name": f"Person {chat}", "last_name": "", "username": "", "language_code": "en"}
        stack.telegram.post("/control/person", person)
        stack.redis.call("HSET", stack.key("access"), chat, "fault test")
        stack.redis.call("HSET", stack.key(f"grants:{chat}"), DOMAIN, "EDCX")
    for wish in plan.wishes(options):
        if wish.kind == "del":
            stack.beget.post("/control/records", {"fqdn": f"{wish.tag}.{DOMAIN}", "records": {}})
    for fault in plan.beget_faults(options) + LATENCY:
        stack.beget.post("/control/fault", fault)
    for fault in plan.telegram_faults(options):
        stack.telegram.post("/control/fault", fault)
    names = stack.beget.get("/control/state")["names"]
    return {str(name["id"]): str(name["fqdn"]).removesuffix(f".{DOMAIN}") for name in names}


def dead_updates(stack: Stack) -> set[int]:
    """Update ids among the dead letters, those of replies that could not be delivered too."""
    found = set()
    for _, words in stack.redis.call("XRANGE", stack.key("dead"), "-", "+"):
        fields: Json = dict(zip(words[::2], words[1::2]))
        found.add(int(fields.get("update_id") or fields.get("ref") or 0))
    return found - {0}

# SPDX-License-Identifier: MIT
"""Work that takes longer than its lease, and a worker that is asked to stop in the middle of it."""

from __future__ import annotations

import re

from stack import ANNA, DEADLINE_S, Stack, until


def test_a_request_longer_than_two_leases_is_answered_once(stack: Stack) -> None:
    """It waits for ten seconds after the account's limit was met."""
    stack.settings.update(JOB_LEASE_S="4", BEGET_TIMEOUT_S="2")
    stack.start()
    stack.beget.fault(method="dns/getData", kind="limit")
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.telegram.await_text(ANNA, "example-shop.ru")
    stack.settle()
    log = stack["worker"].log
    assert len(stack.beget.calls("dns/getData")) == 2
    assert re.findall(r" job\.done .*deliveries=(\d+)", log) == ["1"]
    assert " job.lost " not in log
    assert len(stack.telegram.texts(ANNA)) == 1
    stack.finish()


def test_a_worker_that_is_stopped_during_a_call_gives_the_request_back(stack: Stack) -> None:
    """The next worker answers it at once, without waiting for a lease to run out, and as the first delivery."""
    stack.settings["JOB_LEASE_S"] = "3600"
    stack.start()
    stack.beget.fault(method="dns/getData", kind="hang", ms=60000)
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    until(lambda: len(stack.beget.calls("dns/getData")) == 1, "the worker asks for the records")
    assert stack["worker"].stop() == 0
    assert re.search(r" job\.given_back .*result=ok", stack["worker"].log)
    stack.start("worker")
    stack.telegram.await_text(ANNA, "example-shop.ru")
    stack.settle()
    log = stack["worker"].log
    assert re.findall(r" job\.done .*deliveries=(\d+)", log) == ["1"]
    assert " job.lost " not in log
    stack.finish()


def test_a_call_that_may_outlast_its_lease_is_refused_at_the_start(stack: Stack) -> None:
    stack.settings.update(JOB_LEASE_S="30", BEGET_TIMEOUT_S="16")
    stack.start("redis", "beget-sim", "worker")
    worker = stack["worker"].process
    assert worker is not None and worker.wait(DEADLINE_S) == 2
    assert "BEGET_TIMEOUT_S: must be at most half of JOB_LEASE_S" in stack["worker"].log

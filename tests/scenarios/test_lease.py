# SPDX-License-Identifier: MIT
"""Work that takes longer than its lease, and a worker that is asked to stop in the middle of it."""

from __future__ import annotations

import re

from stack import ANNA, Stack, until


def test_a_call_longer_than_two_leases_is_answered_once(stack: Stack) -> None:
    stack.settings["JOB_LEASE_S"] = "4"
    stack.start()
    stack.beget.fault(method="dns/getData", kind="hang", ms=9500)
    stack.telegram.send(ANNA, "/dns example-shop.ru")
    stack.telegram.await_text(ANNA, "example-shop.ru")
    stack.settle()
    log = stack["worker"].log
    assert len(stack.beget.calls("dns/getData")) == 1
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

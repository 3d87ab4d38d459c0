# SPDX-License-Identifier: MIT
"""What Redis and its operators do to the services: each is survived and told, and every question has one answer."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from stack import ANNA, SLOWNESS, Stack, until

HEALING_S = 60 * SLOWNESS
QUESTIONS = 6  # before, during and after: each


@dataclass(frozen=True)
class Trouble:
    """`cause` while questions are open, or, when `quiet`, while none is; `cure` after the services have said `told`."""

    name: str
    cause: Callable[[Stack], object]
    cure: Callable[[Stack], object] = lambda stack: None
    told: str = ""  # pattern of a line of the log ...
    by: str = "gateway"  # ... of this program
    quiet: bool = False
    dead_letters: int = 0


def redis(*words: str) -> Callable[[Stack], object]:
    """An operator's command; `{}` is the prefix of our keys."""
    return lambda stack: stack.redis.call(*(word.replace("{}", stack.key("")) for word in words))


def kill(stack: Stack) -> None:
    stack["redis"].kill()


def start(stack: Stack) -> None:
    stack.start("redis")


def restart(stack: Stack) -> None:
    assert stack["redis"].stop() == 0
    stack.start("redis")


def restart_empty(stack: Stack) -> None:
    stack["redis"].kill()
    shutil.rmtree(stack.folder / "redis-data")
    stack.start("redis")


def freeze(stack: Stack) -> None:
    os.kill(stack["redis"].pid, signal.SIGSTOP)


def thaw(stack: Stack) -> None:
    os.kill(stack["redis"].pid, signal.SIGCONT)


def freeze_shortly(stack: Stack) -> None:
    freeze(stack)
    threading.Timer(1.0, thaw, [stack]).start()


def load_slowly(stack: Stack) -> None:
    """Restarts with so much to read, so slowly, that clients are told to come back later; a new gateway among them."""
    stack.redis.call("EVAL", "for i = 1, 3000 do redis.call('SET', 'ballast:' .. i, i) end", 0)
    until(lambda: not is_rewriting(stack), "its file is as the start has left it")
    stack.redis.call("BGREWRITEAOF")  # clients are told so between the keys of a base, not within a transaction
    until(lambda: not is_rewriting(stack), "the ballast is in the base of its file")
    stack.redis_options = ["--key-load-delay", str(int(700 * SLOWNESS)), "--loading-process-events-interval-bytes", "1024"]
    for name in ("gateway", "redis"):
        stack[name].kill()
    stack.spawn_redis()
    until(lambda: is_loading(stack), "Redis reads its file")
    stack.start("gateway")


def is_rewriting(stack: Stack) -> bool:
    info = stack.redis.call("INFO", "persistence")
    return "aof_rewrite_in_progress:1" in info or "aof_rewrite_scheduled:1" in info


def is_loading(stack: Stack) -> bool:
    try:
        stack.redis.call("PING")
    except OSError:  # it does not listen yet
        return False
    except AssertionError as error:
        return "LOADING" in str(error)
    raise AssertionError("Redis has read its file already: more ballast is needed")


def drop_ballast(stack: Stack) -> None:
    until(stack.redis.answers, "Redis has read its file")
    stack.redis.call("EVAL", "for i = 1, 3000 do redis.call('DEL', 'ballast:' .. i) end", 0)


def kill_clients(stack: Stack) -> None:
    for _ in range(20):
        stack.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


WAITING = r" redis\.waiting .*"
UNREADABLE = r" job\.unreadable "

TROUBLES = [
    Trouble("it is killed and started again", kill, start, WAITING),
    Trouble("it is restarted in order", restart),
    Trouble("it comes back empty", restart_empty, quiet=True),
    Trouble("it is emptied", redis("FLUSHALL"), quiet=True),
    Trouble("it hangs for a moment", freeze_shortly),
    Trouble("it hangs until nobody believes in it", freeze, thaw, WAITING + "no answer within"),
    Trouble("it reads its file for seconds", load_slowly, drop_ballast, WAITING + "loading", quiet=True),
    Trouble("it becomes a replica", redis("REPLICAOF", "127.0.0.1", "1"), redis("REPLICAOF", "NO", "ONE"),
            WAITING + "READONLY"),
    Trouble("its memory is full", redis("CONFIG", "SET", "maxmemory", "1"),
            redis("CONFIG", "SET", "maxmemory", "256mb"), WAITING + "OOM"),
    Trouble("its clients are thrown out", kill_clients),
    Trouble("the updates are deleted", redis("DEL", "{}updates"), quiet=True),
    Trouble("the replies are deleted", redis("DEL", "{}replies"), quiet=True),
    Trouble("the events are deleted", redis("DEL", "{}events"), quiet=True),
    Trouble("all streams are deleted", redis("DEL", "{}updates", "{}replies", "{}events"), quiet=True),
    Trouble("the groups are deleted", lambda stack: (redis("XGROUP", "DESTROY", "{}updates", "workers")(stack),
                                                     redis("XGROUP", "DESTROY", "{}replies", "gateway")(stack)), quiet=True),
    Trouble("the functions are deleted", redis("FUNCTION", "FLUSH")),
    Trouble("an odd update is added", redis("XADD", "{}updates", "*", "hello", "world"), told=UNREADABLE, by="worker"),
    Trouble("an odd update of a chat is added",
            redis("XADD", "{}updates", "*", "v", "1", "chat_id", str(ANNA), "text", "/help"), told=UNREADABLE, by="worker"),
    Trouble("an update of the far future is added", redis("XADD", "{}updates", "9000000000000000-1", "hello", "world"),
            told=UNREADABLE, by="worker"),
    Trouble("an odd reply is added", redis("XADD", "{}replies", "*", "hello", "world"), told=r" reply\.dead ", dead_letters=1),
    Trouble("a reply of the far future is added", redis("XADD", "{}replies", "9000000000000000-1", "hello", "world"),
            told=r" reply\.dead ", dead_letters=1),
]  # fmt: skip


def ask(stack: Stack) -> None:
    for _ in range(QUESTIONS):
        stack.telegram.send(ANNA, "/help")


def await_answers(stack: Stack, count: int) -> None:
    until(lambda: len(stack.telegram.texts(ANNA)) >= count, f"{count} answers", HEALING_S)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_every_question_is_answered_once_though(stack: Stack, trouble: Trouble) -> None:
    stack.settings["JOB_LEASE_S"] = "600"  # what an answer that was lost handed over is found without it
    stack.start()
    ask(stack)
    if trouble.quiet:
        await_answers(stack, QUESTIONS)
        stack.settle()
    else:
        await_answers(stack, 1)
    trouble.cause(stack)
    ask(stack)
    if trouble.told:
        stack[trouble.by].await_log(trouble.told, HEALING_S)
    trouble.cure(stack)
    ask(stack)
    await_answers(stack, 3 * QUESTIONS)
    stack.settle(HEALING_S)
    assert len(stack.telegram.texts(ANNA)) == 3 * QUESTIONS
    stack.finish(dead_letters=trouble.dead_letters)

"""Threads in which sockets read the database; each keeps its connection.

As in project/lib/server/http.py, the pool of threads is the pool of connections.
Channels' own `database_sync_to_async` has one thread for all sockets.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.utils import translation

from project.lib.database import deadlines
from project.lib.database.deadlines import Deadline

P = ParamSpec("P")
Answer = TypeVar("Answer")


async def in_thread(
    function: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs
) -> Answer:
    """Call in one of settings.CHAT_THREADS threads, in the caller's language.

    Raises Django's OperationalError if it takes longer than a request may; the time
    that it waits for a thread counts.
    """
    deadline = Deadline.after(settings.REQUEST_TIMEOUT_S)
    return await in_thread_until(deadline, function, *args, **kwargs)


async def in_thread_until(
    deadline: Deadline,
    function: Callable[P, Answer],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Answer:
    """Call in the same way, under a deadline that runs already."""
    language = translation.get_language()
    call = partial(_call, language, deadline, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_threads(), call)


async def in_order(
    function: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs
) -> Answer:
    """Call after all earlier calls of this kind; not for the database."""
    call = partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_one_thread(), call)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.CHAT_THREADS, "chat")


@cache
def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "chat-presence")


def _call(
    language: str | None, deadline: Deadline, function: Callable[[], Answer]
) -> Answer:
    deadline.check()
    # Threads do not inherit the language.
    with translation.override(language), deadlines.under(deadline):
        close_old_connections()  # also one that a restarted PostgreSQL has cut off
        return function()

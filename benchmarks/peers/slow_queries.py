"""A server whose database is in trouble: `python -m benchmarks.peers.slow_queries MODULE COMMAND…`.

Runs the same server by the same command (`manage.py …` or `-m package …`), with one door more around the application of
MODULE: as long as a WebSocket is open at PATH, a query that takes a second runs every second, one after the other, through
`database_sync_to_async` as any consumer of Channels would run it. Each is reported on that socket when it is over: the seconds
it took with its wait for the thread, and when it began and ended on the clock that all processes of a machine share.
"""

from __future__ import annotations

import importlib
import json
import runpy
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

PATH = "/slow-queries/"
QUERY_SECONDS = 1.0

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Receive, Send], Awaitable[None]]


def main() -> None:
    module, *command = sys.argv[1:]
    served = importlib.import_module(module)
    served.application = with_slow_queries(served.application)  # type: ignore[attr-defined]
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")


def with_slow_queries(application: Application) -> Application:
    async def door(scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == PATH:
            await run_queries(receive, send)
        else:
            await application(scope, receive, send)

    return door


async def run_queries(receive: Receive, send: Send) -> None:
    """Begin a query every second until the socket is closed, but never two at a time."""
    import asyncio

    from channels.db import database_sync_to_async

    await receive()
    await send({"type": "websocket.accept"})
    closed = asyncio.ensure_future(receive())
    begin = time.monotonic()
    while not closed.done():
        began, ended = await database_sync_to_async(slow_query)()
        took = time.monotonic() - begin
        if not closed.done():
            report = {"seconds": took, "began": began, "ended": ended}
            await send({"type": "websocket.send", "text": json.dumps(report)})
        await asyncio.wait([closed], timeout=max(QUERY_SECONDS - took, 0))
        begin = time.monotonic()


def slow_query() -> tuple[float, float]:
    """SQL that needs a second, in the database of the site; return when it began and ended."""
    from django.db import connection

    began = time.monotonic()
    with connection.cursor() as cursor:
        connection.connection.create_function("pause", 1, time.sleep)
        cursor.execute("SELECT pause(%s)", [QUERY_SECONDS])
        cursor.fetchall()
    return began, time.monotonic()


if __name__ == "__main__":
    main()

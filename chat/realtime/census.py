"""How much a process holds: `kill -USR1` writes one line to the log. Counts only, never whose."""

from __future__ import annotations

import asyncio
import logging
import signal

from chat.realtime import shutdown

logger = logging.getLogger(__name__)


def count_on_signal(loop: asyncio.AbstractEventLoop) -> None:
    """From now on, SIGUSR1 counts what this loop holds."""
    signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon_threadsafe(_count))


def _count() -> None:
    logger.info("Census: %d sockets, %d tasks", shutdown.count(), len(asyncio.all_tasks()))

"""Patience with a reader who is slower than the writer: how much of it, and what happens then."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

KERNEL_BYTES = 64 * 1024  # the send buffer of a connection: a chat needs no more, and a slow reader is noticed early
PATIENCE_SECONDS = 10.0  # in which what is buffered has to go out; then the reader comes again and reads the log

logger = logging.getLogger("chat.socket")


def keep_buffer_small(line: socket.socket | None) -> None:
    """Let the kernel keep no more than `KERNEL_BYTES` for this connection; None is one that has no socket."""
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)


async def have_patience(writable: asyncio.Event, cut: Callable[[], None]) -> None:
    """Wait until the transport takes more; a reader who does not read is cut off, and ConnectionAbortedError raised."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await writable.wait()
    except TimeoutError:
        logger.info("A reader is too slow; its connection is cut")
        cut()
        raise ConnectionAbortedError("the reader is too slow") from None

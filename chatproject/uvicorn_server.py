"""uvicorn, the server for production, with the same limits, keep-alive and end as daphne_server.py."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings

from chat.realtime import shutdown
from chat.realtime.census import count_on_signal
from chat.rooms.upkeep import keep_up
from chatproject.garbage import leave_out_what_is_loaded
from chatproject.open_files import allow_many_sockets
from chatproject.uvicorn_http import TandemHTTP
from chatproject.uvicorn_socket import TandemSocket
from chatproject.workers import ORDERED, READY, Parent

CLOSE_SECONDS = 3  # after the drain, for requests that are still being answered


class TandemServer(uvicorn.Server):
    """One server process. `run` returns when it was told to stop, or at once when it cannot listen."""

    def __init__(self, application: Any, host: str, port: int, on_ready: Callable[[int], None]) -> None:
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            http=TandemHTTP,
            ws=TandemSocket,  # which has the keep-alive
            ws_max_size=settings.DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE,
            ws_per_message_deflate=False,  # 50 kB and much time a connection, for texts of a hundred bytes
            lifespan="off",
            log_config=None,  # Django's
            access_log=False,
            server_header=False,
            proxy_headers=False,  # Django reads them, if it was told to trust them
            timeout_keep_alive=60,
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
        super().__init__(config)
        self.on_ready = on_ready
        self.on_order: Callable[[], None] = lambda: None
        self.has_siblings = False
        self.ending = False
        self.cannot_listen = ""

    def run(self, sockets: Any = None) -> None:
        allow_many_sockets()
        try:
            super().run(sockets)
        except SystemExit:  # uvicorn has logged why
            self.cannot_listen = "the address cannot be used"

    async def startup(self, sockets: Any = None) -> None:
        """Say that we are ready once the port accepts connections."""
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.orders = asyncio.ensure_future(self.await_order())
        self.upkeep = asyncio.ensure_future(keep_up())
        count_on_signal(self.loop)
        leave_out_what_is_loaded()
        self.on_ready(self.servers[0].sockets[0].getsockname()[1])

    async def await_order(self) -> None:
        """`manage.py shutdown` was typed somewhere; `listen` has signalled this process as it returns."""
        await shutdown.listen()
        self.on_order()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A second Ctrl-C, from someone who does not want to wait, skips the drain."""
        if self.ending:
            self.should_exit = self.force_exit = True
        elif not self.started:
            self.should_exit = True
        else:
            self.loop.call_soon_threadsafe(lambda: setattr(self, "draining", asyncio.ensure_future(self.drain())))
        self.ending = True

    async def drain(self) -> None:
        """Before the process ends: everybody is told, and what is in flight is finished."""
        if self.has_siblings:  # who can accept what comes now; alone, we do and say when to come again
            for server in self.servers:
                server.close()
        await shutdown.drain()
        self.orders.cancel()
        self.upkeep.cancel()
        self.should_exit = True


def work(application: Any, listener: int, line: int) -> None:
    """Be one of several behind a port (workers.py); the numbers are descriptors of the port and of the line to the parent."""
    parent = Parent(line)
    server = TandemServer(application, "", 0, on_ready=lambda _: parent.say(READY))
    server.has_siblings = True
    server.on_order = lambda: parent.say(ORDERED)
    server.run([socket.socket(fileno=listener)])

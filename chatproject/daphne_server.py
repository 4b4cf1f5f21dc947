"""Daphne, told our limits in one place, listening before it says so and ending in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.internet.error import ReactorNotRunning

from chat.realtime import shutdown
from chat.realtime.census import count_on_signal
from chat.rooms.upkeep import keep_up
from chatproject.daphne_socket import PatientServer  # before the reactor: daphne installs the one that runs on asyncio
from chatproject.garbage import leave_out_what_is_loaded
from chatproject.open_files import allow_many_sockets

CLOSE_SECONDS = 5  # for handlers to finish once they are cancelled; then the process ends without them

log = logging.getLogger("chat.access")


class TandemServer(PatientServer):
    """One server process. `run` returns when it was told to stop, or at once when it cannot listen."""

    def __init__(self, application: Any, host: str, port: int, on_ready: Callable[[int], None]) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,  # ours drain first
            action_logger=log_access,
            ready_callable=self.report_ready,
            server_name="tandem",
            http_timeout=60,
            # A phone that lost its network says nothing: this is how it is noticed, after 24 s at the latest.
            ping_interval=10,
            ping_timeout=12,
            websocket_timeout=-1,  # two people may keep a conversation open for longer than a day
            websocket_connect_timeout=10,
            websocket_handshake_timeout=5,
            websocket_max_message_size=settings.DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE,
            websocket_max_frame_size=settings.DAPHNE_WEBSOCKET_MAX_FRAME_SIZE,
            application_close_timeout=CLOSE_SECONDS,
        )
        self.on_ready = on_ready
        self.ending = False
        self.cannot_listen = ""

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: reactor.callFromThread(self.end))
        allow_many_sockets()
        super().run()

    def report_ready(self) -> None:
        """Daphne calls this when its ports accept connections."""
        self.orders = asyncio.ensure_future(shutdown.listen())
        self.upkeep = asyncio.ensure_future(keep_up())
        count_on_signal(asyncio.get_event_loop())
        leave_out_what_is_loaded()
        _host, port = self.listening_addresses[0][:2]
        self.on_ready(port)

    def listen_error(self, failure: Any) -> None:
        self.cannot_listen = failure.getErrorMessage()
        self.stop()

    def end(self) -> None:
        """A second Ctrl-C, from someone who does not want to wait, skips the drain."""
        if self.ending:
            self.stop_now()
            return
        self.ending = True
        asyncio.ensure_future(self.drain()).add_done_callback(lambda _: self.stop_now())

    async def drain(self) -> None:
        """Before the ports close: everybody is told, and what is in flight is finished."""
        await shutdown.drain()

    def stop_now(self) -> None:
        with contextlib.suppress(ReactorNotRunning):  # it is stopping already
            self.stop()

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """Daphne's own fails on a connection without a handler, and waits for ever for one that does not end."""
        handlers = [details.get("application_instance") for details in self.connections.values()]
        running = [handler for handler in handlers if handler and not handler.done()]
        for handler in running:
            handler.cancel()
        return defer.Deferred.fromFuture(asyncio.ensure_future(wait_briefly(running)))


async def wait_briefly(handlers: list["asyncio.Future[Any]"]) -> None:
    if handlers:
        await asyncio.wait(handlers, timeout=CLOSE_SECONDS)


def log_access(protocol: str, action: str, details: dict[str, Any]) -> None:
    """One line a request at DEBUG, without query string (people paste tokens into addresses) and without addresses."""
    if protocol == "http" and action == "complete":
        path = str(details["path"]).partition("?")[0]
        log.debug("%s %s %s", details["method"], path, details["status"])
    elif protocol == "websocket":
        log.debug("socket %s", action)

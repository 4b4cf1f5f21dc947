"""uvicorn's HTTP, which waits for ever for a request that does not come or does not end, with a limit for both."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.datastructures import Headers
from websockets.http11 import Request

from chatproject.heartbeat import BEAT_SECONDS
from chatproject.uvicorn_socket import TandemSocket

REQUEST_BEATS = 60 / BEAT_SECONDS  # from the first byte of a request to the last of its answer, as on daphne
OF_A_BODY = (b"content-length", b"transfer-encoding")


class TandemHTTP(H11Protocol):
    """A connection for pages, and every WebSocket before its handshake.

    For the head of a request it has as long as a socket for an answer (heartbeat.py), counted from the first byte or from
    the connection's begin. Between two requests uvicorn's own keep-alive ends it.
    """

    heartbeat = TandemSocket.heartbeat

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.since: int | None = self.heartbeat.now  # the beat in which it began to owe us something
        self.slot = self.heartbeat.join(self, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.heartbeat.leave(self, self.slot)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Give the socket the request as it was read here; the base writes it down for the library to read again."""
        self.heartbeat.leave(self, self.slot)
        if event.method != b"GET" or any(name in OF_A_BODY for name, _ in self.headers):
            super().handle_websocket_upgrade(event)  # to be refused
            return
        self.connections.discard(self)
        socket = TandemSocket(config=self.config, server_state=self.server_state, app_state=self.app_state)
        socket.connection_made(self.transport)
        headers = Headers((name.decode("ascii"), value.decode("latin-1")) for name, value in self.headers)
        socket.handle_connect(Request(event.target.decode("ascii"), headers))
        self.transport.set_protocol(socket)

    def data_received(self, data: bytes) -> None:
        if self.since is None:
            self.since = self.heartbeat.now
        super().data_received(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.since = self.heartbeat.now if self.has_request() else None  # the next one may have been there already

    def has_request(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def ask(self) -> None:
        """Nothing to ask: who owes us a request knows it."""

    def is_late(self, since: int) -> bool:
        if self.since is None:
            return False
        if self.has_request():
            return self.heartbeat.now - self.since >= REQUEST_BEATS
        return self.since <= since

    def drop(self) -> None:
        self.transport.abort()

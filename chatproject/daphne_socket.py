"""What daphne lacks: a word when a socket closes, and patience with a reader who is slower than the writer."""

import asyncio
import logging
import socket
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from chat.realtime.consumer import SEND_NOW

KERNEL_BYTES = 64 * 1024  # the send buffer of a connection: a chat needs no more, and a slow reader is noticed early
PATIENCE_SECONDS = 10.0  # in which what is buffered has to go out; then the reader comes again and reads the log

logger = logging.getLogger("chat.socket")


class TandemSocket(WebSocketProtocol):
    """daphne's socket that closes with the code it was given, and knows when its transport wants a pause.

    1008 (policy) and 1012 (restarting) are a server's codes by RFC 6455 and the IANA registry, but the library under
    daphne takes only 1000 and 3000 to 4999 from an application, and cuts the line without a word where it closes by
    itself. It also writes to a transport that keeps whatever the other end does not read.
    """

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - daphne's name
        self.failByDrop = False  # a frame too large or not UTF-8 is answered with 1009 or 1007
        self.writable = asyncio.Event()
        self.writable.set()
        return super().onConnect(request)

    def onOpen(self) -> None:  # noqa: N802 - daphne's name
        handle = self.transport.getHandle()
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.transport.unregisterProducer()  # the HTTP channel that the handshake came through
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:  # noqa: N802, N803 - daphne's names
        self.writable.set()
        super().onClose(wasClean, code, reason)

    def serverSend(self, content: str, binary: bool = False) -> None:  # noqa: N802 - daphne's name
        if self.state not in (self.STATE_CLOSING, self.STATE_CLOSED):  # else it hung up in this moment
            super().serverSend(content, binary)

    def send_now(self, text: str) -> bool:
        """Send a text frame if that takes no waiting; return whether it did."""
        if self.state != self.STATE_OPEN or not self.writable.is_set():
            return False
        self.serverSend(text)
        return True

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        self.sendCloseFrame(code=code or 1000)

    async def drained(self) -> None:
        """Wait until the transport takes more; a reader who does not read is cut off."""
        try:
            await asyncio.wait_for(self.writable.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            logger.info("A reader is too slow; its connection is cut")
            self.transport.abortConnection()

    # As a producer of the transport (Twisted's IPushProducer)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone; `onClose` follows."""


class PatientServer(Server):
    """daphne, whose `send` waits for a slow reader: so does the consumer, and nothing piles up for them."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Offer our consumers more than ASGI's `send`."""
        if isinstance(protocol, TandemSocket):
            scope.setdefault("extensions", {})[SEND_NOW] = protocol.send_now
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        await super().handle_reply(protocol, message)
        if isinstance(protocol, TandemSocket) and not protocol.writable.is_set():
            await protocol.drained()


def install() -> None:
    """Use it for every socket of this process, however daphne was started."""
    WebSocketFactory.protocol = TandemSocket

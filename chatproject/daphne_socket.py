"""What daphne's sockets lack: a word when they close, and a limit to what waits for a slow reader."""

import logging
import socket
from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

KERNEL_BYTES = 64 * 1024  # the send buffer of a connection: a chat needs no more, and a slow reader is noticed early
WAITING_BYTES = 1024 * 1024  # what may wait in this process besides; past it the reader comes again and reads the log

logger = logging.getLogger("chat.socket")


class TandemSocket(WebSocketProtocol):
    """daphne's socket that closes with the code it was given, and does not buffer without end.

    1008 (policy) and 1012 (restarting) are a server's codes by RFC 6455 and the IANA registry, but the library under
    daphne takes only 1000 and 3000 to 4999 from an application, and cuts the line without a word where it closes by
    itself. It also writes to a transport that keeps whatever the other end does not read.
    """

    waiting: int | None = None  # bytes since the transport asked for a pause; None while it takes more

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - daphne's name
        self.failByDrop = False  # a frame too large or not UTF-8 is answered with 1009 or 1007
        return super().onConnect(request)

    def onOpen(self) -> None:  # noqa: N802 - daphne's name
        handle = self.transport.getHandle()
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.transport.unregisterProducer()  # the HTTP channel that the handshake came through
        self.transport.registerProducer(self, True)
        super().onOpen()

    def serverSend(self, content: str, binary: bool = False) -> None:  # noqa: N802 - daphne's name
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            return  # the other end hung up in this moment; the consumer hears of it next
        if self.waiting is not None:
            self.waiting += len(content)
            if self.waiting > WAITING_BYTES:
                logger.info("A reader is too slow; its connection is cut")
                self.transport.abortConnection()
                return
        super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        self.sendCloseFrame(code=code or 1000)

    # As a producer of the transport (Twisted's IPushProducer)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        if self.waiting is None:  # it asks again with every write
            self.waiting = 0

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.waiting = None

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone; `onClose` follows."""


def install() -> None:
    """Use it for every socket of this process, however daphne was started."""
    WebSocketFactory.protocol = TandemSocket

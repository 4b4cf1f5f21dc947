"""What daphne lacks: a word when a socket closes, and patience with a reader, or a handler, who is slower than the writer."""

import asyncio
from functools import partial
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from chat.realtime.consumer import SEND_NOW
from chatproject.frames import text_frame, text_in
from chatproject.inbox import Inbox
from chatproject.patience import have_patience, keep_buffer_small


class TandemSocket(WebSocketProtocol):
    """daphne's socket that closes with the code it was given, and knows when its transport wants a pause.

    1008 (policy) and 1012 (restarting) are a server's codes by RFC 6455 and the IANA registry, but the library under
    daphne takes only 1000 and 3000 to 4999 from an application, and cuts the line without a word where it closes by
    itself. It also writes to a transport that keeps whatever the other end does not read.
    """

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.loop = asyncio.get_event_loop()
        self.unsent: list[bytes] = []
        self.inbox: Inbox | None = None  # None on a server that is not ours: it has a queue without bound
        self.read_paused = False
        super().connectionMade()

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - daphne's name
        self.failByDrop = False  # a frame too large or not UTF-8 is answered with 1009 or 1007
        self.writable = asyncio.Event()
        self.writable.set()
        return super().onConnect(request)

    def onOpen(self) -> None:  # noqa: N802 - daphne's name
        keep_buffer_small(self.transport.getHandle())
        self.transport.unregisterProducer()  # the HTTP channel that the handshake came through
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:  # noqa: N802, N803 - daphne's names
        self.writable.set()
        super().onClose(wasClean, code, reason)

    def serverSend(self, content: str, binary: bool = False) -> None:  # noqa: N802 - daphne's name
        if self.state not in (self.STATE_CLOSING, self.STATE_CLOSED):  # else it hung up in this moment
            super().serverSend(content, binary)

    # Text in one frame, past the forty calls that autobahn makes for it

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take whole text frames off the front; whatever comes then, autobahn knows what it is."""
        at = 0
        if self.state == self.STATE_OPEN and not (self.data or self.current_frame or self.inside_message):
            while not self.read_paused and (found := text_in(data, at)):
                text, at = found
                self.application_queue.put_nowait({"type": "websocket.receive", "text": text})
                self.pause_if_full(len(text))
        if at < len(data):
            super().dataReceived(data[at:])

    def processData(self) -> bool:  # noqa: N802 - autobahn's name
        """Take a frame off the front of what autobahn has; while the handler has enough, it keeps that."""
        return not self.read_paused and super().processData()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 - daphne's names
        if self.state == self.STATE_OPEN:  # else nobody will read it
            super().onMessage(payload, isBinary)
            self.pause_if_full(len(payload))

    async def receive(self) -> Any:
        """For the application."""
        inbox = self.inbox
        assert inbox
        while not inbox.messages:
            await inbox.arrival()
        message = inbox.messages.pop(0)
        if self.read_paused and not inbox.messages:
            self.read_on()
        return message

    def pause_if_full(self, length: int) -> None:
        if self.inbox is not None and self.inbox.is_full(length):
            self.read_paused = True
            self.transport.pauseProducing()

    def read_on(self) -> None:
        """There is room again, or nobody who needs any."""
        self.read_paused = False
        self.consumeData()
        if not self.read_paused:
            self.transport.resumeProducing()

    def _sendAutoPing(self) -> None:  # noqa: N802 - autobahn's name
        if not self.read_paused:  # else we would not see the answer
            super()._sendAutoPing()

    def onAutoPingTimeout(self) -> None:  # noqa: N802 - autobahn's name
        if self.read_paused:  # it may have answered, and we do not look
            self.autoPingTimeoutCall = None
        else:
            super().onAutoPingTimeout()

    # What goes out

    def send_now(self, text: bytes) -> bool:
        """Send a text frame if that takes no waiting; return whether it did. Those of one tick leave in one write."""
        if self.state != self.STATE_OPEN or not self.writable.is_set():
            return False
        if not self.unsent:
            self.loop.call_soon(self.flush)
        self.unsent.append(text_frame(text))
        return True

    def sendData(self, *args: Any, **options: Any) -> None:  # noqa: N802 - autobahn's name
        self.flush()
        super().sendData(*args, **options)

    def flush(self) -> None:
        """Send what this tick has gathered."""
        data, transport = b"".join(self.unsent), self.transport
        self.unsent.clear()
        if not data or not transport.connected:
            return
        if not (transport.dataBuffer or transport._tempDataBuffer):
            # Nothing waits, so it can go at once. Twisted would ask the kernel to be told when it may write, and to be
            # told no more, which is a fifth of what a message costs. An error comes again below, where Twisted handles it.
            sent = transport.writeSomeData(data)
            data = data[sent:] if isinstance(sent, int) else data
        if data:
            transport.write(data)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        self.sendCloseFrame(code=code or 1000)
        if self.read_paused:
            self.read_on()  # the answer to our close frame may be in it

    # As a producer of the transport (Twisted's IPushProducer)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone; `onClose` follows."""


class PatientServer(Server):
    """daphne, whose `send` waits for a slow reader, and whose sockets read no more than the consumer takes: nothing piles up."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Offer our consumers more than ASGI's `send`; return what daphne fills for them."""
        if not isinstance(protocol, TandemSocket):
            return super().create_application(protocol, scope)
        protocol.inbox = Inbox(protocol.loop)
        scope |= {"asgi": {"version": "3.0"}, "extensions": {SEND_NOW: protocol.send_now}}
        handler = self.application(scope=scope, receive=protocol.receive, send=partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(handler)
        return protocol.inbox

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        """Send; to a socket that is gone daphne does nothing, where the ASGI specification asks for an OSError."""
        connection = self.connections.get(protocol)
        if isinstance(protocol, TandemSocket) and (connection is None or connection.get("disconnected")):
            raise ConnectionError("the other end is gone")
        await super().handle_reply(protocol, message)
        if isinstance(protocol, TandemSocket) and not protocol.writable.is_set():
            await have_patience(protocol.writable, protocol.transport.abortConnection)


def install() -> None:
    """Use it for every socket of this process, however daphne was started."""
    WebSocketFactory.protocol = TandemSocket

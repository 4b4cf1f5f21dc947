"""Lets daphne say why it closes a socket.

1008 (policy) and 1012 (restarting) are a server's codes by RFC 6455 and the IANA registry, but the library under daphne
takes only 1000 and 3000 to 4999 from an application, and cuts the line without a word where it closes by itself.
"""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol


class AnyCloseCode(WebSocketProtocol):
    """daphne's socket, whose close frame carries the code it was given."""

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - daphne's name
        self.failByDrop = False  # a frame too large or not UTF-8 is answered with 1009 or 1007
        return super().onConnect(request)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        self.sendCloseFrame(code=code or 1000)


def allow_all() -> None:
    """Use it for every socket of this process, however daphne was started."""
    WebSocketFactory.protocol = AnyCloseCode

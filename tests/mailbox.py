"""A mail server that keeps what it is given: as much of SMTP as a client needs, on loopback."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage


class Mailbox:
    """Takes mail for everybody; each message is handed out once, in the order it came."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._came = threading.Condition()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def next(self, seconds: float = 10) -> EmailMessage:
        """The next message; waits for it."""
        with self._came:
            assert self._came.wait_for(lambda: self.messages, timeout=seconds), "no mail came"
            return self.messages.pop(0)

    def close(self) -> None:
        """From now on nobody answers."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, raw: bytes) -> None:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._came:
            self.messages.append(message)
            self._came.notify_all()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        take = self._take

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 ready\r\n")
                for line in self.rfile:
                    match line[:4].upper():
                        case b"DATA":
                            self.wfile.write(b"354 go on\r\n")
                            take(self._data())
                            self.wfile.write(b"250 kept\r\n")
                        case b"QUIT":
                            self.wfile.write(b"221 bye\r\n")
                            return
                        case _:
                            self.wfile.write(b"250 ok\r\n")

            def _data(self) -> bytes:
                lines = iter(self.rfile.readline, b".\r\n")
                return b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)

        return Conversation

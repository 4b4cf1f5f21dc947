"""A push service on loopback, and browsers that subscribe to it: it decrypts with another's implementation of the standard."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chat.push.message import encode

_numbers = count(1)


@dataclass
class Pushed:
    """What came for one subscription."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Device:
    """A browser's subscription; only this one can read what is sent to it."""

    endpoint: str
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def fields(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encode(point), "auth": encode(self.auth)}

    def read(self, pushed: Pushed) -> Any:
        """What the message says."""
        return json.loads(http_ece.decrypt(pushed.body, private_key=self.key, auth_secret=self.auth))


class PushService:
    """Answers every POST with `status`, and keeps what came."""

    def __init__(self) -> None:
        self.status = 201
        self.pushed: list[Pushed] = []
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def device(self) -> Device:
        return Device(f"{self.url}/push/{next(_numbers)}")

    def next(self, device: Device, seconds: float = 10) -> Pushed:
        """What comes for this device; waits for it."""
        with self._came:
            assert self._came.wait_for(lambda: self.for_(device), timeout=seconds), "nothing was pushed"
            found = self.for_(device)[0]
            self.pushed.remove(found)
            return found

    def for_(self, device: Device) -> list[Pushed]:
        """What came and was not taken yet."""
        return [pushed for pushed in self.pushed if device.endpoint.endswith(pushed.path)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with service._came:
                    service.pushed.append(Pushed(self.path, dict(self.headers.items()), body))
                    service._came.notify_all()
                self.send_response(service.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Answer

"""A person at a socket, from outside: nothing but the wire protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Frame = dict[str, Any]
CSRF = "c" * 32  # any will do, as long as the cookie and the field have the same
PATIENCE = 30.0  # seconds until a test stops waiting for what should have come at once


@dataclass(frozen=True)
class Person:
    """Somebody with an account and a login."""

    id: int
    username: str
    token: str
    cookie: str

    @property
    def cookie_header(self) -> str:
        return f"sessionid={self.cookie}"

    async def open(self, site: str) -> Socket:
        """Open a socket at `site` (http://host:port) and wait to be welcomed."""
        socket = await Socket.open(site, cookie=self.cookie_header)
        socket.welcome = await socket.next("welcome")
        return socket

    async def post(self, site: str, path: str, **fields: str) -> int:
        """Send a form of this site's pages; return the status of the page it led to."""
        cookies = {"sessionid": self.cookie, "csrftoken": CSRF}
        async with httpx.AsyncClient(base_url=site, cookies=cookies, follow_redirects=True, timeout=PATIENCE) as http:
            return (await http.post(path, data={"csrfmiddlewaretoken": CSRF, **fields})).status_code


class Socket:
    """One open socket; `heard` is every frame that came, in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[Frame] = []
        self.welcome: Frame = {}
        self.pair = ""
        self._counter = itertools.count(1)

    @classmethod
    async def open(cls, site: str, *, cookie: str | None = None, path: str = "/ws/pair/", **options: Any) -> Self:
        headers = {"Cookie": cookie} if cookie else {}
        options.setdefault("origin", site)
        url = site.replace("http", "ws", 1) + path
        return cls(await connect(url, additional_headers=headers, proxy=None, max_size=None, **options))

    async def send(self, type_: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": type_, **fields}, ensure_ascii=False))

    async def send_raw(self, data: str | bytes) -> None:
        await self.connection.send(data)

    async def receive(self) -> Frame:
        """The next frame, whatever it is."""
        async with asyncio.timeout(PATIENCE):
            frame: Frame = json.loads(await self.connection.recv())
        self.heard.append(frame)
        return frame

    async def next(self, *types: str, where: Callable[[Frame], bool] = lambda frame: True) -> Frame:
        """The next frame of one of these types; those before it stay in `heard`."""
        while True:
            frame = await self.receive()
            if frame["type"] in types and where(frame):
                return frame

    async def expect(self, type_: str) -> Frame:
        """The next frame, which must be of this type."""
        frame = await self.receive()
        assert frame["type"] == type_, frame
        return frame

    async def settle(self) -> list[Frame]:
        """What came until everything sent so far was answered."""
        await self.send("ping")
        came: list[Frame] = []
        while (frame := await self.receive())["type"] != "pong":
            came.append(frame)
        return came

    async def say(self, text: str, n: int | None = None) -> Frame:
        """Send a message and wait until it is accepted or refused."""
        n = n or next(self._counter)
        await self.send("message", pair=self.pair, n=n, text=text)
        return await self.next("accepted", "error", where=lambda frame: frame.get("n") == n)

    async def join(self, token: str) -> Frame:
        await self.send("join", token=token)
        frame = await self.next("joined", "error")
        if frame["type"] == "joined":
            self.begin(frame)
        return frame

    def begin(self, joined: Frame) -> None:
        """A pair begins for this socket."""
        self.pair = joined["pair"]["id"]
        self._counter = itertools.count(joined["pair"]["n"] + 1)

    async def closed(self) -> int:
        """Wait until the server closes; return the code."""
        with pytest.raises(ConnectionClosed):
            await self.next("never")
        assert self.connection.close_code not in (None, 1006), "the connection was cut without a close frame"
        return self.connection.close_code or 0

    async def close(self) -> None:
        await self.connection.close()

    def cut(self) -> None:
        """The network is gone: no close frame."""
        self.connection.transport.abort()


async def pair_up(host: Socket, guest: Socket, token: str) -> str:
    """Let `guest` join `host`, who has this token; return the pair's id."""
    joined = await guest.join(token)
    assert joined["type"] == "joined", joined
    host.begin(await host.next("joined"))
    assert host.pair == guest.pair
    return guest.pair

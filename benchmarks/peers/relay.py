"""The floor: text from one socket of a path to the others of it, in the memory of one process. It checks and stores nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]
rooms: dict[str, list[Send]] = defaultdict(list)


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    assert scope["type"] == "websocket"
    room = rooms[scope["path"]]
    await receive()
    room.append(send)
    await send({"type": "websocket.accept"})
    try:
        while (event := await receive())["type"] == "websocket.receive":
            for other in room:
                if other is not send:
                    await other({"type": "websocket.send", "text": event["text"]})
    finally:
        room.remove(send)

"""A server of ours with a handler that reads nothing until it is told to: `python -m tests.integration.waiting_server KIND`.

It prints its port. A socket at `/go` is the word to read; then the handler says how many messages came in their order.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn

may_read = asyncio.Event()


async def wait_then_count(scope: Any, receive: Any, send: Any) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    if scope["path"] == "/go":
        may_read.set()
        await send({"type": "websocket.close"})
        return
    await may_read.wait()
    n = 0
    while (message := await receive())["type"] == "websocket.receive":
        word = (message.get("text") or message["bytes"].decode()).split()[0]
        if word == "end":
            await send({"type": "websocket.send", "text": str(n)})
        elif word == str(n):
            n += 1


def run_daphne() -> None:
    from chatproject import daphne_socket  # before the reactor

    daphne_socket.install()
    server: Any = daphne_socket.PatientServer(
        wait_then_count,
        endpoints=["tcp:port=0:interface=127.0.0.1"],
        signal_handlers=False,
        ready_callable=lambda: print(server.listening_addresses[0][1], flush=True),
    )
    server.run()


def run_uvicorn() -> None:
    from chatproject.uvicorn_http import TandemHTTP
    from chatproject.uvicorn_socket import TandemSocket

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            print(self.servers[0].sockets[0].getsockname()[1], flush=True)

    config = uvicorn.Config(
        wait_then_count, port=0, http=TandemHTTP, ws=TandemSocket, ws_per_message_deflate=False, lifespan="off",
        log_config=None,
    )  # fmt: skip
    Server(config).run()


if __name__ == "__main__":
    {"daphne": run_daphne, "uvicorn": run_uvicorn}[sys.argv[1]]()

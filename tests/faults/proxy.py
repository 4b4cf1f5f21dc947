"""A TCP proxy that does to a connection what networks do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


KERNEL_BYTES = 32 * 1024  # a line that can hold no more is full as soon as its reader stops


class Proxy:
    """Listens on loopback and passes bytes on, until told otherwise."""

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refuses = False
        self.latency = 0.0  # seconds, each way
        self.bytes_a_second: float | None = None  # towards the one who connected

    @classmethod
    async def to_port(cls, port: int) -> Proxy:
        async def connect() -> Streams:
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
            line.setblocking(False)
            await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
            return await asyncio.open_connection(sock=line)

        return await cls(connect).start()

    @classmethod
    async def to_socket(cls, path: str) -> Proxy:
        return await cls(lambda: asyncio.open_unix_connection(path)).start()

    async def start(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def cut(self) -> None:
        """Reset every connection; new ones are welcome."""
        for writer in list(self._writers):
            writer.transport.abort()

    def down(self) -> None:
        """Reset every connection, and every new one at once."""
        self._refuses = True
        self.cut()

    def half_close(self) -> None:
        """Tell both ends that the other has nothing more to say."""
        for writer in list(self._writers):
            if not writer.is_closing() and writer.can_write_eof():
                writer.write_eof()

    def black_hole(self) -> None:
        """Swallow everything without a word, of new connections too."""
        self._flowing.clear()

    def heal(self) -> None:
        """Pass everything on again; what was swallowed is late, not lost, as in TCP."""
        self._refuses = False
        self._flowing.set()

    async def stop(self) -> None:
        self._server.close()
        self.heal()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._refuses:
                raise ConnectionRefusedError
            upstream_reader, upstream_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, upstream_writer}
        self._writers |= both
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the test is over
                await asyncio.gather(
                    self._pump(reader, upstream_writer), self._pump(upstream_reader, writer, towards_client=True)
                )
        finally:
            self._writers -= both
            for end in both:
                end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, towards_client: bool = False
    ) -> None:
        try:
            while True:
                slow = self.bytes_a_second if towards_client else None
                data = await reader.read(int(slow) if slow else 65536)
                if not data:
                    break
                if slow:
                    await asyncio.sleep(len(data) / slow)
                if self.latency:
                    await asyncio.sleep(self.latency)
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        except (OSError, RuntimeError):  # RuntimeError: the other end was told that there is no more to say
            pass
        writer.close()

"""What all the pair sockets of one process share: the way to the rules, and the pulse that keeps their seats."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from chat.pairs.answers import Fenced, Standing
from chat.pairs.pairing import NO_LIMITS, Here, Limits, Pairing, Seat, Timing
from chat.pairs.receipts import Receipts
from chat.realtime import broker
from chat.realtime.login import Login, ended_logins
from chat.realtime.pulse import QUERY_AT_ONCE, beat, for_all, in_parts

logger = logging.getLogger(__name__)

CHECK_LOGINS = 4_000  # ms; signals end a login's sockets at once, this finds within five seconds what got past them


class Seated(Protocol):
    """A socket with a seat, as the pulse sees it."""

    seat: Seat | None
    login: Login | None

    def agrees(self, standing: Standing) -> bool:
        """Whether the socket knows already what Redis says."""

    async def reconcile(self, standing: Standing) -> None:
        """Bring the socket in line with what Redis says."""

    async def trouble(self, active: bool) -> None:
        """Say that Redis stopped answering, or answers again."""


class PairProcess:
    """The pair sockets of one event loop, and the pulse that keeps their seats."""

    def __init__(self) -> None:
        layer = get_channel_layer()
        here = Here(layer.inbox.name(), layer.inbox.hand)
        self.pairing = Pairing(broker.client(), Timing(), Limits() if settings.RATE_LIMITS else NO_LIMITS, here)
        self.receipts = Receipts()
        self._sockets: set[Seated] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._events_lost = asyncio.Event()
        layer.on_return(self._events_lost.set)

    def add(self, socket: Seated) -> None:
        """Keep this socket's seat from now on."""
        self._sockets.add(socket)
        if not self._tasks:
            timing = self.pairing.timing
            self._start(beat(timing.sweep, self.pairing.sweep, on_trouble=self._tell_trouble))
            self._start(beat(timing.renew, self._renew, hurry=self._events_lost))
            self._start(beat(CHECK_LOGINS, self._check_logins))

    def discard(self, socket: Seated) -> None:
        """The socket has no seat any more. The pulse goes on: somebody has to free the seats of the dead."""
        self._sockets.discard(socket)

    async def _renew(self) -> None:
        await for_all(list(self._sockets), self._renew_some)

    async def _renew_some(self, sockets: list[Seated]) -> None:
        seats = [(socket, socket.seat) for socket in sockets if socket.seat]
        standings = await self.pairing.renew([seat for _, seat in seats])
        for (socket, seat), standing in zip(seats, standings, strict=True):
            if socket.seat is seat and not socket.agrees(standing):
                self.start(socket.reconcile(standing))

    async def _check_logins(self) -> None:
        async for some in in_parts([socket.login for socket in self._sockets if socket.login], QUERY_AT_ONCE):
            for login in await ended_logins(some):
                await self.pairing.log_out(login.user.pk, login.name)

    def _tell_trouble(self, active: bool) -> None:
        for socket in self._sockets:
            self.start(socket.trouble(active))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this for one socket, by itself: one that takes long must not hold up the seats of the others."""
        self._start(_quietly(work))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except (RedisError, Fenced):
        pass  # the next renewal tries again
    except Exception:
        logger.exception("A socket could not be brought in line")


_processes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, PairProcess] = weakref.WeakKeyDictionary()


def this_process() -> PairProcess:
    """Return what the running loop's pair sockets share."""
    loop = asyncio.get_running_loop()
    if loop not in _processes:
        _processes[loop] = PairProcess()
    return _processes[loop]

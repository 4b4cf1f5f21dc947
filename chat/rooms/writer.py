"""Group commit: what the sockets of one process write while a transaction runs goes into the next one together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError

from chat.futures import settle
from chat.realtime.lookup import write_down
from chat.rooms import log
from chat.rooms.log import Change, Stored

logger = logging.getLogger(__name__)

AT_ONCE = 100  # changes in one transaction: a few ms in which no other process can write

Told = Callable[[list[tuple[Change, Stored]]], None]


class Writer:
    """Writes for one event loop; `tell` is called with what is new, in its order, before whoever wrote it goes on."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._waiting: list[tuple[Change, asyncio.Future[Stored]]] = []
        self._working: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> Stored:
        """Return the place of this change once it is committed; raises `Refusal`, or what the database raised.

        After an error of the database nobody knows whether it was committed: doing it again is safe.
        """
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, answer))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            changes = [change for change, _ in batch]
            outcomes = await self._commit(changes)
            self._tell_new(list(zip(changes, outcomes, strict=True)))
            for (_, answer), outcome in zip(batch, outcomes, strict=True):
                settle(answer, outcome)
        self._working = None

    async def _commit(self, changes: list[Change]) -> Sequence[Stored | Exception]:
        """Return what became of each; one that the database cannot take spoils nothing for the others."""
        try:
            return await write_down(log.write, changes)
        except (OperationalError, InterfaceError) as error:
            return [error] * len(changes)
        except Exception as error:
            if len(changes) == 1:
                return [error]
            logger.exception("Changes are written one by one")
            return [outcome for change in changes for outcome in await self._commit([change])]

    def _tell_new(self, written: list[tuple[Change, Stored | Exception]]) -> None:
        try:
            self._tell([(change, stored) for change, stored in written if isinstance(stored, Stored) and stored.news])
        except Exception:
            logger.exception("What was written could not be told")  # everybody reads it from the log within a second

"""Several people in a room, on a site that things happen to."""

from __future__ import annotations

import asyncio

from tests.faults.checker import Verdict, check
from tests.faults.client import Client
from tests.faults.room_talker import RoomTalker
from tests.faults.world import SETTLE_SECONDS, Speaker, World


class Company(World):
    """Alice, Bob and Mallory in the lobby, Alice with a second window that only listens."""

    async def settle(self) -> dict[str, Speaker]:
        alice, bob, mallory = await asyncio.to_thread(self.site.trio)
        self.talkers = [
            RoomTalker(alice, self.urls),
            RoomTalker(bob, lambda: self.urls()[::-1]),
            RoomTalker(mallory, self.urls),
        ]
        self.listener = RoomTalker(alice, lambda: self.urls()[::-1], window="second", talks=False)
        for window in self.windows:
            window.start()
        for window in self.windows:
            await window.until(lambda window=window: window.resumed, SETTLE_SECONDS)  # type: ignore[misc]
        return {talker.person.username: talker for talker in self.talkers}

    @property
    def windows(self) -> list[RoomTalker]:
        return [*self.talkers, self.listener]

    async def hear_again(self, since: float) -> None:
        for window in self.windows:
            await window.until(lambda window=window: window.has_heard(since), SETTLE_SECONDS)  # type: ignore[misc]

    async def verdict(self) -> Verdict:
        try:
            for talker in self.talkers:
                await talker.until(lambda talker=talker: talker.is_quiet, SETTLE_SECONDS)  # type: ignore[misc]
            last = max((seq for talker in self.talkers for seq in talker.chapter.accepted.values()), default=0)
            for window in self.windows:
                await window.until(lambda window=window: window.chapter.seq >= last, SETTLE_SECONDS)  # type: ignore[misc]
        except TimeoutError:
            pass  # the diaries say what is missing
        await asyncio.gather(*map(Client.stop, self.windows))
        return check([window.diary for window in self.windows])

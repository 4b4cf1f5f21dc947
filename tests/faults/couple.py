"""Two people in a pair, on a site that things happen to."""

from __future__ import annotations

import asyncio
import contextlib

from tests.faults.checker import Verdict, check
from tests.faults.talker import Talker
from tests.faults.world import SETTLE_SECONDS, Speaker, World


class Couple(World):
    """Alice and Bob, who pair anew when their pair is gone; Mallory must hear nothing."""

    async def settle(self) -> dict[str, Speaker]:
        alice, bob, mallory = await asyncio.to_thread(self.site.trio)
        self.alice, self.bob = Talker(alice, self.urls), Talker(bob, self.urls_of_bob)
        self.mallory = Talker(mallory, self.urls)
        self.talkers = [self.alice, self.bob]
        for talker in self.talkers:
            talker.start()
        await self.alice.until(lambda: self.alice.socket is not None)
        await self.pair_up()
        return {talker.person.username: talker for talker in self.talkers}

    def urls_of_bob(self) -> list[str]:
        """Where Bob tries first, and then: at the other process."""
        return self.urls()[::-1]

    async def pair_up(self) -> None:
        """Bob joins Alice, again and again until it works."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not self.is_paired:
                await self.bob.join(self.alice.person.token)
                try:
                    await self.bob.until(lambda: self.is_paired, 1)
                except TimeoutError:
                    continue

    @property
    def is_paired(self) -> bool:
        one, other = self.alice.chapter, self.bob.chapter
        return one is not None and other is not None and one.place == other.place and not one.left and not other.left

    async def hear_again(self, since: float) -> None:
        """Pairing anew if need be."""
        for talker in self.talkers:
            while not self._has_heard(talker, since):
                await self._step(talker, since)

    async def _step(self, talker: Talker, since: float) -> None:
        if not self.is_paired:
            await self.pair_up()
        with contextlib.suppress(TimeoutError):
            await talker.until(lambda: self._has_heard(talker, since) or not self.is_paired, 1)

    @staticmethod
    def _has_heard(talker: Talker, since: float) -> bool:
        chapter = talker.chapter
        return chapter is not None and any(
            chapter.shown_at[seq] > since for seq, mine, _ in reversed(chapter.shown) if not mine
        )

    async def verdict(self) -> Verdict:
        try:
            for talker in self.talkers:
                await talker.until(lambda talker=talker: talker.is_quiet, SETTLE_SECONDS)  # type: ignore[misc]
            await self.alice.until(self._has_arrived, SETTLE_SECONDS)
        except TimeoutError:
            pass  # the diaries say what is missing
        for talker in self.talkers:
            await talker.stop()
        return check([talker.diary for talker in [*self.talkers, self.mallory]], seats=2)

    def _has_arrived(self) -> bool:
        one, other = self.alice.chapter, self.bob.chapter
        if one is None or other is None or one.left or other.left:
            return True
        return one.seq == other.seq == max([*one.accepted.values(), *other.accepted.values()], default=0)


class Neighbours(Couple):
    """Both at one process while it is there, on uvicorn: what one says reaches the other without being published."""

    SERVERS = ("uvicorn", "daphne")

    def urls_of_bob(self) -> list[str]:
        return self.urls()

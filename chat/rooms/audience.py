"""The windows of one process in one room. What happens there is read once, put in order once and written down once for all.

It is one channel of the channel layer, a member of the group `room.<room>`, whatever the number of windows and of rooms.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chat.realtime.layer import ProcessChannelLayer
from chat.realtime.lookup import look_up
from chat.realtime.pulse import Errands
from chat.rooms import protocol, replay
from chat.rooms.asking import Asks
from chat.rooms.changes import group_of
from chat.rooms.flow import Flow
from chat.rooms.follower import Follower
from chat.rooms.presence import Presence, Version
from chat.rooms.replay import NoRoom
from chat.rooms.roster import Roster

CROWD_SECONDS = 0.2  # who comes and goes within this is told together
SETTLE_SECONDS = 6.0  # after Redis lost who is here: by then every process has renewed its windows
PAGE_SECONDS = (
    10.0  # a crowd comes within this; what is forgotten and who is renamed meanwhile is shown to newcomers no longer
)
TYPISTS = 100  # where more people are, nobody is told who types


class Audience:
    """`hint` is called where a page says that the room has changed, `forgotten` where Redis has lost who is here."""

    def __init__(
        self,
        room: int,
        presence: Presence,
        errands: Errands,
        hint: Callable[[int], None],
        forgotten: Callable[[], None],
    ) -> None:
        self.room = room
        self.revision = 0
        self.roster = Roster()
        self.flow = Flow(room, errands, self._pass_on)
        self.asks = Asks(self, presence)
        self.followers: set[Follower] = set()
        self.errands = errands
        self.tick = 0  # frames about people that windows which are not live have missed
        self._presence, self._hint, self._forgotten = presence, hint, forgotten
        self._channel = ""
        self._arriving = 0
        self._live: set[Follower] = set()
        self._by_user: dict[int, set[Follower]] = {}
        self._page: replay.Page | None = None
        self._page_at = 0.0  # when it was read, on the monotonic clock
        self._reading_page: asyncio.Future[replay.Page] | None = None
        self._known_before = 0  # the log went so far when that was asked
        self._told_people_at = 0.0
        self._timer: asyncio.TimerHandle | None = None  # until those who came and went are told
        self._settling: asyncio.TimerHandle | None = None
        self._looking = False

    async def open(self, layer: ProcessChannelLayer) -> None:
        """Begin to listen, and only then look how things are: nothing is missed in between. Raises `NoRoom`."""
        self._layer, self._channel = layer, await layer.new_channel("room")
        layer.hand_over(self._channel, self.hear)
        await layer.group_add(group_of(self.room), self._channel)
        heads = await look_up(replay.heads, [self.room])
        if self.room not in heads:
            raise NoRoom
        self.roster.begin(await self._presence.look(self.room))
        self.revision = heads[self.room].revision
        self.flow.begin(heads[self.room].seq)

    def begin_anew(self, seq: int) -> None:
        """The database knows less than was told here, as one that was restored does: that is the log now."""
        self._page = None
        self.flow.begin_anew(seq)

    def close(self) -> None:
        """Listen no more."""
        self.flow.close()
        for timer in (self._timer, self._settling):
            if timer is not None:
                timer.cancel()
        if self._channel:
            self._layer.end_channel(self._channel)

    # --- Its windows ---

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """A window is on its way in: meanwhile nobody closes the audience."""
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    @property
    def is_deserted(self) -> bool:
        """Whether nobody is here or on the way."""
        return not self.followers and not self._arriving

    def join(self, follower: Follower) -> None:
        """A window is here."""
        self.followers.add(follower)
        self._by_user.setdefault(follower.user, set()).add(follower)

    def part(self, follower: Follower) -> None:
        """A window is gone."""
        self.followers.discard(follower)
        self._live.discard(follower)
        if (mine := self._by_user.get(follower.user)) is not None:
            mine.discard(follower)
            if not mine:
                del self._by_user[follower.user]

    def is_live(self, follower: Follower) -> bool:
        """Whether it is told things as they happen."""
        return follower in self._live

    def pause(self, follower: Follower) -> None:
        """Tell it nothing for now."""
        self._live.discard(follower)

    def resume(self, follower: Follower) -> None:
        """It knows all that the others know."""
        self._live.add(follower)

    def of(self, user: int) -> list[Follower]:
        """Return the windows of this user."""
        return list(self._by_user.get(user, ()))

    async def publish(self, event: dict[str, Any], room: int | None = None) -> None:
        """Let every process that has windows here, or in another room, hear this; raises RedisError where that cannot be."""
        await self._layer.group_send(group_of(self.room if room is None else room), event)

    async def tell_only(self, users: list[int], frame: protocol.ServerFrame, but: str | None = None) -> None:
        """Tell this to the windows that these users have here, in every process, and to nobody else."""
        await self.publish({"type": "room.private", "users": users, "but": but, "text": protocol.encode(frame)})

    # --- What happens ---

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event of the channel layer."""
        if (hears := EVENTS.get(event["type"])) is not None:
            hears(self, event)

    def _log(self, event: dict[str, Any]) -> None:
        for seq, text in event["news"]:
            self.flow.hear(seq, text)

    def _pass_on(self, seq: int, text: bytes) -> None:
        for follower in [follower for follower in self._live if not follower.send_now(text)]:
            follower.fall_behind(seq - 1)

    def broadcast(self, frame: protocol.ServerFrame) -> None:
        """Tell everybody something that is in no log; slow readers miss it, and are told who is here afterwards."""
        text = protocol.encode(frame)
        self.tick += 1
        for follower in [follower for follower in self._live if not follower.send_now(text)]:
            follower.fall_behind(self.flow.seq)

    def _private(self, event: dict[str, Any]) -> None:
        for user in event["users"]:
            for follower in self.of(user):
                if follower.connection != event.get("but"):
                    follower.tell(event["text"])

    def _typing(self, event: dict[str, Any]) -> None:
        for follower in self._live:
            if follower.user != event["user"]:
                follower.send_now(event["text"])  # a slow reader sees it in the text itself

    def _changed(self, event: dict[str, Any]) -> None:
        self._hint(self.room)

    def _answered(self, event: dict[str, Any]) -> None:
        self.asks.answered(event["ask"], event["text"])

    # --- Who is here ---

    def _people(self, event: dict[str, Any]) -> None:
        if self._settling is not None or not self.roster.has_begun:
            return
        if self.roster.follows(event):
            self.roster.hear(event)
            self._tell_people_soon()
            for user in event.get("exited", ()):
                self.asks.gone(user)
        else:
            self.people_are(Version(event["version"], event["born"]))

    def people_are(self, version: Version) -> None:
        """Redis is at this version: where we are not, an event was lost, or Redis' memory."""
        if self._settling is not None or version.version == self.roster.version:
            return
        if version.born == self.roster.born:
            self.look_again()
        else:
            self._settling = asyncio.get_running_loop().call_later(SETTLE_SECONDS, self._settle)
            self._forgotten()

    def _settle(self) -> None:
        self._settling = None
        self.look_again()

    def look_again(self) -> None:
        """Read who is here, and tell the difference."""
        if not self._looking:
            self._looking = True
            self.errands.start(self._look())

    async def _look(self) -> None:
        try:
            present = await self._presence.look(self.room)
            if self.roster.is_newer(present):
                self.roster.become(present)
        finally:
            self._looking = False
        self._tell_people_soon()

    def _tell_people_soon(self) -> None:
        """At once where nothing was told for a while, else together with what comes next."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            pause = max(0.0, self._told_people_at + CROWD_SECONDS - loop.time())
            self._timer = loop.call_later(pause, self._tell_people)

    def _tell_people(self) -> None:
        self._timer = None
        self._told_people_at = asyncio.get_running_loop().time()
        for frame in self.roster.news():
            self.broadcast(frame)

    # --- The last page, for whoever comes ---

    async def page(self) -> replay.Page:
        """Return the last messages; a crowd that comes at once shares one look at the database."""
        while self._page is None or not self._is_fresh(self._page):
            if self._reading_page is None:
                self._known_before = self.flow.seq
                self._reading_page = asyncio.ensure_future(look_up(replay.page, self.room))
                self._reading_page.add_done_callback(self._read_page)
            known = self._known_before
            page = await asyncio.shield(self._reading_page)
            if page.seq >= self.flow.seq or page.seq < known:
                return page  # also that of a database that forgot something: the pulse finds that too
        return self._page

    def _is_fresh(self, page: replay.Page) -> bool:
        return page.seq >= self.flow.seq and time.monotonic() - self._page_at < PAGE_SECONDS

    def _read_page(self, page: asyncio.Future[replay.Page]) -> None:
        self._reading_page = None
        if not page.cancelled() and page.exception() is None:
            self._page, self._page_at = page.result(), time.monotonic()


EVENTS: dict[str, Callable[[Audience, dict[str, Any]], None]] = {
    "room.log": Audience._log,
    "room.presence": Audience._people,
    "room.private": Audience._private,
    "room.typing": Audience._typing,
    "room.changed": Audience._changed,
    "room.answered": Audience._answered,
}

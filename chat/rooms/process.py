"""What all the room sockets of one process share: the audiences of its rooms, the way to the log, and the pulse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from chat.realtime import broker
from chat.realtime.login import ended_logins
from chat.realtime.lookup import look_up
from chat.realtime.pulse import QUERY_AT_ONCE, Errands, beat, for_all, in_parts
from chat.rooms import people, protocol, replay
from chat.rooms.audience import Audience
from chat.rooms.changes import EVERYWHERE, group_of
from chat.rooms.limits import Allowances
from chat.rooms.log import Change, Stored
from chat.rooms.presence import Presence, Window
from chat.rooms.replay import Head
from chat.rooms.writer import Writer
from chat.wire import timestamp

if TYPE_CHECKING:
    from chat.rooms.people import Appearance
    from chat.rooms.socket import RoomSocket

logger = logging.getLogger(__name__)

WATCH = 1_000  # ms: what changed without a word of it is found within this
CHECK_PEOPLE = 4_000  # ms: hints end a login's sockets at once, this finds within five seconds what got past them
ROOMS_AT_ONCE = 500  # in one query: it is made each second, and reads two numbers of each


class RoomProcess:
    """The room sockets of one event loop."""

    def __init__(self) -> None:
        self.layer = get_channel_layer()
        self.presence = Presence(broker.client())
        self.errands = Errands()
        self.writer = Writer(self._tell)
        self.allowances = Allowances(is_limited=settings.RATE_LIMITS)
        self.sockets: set[RoomSocket] = set()
        self._audiences: dict[int, Audience] = {}
        self._opening: dict[int, asyncio.Future[Audience]] = {}
        self._deserted: set[int] = set()  # audiences that were empty at the last look
        self._renew_now, self._watch_now, self._sweep_now = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._is_beating, self._beginning = False, asyncio.Lock()
        self._troubles: set[str] = set()  # what does not answer now

    # --- Sockets ---

    async def audience(self, room: int) -> Audience:
        """Return the audience of this room, open; `NoRoom` where the room is gone."""
        if room not in self._audiences:
            if room not in self._opening:
                self._opening[room] = asyncio.ensure_future(self._open(room))
                self._opening[room].add_done_callback(lambda _: self._opening.pop(room, None))
            return await asyncio.shield(self._opening[room])
        return self._audiences[room]

    async def _open(self, room: int) -> Audience:
        await self._begin()
        audience = Audience(room, self.presence, self.errands, self._look_soon, self._renew_now.set)
        try:
            await audience.open(self.layer)
        except BaseException:
            audience.close()
            raise
        self._audiences[room] = audience
        return audience

    async def _begin(self) -> None:
        """With the first audience, listen to the whole site, and begin the pulse."""
        async with self._beginning:
            if self._is_beating:
                return
            channel = await self.layer.new_channel("room")
            self.layer.hand_over(channel, self._hear)
            await self.layer.group_add(EVERYWHERE, channel)
            self._is_beating = True
        self.layer.on_return(self._events_lost)
        timing = self.presence.timing
        for work in (
            beat(timing.sweep, self._sweep, hurry=self._sweep_now, on_trouble=partial(self._tell_trouble, "redis")),
            beat(timing.renew, self._renew, hurry=self._renew_now),
            beat(WATCH, self._watch, hurry=self._watch_now, on_trouble=partial(self._tell_trouble, "database")),
            beat(CHECK_PEOPLE, self._check_people),
        ):
            self.errands.start(work)

    def _events_lost(self) -> None:
        self._watch_now.set()
        self._sweep_now.set()

    # --- The log ---

    def _tell(self, written: list[tuple[Change, Stored]]) -> None:
        """What was committed is told here at once, and elsewhere by way of Redis, or within a second by the database."""
        news: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
        for change, stored in written:
            if stored.news is not None:
                news[change.room].append((stored.seq, protocol.encode(stored.news)))
        for room, some in news.items():
            if (audience := self._audiences.get(room)) is not None:
                for seq, text in some:
                    audience.flow.hear(seq, text)
            self.errands.start(self._publish(group_of(room), {"type": "room.log", "news": some}))

    async def _publish(self, to: str, event: dict[str, Any]) -> None:
        with contextlib.suppress(RedisError):  # the pulse reports it once
            await self.layer.group_send(to, event)

    async def _watch(self) -> None:
        """Look in the database how far every room here is."""
        async for some in in_parts(list(self._audiences), ROOMS_AT_ONCE):
            await self._look_at(some)
        self._close_deserted()

    def _look_soon(self, room: int) -> None:
        self.errands.start(self._look(room))

    async def _look(self, room: int) -> None:
        await self._look_at([room])

    async def _look_at(self, rooms: list[int]) -> None:
        before = {room: audience.flow.seq for room in rooms if (audience := self._audiences.get(room)) is not None}
        self._found(before, await look_up(replay.heads, rooms))

    def _found(self, before: dict[int, int], heads: dict[int, Head]) -> None:
        for room, told in before.items():
            audience, head = self._audiences.get(room), heads.get(room)
            if audience is None:
                continue
            if head is not None and head.seq < told:
                self._begin_anew(audience, head.seq)
            elif head is not None:
                audience.flow.reaches(head.seq)
            if head is None or head.revision != audience.revision:
                self.errands.start(self.review(audience))

    def _begin_anew(self, audience: Audience, seq: int) -> None:
        """The database was restored: who is here has seen what it does not know, and comes again."""
        logger.warning("A room's log ends before what was told of it: everybody in it begins anew")
        for follower in list(audience.followers):
            follower.socket.part()
            self.errands.start(follower.socket.come_again())
        audience.begin_anew(seq)

    async def review(self, audience: Audience) -> None:
        """Tell everybody here where they stand in the room now."""
        sockets = {follower.socket for follower in audience.followers}
        found = await look_up(people.review, audience.room, {socket.user for socket in sockets})
        here = {follower.socket for follower in audience.followers}
        if found is None:
            for socket in sockets | here:
                self.errands.start(socket.let_go("no_room"))
            return
        room, standings = found
        audience.revision = room.revision
        for socket in sockets:
            self.errands.start(socket.stands(standings.get(socket.user), room))
        if any(socket.standing.room.revision != room.revision for socket in here - sockets):
            self.errands.start(self.review(audience))  # they came meanwhile, with what was known before

    def _close_deserted(self) -> None:
        """A page that is loaded again finds its audience still there."""
        empty = {room for room, audience in self._audiences.items() if audience.is_deserted}
        for room in empty & self._deserted:
            self._audiences.pop(room).close()
        self._deserted = empty - self._deserted

    # --- Who is here ---

    async def _sweep(self) -> None:
        await for_all(list(self._audiences), self._sweep_some)

    async def _sweep_some(self, rooms: list[int]) -> None:
        for room, version in zip(rooms, await self.presence.sweep(rooms), strict=True):
            if (audience := self._audiences.get(room)) is not None:
                audience.people_are(version)

    async def _renew(self) -> None:
        await for_all([socket for socket in self.sockets if socket.window], self._renew_some)

    async def _renew_some(self, sockets: list[RoomSocket]) -> None:
        windows = {socket.window: socket for socket in sockets if socket.window}
        for window in await self.presence.renew(list(windows)):
            socket = windows[window]
            if socket.window == window:
                await self.enter(window, socket)

    async def enter(self, window: Window, socket: RoomSocket) -> None:
        """Let Redis know of this window."""
        await self.presence.enter(window, socket.person)

    @property
    def is_in_trouble(self) -> bool:
        """Whether Redis or the database does not answer."""
        return bool(self._troubles)

    def _tell_trouble(self, what: str, active: bool) -> None:
        before = self.is_in_trouble
        if active:
            self._troubles.add(what)
        else:
            self._troubles.discard(what)
        if self.is_in_trouble != before:
            for socket in self.sockets:
                self.errands.start(socket.trouble(active))

    # --- People and the whole site ---

    async def person_changed(self, user: int) -> None:
        """This user has another name, or is invisible or not: let every process know."""
        await self._publish(EVERYWHERE, {"type": "person.changed", "user": user})

    async def announce(self, text: str) -> None:
        """Tell everybody who is in any room."""
        announcement = protocol.Announcement(text, timestamp(time.time_ns() // 1_000_000))
        await self.layer.group_send(EVERYWHERE, {"type": "room.announcement", "text": protocol.encode(announcement)})

    def _hear(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "person.changed":
                self.errands.start(self._look_at_person(event["user"]))
            case "login.ended":
                for socket in self.sockets:
                    if socket.user == event["user"] and event["login"] in ("", socket.login_name):
                        self.errands.start(socket.let_go("logged_out"))
            case "room.announcement":
                for socket in self.sockets:
                    socket.follower.tell(event["text"])

    async def _check_people(self) -> None:
        """What no hint told: logins that ended, and people who are called otherwise."""
        self.allowances.forget(time.monotonic())
        async for some in in_parts([socket for socket in self.sockets if socket.login], QUERY_AT_ONCE):
            ended = {login.name for login in await ended_logins([socket.login for socket in some if socket.login])}
            for socket in some:
                if socket.login_name in ended:
                    self.errands.start(socket.let_go("logged_out"))
            await self._look_at_people(some)

    async def _look_at_person(self, user: int) -> None:
        if any(socket.user == user for socket in self.sockets):
            found = await look_up(people.appearances, {user})
            self._call_as_found(found, [socket for socket in self.sockets if socket.user == user])

    async def _look_at_people(self, sockets: list[RoomSocket]) -> None:
        found = await look_up(people.appearances, {socket.user for socket in sockets})
        self._call_as_found(found, sockets)

    def _call_as_found(self, found: dict[int, Appearance], sockets: list[RoomSocket]) -> None:
        for socket in sockets:
            if socket.user in found and not socket.looks_like(found[socket.user]):
                self.errands.start(socket.appears(found[socket.user]))


_processes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, RoomProcess] = weakref.WeakKeyDictionary()


def this_process() -> RoomProcess:
    """Return what the running loop's room sockets share."""
    loop = asyncio.get_running_loop()
    if loop not in _processes:
        _processes[loop] = RoomProcess()
    return _processes[loop]

"""One window of one user in one room: how it comes, what it is told, how it ends. `RoomConsumer` is the side of the client."""

from __future__ import annotations

import contextlib
import logging
import random
import time
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from chat.realtime.consumer import SocketConsumer
from chat.realtime.login import Login, login_of
from chat.realtime.lookup import look_up
from chat.realtime.rate_limit import Bucket, Strikes
from chat.rooms import people, protocol
from chat.rooms.audience import Audience
from chat.rooms.commands import help_for
from chat.rooms.follower import Follower
from chat.rooms.frames import person_frame, room_frame
from chat.rooms.membership import Standing
from chat.rooms.models import LONGEST_WINDOW, Room
from chat.rooms.people import Appearance, Arrival
from chat.rooms.presence import Window
from chat.rooms.process import RoomProcess, this_process
from chat.rooms.replay import NoRoom
from chat.wire import FRAME_LIMIT, TEXT_LIMIT, Person

logger = logging.getLogger(__name__)

FRAMES_A_SECOND, FRAMES_AT_ONCE = 50, 300  # far more than any page sends; past this it is a flood
BAD_FRAMES, BAD_FRAMES_SECONDS = 10, 60.0


class RoomSocket(SocketConsumer):
    """`window` is what Redis knows of it: None while it is not here, or its user is invisible."""

    process: RoomProcess
    login: Login | None = None
    user = 0
    window: Window | None = None
    audience: Audience  # from the moment it is here, and so are the next
    follower: Follower
    standing: Standing
    person: Person
    is_invisible = False
    is_here = False

    @property
    def login_name(self) -> str:
        return self.login.name if self.login else ""

    # --- How it comes ---

    async def opened(self) -> None:
        """Find out who this is and whether they may be here, and tell them where they are."""
        now = time.monotonic()
        self.frames = Bucket(FRAMES_A_SECOND, FRAMES_AT_ONCE, now)
        self.bad_frames = Strikes(BAD_FRAMES, BAD_FRAMES_SECONDS)
        self.is_limited: bool = settings.RATE_LIMITS
        self.process = this_process()
        try:
            self.login = await login_of(self.scope)
            if self.login is None:
                await self.bid_farewell("logged_out")
                return
            self.window_name = _window(self.scope)
            slug = self.scope["url_route"]["kwargs"]["slug"]
            arrival = await look_up(people.arrival, slug, self.login.user, self.window_name)
            await self._arrive(self.login, arrival)
        except NoRoom:
            await self.bid_farewell("no_room")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("A room's socket could not open: %s", type(error).__name__)
            await self.cannot_go_on()
        except RedisError:  # the pulse of the process reports it once
            await self.cannot_go_on()

    async def _arrive(self, login: Login, arrival: Arrival | None) -> None:
        if arrival is None:
            raise NoRoom
        self.standing = arrival.standing
        if self.standing.room.closed:
            await self.bid_farewell("closed")
            return
        self.user, self.person = login.user.pk, person_frame(login.user)
        self.is_invisible = login.user.is_invisible
        self.audience = await self.process.audience(self.standing.room.pk)
        with self.audience.arrival():
            if not self.is_invisible:
                await self._show_up()
            page = await self.audience.page()
            await self._welcome(page.messages, page.more, arrival.n)

    async def _show_up(self) -> None:
        self.window = Window(self.standing.room.pk, self.user, self.channel_name)
        await self.process.enter(self.window, self)

    async def _welcome(self, messages: list[protocol.Message], more: bool, n: int) -> None:
        """From here to the follower's beginning nothing is waited for where the reader is fast: nothing falls between."""
        self.follower = Follower(self, self.audience, self.user, self.send_now, self.send_text)
        seq, roster = self.audience.flow.seq, self.audience.roster
        myself = None if self.is_invisible else self.person
        members = roster.some(myself)
        text = protocol.encode(
            protocol.Welcome(
                version=protocol.VERSION,
                user=self.person,
                room=room_frame(self.standing),
                limits=protocol.Limits(TEXT_LIMIT, FRAME_LIMIT),
                seq=seq,
                n=n,
                online=max(len(roster.people), len(members)),
                members=members,
                messages=[message for message in messages if message.seq <= seq],
                more=more,
                commands=help_for(self.standing),
            )
        )
        if not self.send_now(text):
            await self.send_text(text)
        self.is_here = True
        self.process.sockets.add(self)
        self.follower.begin(seq)
        if self.standing.room.revision != self.audience.revision:
            self.process.errands.start(self.process.review(self.audience))
        if self.process.is_in_trouble:
            await self.say(protocol.Trouble(active=True))

    # --- What it is told ---

    async def stands(self, standing: Standing | None, room: Room) -> None:
        """The database says that this is where they stand now."""
        if standing is None:
            await self.let_go("removed")
        elif room.closed:
            await self.let_go("closed")
        elif self.is_here:
            before, self.standing = self.standing, standing
            frames = [protocol.Room(room_frame(each), help_for(each)) for each in (before, standing)]
            if frames[0] != frames[1]:
                self.follower.tell(protocol.encode(frames[1]))

    def looks_like(self, appearance: Appearance) -> bool:
        """Whether this is what is known of the user already."""
        return (self.person, self.is_invisible) == (appearance.person, appearance.is_invisible)

    async def appears(self, appearance: Appearance) -> None:
        """The user has another name, or is to be seen or not."""
        if self.person != appearance.person:
            if self.is_here:  # where Redis does not take it, it is as new the next time, and told then
                await self.process.presence.rename(self.standing.room.pk, self.user, appearance.person.name)
            before, self.person = self.person, appearance.person
            if self.is_here and self.window is None and before != self.person:
                frame = protocol.Renamed(self.person.username, self.person.name, before.name)
                self.follower.tell(protocol.encode(frame))
        was_invisible, self.is_invisible = self.is_invisible, appearance.is_invisible
        if not self.is_here:
            return
        if was_invisible and not self.is_invisible:
            await self._show_up()
        elif self.is_invisible and self.window is not None:
            window, self.window = self.window, None
            await self.process.presence.leave(window)

    async def trouble(self, active: bool) -> None:
        """Redis or the database stopped answering, or both answer again."""
        if self.is_here:
            self.follower.tell(protocol.encode(protocol.Trouble(active)))

    async def told(self, text: str, seconds: int) -> None:
        await self.say(protocol.Notice(text, seconds))

    # --- How it ends ---

    def part(self) -> None:
        """Be here no more: from this moment nothing of the room goes over this socket."""
        if self.is_here:
            self.is_here = False
            self.process.sockets.discard(self)
            self.follower.stop()
            self.audience.asks.closed(self.follower)

    async def go_out(self) -> None:
        """Go out of the room for good: everybody learns it at once."""
        self.part()
        if self.window is not None:
            window, self.window = self.window, None
            with contextlib.suppress(RedisError):  # nobody renews this window any more: its lease runs out by itself
                await self.process.presence.leave(window)

    async def let_go(self, reason: protocol.ClosingReason) -> None:
        """They may not be here any more."""
        self.part()
        self.process.errands.start(self.go_out())
        async with self.turn:
            if not self.over:
                await self.bid_farewell(reason)

    async def come_again(self) -> None:
        """What they were told does not hold any more: they begin anew."""
        async with self.turn:
            if not self.over:
                await self.cannot_go_on()

    async def cannot_go_on(self) -> None:
        """Redis or the database is away, a handler broke or the process ends: come again, and not all at once."""
        await self.bid_farewell("restarting", soon())

    async def bid_farewell(self, reason: protocol.ClosingReason, retry: float | None = None) -> None:
        self.part()
        await self.say(protocol.Closing(reason, retry))
        await self.close(protocol.CLOSE_CODES[reason])

    async def closed(self) -> None:
        """A page that is loaded again is back in a moment: until then, they are still here."""
        self.part()
        if self.window is not None:
            window, self.window = self.window, None
            with contextlib.suppress(RedisError):  # as above
                await self.process.presence.drop(window)

    # --- What both sides use ---

    async def say(self, frame: protocol.ServerFrame) -> None:
        """Send one frame, and wait for a slow reader."""
        text = protocol.encode(frame)
        if not self.send_now(text):
            await self.send_text(text)

    async def send_text(self, text: bytes) -> None:
        """Send an encoded frame, and wait for a slow reader."""
        if not self.over:
            await self.send({"type": "websocket.send", "text": text.decode()})


def _window(scope: dict[str, Any]) -> str:
    """The name that the client gives to this window, as far as it is one."""
    query: dict[str, list[str]] = parse_qs(scope.get("query_string", b"").decode("latin1"))
    return query.get("window", [""])[0].replace("\0", "")[:LONGEST_WINDOW]


def soon() -> float:
    """Seconds until a client should come again, spread so that not all come at once."""
    return round(random.uniform(0.2, 3), 1)  # noqa: S311 - not a secret

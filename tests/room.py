"""Rooms from outside: sockets in them, and what pages would change in the database."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from chat.realtime.layer import ProcessChannelLayer
from chat.rooms.models import Membership, Room
from tests.person import Frame, Person, Socket
from tests.site import Site

T = TypeVar("T")


class RoomSocket(Socket):
    """One open socket of a room."""

    @classmethod
    async def enter(cls, site: str, person: Person, slug: str, window: str = "") -> Self:
        """Open a socket and wait to be welcomed."""
        socket = await cls.knock(site, slug, window, cookie=person.cookie_header)
        socket.welcome = await socket.expect("welcome")
        socket._counter = itertools.count(socket.welcome["n"] + 1)
        return socket

    @classmethod
    async def knock(cls, site: str, slug: str, window: str = "", *, cookie: str | None = None, **options: Any) -> Self:
        """Open a socket; whatever comes is what the test is about."""
        headers = {"Cookie": cookie} if cookie else {}
        options.setdefault("origin", site)
        url = site.replace("http", "ws", 1) + f"/ws/rooms/{quote(slug)}/?window={quote(window)}"
        return cls(await connect(url, additional_headers=headers, proxy=None, max_size=None, **options))

    async def say(self, text: str, n: int | None = None) -> Frame:
        n = n or next(self._counter)
        await self.send("message", n=n, text=text)
        return await self.next("accepted", "error", where=lambda frame: frame.get("n") == n)

    async def hears(self, seq: int) -> Frame:
        """The message of this place, which may have come already."""
        for frame in self.heard:
            if frame["type"] == "message" and frame["seq"] == seq:
                return frame
        return await self.next("message", where=lambda frame: frame["seq"] == seq)

    async def command(self, text: str, **fields: Any) -> None:
        await self.send("command", text=text, **fields)

    async def refused(self) -> str:
        """The code of the next error."""
        code: str = (await self.next("error"))["code"]
        return code

    async def read(self, count: int) -> list[Frame]:
        """The next messages, in the order in which they come."""
        return [await self.next("message") for _ in range(count)]

    def present(self) -> set[str]:
        """User names of those who are here, as far as was told."""
        here: set[str] = set()
        for frame in self.heard:
            if frame["type"] in ("welcome", "members"):
                here = set(self.names(frame))
            elif frame["type"] == "entered":
                here |= set(self.names(frame))
            elif frame["type"] == "exited":
                here -= set(self.names(frame))
        return here

    def names(self, frame: Frame | None = None) -> list[str]:
        """User names of the people in a frame; of the welcome, if none is given."""
        frame = frame or self.welcome
        return [person["username"] for person in frame.get("members") or frame.get("people") or ()]


class Entrance:
    """Opens sockets on the servers of a site by turns: the first two are on different processes, and so on."""

    def __init__(self, site: Site) -> None:
        self._urls = itertools.cycle(site.urls())

    async def __call__(self, person: Person, room: Room | str, window: str = "") -> RoomSocket:
        slug = room if isinstance(room, str) else room.slug
        return await RoomSocket.enter(self.next_url(), person, slug, window)

    def next_url(self) -> str:
        """The server whose turn it is."""
        url: str = next(self._urls)
        return url


class Keeper:
    """Does to rooms what pages do, in the database of a site; the hints are left to the test."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.alias = f"site-{site.folder.name}"
        name = site.environment["DATABASE_URL"].removeprefix("sqlite:///")
        connections.databases[self.alias] = {**settings.DATABASES["default"], "NAME": name}
        self._numbers = itertools.count(1)

    async def do(self, work: Callable[[str], T]) -> T:
        """Do this in the site's database, whose alias it gets."""

        def in_thread() -> T:
            try:
                return work(self.alias)
            finally:
                connections[self.alias].close()

        return await asyncio.to_thread(in_thread)

    async def room(self, *members: Person, roles: Iterable[str] = (), **fields: Any) -> Room:
        """Make a room, open to everybody if it has no members; the first members get these roles."""
        number = next(self._numbers)
        fields = {"name": f"Room {number}", "slug": f"room-{number}", "is_open": not members, **fields}

        def make(alias: str) -> Room:
            room = Room.objects.using(alias).create(**fields)
            for member, role in itertools.zip_longest(members, roles, fillvalue="member"):
                assert isinstance(member, Person)
                Membership.objects.using(alias).create(room=room, user_id=member.id, role=role)
            return room

        return await self.do(make)

    async def change(self, room: Room, work: Callable[[str], object], *, hint: bool = True) -> None:
        """Do something of which the sockets of this room have to know."""

        def change(alias: str) -> None:
            work(alias)
            found = Room.objects.using(alias).filter(pk=room.pk)
            if found.exists():
                found.update(revision=found.get().revision + 1)

        await self.do(change)
        if hint:
            await self.hint(f"room.{room.pk}", {"type": "room.changed"})

    async def membership(self, room: Room, person: Person, *, hint: bool = True, **fields: Any) -> None:
        """Change somebody's membership."""

        def change(alias: str) -> None:
            Membership.objects.using(alias).update_or_create(room=room, user_id=person.id, defaults=fields)

        await self.change(room, change, hint=hint)

    async def hint(self, group: str, event: dict[str, Any]) -> None:
        """Publish what a page would publish after its commit."""
        async with Redis.from_url(self.site.valkey.url) as redis:
            await ProcessChannelLayer.publish_to_group(redis, group, event)

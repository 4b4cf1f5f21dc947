"""Who is in which room, across all processes, and who asks whom for a private pair. It knows neither sockets nor HTTP.

Every change is one Lua script in `lua/`, which Redis runs whole or not at all; the scripts are the only ones that touch these
keys (`<room>` is a room's id, `<user>` a user's). Invisible users are in none of them:

    tandem:room:<room>:windows   zset    "<user> <connection>" → when its lease runs out (ms); the connection `-` stands for
                                         windows that dropped a moment ago
    tandem:room:<room>:counts    hash    <user> → how many windows
    tandem:room:<room>:people    hash    <user> → [user name, display name]
    tandem:room:<room>:state     hash    version (how often who is here has changed), born (the version at which this record
                                         began), swept (when `sweep` last ran, ms)
    tandem:room:ask:<ask>        hash    asker and owner (users), answered (by which call)
    tandem:room:ask:between <asker> <owner>    string  the ask that these two have
    tandem:room:ask:declined <asker> <owner>   string  while the owner has just said no

What changes is published to the channel layer's group `room.<room>`: {"type": "room.presence", "version", "born", and one of
"entered": [[user, user name, name]], "exited": [user], "renamed": [[user, user name, name]]}.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from chat.lua import scripts_of
from chat.wire import Person

SCRIPTS = scripts_of(Path(__file__).parent / "lua", shared=("_shared.lua",))

SWEEP_AT_ONCE = 100  # windows of one room
_SPARE = 5_000  # ms that an ask is kept longer than anybody waits, so that giving it up finds it


@dataclass(frozen=True)
class Timing:
    """How long things take, in milliseconds; tests shorten them."""

    lease: int = 12_000  # with a sweep each second, a silent death is noticed within 13 s
    renew: int = 4_000  # two renewals may be late before a lease runs out
    sweep: int = 1_000
    grace: int = 2_000  # a page that is loaded again is back within this
    outage: int = 3_000  # no sweep by any process for so long: Redis or every process was away
    ask: int = 60_000  # enough to read who asks and decide; whoever waits for an answer waits no longer


class Window(msgspec.Struct, frozen=True):
    """One window of somebody in a room."""

    room: int
    user: int
    connection: str


class Version(msgspec.Struct, frozen=True):
    """Which state of a room's people this is; `born` tells whether it is of the same count. Both 0: nothing is known."""

    version: int
    born: int


class Present(msgspec.Struct, frozen=True):
    """Everybody who is in a room: user, user name and display name."""

    version: int
    born: int
    people: list[tuple[int, str, str]]


class Parties(msgspec.Struct, frozen=True):
    """Who asked whom; both None where there is no such ask."""

    asker: int | None = None
    owner: int | None = None


class _Ask(msgspec.Struct, frozen=True):
    ask: str


class Scripting(Protocol):
    """The way to Redis: redis-py's client, or the pipeline of a server process."""

    def register_script(self, script: str, /) -> Callable[..., Awaitable[Any]]:
        """Return the script as something to call with `args`."""


class Presence:
    """The verbs. Each is one atomic call; RedisError says that there was no answer."""

    def __init__(self, redis: Scripting, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        self._scripts = {verb: redis.register_script(script) for verb, script in SCRIPTS.items()}

    async def enter(self, window: Window, person: Person) -> Version:
        """A window opened; return which state its room has now."""
        timing = self.timing
        names = (person.username, person.name)
        return _version(await self._call("enter", *_words(window), *names, timing.lease, timing.outage))

    async def drop(self, window: Window) -> None:
        """A window is gone without `leave`."""
        await self._call("drop", *_words(window), self.timing.grace)

    async def leave(self, window: Window) -> None:
        """A window goes out of its room for good."""
        await self._call("leave", *_words(window))

    async def rename(self, room: int, user: int, name: str) -> None:
        """Somebody is called `name` now; nothing happens where they are not, or are called so already."""
        await self._call("rename", room, user, name)

    async def renew(self, windows: Sequence[Window]) -> list[Window]:
        """Prove that these windows live, in one script; return those that have to enter again."""
        words = [word for window in windows for word in _words(window)]
        places: list[int] = _places(await self._call("renew", self.timing.lease, *words))
        return [windows[place - 1] for place in places]

    async def sweep(self, rooms: Sequence[int]) -> list[Version]:
        """Free what ran out in these rooms, in one script; return which state each of them has now."""
        timing = self.timing
        return _versions(await self._call("sweep", timing.lease, timing.outage, SWEEP_AT_ONCE, *rooms))

    async def look(self, room: int) -> Present:
        """Return everybody who is in this room."""
        return _present(await self._call("look", room, self.timing.lease, self.timing.outage))

    # --- Asking for a private pair ---

    async def ask(self, ask: str, asker: int, owner: int) -> str | None:
        """Return the id of the ask that these two have now: `ask`, or one they had; None where it was declined just now."""
        return _ask(await self._call("ask", ask, asker, owner, self.timing.ask + _SPARE)).ask or None

    async def answer(self, ask: str, owner: int, *, declined: bool) -> Parties:
        """Its owner answers this ask; return whose it was."""
        return await self._answer(ask, owner, "owner", self.timing.ask if declined else 0)

    async def give_up(self, ask: str, asker: int) -> Parties:
        """Its asker waits no longer; return whose it was."""
        return await self._answer(ask, asker, "asker", 0)

    async def _answer(self, ask: str, user: int, part: str, holds: int) -> Parties:
        return _parties(await self._call("answer", ask, user, part, holds, secrets.token_hex(8)))

    async def _call(self, verb: str, *args: Any) -> bytes:
        raw: bytes = await self._scripts[verb](args=args)
        return raw


def _words(window: Window) -> tuple[int, int, str]:
    return window.room, window.user, window.connection


_version = msgspec.msgpack.Decoder(Version).decode
_versions = msgspec.msgpack.Decoder(list[Version]).decode
_present = msgspec.msgpack.Decoder(Present).decode
_parties = msgspec.msgpack.Decoder(Parties).decode
_ask = msgspec.msgpack.Decoder(_Ask).decode
_places = msgspec.msgpack.Decoder(list[int]).decode

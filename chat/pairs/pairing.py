"""The rules of pairing: who sits where, and what was said. They know neither sockets nor HTTP.

Every change is one Lua script in `lua/`, which Redis runs whole or not at all; the scripts are the only ones that touch
these keys (`<user>` is a user's id, `<pair>` a pair's):

    tandem:user:<user>           hash    connection (the channel layer's name of the socket that has the seat; none while
                                         the seat is only held), login, username, name, pair, asking (the ask that this
                                         user waits for), asks (those at this user's door, spaces between), left_by (the call
                                         by which this user last left a pair)
    tandem:pair:<pair>           hash    host and guest (users) and for each of the two _connection (as above; '' while away),
                                         _username, _name, _n (last count), _received (seq on screen); seq (the log's end),
                                         bytes (of the texts in the log), freed (of those in it no more), trimmed (seq up to
                                         which the log was cut),
                                         turned_away (count), turned_away_at (ms), ended (the reason, while one member has
                                         still to read it), ask, invitation (what it came from, if anything)
    tandem:pair:<pair>:log       stream  the messages, `<seq>-0`: a msgpack list of from (role), n, text, sent_at (ms),
                                         other_n (the partner's last count at that time) and said_bytes (of all texts before)
    tandem:pair:<pair>:recalled  hash    <seq> → "<role> <n> <sent_at>" of each message that was taken back
    tandem:ask:<ask>             hash    asker and owner (users), expires (ms), invitation, invitation_ms
    tandem:invitation:<id>       string  who used this one-time invitation, until it would have expired
    tandem:declined:<o>:<user>   string  while the user <o> has just declined to let this one in
    tandem:due                   zset    lease:<user>, hold:<user>, ask:<ask>, turned_away:<pair> → when it is due (ms)
    tandem:swept                 string  when `sweep` last ran (ms)
    tandem:limit:<what>:<user>   string  when the next one would be due (ms), GCRA

Keys are built inside the scripts, so this needs one Redis (or Sentinel), not Redis Cluster: see docs/decisions/0003.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from chat.door import Door
from chat.futures import settle
from chat.lua import scripts_of
from chat.pairs import answers
from chat.pairs.answers import Appended, Asked, AtDoor, Fenced, Piece, Seated, Seen, Standing
from chat.pairs.batch import Batch
from chat.pairs.protocol import Pair, Person, Refusal, SendMessage

__all__ = ["NO_LIMITS", "Appended", "Fenced", "Limits", "Pairing", "Piece", "Seat", "Standing", "Timing"]

SCRIPTS = scripts_of(Path(__file__).parent / "lua", shared=("_shared.lua", "_log.lua", "_asks.lua", "_going.lua"))

# Of the log on their way to one process. Redis ends a line on which more than 32 MB wait, and it is everybody's.
PIECES_AT_ONCE = 32
# That a receipt waits for others, from half of it on also for a message's answer, which it follows (batch.py): together they cost
# Redis and the process a part of what each does.
RECEIPT_SECONDS = 0.02
# That a process stays awake for the answer to a message that is stored alone: waking up takes longer, above all on a virtual
# machine. Not where Redis needs the only core meanwhile.
AWAKE_SECONDS = 0.0005 if (os.cpu_count() or 1) > 1 and hasattr(os, "sched_yield") else 0
SWEEP_AT_ONCE = 100  # due entries in one script, so that none holds Redis for more than a few ms


@dataclass(frozen=True)
class Timing:
    """How long things take, in milliseconds; tests shorten them."""

    hold: int = 30_000  # a phone that changes from Wi-Fi to mobile needs about 10 s, a reboot of a router is too long
    lease: int = 12_000  # with a sweep each second, a silent death is noticed within 15 s
    renew: int = 4_000  # two renewals may be late before a lease runs out
    sweep: int = 1_000
    outage: int = 3_000  # no sweep by any process for so long: Redis or every process was away
    turned_away: int = 1_000  # at most one `turned_away` frame in this time
    ask: int = 60_000  # enough to read who asks and decide; whoever waits for an answer waits no longer


@dataclass(frozen=True)
class Limits:
    """What one person may do; an `every` of 0 switches that limit off."""

    message_every: int = 100  # ms: ten messages a second on average is more than anyone types
    message_burst: int = 60
    join_every: int = 3_000  # ms: at this pace, guessing one of 2**128 tokens is hopeless
    join_burst: int = 30
    log_messages: int = 1_000
    log_bytes: int = 4 * 1024 * 1024
    unread_messages: int = 0  # where more than these, a log may hold so many that the partner has not on screen


# Memory has an end all the same: of messages that nobody acknowledges, as in a load test, a log takes what its bytes allow.
NO_LIMITS = Limits(message_every=0, join_every=0, unread_messages=100_000)


class Seat(msgspec.Struct, frozen=True):
    """Who speaks: a user on one connection, with one login."""

    user: int
    connection: str
    login: str
    person: Person


@dataclass(frozen=True)
class Here:
    """The process that asks: what its connections' names begin with ('' for none), and how one of them is told an event."""

    connections: str
    tell: Callable[[str, dict[str, Any]], None]


NOWHERE = Here("", lambda connection, event: None)


class Scripting(Protocol):
    """The way to Redis: redis-py's client, or the pipeline of a server process."""

    def register_script(self, script: str, /) -> Callable[..., Awaitable[Any]]:
        """Return the script as something to call with `args`."""


class Pairing:
    """The verbs. Each is one atomic call; `Refusal` says no, `Fenced` that the connection is out, RedisError no answer."""

    def __init__(
        self, redis: Scripting, timing: Timing | None = None, limits: Limits | None = None, here: Here = NOWHERE
    ) -> None:
        self.timing = timing or Timing()
        self.limits = limits or Limits()
        self._here = here
        self._scripts = {verb: redis.register_script(script) for verb, script in SCRIPTS.items()}
        self._pieces = asyncio.Semaphore(PIECES_AT_ONCE)
        limits = self.limits
        log = (limits.log_messages, limits.log_bytes, max(limits.log_messages, limits.unread_messages))
        common = (here.connections, limits.message_every, limits.message_burst, *log)
        self._append: Batch[Appended] = Batch(
            self._scripts["append"], answers.decode_appended, common, awake=AWAKE_SECONDS
        )
        self._received: Batch[Seen] = Batch(
            self._scripts["received"],
            answers.decode_received,
            (here.connections,),
            patience=RECEIPT_SECONDS,
            follows=self._append,
        )

    # --- Coming and going ---

    async def enter(self, seat: Seat) -> Pair | None:
        """Take the user's seat for this connection; return the pair that was held for them, which may have ended."""
        person = seat.person
        raw = await self._call(
            "enter", seat.user, seat.connection, seat.login, person.username, person.name, self.timing.lease
        )
        return answers.decode_pair_answer(raw).pair

    async def join(self, seat: Seat, door: Door) -> Seated | Asked:
        """Take the second seat beside the door's owner, or ask for it; or find the pair they two are in already."""
        timing, new_ask = self.timing, _new_id() if door.asks_first else ""
        ids = (seat.user, seat.connection, door.owner, _new_id())
        way_in = (int(door.is_closed), "" if door.invitation is None else door.invitation, door.invitation_ms)
        answer = answers.decode_join(await self._call("join", *ids, timing.turned_away, new_ask, timing.ask, *way_in))
        return answer.asked or Seated(_certainly(answer.pair), answer.used)

    async def leave(self, seat: Seat, pair: str) -> None:
        """End the pair for both."""
        await self._call("leave", seat.user, seat.connection, pair, _new_id())

    async def drop(self, seat: Seat) -> None:
        """The connection ended without `leave`: hold its seat."""
        await self._call("drop", seat.user, seat.connection, self.timing.hold)

    async def look(self, seat: Seat) -> Pair | None:
        """Return the pair this user is in now."""
        raw = await self._call("look", seat.user, seat.connection)
        return answers.decode_pair_answer(raw).pair

    # --- Asking first ---

    async def admit(self, seat: Seat, ask: str) -> Seated:
        """Let somebody in who asked."""
        return answers.decode_seated(await self._call("admit", seat.user, seat.connection, ask, _new_id()))

    async def decline(self, seat: Seat, ask: str) -> None:
        """Send somebody away who asked; the answer holds for as long as they may have waited for it."""
        await self._call("decline", seat.user, seat.connection, ask, self.timing.ask)

    async def withdraw(self, seat: Seat) -> None:
        """Take one's own ask back."""
        await self._call("withdraw", seat.user, seat.connection)

    async def asks(self, seat: Seat) -> AtDoor:
        """Return the asks that this connection should know of."""
        return answers.decode_at_door(await self._call("asks", seat.user, seat.connection))

    # --- Talking ---

    def append(self, seat: Seat, pair: str, n: int, text: str, seen: int) -> asyncio.Future[Appended]:
        """Store message `n` and tell the partner; `seen` is the last seq that went over this connection."""
        caller: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self.append_for(partial(settle, caller), seat, SendMessage(pair, n, text), seen)
        return caller

    def append_for(
        self, answered: Callable[[Appended | Exception], None], seat: Seat, message: SendMessage, seen: int
    ) -> None:
        """As `append`; `answered` gets what that returns or raises, without a task that waits for it."""
        stored = partial(self._stored, answered, message)
        self._append.call_for(stored, seat.user, seat.connection, message.pair, message.n, message.text, seen)

    def _stored(
        self, answered: Callable[[Appended | Exception], None], message: SendMessage, answer: Appended | Exception
    ) -> None:
        try:
            if isinstance(answer, Appended) and answer.partner:
                said = (message.pair, answer.seq, answer.n, message.text, answer.sent_at)
                self._here.tell(answer.partner, {"type": "pair.message", "said": said})
        finally:
            answered(answer)

    def received(self, seat: Seat, pair: str, seq: int) -> asyncio.Future[int]:
        """Everything up to `seq` is on this member's screen; the future gets the last one, for who wants to wait."""
        caller: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.received_for(partial(settle, caller), seat, pair, seq)
        return caller

    def received_for(self, answered: Callable[[int | Exception], None], seat: Seat, pair: str, seq: int) -> None:
        """As `received`; `answered` gets what that returns or raises."""
        self._received.call_for(partial(self._seen, answered, pair), seat.user, seat.connection, pair, seq)

    def _seen(self, answered: Callable[[int | Exception], None], pair: str, answer: Seen | Exception) -> None:
        if isinstance(answer, Exception):
            answered(answer)
            return
        try:
            if answer.partner:
                self._here.tell(answer.partner, {"type": "pair.delivered", "pair": pair, "seq": answer.seq})
        finally:
            answered(answer.seq)

    def hurry(self) -> None:
        """Let the messages and receipts that wait for others go now."""
        self._append.send()
        self._received.send()

    async def recall(self, seat: Seat, pair: str, n: int) -> int:
        """Take message `n` back, which the partner has not had on screen; return its seq."""
        return answers.decode_recalled(await self._call("recall", seat.user, seat.connection, pair, n)).seq

    async def typing(self, seat: Seat, pair: str, active: bool) -> None:
        """Pass the hint on."""
        await self._call("typing", seat.user, seat.connection, pair, int(active))

    async def resume(self, seat: Seat, pair: str, seq: int, most: int = 50) -> Piece:
        """Return at most `most` messages after `seq`, fewer where their texts are long."""
        async with self._pieces:
            raw = await self._call("resume", seat.user, seat.connection, pair, seq, most)
        return answers.decode_piece(raw)

    async def finish(self, seat: Seat, pair: str) -> None:
        """The last piece of a pair that is over was passed on: it need not be kept for this member any longer."""
        await self._call("finish", seat.user, seat.connection, pair)

    # --- Limits, leases, logins ---

    async def count_join(self, user: int) -> None:
        """Count one attempt to join; raises `Refusal` where there were too many."""
        if not self.limits.join_every:
            return
        raw = await self._call("limit", f"join:{user}", self.limits.join_every, self.limits.join_burst)
        if not answers.decode_allowed(raw).allowed:
            raise Refusal("rate_limited")

    async def renew(self, seats: list[Seat]) -> list[Standing]:
        """Prove that these connections live, in one script; return where each of them stands."""
        connections = [part for seat in seats for part in (seat.user, seat.connection)]
        return answers.decode_standings(await self._call("renew", self.timing.lease, *connections))

    async def sweep(self) -> None:
        """Do what is due in every pair; any process may, and one that is alive does."""
        timing = self.timing
        done = SWEEP_AT_ONCE
        while done == SWEEP_AT_ONCE:
            raw = await self._call("sweep", timing.lease, timing.hold, timing.outage, SWEEP_AT_ONCE)
            done = answers.decode_done(raw).done

    async def log_out(self, user: int, login: str = "") -> None:
        """End this login of the user, or all of them: the connection closes and the seat is free."""
        await self._call("log_out", user, login)

    async def tell_token(self, user: int, token: str) -> None:
        """Tell the user's connection that the token was changed."""
        await self._call("token", user, token)

    async def tell_door(self, user: int, *, ask_first: bool, do_not_disturb: bool) -> None:
        """Tell the user's connection how the seat beside them is taken from now on."""
        await self._call("door", user, int(ask_first), int(do_not_disturb))

    async def rename(self, user: int, name: str) -> None:
        """Call this user by another display name in asks and pairs to come."""
        await self._call("rename", user, name)

    async def block(self, user: int, blocked: int) -> None:
        """Part these two, where they are together or the blocked one asks."""
        await self._call("block", user, blocked, self.timing.ask)

    async def _call(self, verb: str, *args: Any) -> bytes:
        self.hurry()  # in the order in which they were called
        raw: bytes = await self._scripts[verb](args=args)
        if raw[:1] in _MAPS and (error := answers.decode_no(raw).error()):
            raise error
        return raw


def _new_id() -> str:
    return secrets.token_hex(8)


def _certainly(pair: Pair | None) -> Pair:
    assert pair is not None, "an answer that refuses nothing has a pair"
    return pair


# The first byte of a msgpack map of up to 15 fields; a list (of `renew`) speaks for each connection by itself.
_MAPS = {bytes([0x80 | size]) for size in range(16)}

"""A room's socket: frames of the client to the rules, whose answers go back. It decides nothing itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from chat.realtime.lookup import look_up
from chat.rooms import commands, people, protocol, replay
from chat.rooms.audience import TYPISTS
from chat.rooms.log import Append, Delete, Edit
from chat.rooms.protocol import Refusal
from chat.rooms.socket import RoomSocket
from chat.wire import Person, timestamp

logger = logging.getLogger(__name__)

FLOOD_RETRY = 10.0  # seconds
RESUME_MOST = 1_000  # so much of what happened is sent again; before that there is `history`


class RoomConsumer(RoomSocket):
    """One window of one user in one room."""

    async def heard(self, text: str | None) -> None:
        """One frame in; at most one error frame out where it is refused."""
        now = time.monotonic()
        if self.is_limited and not self.frames.take(now):
            await self.bid_farewell("flooding", FLOOD_RETRY)
            return
        frame: protocol.AnyClientFrame | None = None
        try:
            if text is None:
                raise Refusal("bad_frame")
            frame = protocol.parse(text)
            await HANDLERS[type(frame)](self, frame)
        except Refusal as refusal:
            await self._refuse(refusal, frame)
            if refusal.code in ("bad_frame", "unknown_type") and self.bad_frames.count(now):
                self.part()
                await self.close(protocol.CLOSE_POLICY)
        except replay.NoRoom:
            await self.bid_farewell("no_room")
        except RedisError:
            await self._refuse(Refusal("unavailable"), frame)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("A frame could not be handled: %s", type(error).__name__)
            await self._refuse(Refusal("unavailable"), frame)

    async def _refuse(self, refusal: Refusal, frame: protocol.AnyClientFrame | None) -> None:
        if frame is not None:
            refusal.for_ = str(frame.__struct_config__.tag)
        if isinstance(frame, (protocol.SendMessage, protocol.Command)):
            refusal.n = frame.n
        if not self.over:
            await self.say(refusal.frame())

    # --- What is in the log ---

    async def append(self, n: int, text: str, *, is_action: bool) -> None:
        """Say something to everybody."""
        room = self.standing.room.pk
        stored = await self.process.writer.write(Append(room, self.user, self.window_name, n, text, is_action))
        await self.say(protocol.Accepted(n, stored.seq, stored.at))

    async def _message(self, frame: protocol.SendMessage) -> None:
        self.process.allowances.talk(self.user, time.monotonic())
        await self.append(frame.n, frame.text, is_action=frame.action)

    async def _edit(self, frame: protocol.Edit) -> None:
        self.process.allowances.talk(self.user, time.monotonic())
        await self.process.writer.write(Edit(self.standing.room.pk, self.user, frame.of, frame.text))

    async def _delete(self, frame: protocol.Delete) -> None:
        self.process.allowances.talk(self.user, time.monotonic())
        await self.process.writer.write(Delete(self.standing.room.pk, self.user, frame.of))

    async def _resume(self, frame: protocol.Resume) -> None:
        start = max(frame.seq, self.audience.flow.seq - RESUME_MOST)
        pieces = max(1, ceil((self.audience.flow.seq - start) / replay.PIECE))
        self.process.allowances.read(self.user, time.monotonic(), pieces)
        reaches = await look_up(replay.reaches_back_to, self.standing.room.pk, start)
        seq = await self.follower.replay(start)
        known = min(seq, self.audience.flow.seq)  # another process may have been further
        await self.say(protocol.Resumed(known, reaches and start == frame.seq))

    async def _history(self, frame: protocol.ReadHistory) -> None:
        self.process.allowances.read(self.user, time.monotonic())
        page = await look_up(replay.page, self.standing.room.pk, frame.before)
        await self.say(protocol.History(frame.before, page.messages, page.more))

    # --- What is in no log ---

    async def _members(self, frame: protocol.ListMembers) -> None:
        await self.list_members()

    async def list_members(self) -> None:
        """Say who is here."""
        self.process.allowances.read(self.user, time.monotonic())
        self.follower.tell(self.audience.roster.members())

    async def _whisper(self, frame: protocol.SendWhisper) -> None:
        self.process.allowances.talk(self.user, time.monotonic())
        await self.whisper(frame.to, frame.text)

    async def whisper(self, name: str, text: str) -> None:
        """Say something to one person who is here."""
        to = await self._somebody_here(name)
        if self.standing.is_muted:
            raise Refusal("muted")
        sent_at = timestamp(time.time_ns() // 1_000_000)
        hearers = [self.user] if to.is_closed else [to.user, self.user]
        await self.audience.tell_only(hearers, protocol.Whisper(self.person, to.person, text, sent_at))

    async def _typing(self, frame: protocol.SendTyping) -> None:
        if self.is_invisible or self.standing.is_muted or len(self.audience.roster.people) > TYPISTS:
            return
        if not self.process.allowances.hint(self.user, time.monotonic()):
            return
        text = protocol.encode(protocol.Typing(self.person, frame.active))
        await self.audience.publish({"type": "room.typing", "user": self.user, "text": text})

    async def _somebody_here(self, name: str) -> people.Somebody:
        """Whoever is not here and whoever is not to be seen look alike. Who lets this user not in is here, and never answers."""
        somebody = await look_up(people.somebody, name, self.user)
        if somebody.user not in self.audience.roster.people:
            raise Refusal("not_here")
        return somebody

    async def _command(self, frame: protocol.Command) -> None:
        self.process.allowances.talk(self.user, time.monotonic())
        await commands.obey(self, frame.text, frame.n)

    async def be_called(self, person: Person) -> None:
        """The database knows this user by another name now: tell all rooms where they are."""
        await self.process.person_changed(self.user)
        await self.appears(people.Appearance(person, self.is_invisible))

    # --- A private pair ---

    async def _ask(self, frame: protocol.AskForPair) -> None:
        self.process.allowances.ask(self.user, time.monotonic())
        await self.audience.asks.ask(self.follower, self.person, await self._somebody_here(frame.to))

    async def _admit(self, frame: protocol.Admit) -> None:
        await self.audience.asks.admit(self.follower, self.person, frame.ask)

    async def _decline(self, frame: protocol.Decline) -> None:
        await self.audience.asks.decline(self.follower, frame.ask)

    async def _withdraw(self, frame: protocol.Withdraw) -> None:
        await self.audience.asks.withdraw(self.follower, frame.ask)

    # --- The end ---

    async def _leave(self, frame: protocol.Leave) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Go out of the room in this window, and close it."""
        await self.go_out()
        await self.bid_farewell("left")

    async def _ping(self, frame: protocol.Ping) -> None:
        await self.say(protocol.Pong())


HANDLERS: dict[type[protocol.ClientFrame], Callable[[RoomConsumer, Any], Awaitable[None]]] = {
    protocol.SendMessage: RoomConsumer._message,
    protocol.SendWhisper: RoomConsumer._whisper,
    protocol.Edit: RoomConsumer._edit,
    protocol.Delete: RoomConsumer._delete,
    protocol.SendTyping: RoomConsumer._typing,
    protocol.Resume: RoomConsumer._resume,
    protocol.ReadHistory: RoomConsumer._history,
    protocol.ListMembers: RoomConsumer._members,
    protocol.Command: RoomConsumer._command,
    protocol.AskForPair: RoomConsumer._ask,
    protocol.Admit: RoomConsumer._admit,
    protocol.Decline: RoomConsumer._decline,
    protocol.Withdraw: RoomConsumer._withdraw,
    protocol.Leave: RoomConsumer._leave,
    protocol.Ping: RoomConsumer._ping,
}

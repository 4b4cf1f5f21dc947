"""What the scripts in `lua/` answer, as they pack it."""

from __future__ import annotations

from typing import Literal

import msgspec
from redis.exceptions import ResponseError

from chat.pairs.protocol import ErrorCode, Pair, Person, Reason, Refusal


class Fenced(Exception):
    """This connection does not hold its user's seat any more; `reason` is what to tell it before closing."""

    def __init__(self, reason: Literal["replaced", "restarting"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Entry(msgspec.Struct, frozen=True):
    """One message of the log as one member sees it; `sent_at` in ms since 1970. One that was taken back has no text."""

    seq: int
    n: int
    mine: bool
    text: str
    sent_at: int
    recalled: bool = False


class Appended(msgspec.Struct, frozen=True):
    """Where a message was stored, and what came before it that this connection has not seen.

    `partner` is the partner's connection where it was not published to: whoever asked tells it. '' for none.
    """

    n: int
    seq: int
    sent_at: int
    missed: list[Entry]
    partner: str = ""


class Seen(msgspec.Struct, frozen=True):
    """Up to which seq a member has everything on screen; `partner` as in `Appended`."""

    seq: int
    partner: str = ""


class Piece(msgspec.Struct, frozen=True):
    """A piece of the log, and what it says about the rest."""

    messages: list[Entry]
    seq: int
    complete: bool
    delivered: int
    ended: Reason | None = None


class Standing(msgspec.Struct, frozen=True):
    """What a renewal says: the pair the connection's user is in ('' for none), its last seq, the last that the partner has on
    screen and, where they are away, the seconds that their seat is still held; or why the connection is out.

    `asking` is the ask that the user waits for, `asks` are those at their door, with spaces between; '' for none.
    """

    pair: str = ""
    seq: int = 0
    delivered: int = 0
    away: int = 0
    asking: str = ""
    asks: str = ""
    fenced: Literal["replaced", "restarting"] | None = None


class No(msgspec.Struct, frozen=True):
    """Why something was not done; nothing in an answer that says yes."""

    refused: ErrorCode | None = None
    expected: int | None = None
    fenced: Literal["replaced", "restarting"] | None = None
    failed: str | None = None

    def error(self) -> Exception | None:
        """Return it as what is raised: `Refusal`, `Fenced` or a RedisError. None for an answer that says yes."""
        if self.fenced:
            return Fenced(self.fenced)
        if self.refused:
            return Refusal(self.refused, expected=self.expected)
        return ResponseError(self.failed) if self.failed else None


class PairAnswer(msgspec.Struct, frozen=True):
    """The pair a user is in, as they see it."""

    pair: Pair | None = None


class Asked(msgspec.Struct, frozen=True):
    """The owner was asked, and has so many seconds to answer."""

    ask: str
    owner: Person
    seconds: int


class Used(msgspec.Struct, frozen=True):
    """The one-time invitation that a pair came from, and the user who used it."""

    invitation: int
    guest: int


class Seated(msgspec.Struct, frozen=True):
    """A pair, and the invitation it came from, if any."""

    pair: Pair
    used: Used | None = None


class JoinAnswer(msgspec.Struct, frozen=True):
    """What a join led to: a pair or an ask."""

    pair: Pair | None = None
    used: Used | None = None
    asked: Asked | None = None


class Asking(msgspec.Struct, frozen=True):
    """Somebody at a door, who waits for so many seconds more."""

    ask: str
    person: Person
    seconds: int


class AtDoor(msgspec.Struct, frozen=True):
    """The ask that a user waits for ('' for none), and those at their door."""

    asking: str
    asks: list[Asking]


class Recalled(msgspec.Struct, frozen=True):
    """The place of a message that was taken back."""

    seq: int


class Done(msgspec.Struct, frozen=True):
    """How much of what is due was done."""

    done: int


class Allowed(msgspec.Struct, frozen=True):
    """Whether one more is within the limit."""

    allowed: bool


decode_no = msgspec.msgpack.Decoder(No).decode
decode_pair_answer = msgspec.msgpack.Decoder(PairAnswer).decode
decode_join = msgspec.msgpack.Decoder(JoinAnswer).decode
decode_seated = msgspec.msgpack.Decoder(Seated).decode
decode_at_door = msgspec.msgpack.Decoder(AtDoor).decode
decode_piece = msgspec.msgpack.Decoder(Piece).decode
decode_recalled = msgspec.msgpack.Decoder(Recalled).decode
decode_done = msgspec.msgpack.Decoder(Done).decode
decode_allowed = msgspec.msgpack.Decoder(Allowed).decode
decode_standings = msgspec.msgpack.Decoder(list[Standing]).decode

_decode_appended = msgspec.msgpack.Decoder(list[tuple[int, int, int, list[Entry], str] | No]).decode
_decode_received = msgspec.msgpack.Decoder(list[tuple[int, str] | No]).decode


def decode_appended(raw: bytes) -> list[Appended | Exception]:
    """Return what became of each message of a batch."""
    return [_reason(answer) if isinstance(answer, No) else Appended(*answer) for answer in _decode_appended(raw)]


def decode_received(raw: bytes) -> list[Seen | Exception]:
    """Return what became of each receipt of a batch."""
    return [_reason(answer) if isinstance(answer, No) else Seen(*answer) for answer in _decode_received(raw)]


def _reason(no: No) -> Exception:
    return no.error() or ResponseError("an answer that says neither yes nor no")

"""The wire protocol, version 1: every frame in both directions, its limits and its error codes.

The only way in (`parse`) and the only way out (`encode`). docs/protocol.md describes the same for people, and
tests/fixtures/frames.json holds an example of each frame. No Django, no Channels, no Redis in here.
"""

from __future__ import annotations

import typing
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chat.wire import COUNT_LIMIT, FRAME_LIMIT, TEXT_LIMIT, Count, CountOrZero, Person, Reader, Unreadable, timestamp

__all__ = ["COUNT_LIMIT", "FRAME_LIMIT", "TEXT_LIMIT", "Person", "timestamp"]

VERSION = 1

# --- Error codes -----------------------------------------------------------------------------------------------------

ERRORS = {
    "bad_frame": "This frame is not understood: it must be a JSON object with the fields of its type.",
    "unknown_type": "There is no frame of this type.",
    "too_long": f"Too long: a message has at most {TEXT_LIMIT} characters and a frame at most {FRAME_LIMIT} bytes.",
    "rate_limited": "Too fast. Wait a moment and try again.",
    "unknown_token": "Nobody has this token. Ask your partner for the current one.",
    "own_token": "This is your own token. Give it to your partner, or paste theirs.",
    "partner_offline": "The owner of this token is not here right now.",
    "room_full": "Room is Full",
    "declined": "The owner of this token does not want to talk right now.",
    "not_answered": "The owner of this token did not answer.",
    "withdrawn": "You took your request for the seat back.",
    "no_ask": "Nobody asks for this seat any more.",
    "already_paired": "You are talking with someone. Leave first.",
    "not_paired": "You are not in a pair.",
    "wrong_pair": "This pair is not yours, or it is over.",
    "out_of_order": "A message before this one has not arrived.",
    "already_delivered": "It is on your partner's screen already.",
    "unavailable": "Tandem cannot do this right now. Try again in a moment.",
}
ErrorCode = Literal[
    "bad_frame",
    "unknown_type",
    "too_long",
    "rate_limited",
    "unknown_token",
    "own_token",
    "partner_offline",
    "room_full",
    "declined",
    "not_answered",
    "withdrawn",
    "no_ask",
    "already_paired",
    "not_paired",
    "wrong_pair",
    "out_of_order",
    "already_delivered",
    "unavailable",
]


class Refusal(Exception):
    """Something was refused; becomes exactly one `error` frame."""

    def __init__(
        self, code: ErrorCode, for_: str | None = None, *, n: int | None = None, expected: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.for_ = for_
        self.n = n
        self.expected = expected
        self.notified = False
        self.changed = False

    def frame(self) -> Error:
        """Return the frame that says so."""
        return Error(
            code=self.code,
            message=ERRORS[self.code],
            for_=self.for_,
            n=UNSET if self.n is None else self.n,
            expected=UNSET if self.expected is None else self.expected,
            notified=self.notified or UNSET,
            changed=self.changed or UNSET,
        )


# --- Client to server ------------------------------------------------------------------------------------------------

AskId = Annotated[str, Meta(min_length=1, max_length=64)]
PairId = Annotated[str, Meta(min_length=1, max_length=64)]


class ClientFrame(Struct, tag_field="type"):
    """A frame that a client sends."""


class Join(ClientFrame, tag="join"):
    """Take the second seat beside this token's owner."""

    token: str


class Leave(ClientFrame, tag="leave"):
    """End the pair now, for both."""

    pair: PairId


class Admit(ClientFrame, tag="admit"):
    """Let in who asked for the seat beside me."""

    ask: AskId


class Decline(ClientFrame, tag="decline"):
    """Send away who asked for the seat beside me."""

    ask: AskId


class Withdraw(ClientFrame, tag="withdraw"):
    """I do not ask for that seat any more."""


class SendMessage(ClientFrame, tag="message"):
    """Say something; `n` is the sender's own count in this pair."""

    pair: PairId
    n: Count
    text: str


class Recall(ClientFrame, tag="recall"):
    """Take back my message `n`, if it is not delivered yet."""

    pair: PairId
    n: Count


class Received(ClientFrame, tag="received"):
    """Every message up to `seq` is on my screen."""

    pair: PairId
    seq: CountOrZero


class Typing(ClientFrame, tag="typing"):
    """A hint, in both directions; never stored, never repeated."""

    pair: PairId
    active: bool


class Resume(ClientFrame, tag="resume"):
    """Send me again all after `seq`."""

    pair: PairId
    seq: CountOrZero


class Ping(ClientFrame, tag="ping"):
    """Are you there?"""


AnyClientFrame = Join | Admit | Decline | Withdraw | Leave | SendMessage | Recall | Received | Typing | Resume | Ping

_reader: Reader[AnyClientFrame] = Reader(AnyClientFrame)


def parse(text: str) -> AnyClientFrame:
    """Return the frame in `text`; anything else raises `Refusal` with the code that says why."""
    try:
        frame = _reader.read(text)
    except Unreadable as unreadable:
        raise Refusal(unreadable.code, unreadable.type) from None
    return _trimmed(frame) if isinstance(frame, SendMessage) else frame


def _trimmed(frame: SendMessage) -> SendMessage:
    frame.text = frame.text.strip()
    if not frame.text:
        raise Refusal("bad_frame", "message", n=frame.n)
    if len(frame.text) > TEXT_LIMIT:
        raise Refusal("too_long", "message", n=frame.n)
    return frame


# --- Server to client ------------------------------------------------------------------------------------------------


class Limits(Struct, frozen=True):
    """What the server takes: characters of a text, bytes of a frame, seconds of a hold."""

    text: int
    frame: int
    hold: int


Reason = Literal["left", "timeout", "logged_out"]
LapseReason = Literal["declined", "withdrawn", "offline", "expired", "paired"]
ClosingReason = Literal["logged_out", "replaced", "flooding", "restarting"]

CLOSE_CODES: dict[ClosingReason, int] = {
    "logged_out": 4401,
    "replaced": 4409,
    "flooding": 4429,
    "restarting": 1012,
}
CLOSE_POLICY = 1008  # too many frames that are none


class Pair(Struct, frozen=True):
    """A pair as one member sees it; `seq` is the log's end, `n` this member's own last count."""

    id: str
    role: Literal["host", "guest"]
    partner: Person
    present: bool
    seq: int
    n: int
    ended: Reason | UnsetType = UNSET


class DoorState(Struct, frozen=True):
    """How the user wants the seat beside them to be taken."""

    ask_first: bool
    do_not_disturb: bool


class ServerFrame(Struct, tag_field="type"):
    """A frame that the server sends."""


class Welcome(ServerFrame, tag="welcome"):
    """The first frame after opening; `pair` is the one whose seat is held for you."""

    version: int
    user: Person
    token: str
    limits: Limits
    pair: Pair | None
    door: DoorState


class Joined(ServerFrame, tag="joined"):
    """You are paired."""

    pair: Pair


class Asked(ServerFrame, tag="asked"):
    """The owner wants to be asked first; the answer to your `join` comes within `seconds`."""

    ask: str
    owner: Person
    seconds: int


class Ask(ServerFrame, tag="ask"):
    """Somebody asks for the seat beside you, and waits for so many seconds."""

    ask: str
    person: Person
    seconds: int


class Lapsed(ServerFrame, tag="lapsed"):
    """An ask at your door is over without a pair."""

    ask: str
    reason: LapseReason


class Accepted(ServerFrame, tag="accepted"):
    """Your message `n` is stored."""

    pair: str
    n: int
    seq: int
    sent_at: str


class Message(ServerFrame, tag="message"):
    """A message; `mine` is true only in a replay."""

    pair: str
    seq: int
    n: int
    mine: bool
    text: str
    sent_at: str


class Recalled(ServerFrame, tag="recalled"):
    """A message was taken back before it was delivered: its place stays, and nothing of it is to be shown."""

    pair: str
    seq: int
    n: int
    mine: bool


class Delivered(ServerFrame, tag="delivered"):
    """All of yours up to `seq` are on the partner's screen."""

    pair: str
    seq: int


class Resumed(ServerFrame, tag="resumed"):
    """The replay is over; `complete` is false where the log no longer reached back that far."""

    pair: str
    seq: int
    complete: bool


class PartnerTyping(ServerFrame, tag="typing"):
    """The partner is typing, or stopped."""

    pair: str
    active: bool


class Away(ServerFrame, tag="away"):
    """The partner's connection dropped; the seat is held for `seconds`."""

    pair: str
    seconds: int


class Back(ServerFrame, tag="back"):
    """The partner is here again."""

    pair: str


class Left(ServerFrame, tag="left"):
    """The pair is over; your messages up to `delivered` (a seq) reached the partner's screen."""

    pair: str
    reason: Reason
    delivered: int


class TurnedAway(ServerFrame, tag="turned_away"):
    """Someone else tried a token of this pair and was refused: how often so far."""

    pair: str
    count: int


class Token(ServerFrame, tag="token"):
    """Your token was changed."""

    token: str


class Door(ServerFrame, tag="door"):
    """You changed how the seat beside you is taken."""

    door: DoorState


class Closing(ServerFrame, tag="closing"):
    """The socket closes next; come again after `retry` seconds, or not at all where it is null."""

    reason: ClosingReason
    retry: float | None = None


class Notice(ServerFrame, tag="notice"):
    """The administrator's words; the site stops in so many seconds."""

    text: str
    seconds: int


class Trouble(ServerFrame, tag="trouble"):
    """Redis does not answer: what you send is refused with `unavailable` until the same frame says it is over."""

    active: bool


class Error(ServerFrame, tag="error"):
    """The frame of type `for` was refused; nothing else changed."""

    code: str
    message: str
    for_: str | None = msgspec.field(name="for", default=None)
    n: int | UnsetType = UNSET
    expected: int | UnsetType = UNSET
    notified: bool | UnsetType = UNSET
    changed: bool | UnsetType = UNSET


class Pong(ServerFrame, tag="pong"):
    """I am here."""


# The frames that the rules publish as such to a member's connection; messages, `delivered` and what is about asks are not.
Published = Joined | Recalled | PartnerTyping | Away | Back | Left | TurnedAway | Token | Closing

_encoder = msgspec.json.Encoder()


_PUBLISHED: dict[str, type[ServerFrame]] = {
    str(frame.__struct_config__.tag): frame for frame in typing.get_args(Published) if frame is not Joined
}


def published(event: dict[str, Any]) -> Published:
    """Return the frame that the rules published as a plain `event`: their word is taken for its fields."""
    type_ = event.pop("type")
    if type_ == "joined":
        return Joined(msgspec.convert(event["pair"], Pair))
    frame: Published = _PUBLISHED[type_](**event)  # type: ignore[assignment]
    return frame


def ask(event: dict[str, Any]) -> Ask:
    """Return the frame of an ask that the rules published."""
    return Ask(event["ask"], Person(**event["person"]), event["seconds"])


def encode(frame: ServerFrame) -> bytes:
    """Return `frame` as the text that goes over the socket, in UTF-8."""
    return _encoder.encode(frame)

"""The wire protocol of rooms, version 1: every frame in both directions, its limits and its error codes.

The only way in (`parse`) and the only way out (`encode`). docs/protocol.md describes the same for people, and
tests/fixtures/room_frames.json holds an example of each frame. No Django, no Channels, no Redis in here.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chat.wire import FRAME_LIMIT, TEXT_LIMIT, Count, CountOrZero, Person, Reader, Unreadable

VERSION = 1

PAGE = 50  # messages in `welcome` and in a page of `history`

# --- Error codes -----------------------------------------------------------------------------------------------------

ERRORS = {
    "bad_frame": "This frame is not understood: it must be a JSON object with the fields of its type.",
    "unknown_type": "There is no frame of this type.",
    "too_long": f"Too long: a message has at most {TEXT_LIMIT} characters and a frame at most {FRAME_LIMIT} bytes.",
    "empty": "There is nothing in this message.",
    "rate_limited": "Too fast. Wait a moment and try again.",
    "out_of_order": "A message before this one has not arrived.",
    "muted": "You cannot write in this room for now.",
    "not_allowed": "You may not do this here.",
    "no_message": "There is no such message, or it is not yours.",
    "unknown_command": "There is no such command. /help lists those there are.",
    "bad_command": "Something is missing. /help says how this command is written.",
    "unknown_user": "There is nobody of this name.",
    "not_here": "This person is not here right now.",
    "yourself": "That is you.",
    "too_many": "Too many are invited already. Take some invitations back first.",
    "is_member": "This person is in the room already.",
    "name_taken": "Somebody has this name, or one that looks like it.",
    "bad_name": "This cannot be a name.",
    "no_ask": "This was answered already, or nobody waits for it any more.",
    "unavailable": "Tandem cannot do this right now. Try again in a moment.",
}
ErrorCode = Literal[
    "bad_frame",
    "unknown_type",
    "too_long",
    "empty",
    "rate_limited",
    "out_of_order",
    "muted",
    "not_allowed",
    "no_message",
    "unknown_command",
    "bad_command",
    "unknown_user",
    "not_here",
    "yourself",
    "is_member",
    "too_many",
    "name_taken",
    "bad_name",
    "no_ask",
    "unavailable",
]


class Refusal(Exception):
    """Something was refused; becomes exactly one `error` frame."""

    def __init__(
        self, code: ErrorCode, for_: str | None = None, *, n: int | None = None, expected: int | None = None
    ) -> None:
        super().__init__(code)
        self.code: ErrorCode = code
        self.for_ = for_
        self.n = n
        self.expected = expected

    def frame(self) -> Error:
        """Return the frame that says so."""
        return Error(
            code=self.code,
            message=ERRORS[self.code],
            for_=self.for_,
            n=UNSET if self.n is None else self.n,
            expected=UNSET if self.expected is None else self.expected,
        )


# --- Client to server ------------------------------------------------------------------------------------------------

Username = Annotated[str, Meta(min_length=1, max_length=200)]
AskId = Annotated[str, Meta(min_length=1, max_length=64)]


class ClientFrame(Struct, tag_field="type"):
    """A frame that a client sends."""


class SendMessage(ClientFrame, tag="message"):
    """Say something to everybody here; `n` is the sender's own count in this room and window."""

    n: Count
    text: str
    action: bool = False


class SendWhisper(ClientFrame, tag="whisper"):
    """Say something to one person who is here, and to nobody else."""

    to: Username
    text: str


class Edit(ClientFrame, tag="edit"):
    """My message `of` shall read like this."""

    of: Count
    text: str


class Delete(ClientFrame, tag="delete"):
    """Take the text of message `of` away: mine, or anybody's where I keep order."""

    of: Count


class SendTyping(ClientFrame, tag="typing"):
    """A hint; never stored, never repeated."""

    active: bool


class Resume(ClientFrame, tag="resume"):
    """Send me all that happened after `seq`."""

    seq: CountOrZero


class ReadHistory(ClientFrame, tag="history"):
    """Send me the page of messages before `before`."""

    before: Count


class ListMembers(ClientFrame, tag="members"):
    """Who is here?"""


class Command(ClientFrame, tag="command"):
    """A line that begins with a slash, as it was typed; `n` is needed for `/me`, which is a message."""

    text: str
    n: Count | None = None


class AskForPair(ClientFrame, tag="ask"):
    """Ask a person who is here for a private pair."""

    to: Username


class Admit(ClientFrame, tag="admit"):
    """Say yes to who asked me for a private pair."""

    ask: AskId


class Decline(ClientFrame, tag="decline"):
    """Say no."""

    ask: AskId


class Withdraw(ClientFrame, tag="withdraw"):
    """I do not ask for it any more."""

    ask: AskId


class Leave(ClientFrame, tag="leave"):
    """I go out of this room: everybody is told at once."""


class Ping(ClientFrame, tag="ping"):
    """Are you there?"""


AnyClientFrame = (
    SendMessage
    | SendWhisper
    | Edit
    | Delete
    | SendTyping
    | Resume
    | ReadHistory
    | ListMembers
    | Command
    | AskForPair
    | Admit
    | Decline
    | Withdraw
    | Leave
    | Ping
)

_reader: Reader[AnyClientFrame] = Reader(AnyClientFrame)
_WITH_TEXT = (SendMessage, SendWhisper, Edit, Command)


def parse(text: str) -> AnyClientFrame:
    """Return the frame in `text`; anything else raises `Refusal` with the code that says why."""
    try:
        frame = _reader.read(text)
    except Unreadable as unreadable:
        raise Refusal(unreadable.code, unreadable.type) from None
    if isinstance(frame, _WITH_TEXT):
        frame.text = _trimmed(frame)
    return frame


def _trimmed(frame: SendMessage | SendWhisper | Edit | Command) -> str:
    text = frame.text.replace("\0", "").strip()  # which PostgreSQL cannot store
    if text and len(text) <= TEXT_LIMIT:
        return text
    n = None if isinstance(frame, (SendWhisper, Edit)) else frame.n
    raise Refusal("too_long" if text else "empty", str(frame.__struct_config__.tag), n=n)


# --- Server to client ------------------------------------------------------------------------------------------------

Role = Literal["owner", "moderator", "member"]
LapseReason = Literal["declined", "withdrawn", "expired", "gone"]
ClosingReason = Literal["logged_out", "removed", "no_room", "closed", "left", "flooding", "restarting"]

CLOSE_CODES: dict[ClosingReason, int] = {
    "logged_out": 4401,
    "removed": 4403,
    "no_room": 4404,
    "closed": 4410,
    "flooding": 4429,
    "left": 1000,
    "restarting": 1012,
}
CLOSE_POLICY = 1008  # too many frames that are none


class Limits(Struct, frozen=True):
    """What the server takes: characters of a text, bytes of a frame."""

    text: int
    frame: int


class RoomState(Struct, frozen=True):
    """A room as one user sees it; `role` is their own, `muted_until` the time up to which they may only read."""

    slug: str
    name: str
    topic: str
    is_lobby: bool
    is_open: bool
    retention_days: int
    role: Role
    muted_until: str | None


class CommandHelp(Struct, frozen=True):
    """A command that this user may give: `usage` as it is written, `help` what it does, in English."""

    name: str
    usage: str
    help: str


class Message(Struct, frozen=True, tag_field="type", tag="message"):
    """A message at its place in the room's log; `author` is null where the account is gone.

    One that was deleted has no text. The same object stands in `welcome` and `history`.
    """

    seq: int
    author: Person | None
    text: str
    action: bool
    sent_at: str
    edited: bool = False
    deleted: bool = False


class ServerFrame(Struct, tag_field="type"):
    """A frame that the server sends."""


class Welcome(ServerFrame, tag="welcome"):
    """The first frame after opening: where you are, who is here, and the last messages.

    `seq` is the log's end, `n` your own last count in this room and window, `more` whether older messages can be read.
    `members` are at most 200 of the `online` people.
    """

    version: int
    user: Person
    room: RoomState
    limits: Limits
    seq: int
    n: int
    online: int
    members: list[Person]
    messages: list[Message]
    more: bool
    commands: list[CommandHelp]


class Accepted(ServerFrame, tag="accepted"):
    """Your message `n` is stored; the `message` itself comes to you like to everybody else, before or after this."""

    n: int
    seq: int
    sent_at: str


class Edited(ServerFrame, tag="edited"):
    """Message `of` reads like this now; the edit has its own place `seq` in the log."""

    seq: int
    of: int
    text: str
    edited_at: str


class Deleted(ServerFrame, tag="deleted"):
    """Message `of` has lost its text; the deletion has its own place `seq` in the log."""

    seq: int
    of: int


class Resumed(ServerFrame, tag="resumed"):
    """All that happened up to `seq` was sent; `complete` is false where the log no longer reached back that far."""

    seq: int
    complete: bool


class History(ServerFrame, tag="history"):
    """A page of older messages, the oldest first."""

    before: int
    messages: list[Message]
    more: bool


class Members(ServerFrame, tag="members"):
    """Everybody who is here, by user name."""

    online: int
    members: list[Person]


class Entered(ServerFrame, tag="entered"):
    """These came in; in a crowd, those of a moment come together."""

    people: list[Person]
    online: int


class Exited(ServerFrame, tag="exited"):
    """These are gone."""

    people: list[Person]
    online: int


class Renamed(ServerFrame, tag="renamed"):
    """Somebody here is called `name` now, and was called `before`."""

    username: str
    name: str
    before: str


class Whisper(ServerFrame, tag="whisper"):
    """Said to one person alone; both get it, in every window of theirs in this room. It is not stored."""

    sender: Person
    to: Person
    text: str
    sent_at: str


class Typing(ServerFrame, tag="typing"):
    """Somebody is typing, or stopped."""

    person: Person
    active: bool


class Room(ServerFrame, tag="room"):
    """Something about the room, or about your place in it, has changed."""

    room: RoomState
    commands: list[CommandHelp]


class Commands(ServerFrame, tag="commands"):
    """The answer to `/help`."""

    commands: list[CommandHelp]


class Invited(ServerFrame, tag="invited"):
    """The answer to `/invite`: this person was invited."""

    person: Person


class Announcement(ServerFrame, tag="announcement"):
    """The administrator's words to everybody who is online, in any room."""

    text: str
    sent_at: str


class Ask(ServerFrame, tag="ask"):
    """This person asks you for a private pair, and waits so many seconds."""

    ask: str
    person: Person
    seconds: int


class Asked(ServerFrame, tag="asked"):
    """Your question is on this person's screen; their answer comes within `seconds`."""

    ask: str
    person: Person
    seconds: int


class Admitted(ServerFrame, tag="admitted"):
    """Yes: both go to the private chat. The guest joins with `token`, which is theirs alone and for this once; the host waits."""

    ask: str
    role: Literal["host", "guest"]
    partner: Person
    token: str | None


class Lapsed(ServerFrame, tag="lapsed"):
    """A question is over without a pair."""

    ask: str
    reason: LapseReason


class Notice(ServerFrame, tag="notice"):
    """The administrator's words; the site stops in so many seconds."""

    text: str
    seconds: int


class Trouble(ServerFrame, tag="trouble"):
    """Redis does not answer: who is here is not up to date, and whispers wait, until the same frame says it is over."""

    active: bool


class Closing(ServerFrame, tag="closing"):
    """The socket closes next; come again after `retry` seconds, or not at all where it is null."""

    reason: ClosingReason
    retry: float | None = None


class Error(ServerFrame, tag="error"):
    """The frame of type `for` was refused; nothing else changed."""

    code: ErrorCode
    message: str
    for_: str | None = msgspec.field(name="for", default=None)
    n: int | UnsetType = UNSET
    expected: int | UnsetType = UNSET


class Pong(ServerFrame, tag="pong"):
    """I am here."""


_encoder = msgspec.json.Encoder()


def encode(frame: ServerFrame | Message) -> bytes:
    """Return `frame` as the text that goes over the socket, in UTF-8."""
    return _encoder.encode(frame)

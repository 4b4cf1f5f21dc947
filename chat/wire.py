"""What the protocols of pairs and rooms have in common: how a frame is read, and how people and times are written.

No Django, no Channels, no Redis in here.
"""

from __future__ import annotations

import datetime
import functools
import re
import typing
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

TEXT_LIMIT = 8_000  # characters of one message, after trimming
FRAME_LIMIT = 64 * 1024  # bytes of one frame
COUNT_LIMIT = 2**53 - 1  # the largest whole number that JavaScript counts exactly

Count = Annotated[int, Meta(ge=1, le=COUNT_LIMIT)]
CountOrZero = Annotated[int, Meta(ge=0, le=COUNT_LIMIT)]

T = TypeVar("T")


class Person(Struct, frozen=True):
    """How a user is shown to another."""

    username: str
    name: str


class Unreadable(Exception):
    """This text is no frame that a client may send; `type` is the one that it seems to have."""

    def __init__(self, code: Literal["bad_frame", "unknown_type", "too_long"], type_: str | None) -> None:
        super().__init__(code)
        self.code = code
        self.type = type_


class _Envelope(Struct):
    type: str


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_TYPE = re.compile(r'"type"\s*:\s*"([a-z_]+)"')


class Reader(Generic[T]):
    """Reads the frames of one protocol: `frames` is the union of their structs."""

    def __init__(self, frames: Any) -> None:
        self._types = {str(frame.__struct_config__.tag) for frame in typing.get_args(frames)}
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(frames)

    def read(self, text: str) -> T:
        """Return the frame in `text`; anything else raises `Unreadable`, which says why."""
        if len(text) > FRAME_LIMIT or (not text.isascii() and len(text.encode("utf-8", "replace")) > FRAME_LIMIT):
            raise Unreadable("too_long", self._type_in(text))
        try:
            return self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise self._why_not(text) from None

    def _why_not(self, text: str) -> Unreadable:
        """Tell a frame of an unknown type from one that is no frame at all."""
        try:
            type_ = _envelope_decoder.decode(text).type
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return Unreadable("bad_frame", self._type_in(text))
        if type_ in self._types:
            return Unreadable("bad_frame", type_)
        return Unreadable("unknown_type", type_[:64])

    def _type_in(self, text: str) -> str | None:
        """The type that a frame which cannot be read seems to have: better than none for whoever has to find the fault."""
        found = _TYPE.search(text, 0, 1_000)
        return found[1] if found and found[1] in self._types else None


@functools.lru_cache(maxsize=256)  # messages that are stored together have the same one
def timestamp(milliseconds: int) -> str:
    """Return a Unix time in milliseconds as ISO 8601 in UTC."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03}Z"


@functools.lru_cache(maxsize=4)  # and those of a second begin alike
def _second(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().removesuffix("+00:00")

"""What one socket shows of a log that others write to at the same time."""

from __future__ import annotations

from typing import Any

from chat.pairs import protocol
from chat.pairs.answers import Appended, Entry, Piece
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.protocol import Pair, Person

ALICE = Seat(1, "window!1", "laptop", Person("alice", "Alice"))


class Log:
    """A log that has four messages by the time it is read: Bob's, hers, and two more of his."""

    async def resume(self, seat: Seat, pair: str, seq: int, most: int) -> Piece:
        entries = [Entry(each, each, each == 2, "hello", 0) for each in range(seq + 1, 5)]
        return Piece(entries, 4, complete=True, delivered=0)


async def test_a_message_that_was_overtaken_before_its_answer_came_is_accepted_once():
    said: list[protocol.ServerFrame] = []

    async def say(frame: protocol.ServerFrame) -> None:
        said.append(frame)

    rules: Any = Log()
    feed = Feed(rules, ALICE, say, Pair("p1", "host", Person("bob", "Bob"), present=True, seq=0, n=0))
    assert not await feed.stored(Appended(2, 2, 0, [])), "the log told her already"
    assert [(type(frame).__name__, getattr(frame, "seq", 0)) for frame in said] == [
        ("Message", 1),
        ("Accepted", 2),
        ("Message", 3),
        ("Message", 4),
    ]
    assert feed.seq == 4
    assert await feed.stored(Appended(2, 2, 0, [])), "an answer to the same message sent again is said"

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


class Screen:
    """What she was told, and the feed behind it."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, int]] = []
        rules: Any = Log()
        self.feed = Feed(rules, ALICE, self.say, Pair("p1", "host", Person("bob", "Bob"), present=True, seq=0, n=0))

    async def say(self, frame: protocol.ServerFrame) -> None:
        self.frames.append((type(frame).__name__, getattr(frame, "seq", 0)))


ALL = [("Message", 1), ("Accepted", 2), ("Message", 3), ("Message", 4)]


async def test_a_message_that_was_overtaken_before_its_answer_came_is_accepted_once():
    screen = Screen()
    assert not await screen.feed.stored(Appended(2, 2, 0, [])), "the log told her already"
    assert (screen.frames, screen.feed.seq) == (ALL, 4)
    assert await screen.feed.stored(Appended(2, 2, 0, [])), "an answer to the same message sent again is said"


async def test_an_answer_that_comes_after_the_log_told_of_its_message_is_not_said():
    screen = Screen()
    await screen.feed.live(protocol.Message("p1", 4, 3, mine=False, text="hello", sent_at="2026-01-01T00:00:00.000Z"))
    assert not await screen.feed.stored(Appended(2, 2, 0, [])), "the gap before Bob's message had it"
    assert screen.frames == ALL


async def test_a_message_after_a_gap_that_was_read_with_it_is_shown_once():
    screen = Screen()
    await screen.feed.live(protocol.Message("p1", 3, 3, mine=False, text="hello", sent_at="2026-01-01T00:00:00.000Z"))
    assert (screen.frames, screen.feed.seq) == (ALL, 4)


async def test_an_answer_that_will_not_come_is_not_waited_for():
    """Her message is sent again then, and that is answered, whatever the log told meanwhile."""
    for is_told_before in (True, False):
        screen = Screen()
        if is_told_before:
            await screen.feed.catch_up(4)
        screen.feed.unheard(2)
        await screen.feed.catch_up(4)
        assert screen.frames == ALL
        assert await screen.feed.stored(Appended(2, 2, 0, []))

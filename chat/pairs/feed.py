"""What one socket has shown of a pair's log: each message once, in the order of `seq`, whatever the events did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chat.pairs import protocol
from chat.pairs.answers import Appended, Entry, Piece, Standing
from chat.pairs.pairing import Pairing, Seat

PIECE = 50  # messages read from the log at once: at most 96 kB

Say = Callable[[protocol.ServerFrame], Awaitable[None]]


class Feed:
    """The pair this socket was told about (None for none) and the seq up to which it knows everything.

    Frames of any other pair are not for this socket.
    """

    def __init__(self, pairing: Pairing, seat: Seat, say: Say, pair: protocol.Pair | None) -> None:
        self.pairing = pairing
        self.seat = seat
        self.say = say
        self.begin(pair)

    def begin(self, pair: protocol.Pair | None, seq: int | None = None) -> None:
        """Another pair, known up to `seq` (its end, if not given)."""
        self.pair = pair.id if pair else None
        self.seq = (pair.seq if seq is None else seq) if pair else 0
        self.delivered = 0  # what this socket was told of it
        self.ended = (pair and pair.ended) or None  # why the pair is over, where that is known before it is said
        self.is_to_be_read_out = False  # it is over, and nobody will ask for the rest
        # As far as this socket was told.
        self.partner_is_away = pair is not None and not pair.present and not pair.ended
        self.client_has_all = True  # up to `seq`
        self.holds_back = False
        self.held = 0  # the last seq that was held back
        self._accepted: set[int] = set()  # n of ours that the log told of, whose answers are still to come
        self._unheard: set[int] = set()  # n of ours whose answers will not come

    def hold_back(self) -> None:
        """Pass nothing live on until the client has asked for what it missed, so that the old comes before the new."""
        self.holds_back = self.pair is not None
        self.client_has_all = self.pair is None

    def is_next(self, seq: int) -> bool:
        """Whether a published message goes out as it is."""
        return seq == self.seq + 1 and not self.holds_back

    async def live(self, frame: protocol.Message) -> None:
        """A published message: the next, one shown already, or one after a gap."""
        if self.holds_back:
            self.held = frame.seq
        if frame.seq <= self.seq or self.holds_back:
            return
        await self.catch_up(frame.seq - 1)
        if self.seq < frame.seq:  # else it was among what was read
            self.seq = frame.seq
            await self.say(frame)

    def knows(self, standing: Standing) -> bool:
        """Whether all that Redis says of this pair was told, or will be once the client has asked for what it missed."""
        if self.holds_back:
            return True
        is_told = standing.seq <= self.seq and standing.delivered <= self.delivered and not self.is_to_be_read_out
        return is_told and bool(standing.away) == self.partner_is_away

    async def find(self, is_present: bool, seconds: int) -> None:
        """The partner is here or away, for `seconds` at most; said unless it was."""
        if self.pair and is_present == self.partner_is_away:
            self.partner_is_away = not is_present
            await self.say(protocol.Back(self.pair) if is_present else protocol.Away(self.pair, seconds))

    async def tick(self, seq: int) -> None:
        """Ours up to `seq` are on the partner's screen; said unless it was."""
        if self.pair and seq > self.delivered:
            self.delivered = seq
            await self.say(protocol.Delivered(self.pair, seq))

    async def recalled(self, frame: protocol.Recalled) -> None:
        """A message was taken back; what was never passed on will come from the log as that."""
        if frame.seq <= self.seq:
            await self.say(frame)

    def was_next(self, appended: Appended) -> bool:
        """A message of this socket is in the log, and nothing crossed it; where it returns False, `stored` is needed."""
        if not self.is_after(appended):
            return False
        self.seq = appended.seq
        return True

    def is_after(self, appended: Appended) -> bool:
        """Whether nothing crossed this message of ours, or everything that did was shown."""
        return appended.seq == self.seq + 1

    async def stored(self, appended: Appended) -> bool:
        """A message of this socket is in the log: what crossed it comes first, so that both sides see one order.

        Returns False where that told the client of the message itself, which was followed by others meanwhile.
        """
        if appended.seq > self.seq:
            await self._show(appended.missed)
            await self.catch_up(appended.seq - 1)
            self.seq = max(self.seq, appended.seq)
        was_told = appended.n in self._accepted
        self._accepted.discard(appended.n)
        return not was_told

    def unheard(self, n: int) -> None:
        """There will be no answer to our message `n`; if it is sent again, the answer to that is another."""
        if n in self._accepted:
            self._accepted.discard(n)
        else:
            self._unheard.add(n)

    async def catch_up(self, seq: int) -> None:
        """Read what is missing up to `seq` from the log."""
        self.holds_back = False
        while self.pair and self.seq < seq:
            piece = await self.pairing.resume(self.seat, self.pair, self.seq, PIECE)
            if not piece.messages:
                self.seq = seq  # trimmed, which only happens to what was on screen
                return
            await self._show(piece.messages)

    async def read_out(self) -> Piece:
        """Read a pair that is over to its end; return the last piece."""
        if not self.client_has_all:  # and it cannot ask any more; it drops what it has
            self.seq = 0
        self.holds_back = False
        while True:
            piece = await self.pairing.resume(self.seat, self.pair or "", self.seq, PIECE)
            await self._show(piece.messages)
            if piece.ended or not piece.messages:
                return piece

    async def replay(self, pair: str, seq: int) -> tuple[Piece, bool]:
        """Send all after `seq` again, ours as well; return the last piece and whether nothing was missing."""
        piece = await self.pairing.resume(self.seat, pair, seq, PIECE)
        complete = piece.complete
        self.holds_back, self.client_has_all = False, True
        while True:
            for entry in piece.messages:
                await self.say(message_frame(pair, entry))
                self.seq = max(self.seq, entry.seq)
            if not piece.messages or piece.messages[-1].seq >= piece.seq:
                return piece, complete
            piece = await self.pairing.resume(self.seat, pair, piece.messages[-1].seq, PIECE)

    async def _show(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.seq > self.seq:
                self.seq = entry.seq
                await self.say(self._news(entry))

    def _news(self, entry: Entry) -> protocol.ServerFrame:
        """What is new about this entry: a message, or that ours is stored, if the answer to it was lost on the way."""
        pair = self.pair or ""
        if entry.mine and not entry.recalled:
            if entry.n in self._unheard:
                self._unheard.discard(entry.n)
            else:
                self._accepted.add(entry.n)
            return protocol.Accepted(pair, entry.n, entry.seq, protocol.timestamp(entry.sent_at))
        return message_frame(pair, entry)


def message_frame(pair: str, entry: Entry) -> protocol.Message | protocol.Recalled:
    """Return the frame of one message of the log, or of the place where it was."""
    if entry.recalled:
        return protocol.Recalled(pair, entry.seq, entry.n, entry.mine)
    return protocol.Message(pair, entry.seq, entry.n, entry.mine, entry.text, protocol.timestamp(entry.sent_at))

"""What is on people's screens, told to Redis no more often than anybody can see: of two receipts only the later one matters."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from chat.pairs.protocol import Received

PAUSE_SECONDS = 0.05  # between two receipts of one socket; an eye takes a tenth of a second for "at the same time"


class Reader(Protocol):
    """A socket whose person reads messages."""

    receipt_at: float  # when the last one was handed in, in seconds of the monotonic clock

    def hand_in(self, receipt: Received) -> None:
        """Tell the rules."""


class Receipts:
    """Those of one process: the first of a socket goes at once, those that follow closely wait for one timer together."""

    def __init__(self) -> None:
        self._waiting: dict[Reader, Received] = {}
        self._timer: asyncio.TimerHandle | None = None

    def take(self, reader: Reader, receipt: Received, now: float) -> None:
        """A receipt came at `now` (monotonic seconds)."""
        earlier = self._waiting.get(reader)
        if earlier is not None and earlier.pair != receipt.pair:
            self.hand_in(reader)
            earlier = None
        if earlier is not None:
            earlier.seq = max(earlier.seq, receipt.seq)
        elif now - reader.receipt_at >= PAUSE_SECONDS:
            reader.receipt_at = now
            reader.hand_in(receipt)
        else:
            self._waiting[reader] = receipt
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._hand_in_all)

    def hand_in(self, reader: Reader) -> None:
        """Let nothing of this reader wait any longer: what comes next, such as leaving, must not overtake it."""
        receipt = self._waiting.pop(reader, None)
        if receipt is not None:
            reader.hand_in(receipt)

    def _hand_in_all(self) -> None:
        self._timer = None
        for reader in list(self._waiting):
            reader.receipt_at = time.monotonic()
            self.hand_in(reader)

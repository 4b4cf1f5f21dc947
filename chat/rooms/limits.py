"""How much one person may do in rooms, however many windows they have in this process."""

from __future__ import annotations

from chat.realtime.rate_limit import Bucket
from chat.rooms.protocol import Refusal

TALK_A_SECOND, TALK_AT_ONCE = 10, 60  # messages, whispers, commands: more than anybody types
ASKS_A_SECOND, ASKS_AT_ONCE = 6 / 60, 6
INVITATIONS_A_SECOND, INVITATIONS_AT_ONCE = 60 / 3_600, 20  # by `/invite`; the page counts its own
READS_A_SECOND, READS_AT_ONCE = 10, 60  # pages of history, lists of members
HINTS_A_SECOND, HINTS_AT_ONCE = 2, 10  # that somebody types
FORGET_SECONDS = 1_200.0  # by then every bucket is full again


class Allowance:
    """What one user may do."""

    def __init__(self, now: float) -> None:
        self.talk = Bucket(TALK_A_SECOND, TALK_AT_ONCE, now)
        self.asks = Bucket(ASKS_A_SECOND, ASKS_AT_ONCE, now)
        self.invitations = Bucket(INVITATIONS_A_SECOND, INVITATIONS_AT_ONCE, now)
        self.reads = Bucket(READS_A_SECOND, READS_AT_ONCE, now)
        self.hints = Bucket(HINTS_A_SECOND, HINTS_AT_ONCE, now)
        self.used = now


class Allowances:
    """Those of all users of one process; the caller passes the time, in monotonic seconds."""

    def __init__(self, *, is_limited: bool) -> None:
        self.is_limited = is_limited
        self._of: dict[int, Allowance] = {}

    def talk(self, user: int, now: float) -> None:
        """Count something said; `rate_limited` where it is too much."""
        self._take(self._allowance(user, now).talk, now)

    def ask(self, user: int, now: float) -> None:
        """Count asking for a private pair."""
        self._take(self._allowance(user, now).asks, now)

    def invite(self, user: int, now: float) -> None:
        """Count inviting somebody into a room."""
        self._take(self._allowance(user, now).invitations, now)

    def read(self, user: int, now: float, pieces: int = 1) -> None:
        """Count reading what costs the server more than it costs to ask; all of the pieces, or none."""
        self._take(self._allowance(user, now).reads, now, pieces)

    def hint(self, user: int, now: float) -> bool:
        """Count a hint; return whether it is passed on."""
        return not self.is_limited or self._allowance(user, now).hints.take(now)

    def forget(self, now: float) -> None:
        """Those who did nothing for a while may do everything again."""
        self._of = {user: each for user, each in self._of.items() if now - each.used < FORGET_SECONDS}

    def _allowance(self, user: int, now: float) -> Allowance:
        allowance = self._of.get(user)
        if allowance is None:
            allowance = self._of[user] = Allowance(now)
        allowance.used = now
        return allowance

    def _take(self, bucket: Bucket, now: float, count: int = 1) -> None:
        if self.is_limited and not bucket.take(now, count):
            raise Refusal("rate_limited")

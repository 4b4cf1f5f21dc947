"""What every server process does for rooms, whether anybody is in one or not."""

from __future__ import annotations

from chat.realtime.lookup import write_down
from chat.realtime.pulse import beat
from chat.rooms import retention

FORGET = 60_000  # ms: a batch each minute, so that nobody who writes waits for many


async def keep_up() -> None:
    """Delete what is older than its room keeps it, for as long as the process lives: any process may, and all do."""
    await beat(FORGET, _forget)


async def _forget() -> None:
    await write_down(retention.forget_some)

"""The channel layer: Redis pub/sub with one subscription for each process.

channels_redis subscribes once for each socket, so 1,000 sockets are 1,000 subscriptions and as many commands whenever a
process connects again. Here a process subscribes once under its own name; a channel is `<process>!<number>`, and what is
published for it goes to the process, which knows the channel: a flat list of channels, each followed by its message. A group is
one more subscription of each process that has members of it; its messages have None for a channel. The contract is
Channels' own: at most once, a bounded queue for each channel, messages expire. A consumer of ours takes its messages without a
queue (`hand_over`).
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import msgspec
from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer
from redis.asyncio import Redis

from chat.realtime import broker
from chat.realtime.pipeline import Pipeline
from chat.realtime.subscription import Subscription

Message = dict[str, Any]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode

CHANNEL, GROUP = "tandem:channel:", "tandem:group:"


class ProcessChannelLayer(BaseChannelLayer):
    """Channels' face of it; each event loop has an inbox of its own."""

    extensions = ["groups", "flush"]

    def __init__(self, expiry: float = 60, capacity: int = 100, channel_capacity: Any = None) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self.channel_capacity = self.compile_capacities(channel_capacity or {})
        self._inboxes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Inbox] = weakref.WeakKeyDictionary()

    @property
    def inbox(self) -> Inbox:
        """The running loop's inbox."""
        loop = asyncio.get_running_loop()
        if loop not in self._inboxes:
            self._inboxes[loop] = Inbox(self)
        return self._inboxes[loop]

    def on_return(self, hook: Callable[[], None]) -> None:
        """Call `hook` whenever this loop's subscription is back after a loss: events may have been missed."""
        self.inbox.subscription.on_return.append(hook)

    async def new_channel(self, prefix: str = "specific") -> str:
        """Return a new channel of this process."""
        return await self.inbox.new_channel(prefix)

    def hand_over(self, channel: str, hear: Callable[[Message], None]) -> None:
        """Give what comes for this channel of this process to `hear` at once, instead of keeping it for `receive`.

        What comes by way of a group is the other members' as well: `hear` leaves it as it is.
        """
        self.inbox.hand_over(channel, hear)

    def end_channel(self, channel: str) -> None:
        """Forget a channel of this process whose consumer has ended."""
        self.inbox.forget(channel)

    async def send(self, channel: str, message: Message) -> None:
        """Send to one channel, of whichever process; raises ChannelFull for a full one of this process."""
        self.require_valid_channel_name(channel)
        assert isinstance(message, dict), "message is not a dict"
        if self.inbox.has(channel):
            self.inbox.put(channel, _decode(_encode(message)), strict=True)
        else:
            name = CHANNEL + self.non_local_name(channel)
            await broker.client().publish(name, _encode([channel, message]))

    async def receive(self, channel: str) -> Message:
        """Wait for the next message of this channel; a cancelled wait ends the channel."""
        return await self.inbox.receive(channel)

    async def group_add(self, group: str, channel: str) -> None:
        """Make a channel of this process a member of the group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        await self.inbox.group_add(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """End the membership, if there is one."""
        self.inbox.group_discard(group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        """Send to every member of the group; a member whose channel is full misses it."""
        self.require_valid_group_name(group)
        await self.publish_to_group(broker.client(), group, message)

    @staticmethod
    async def publish_to_group(redis: Redis | Pipeline, group: str, message: Message) -> int:
        """Publish over a client of one's own; return how many processes heard it."""
        heard: int = await redis.publish(GROUP + group, _encode([None, message]))
        return heard

    async def flush(self) -> None:
        """Forget every channel and group of this loop."""
        await self.inbox.flush()


class Inbox:
    """The channels and groups of one event loop."""

    def __init__(self, layer: ProcessChannelLayer) -> None:
        self.layer = layer
        self.process = uuid.uuid4().hex
        self.subscription = Subscription(self._deliver)
        self._numbers = itertools.count()
        self._queues: dict[str, asyncio.Queue[tuple[float, Message]]] = {}
        self._hearers: dict[str, Callable[[Message], None]] = {}
        self._groups: dict[str, set[str]] = {}  # group → channels
        self._memberships: dict[str, set[str]] = {}  # channel → groups

    def name(self, prefix: str = "specific") -> str:
        """What the names of its channels begin with, up to the `!`."""
        return f"{prefix.rstrip('.')}.{self.process}!"

    async def new_channel(self, prefix: str) -> str:
        process = self.name(prefix)
        await self.subscription.want(CHANNEL + process)
        channel = f"{process}{next(self._numbers)}"
        self._open(channel)
        return channel

    def has(self, channel: str) -> bool:
        return channel in self._queues or channel in self._hearers

    def hand_over(self, channel: str, hear: Callable[[Message], None]) -> None:
        self._queues.pop(channel, None)
        self._hearers[channel] = hear

    def put(self, channel: str, message: Message, strict: bool = False) -> None:
        """Hand a message over, or queue it; when the channel is full, drop it, or say so if `strict`."""
        if hear := self._hearers.get(channel):
            hear(message)
            return
        try:
            self._queues[channel].put_nowait((time.monotonic(), message))
        except asyncio.QueueFull:
            if strict:
                raise ChannelFull from None

    def hand(self, channel: str, message: Message) -> None:
        """Put a message, which nobody changes any more, in a channel of this process, if that is still there."""
        if hear := self._hearers.get(channel):
            hear(message)
        elif channel in self._queues:
            self.put(channel, message)

    async def receive(self, channel: str) -> Message:
        if channel not in self._queues:
            self._open(channel)
            await self.subscription.want(CHANNEL + self.layer.non_local_name(channel))
        queue = self._queues[channel]
        try:
            while True:
                came, message = await queue.get()
                if time.monotonic() - came < self.layer.expiry:
                    return message
        except asyncio.CancelledError:
            self.forget(channel)  # Channels cancels the wait when the consumer ends, and says nothing else
            raise

    async def group_add(self, group: str, channel: str) -> None:
        self._groups.setdefault(group, set()).add(channel)
        self._memberships.setdefault(channel, set()).add(group)
        await self.subscription.want(GROUP + group)

    def group_discard(self, group: str, channel: str) -> None:
        _discard(self._memberships, channel, group)
        if _discard(self._groups, group, channel):
            self.subscription.drop(GROUP + group)

    async def flush(self) -> None:
        self._queues.clear()
        self._hearers.clear()
        self._groups.clear()
        self._memberships.clear()
        self.subscription.close()

    def _deliver(self, name: str, payload: bytes) -> None:
        parts = iter(_decode(payload))
        hearers = self._hearers
        for channel, message in zip(parts, parts, strict=True):
            if channel in hearers:
                hearers[channel](message)
            elif channel is None:
                self._deliver_to_group(name.removeprefix(GROUP), message)
            elif channel in self._queues:
                self.put(channel, message)

    def _deliver_to_group(self, group: str, message: Message) -> None:
        hearers = self._hearers
        for member in list(self._groups.get(group, ())):
            if member in hearers:
                hearers[member](message)  # which must not change it: it is everybody's
            elif member in self._queues:
                self.put(member, dict(message))

    def _open(self, channel: str) -> None:
        self._queues[channel] = asyncio.Queue(self.layer.get_capacity(channel))

    def forget(self, channel: str) -> None:
        """End the channel and its memberships."""
        self._queues.pop(channel, None)
        self._hearers.pop(channel, None)
        for group in list(self._memberships.get(channel, ())):
            self.group_discard(group, channel)


def _discard(table: dict[str, set[str]], key: str, value: str) -> bool:
    """Take `value` out of what the table has under `key`; return whether nothing is left there that was there before."""
    values = table.get(key)
    if values is None:
        return False
    values.discard(value)
    if not values:
        del table[key]
    return not values

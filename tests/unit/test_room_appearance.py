"""A socket's user is called something else."""

from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway

from chat.rooms.people import Appearance
from chat.rooms.socket import RoomSocket
from chat.wire import Person


async def test_a_name_that_redis_did_not_take_is_told_later():
    told: list[str] = []

    async def away(room: int, user: int, name: str) -> None:
        raise RedisAway

    async def rename(room: int, user: int, name: str) -> None:
        told.append(name)

    presence = SimpleNamespace(rename=away)
    socket: Any = RoomSocket()
    socket.user, socket.person, socket.window, socket.is_here = 1, Person("alice", "Alice"), object(), True
    socket.process = SimpleNamespace(presence=presence)
    socket.standing = SimpleNamespace(room=SimpleNamespace(pk=7))
    appearance = Appearance(Person("alice", "Alicia"), is_invisible=False)
    with pytest.raises(RedisAway):
        await socket.appears(appearance)
    assert not socket.looks_like(appearance), "it is looked at again"
    presence.rename = rename
    await socket.appears(appearance)
    assert (told, socket.looks_like(appearance)) == (["Alicia"], True)

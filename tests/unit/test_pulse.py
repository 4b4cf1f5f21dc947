"""What a process does for all its sockets holds up nobody who talks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import RedisError

from chat.realtime import pulse
from chat.realtime.pulse import MOST_PARTS, SCRIPT_AT_ONCE, for_all, in_parts
from tests.person import PATIENCE


async def test_others_have_their_turn_between_two_parts():
    seen: list[Any] = []
    async for some in in_parts([1, 2, 3, 4, 5], 2):
        seen.append(some)
        asyncio.get_running_loop().call_soon(seen.append, "another")
    assert seen == [[1, 2], "another", [3, 4], "another", [5]]


async def test_where_there_is_nothing_to_do_nothing_is_done():
    nothing: list[int] = []
    assert [some async for some in in_parts(nothing, 2)] == []


async def test_very_many_are_not_more_parts_but_larger_ones(monkeypatch):
    monkeypatch.setattr(pulse, "BREATH_SECONDS", 0)
    parts = [some async for some in in_parts(list(range(3 * MOST_PARTS + 1)), 2)]
    assert len(parts) <= MOST_PARTS
    assert [each for some in parts for each in some] == list(range(3 * MOST_PARTS + 1))


async def test_no_part_waits_for_the_answer_to_the_one_before():
    under_way: list[int] = []
    everybody = asyncio.Event()

    async def ask(some: list[int]) -> None:
        under_way.extend(some)
        if len(under_way) == 3 * SCRIPT_AT_ONCE:
            everybody.set()
        await everybody.wait()

    async with asyncio.timeout(PATIENCE):
        await for_all(list(range(3 * SCRIPT_AT_ONCE)), ask)


async def test_where_one_part_fails_the_others_are_done_and_the_error_is_told():
    done: list[int] = []

    async def ask(some: list[int]) -> None:
        if 0 in some:
            raise OSError("no answer")
        await asyncio.sleep(0)
        done.extend(some)

    with pytest.raises(OSError, match="no answer"):
        await for_all(list(range(2 * SCRIPT_AT_ONCE)), ask)
    assert done == list(range(SCRIPT_AT_ONCE, 2 * SCRIPT_AT_ONCE))


async def test_a_fault_of_ours_is_told_before_trouble():
    async def ask(some: list[int]) -> None:
        raise RedisError if 0 in some else KeyError(some[0])

    with pytest.raises(KeyError):
        await for_all(list(range(2 * SCRIPT_AT_ONCE)), ask)

"""Frames that follow each other without waiting for an answer are answered in their order, on either server."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.person import Socket, pair_up
from tests.site import Site, new_site


@pytest.fixture(params=[0, 1], ids=["daphne", "uvicorn"])
def here(site: Site, request: pytest.FixtureRequest) -> str:
    number: int = request.param
    return site.urls()[number]


async def test_answers_come_in_the_order_of_the_messages_and_before_what_was_asked_after_them(alice, bob, here):
    a, b = await alice.open(here), await bob.open(here)
    pair = await pair_up(a, b, alice.token)
    for n in range(1, 11):
        await a.send("message", pair=pair, n=n, text=f"text {n}")
    await a.send("ping")
    assert [(await a.next("accepted"))["n"] for _ in range(10)] == list(range(1, 11))
    assert (await a.receive())["type"] == "pong"
    assert [(await b.next("message"))["seq"] for _ in range(10)] == list(range(1, 11))


async def test_a_refusal_keeps_its_place_between_answers(alice, bob, here):
    a, b = await alice.open(here), await bob.open(here)
    pair = await pair_up(a, b, alice.token)
    for n in (1, 3, 2):
        await a.send("message", pair=pair, n=n, text="hello")
    answers = [await a.receive() for _ in range(3)]
    assert [(answer["type"], answer["n"]) for answer in answers] == [("accepted", 1), ("error", 3), ("accepted", 2)]
    assert (answers[1]["code"], answers[1]["expected"]) == ("out_of_order", 2)
    assert [(await b.next("message"))["n"] for _ in range(2)] == [1, 2]


async def test_refusals_keep_their_order_and_nothing_asked_later_overtakes_them(alice, bob, here):
    a, b = await alice.open(here), await bob.open(here)
    pair = await pair_up(a, b, alice.token)
    for first in (101, 201, 301):
        numbers = list(range(first, first + 40))  # more than are handled at once
        for n in numbers:
            await a.send("message", pair=pair, n=n, text="too early")
        await a.send("ping")
        answers = [await a.receive() for _ in range(41)]
        assert [answer.get("n") for answer in answers] == [*numbers, None]
        assert answers[-1]["type"] == "pong"


async def test_who_leaves_behind_messages_has_said_them_first(alice, bob, here):
    a, b = await alice.open(here), await bob.open(here)
    pair = await pair_up(a, b, alice.token)
    for n in range(1, 6):
        await a.send("message", pair=pair, n=n, text="hello")
    await a.send("leave", pair=pair)
    assert [(await b.next("message"))["n"] for _ in range(5)] == [1, 2, 3, 4, 5]
    assert (await b.next("left"))["reason"] == "left"
    assert [(await a.next("accepted"))["n"] for _ in range(5)] == [1, 2, 3, 4, 5]


async def test_more_than_fit_in_one_go_stay_in_order_on_both_sides():
    """Those that are under way, those that wait in the server, and those that wait in the kernel."""
    site = new_site(1, SERVER="uvicorn", RATE_LIMITS="off")
    count = 400

    async def talk(socket: Socket) -> list[tuple[int, int]]:
        async with socket.connection.send_context():
            for n in range(1, count + 1):
                frame = {"type": "message", "pair": socket.pair, "n": n, "text": "x"}
                socket.connection.protocol.send_text(json.dumps(frame).encode())
        while sum(frame["type"] in ("message", "accepted") for frame in socket.heard) < 2 * count:
            assert (await socket.receive())["type"] != "error"
        shown = [frame for frame in socket.heard if frame["type"] in ("message", "accepted")]
        assert [frame["n"] for frame in shown if frame["type"] == "accepted"] == list(range(1, count + 1))
        return [(frame["seq"], frame["n"]) for frame in shown]

    try:
        (alice, bob), url = site.people("alice", "bob"), site.urls()[0]
        a, b = await alice.open(url), await bob.open(url)
        await pair_up(a, b, alice.token)
        seen_by_alice, seen_by_bob = await asyncio.gather(talk(a), talk(b))
        assert seen_by_alice == seen_by_bob
        assert [seq for seq, _ in seen_by_alice] == list(range(1, 2 * count + 1))
    finally:
        site.stop()

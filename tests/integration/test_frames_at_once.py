"""Frames that follow each other without waiting for an answer are answered in their order, on either server."""

from __future__ import annotations

import pytest

from tests.person import pair_up
from tests.site import Site


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


async def test_who_leaves_behind_messages_has_said_them_first(alice, bob, here):
    a, b = await alice.open(here), await bob.open(here)
    pair = await pair_up(a, b, alice.token)
    for n in range(1, 6):
        await a.send("message", pair=pair, n=n, text="hello")
    await a.send("leave", pair=pair)
    assert [(await b.next("message"))["n"] for _ in range(5)] == [1, 2, 3, 4, 5]
    assert (await b.next("left"))["reason"] == "left"
    assert [(await a.next("accepted"))["n"] for _ in range(5)] == [1, 2, 3, 4, 5]

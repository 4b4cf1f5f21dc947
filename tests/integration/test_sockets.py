"""The private chat from outside: two people and an outsider, each on another server process."""

from __future__ import annotations

import asyncio
import os

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.person import Person, Socket, pair_up
from tests.site import Site, new_site

RACE_ROUNDS = int(os.environ.get("RACE_ROUNDS", "1000"))
RACERS = 20


@pytest.fixture
def here(site: Site) -> str:
    return site.urls()[0]


@pytest.fixture
def there(site: Site) -> str:
    """The other process."""
    return site.urls()[1]


async def test_two_people_talk_across_two_processes(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    assert a.welcome["user"]["username"] == alice.username
    assert (a.welcome["token"], a.welcome["pair"]) == (alice.token, None)
    assert a.welcome["limits"] == {"text": 8000, "frame": 65536, "hold": 30}
    pair = await pair_up(a, b, alice.token)
    accepted = await a.say("  Hello <b>Bob</b> \u202e \x00 ")
    message = await b.expect("message")
    assert message["text"] == "Hello <b>Bob</b> \u202e \x00", "trimmed, and otherwise as it was written"
    assert (message["seq"], message["n"], message["mine"]) == (accepted["seq"], 1, False)
    assert message["sent_at"] == accepted["sent_at"]
    await b.send("received", pair=pair, seq=1)
    assert await a.expect("delivered") == {"type": "delivered", "pair": pair, "seq": 1}
    await b.send("typing", pair=pair, active=True)
    assert await a.expect("typing") == {"type": "typing", "pair": pair, "active": True}


async def test_a_third_person_is_told_the_room_is_full(alice, bob, mallory, here, there):
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    pair = await pair_up(a, b, alice.token)
    refused = await m.join(alice.token)
    assert refused == {"type": "error", "code": "room_full", "message": "Room is Full", "for": "join"}
    assert await a.expect("turned_away") == {"type": "turned_away", "pair": pair, "count": 1}
    assert await b.expect("turned_away") == {"type": "turned_away", "pair": pair, "count": 1}
    await a.say("a secret")
    assert (await b.expect("message"))["text"] == "a secret", "it does travel"
    m.pair = pair
    assert (await m.say("let me in"))["code"] == "not_paired"
    await m.send("resume", pair=pair, seq=0)
    assert (await m.expect("error"))["code"] == "not_paired"
    assert await m.settle() == []


async def test_when_either_leaves_a_third_can_join_either(alice, bob, mallory, here, there):
    for staying, token in (("a", alice.token), ("b", bob.token)):
        a, b, m = await alice.open(here), await bob.open(there), await mallory.open(here)
        pair = await pair_up(a, b, alice.token)
        leaver, stayer = (b, a) if staying == "a" else (a, b)
        await leaver.send("leave", pair=pair)
        assert await stayer.next("left") == {"type": "left", "pair": pair, "reason": "left", "delivered": 0}
        await leaver.next("left")
        await pair_up(stayer, m, token)
        await m.send("leave", pair=m.pair)
        await m.next("left")


async def test_a_cut_connection_is_told_and_the_same_person_takes_the_seat_again(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    await b.say("before")
    b.cut()
    assert await a.next("away") == {"type": "away", "pair": pair, "seconds": 30}
    await a.say("while you were away")
    b = await bob.open(here)
    held = b.welcome["pair"]
    assert (held["id"], held["seq"], held["n"], held["present"]) == (pair, 2, 1, True)
    assert await a.next("back") == {"type": "back", "pair": pair}
    await b.send("resume", pair=pair, seq=0)
    replay = [await b.expect("message"), await b.expect("message")]
    assert [(m["seq"], m["mine"], m["text"]) for m in replay] == [
        (1, True, "before"),
        (2, False, "while you were away"),
    ]
    assert await b.expect("resumed") == {"type": "resumed", "pair": pair, "seq": 2, "complete": True}


async def test_who_comes_back_and_asks_for_nothing_still_gets_what_is_new(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    await pair_up(a, b, alice.token)
    b.cut()
    await a.next("away")
    b = await bob.open(there)
    await a.next("back")
    await a.say("at once")
    assert (await b.next("message"))["text"] == "at once"
    await a.say("and next")
    assert (await b.next("message"))["text"] == "and next"


async def test_who_joins_another_before_reading_a_pair_that_is_over_is_told_first_that_it_is(
    alice, bob, mallory, here, there
):
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    pair = await pair_up(a, b, alice.token)
    b.cut()
    await a.next("away")
    await a.send("leave", pair=pair)
    await a.next("left")
    b = await bob.open(here)
    assert b.welcome["pair"]["ended"] == "left"
    await b.send("join", token=mallory.token)
    assert await b.expect("left") == {"type": "left", "pair": pair, "reason": "left", "delivered": 0}
    joined = (await b.expect("joined"))["pair"]
    assert joined["partner"]["username"] == mallory.username
    assert (await m.expect("joined"))["pair"]["id"] == joined["id"]


async def test_a_second_window_takes_over_and_the_partner_notices_nothing(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    second = await bob.open(here)
    assert second.welcome["pair"]["id"] == pair
    assert await b.closed() == 4409
    assert b.heard[-1] == {"type": "closing", "reason": "replaced", "retry": None}
    second.pair = pair
    await second.say("from the new window")
    assert (await a.receive())["type"] == "message"


async def test_messages_that_cross_have_one_order_for_both(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    count = 50

    async def talk(socket: Socket, name: str) -> list[tuple[int, str]]:
        for n in range(1, count + 1):
            await socket.send("message", pair=pair, n=n, text=f"{name} {n}")
        shown: list[tuple[int, str]] = []
        while len(shown) < 2 * count:
            frame = await socket.next("message", "accepted")
            shown.append((frame["seq"], frame.get("text") or f"{name} {frame['n']}"))
        return shown

    seen_by_alice, seen_by_bob = await asyncio.gather(talk(a, "alice"), talk(b, "bob"))
    assert seen_by_alice == seen_by_bob
    assert [seq for seq, _ in seen_by_alice] == list(range(1, 2 * count + 1)), "each once, in the order of seq"


async def test_never_three_however_many_race_for_one_seat():
    """A thousand rounds through two processes, half a minute; RACE_ROUNDS=25 for a quick look."""
    site = new_site(2, RATE_LIMITS="off")
    try:
        host, *crowd = site.people("host", *(f"racer{i}" for i in range(RACERS)))
        here, there = site.urls()
        alice = await host.open(here)
        racers = [await person.open((here, there)[i % 2]) for i, person in enumerate(crowd)]
        for _ in range(RACE_ROUNDS):
            await race(alice, racers, host)
        assert "Traceback" not in site.log()
    finally:
        site.stop()


async def race(alice: Socket, racers: list[Socket], host: Person) -> None:
    for racer in racers:
        await racer.send("join", token=host.token)
    answers = await asyncio.gather(*(racer.next("joined", "error") for racer in racers))
    [winner] = [i for i, answer in enumerate(answers) if answer["type"] == "joined"]
    losers = [answer for i, answer in enumerate(answers) if i != winner]
    assert losers == [{"type": "error", "code": "room_full", "message": "Room is Full", "for": "join"}] * (RACERS - 1)
    pair = answers[winner]["pair"]["id"]
    assert (await alice.next("joined"))["pair"]["id"] == pair
    for member in (alice, racers[winner]):
        told = await member.settle()
        assert {frame["type"] for frame in told} <= {"turned_away"}, told
    await racers[winner].send("leave", pair=pair)
    heard_by_alice = len(alice.heard)
    await alice.next("left")
    await racers[winner].next("left")
    assert {frame["type"] for frame in alice.heard[heard_by_alice:]} <= {"turned_away", "left"}


async def test_no_cookie_a_wrong_one_and_an_old_one_are_told_to_log_in(here):
    for cookie in (None, "sessionid=nonsense", "sessionid=" + "x" * 32, "sessionid=" + "é" * 10):
        socket = await Socket.open(here, cookie=cookie)
        assert await socket.closed() == 4401
        assert socket.heard == [{"type": "closing", "reason": "logged_out", "retry": None}]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "http://127.0.0.1.evil.example:{port}",
        "https://127.0.0.1:{port}",
        "HTTP://127.0.0.1:{port}",
    ],
)
async def test_a_foreign_origin_is_refused(alice, here, origin):
    port = here.rpartition(":")[2]
    with pytest.raises(InvalidStatus) as refused:
        await Socket.open(here, cookie=alice.cookie_header, origin=origin and origin.format(port=port))
    assert refused.value.response.status_code == 403


async def test_a_foreign_host_and_an_unknown_path_are_refused(alice, here):
    from websockets.asyncio.client import connect

    address = here.replace("http://", "")
    headers = {"Cookie": alice.cookie_header}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{address}/ws/elsewhere/", origin=Origin(here), additional_headers=headers, proxy=None)
    assert refused.value.response.status_code == 403
    # DNS rebinding: a name of somebody else's that points here, with the matching Origin.
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"ws://evil.example:{address.rpartition(':')[2]}/ws/pair/",
            host="127.0.0.1",
            origin=Origin(f"http://evil.example:{address.rpartition(':')[2]}"),
            additional_headers=headers,
            proxy=None,
        )
    assert refused.value.response.status_code == 403


async def test_receipts_that_follow_closely_are_told_as_one_and_the_last_one_always(site, alice, bob):
    here, there = site.urls()
    a, b = await alice.open(here), await bob.open(there)
    await pair_up(a, b, alice.token)
    for _ in range(30):
        await a.say("hello")
    for _ in range(30):
        message = await b.next("message")
        await b.send("received", pair=b.pair, seq=message["seq"])
    told = [(await a.next("delivered"))["seq"]]
    while told[-1] < 30:
        told.append((await a.next("delivered"))["seq"])
    assert told == sorted(set(told))
    assert len(told) < 30


async def test_whoever_leaves_has_told_first_what_they_read(site, alice, bob):
    here, there = site.urls()
    a, b = await alice.open(here), await bob.open(there)
    await pair_up(a, b, alice.token)
    for _ in range(3):
        await a.say("hello")
    for seq in (1, 2, 3):
        await b.send("received", pair=b.pair, seq=seq)
    await b.send("leave", pair=b.pair)
    assert (await a.next("left"))["delivered"] == 3


async def test_a_wrong_receipt_is_refused_before_the_next_pong(site, alice):
    a = await alice.open(site.urls()[0])
    for seq in (1, 2):
        await a.send("received", pair="none", seq=seq)
    came = await a.settle()
    assert {(frame["type"], frame.get("code"), frame.get("for")) for frame in came} == {
        ("error", "not_paired", "received")
    }

"""What an owner chooses about the seat beside them, over real sockets on two server processes."""

from __future__ import annotations

import pytest

from tests.person import Frame, Person, Socket
from tests.site import Site


@pytest.fixture
def here(site: Site) -> str:
    return site.urls()[0]


@pytest.fixture
def there(site: Site) -> str:
    """The other process."""
    return site.urls()[1]


async def ask_first(owner: Person, site: str) -> None:
    assert await owner.post(site, "/settings/door/", ask_first="on") == 200


async def ask(asker: Socket, token: str) -> Frame:
    """Ask for the seat beside this token's owner, and wait until they have been asked."""
    await asker.send("join", token=token)
    return await asker.expect("asked")


async def test_whoever_does_not_ask_for_it_is_joined_at_once(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    assert a.welcome["door"] == {"ask_first": False, "do_not_disturb": False}
    await b.send("join", token=alice.token)
    await b.expect("joined")
    await a.expect("joined")


async def test_the_owner_lets_somebody_in(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    await ask_first(alice, there)
    assert await a.expect("door") == {"type": "door", "door": {"ask_first": True, "do_not_disturb": False}}
    asked = await ask(b, alice.token)
    assert (asked["owner"]["username"], asked["seconds"]) == (alice.username, 60)
    rung = await a.expect("ask")
    assert (rung["ask"], rung["person"]["username"]) == (asked["ask"], bob.username)
    await a.send("admit", ask=rung["ask"])
    a.begin(await a.expect("joined"))
    b.begin(await b.expect("joined"))
    assert a.pair == b.pair
    await a.say("come in")
    assert (await b.expect("message"))["text"] == "come in"


async def test_a_client_that_knows_nothing_of_asking_waits_for_the_answer_to_its_join(alice, bob, mallory, here, there):
    """It ignores `asked`: what it knows comes later, and that is all."""
    await ask_first(alice, here)
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    await m.send("join", token=alice.token)
    await a.send("decline", ask=(await a.expect("ask"))["ask"])
    declined = await m.next("joined", "error")
    assert (declined["code"], declined["for"]) == ("declined", "join")
    assert "does not want" in declined["message"]
    await b.send("join", token=alice.token)
    await a.expect("lapsed")
    await a.send("admit", ask=(await a.expect("ask"))["ask"])
    assert (await b.next("joined", "error"))["type"] == "joined"


async def test_an_owner_whose_line_was_cut_is_asked_again(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    asked = await ask(b, alice.token)
    await a.expect("ask")
    a.cut()
    back = await alice.open(there)
    again = await back.expect("ask")
    assert (again["ask"], again["person"]["username"]) == (asked["ask"], bob.username)
    await back.send("admit", ask=asked["ask"])
    assert (await b.expect("joined"))["pair"]["partner"]["username"] == alice.username


async def test_when_the_asker_goes_away_the_owner_is_told(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    asked = await ask(b, alice.token)
    await a.expect("ask")
    b.cut()
    assert await a.expect("lapsed") == {"type": "lapsed", "ask": asked["ask"], "reason": "offline"}
    await a.send("admit", ask=asked["ask"])
    assert (await a.expect("error"))["code"] == "no_ask"


async def test_an_asker_who_changes_their_mind_gets_one_answer_and_the_owner_is_told(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    await ask(b, alice.token)
    await a.expect("ask")
    await b.send("withdraw")
    assert (await b.expect("error"))["code"] == "withdrawn"
    assert (await a.expect("lapsed"))["reason"] == "withdrawn"
    await b.send("withdraw")
    assert await b.settle() == []


async def test_an_outsider_learns_nothing_of_an_ask_and_cannot_answer_it(alice, bob, mallory, here, there):
    await ask_first(alice, here)
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    asked = await ask(b, alice.token)
    await a.expect("ask")
    await m.send("admit", ask=asked["ask"])
    assert (await m.expect("error"))["code"] == "no_ask"
    await m.send("decline", ask=asked["ask"])
    assert await m.settle() == []
    await a.send("admit", ask=asked["ask"])
    await b.expect("joined")
    assert await m.settle() == []


async def test_what_an_event_failed_to_say_is_made_good(alice, bob, here, there, site):
    """The channel layer may lose any event; a renewal finds what is missing."""
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    asked = await ask(b, alice.token)
    await a.expect("ask")
    with site.redis() as redis:  # as if the end of the ask had been published, and lost
        redis.delete(f"tandem:ask:{asked['ask']}")
        redis.hdel(f"tandem:user:{bob.id}", "asking")
        redis.hdel(f"tandem:user:{alice.id}", "asks")
    assert (await b.expect("error"))["code"] == "not_answered"
    assert await a.expect("lapsed") == {"type": "lapsed", "ask": asked["ask"], "reason": "expired"}


async def refusal(socket: Socket, token: str) -> Frame:
    await socket.send("join", token=token)
    return await socket.expect("error")


async def test_who_is_not_to_be_disturbed_seems_not_to_be_here(alice, bob, mallory, here, there):
    """To everybody, at every moment, and the owner hears nothing of it: the same frame as for one who is offline."""
    b, m = await bob.open(there), await mallory.open(there)
    offline = await refusal(b, alice.token)
    assert offline["code"] == "partner_offline"
    a = await alice.open(here)
    assert await alice.post(there, "/settings/door/", do_not_disturb="on") == 200
    assert (await a.expect("door"))["door"] == {"ask_first": False, "do_not_disturb": True}
    assert await refusal(b, alice.token) == offline
    await a.send("join", token=bob.token)
    await a.expect("joined")
    await b.expect("joined")
    assert await refusal(m, alice.token) == offline, "not even that she talks with somebody"
    assert await a.settle() == []


async def test_who_asks_when_do_not_disturb_begins_is_told(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    await ask(b, alice.token)
    await a.expect("ask")
    await alice.post(there, "/settings/door/", ask_first="on", do_not_disturb="on")
    assert (await b.expect("error"))["code"] == "partner_offline"
    assert (await a.expect("lapsed"))["reason"] == "declined"


async def test_a_blocked_person_is_answered_like_anybody_whose_partner_is_not_here(alice, bob, mallory, here, there):
    b = await bob.open(there)
    offline = await refusal(b, alice.token)
    a, m = await alice.open(here), await mallory.open(there)
    assert await alice.post(there, "/blocks/", username=bob.username) == 204
    assert await refusal(b, alice.token) == offline
    joined = await m.join(alice.token)
    assert joined["type"] == "joined", "others are let in"
    await a.expect("joined")
    assert await refusal(b, alice.token) == offline, "not that the room is full"
    assert await a.settle() == [], "and nobody is disturbed"


async def test_blocking_the_partner_ends_the_pair_as_leaving_does(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    await b.join(alice.token)
    pair = (await a.expect("joined"))["pair"]["id"]
    await alice.post(there, "/blocks/", username=bob.username)
    left = {"type": "left", "pair": pair, "reason": "left", "delivered": 0}
    assert await b.expect("left") == left
    assert await a.expect("left") == left
    assert (await refusal(b, alice.token))["code"] == "partner_offline"


async def test_blocking_who_asks_is_a_no(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    await ask(b, alice.token)
    await a.expect("ask")
    await alice.post(there, "/blocks/", username=bob.username)
    assert (await b.expect("error"))["code"] == "declined"
    assert (await refusal(b, alice.token))["code"] == "declined", "for a minute, like any no"


async def test_who_blocks_may_still_go_to_the_blocked(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    await alice.post(there, "/blocks/", username=bob.username)
    await a.send("join", token=bob.token)
    await a.expect("joined")
    await b.expect("joined")


async def test_a_new_name_is_what_the_next_one_sees(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    assert await alice.post(there, "/settings/", name=f"Queen {alice.username}") == 200
    assert (await b.join(alice.token))["pair"]["partner"]["name"] == f"Queen {alice.username}"
    await a.expect("joined")

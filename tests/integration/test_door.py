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
    assert a.welcome["door"] == {"ask_first": False}
    await b.send("join", token=alice.token)
    await b.expect("joined")
    await a.expect("joined")


async def test_the_owner_lets_somebody_in(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    await ask_first(alice, there)
    assert await a.expect("door") == {"type": "door", "door": {"ask_first": True}}
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


async def test_when_the_owner_goes_away_the_asker_is_told(alice, bob, here, there):
    await ask_first(alice, here)
    a, b = await alice.open(here), await bob.open(there)
    await ask(b, alice.token)
    a.cut()
    refused = await b.expect("error")
    assert (refused["code"], refused["for"]) == ("partner_offline", "join")


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

"""One-time invitations: used up by the join that succeeds, and by no other; from the rules to real sockets and pages."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from chat.door import Door
from chat.pairs.answers import Asked, Seated, Used
from chat.pairs.protocol import Refusal
from tests.person import CSRF, Frame, Person, Socket
from tests.site import Site
from tests.town import Member, refused

DAY = 24 * 60 * 60 * 1000  # ms


def invited(owner: Member, *, asks_first: bool = False, closed: bool = False, left: int = DAY) -> Door:
    """What the database says of Alice's invitation number 7."""
    return Door(owner.seat.user, asks_first, closed, invitation=7, invitation_ms=left)


# --- The rules -------------------------------------------------------------------------------------------------------


async def test_the_join_that_succeeds_uses_it_up(town):
    alice, bob, carol = [await town.enter(name) for name in ("alice", "bob", "carol")]
    seated = await town.pairing.join(bob.seat, invited(alice))
    assert isinstance(seated, Seated)
    assert seated.used == Used(7, bob.seat.user)
    await bob.leave(seated.pair.id)
    assert await refused(town.pairing.join(carol.seat, invited(alice))) == "unknown_token"
    assert await refused(town.pairing.join(bob.seat, invited(alice))) == "unknown_token", "once is once, for him too"


async def test_of_many_at_once_one_uses_it(town):
    for round_ in range(20):
        alice = await town.enter(f"alice{round_}")
        crowd = [await town.enter(f"guest{round_}-{i}") for i in range(10)]
        door = Door(alice.seat.user, invitation=round_, invitation_ms=DAY)
        results = await asyncio.gather(
            *(town.pairing.join(guest.seat, door) for guest in crowd), return_exceptions=True
        )
        assert len([result for result in results if isinstance(result, Seated)]) == 1
        assert {result.code for result in results if isinstance(result, Refusal)} == {"unknown_token"}


async def test_a_join_that_is_refused_uses_nothing(town):
    alice, bob, carol = [await town.enter(name) for name in ("alice", "bob", "carol")]
    assert await refused(town.pairing.join(bob.seat, invited(alice, closed=True))) == "partner_offline"
    pair = await carol.join(alice)
    assert await refused(town.pairing.join(bob.seat, invited(alice))) == "room_full"
    await carol.leave(pair.id)
    assert isinstance(await town.pairing.join(bob.seat, invited(alice)), Seated)


async def test_who_missed_the_answer_gets_it_again(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    first = await town.pairing.join(bob.seat, invited(alice))
    assert await town.pairing.join(bob.seat, invited(alice)) == first
    assert await town.pairing.join(bob.seat, invited(alice, left=0)) == first, "the database knows by now"


async def test_one_that_the_database_knows_as_used_leads_nowhere(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    assert await refused(town.pairing.join(bob.seat, invited(alice, left=0))) == "unknown_token"


async def test_asking_uses_it_only_when_admitted(town):
    alice, bob, carol = [await town.enter(name) for name in ("alice", "bob", "carol")]
    door = invited(alice, asks_first=True)
    declined = await town.pairing.join(carol.seat, door)
    assert isinstance(declined, Asked)
    await town.pairing.decline(alice.seat, declined.ask)
    asked = await town.pairing.join(bob.seat, door)
    assert isinstance(asked, Asked)
    seated = await town.pairing.admit(alice.seat, asked.ask)
    assert seated.used == Used(7, bob.seat.user)
    await bob.leave(seated.pair.id)
    assert await refused(town.pairing.join(bob.seat, door)) == "unknown_token"


async def test_what_is_kept_of_it_ends_when_it_would_have(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    await town.pairing.join(bob.seat, invited(alice, left=60_000))
    assert 0 < await town.redis.pttl("tandem:invitation:7") <= 60_000


# --- The site --------------------------------------------------------------------------------------------------------


class Pages:
    """The page of somebody's invitations."""

    def __init__(self, person: Person, site: str) -> None:
        cookies = {"sessionid": person.cookie, "csrftoken": CSRF}
        self.http = httpx.AsyncClient(base_url=site, cookies=cookies, follow_redirects=True)

    async def tokens(self) -> list[str]:
        return re.findall(r"/join/#([0-9a-f]{32})", (await self.http.get("/invitations/")).text)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"csrfmiddlewaretoken": CSRF, **fields})

    async def invite(self, lifetime: str = "day") -> str:
        """Make an invitation; return its token."""
        before = await self.tokens()
        assert (await self.post("/invitations/", lifetime=lifetime)).status_code == 200
        (token,) = set(await self.tokens()) - set(before)
        return token


@pytest.fixture
def here(site: Site) -> str:
    return site.urls()[0]


@pytest.fixture
def there(site: Site) -> str:
    return site.urls()[1]


async def refusal(socket: Socket, token: str) -> Frame:
    await socket.send("join", token=token)
    return await socket.expect("error")


async def test_an_invitation_lets_one_person_in_and_is_gone(alice, bob, mallory, here, there):
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    pages = Pages(alice, there)
    token = await pages.invite()
    assert token != alice.token
    assert (await b.join(token))["type"] == "joined"
    await a.expect("joined")
    nobody = await refusal(m, "0" * 32)
    assert await refusal(m, token) == nobody, "not even that it was one"
    assert (await b.join(token))["type"] == "joined", "a page that missed the answer"
    await b.send("leave", pair=b.pair)
    await b.next("left")
    assert await refusal(b, token) == nobody
    assert await pages.tokens() == []
    assert (await m.join(alice.token))["type"] == "joined", "her own token is another matter"


async def test_it_is_used_also_where_redis_has_forgotten_everything(people, here, there, site):
    alice, bob, mallory = people
    a, b, m = await alice.open(here), await bob.open(there), await mallory.open(there)
    token = await Pages(alice, there).invite()
    await b.join(token)
    await a.expect("joined")
    await b.send("leave", pair=b.pair)
    await b.settle()
    with site.redis() as redis:
        assert redis.delete(*redis.keys("tandem:invitation:*")) >= 1
    assert (await refusal(m, token))["code"] == "unknown_token"


async def test_one_that_was_taken_back_leads_nowhere(alice, bob, mallory, here, there):
    await alice.open(here)
    b = await bob.open(there)
    pages = Pages(alice, there)
    token = await pages.invite("week")
    (path,) = re.findall(r"/invitations/\d+/end/", (await pages.http.get("/invitations/")).text)
    assert (await Pages(mallory, here).post(path)).status_code == 404, "only by whose it is"
    assert (await Pages(mallory, here).http.get(path.replace("end/", "qr.svg"))).status_code == 404
    assert (await pages.http.get(path.replace("end/", "qr.svg"))).headers["content-type"] == "image/svg+xml"
    assert (await pages.post(path)).status_code == 200
    assert (await refusal(b, token))["code"] == "unknown_token"


async def test_there_is_an_end_to_how_many_are_open(alice, here):
    pages = Pages(alice, here)
    for _ in range(20):
        await pages.invite("hour")
    assert "Take one back first" in (await pages.post("/invitations/", lifetime="hour")).text
    assert len(set(await pages.tokens())) == 20
    assert "Select a valid choice" in (await pages.post("/invitations/", lifetime="forever")).text


async def test_who_is_invited_by_it_is_told_by_whom(alice, bob, here):
    token = await Pages(alice, here).invite()
    answer = await Pages(bob, here).post("/join/who/", token=token)
    assert answer.json()["username"] == alice.username
    assert (await Pages(alice, here).post("/join/who/", token=token)).json()["code"] == "own_token"

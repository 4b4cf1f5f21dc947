"""The database is away: two people talk on, and what needs it says so."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.person import Socket, pair_up
from tests.site import Site, new_site


@pytest.fixture
def town() -> Iterator[Site]:
    site = new_site(1)
    yield site
    site.stop()


def take_database_away(site: Site) -> None:
    """In its place there is a folder, which no database can be opened in."""
    database = site.folder / "site.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.rename(part.with_name(f"away{suffix}"))
    database.mkdir()


async def test_a_talk_goes_on_without_the_database(town: Site):
    alice, bob, mallory = town.trio()
    [here] = town.urls()
    a, b, m = await alice.open(here), await bob.open(here), await mallory.open(here)
    await pair_up(a, b, alice.token)
    take_database_away(town)
    await a.say("still here")
    assert (await b.next("message"))["text"] == "still here"
    assert (await m.join(alice.token))["code"] == "unavailable"
    refused = await Socket.open(here, cookie=mallory.cookie_header)
    assert await refused.closed() == 1012
    assert refused.heard[-1]["reason"] == "restarting"
    async with httpx.AsyncClient(base_url=here, cookies={"sessionid": alice.cookie}) as http:
        page = await http.get("/chat/")
        assert page.status_code == 503
        assert "Retry-After" in page.headers
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
    await b.send("leave", pair=b.pair)
    assert (await a.next("left"))["reason"] == "left"
    assert "Traceback" not in town.log()


async def test_without_redis_pages_say_so_and_sockets_come_again(town: Site):
    alice, bob, mallory = town.trio()
    [here] = town.urls()
    a, b = await alice.open(here), await bob.open(here)
    await pair_up(a, b, alice.token)
    town.valkey.kill()
    assert (await a.say("refused", 1))["code"] == "unavailable"
    assert (await b.next("trouble"))["active"] is True
    late = await Socket.open(here, cookie=mallory.cookie_header)
    assert await late.closed() == 1012
    async with httpx.AsyncClient(base_url=here) as http:
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/accounts/login/")).status_code == 200
    town.valkey.start()
    assert (await b.next("trouble"))["active"] is False
    assert (await b.next("left"))["pair"] == b.pair
    assert (await a.next("left"))["pair"] == a.pair
    await pair_up(a, b, alice.token)
    assert "Traceback" not in town.log()

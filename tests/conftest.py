"""The people and places of the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chat.rooms.models import Room
from tests.person import Person
from tests.room import Entrance, Keeper
from tests.site import Site, Valkey, new_site


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Valkey for tests of the rules, without any server."""
    with tempfile.TemporaryDirectory(prefix="tandem-", dir="/tmp") as folder:
        server = Valkey(Path(folder))
        yield server
        server.kill()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Two servers on one Valkey, every limit on: that partners are on different ones is the normal case.

    One is daphne and one is uvicorn, so what crosses in a test crosses between them too.
    """
    running = new_site(processes=1)
    running.servers.append(running.start_server(SERVER="uvicorn"))
    yield running
    running.stop()


@pytest.fixture
def people(site: Site) -> tuple[Person, Person, Person]:
    """Alice and Bob, who want to talk, and Mallory, who should not hear them."""
    alice, bob, mallory = site.trio()
    return alice, bob, mallory


@pytest.fixture
def alice(people: tuple[Person, Person, Person]) -> Person:
    return people[0]


@pytest.fixture
def bob(people: tuple[Person, Person, Person]) -> Person:
    return people[1]


@pytest.fixture
def mallory(people: tuple[Person, Person, Person]) -> Person:
    return people[2]


@pytest.fixture(scope="session")
def keeper(site: Site, django_db_blocker: Any) -> Iterator[Keeper]:
    """Who makes and changes rooms of the site."""
    with django_db_blocker.unblock():
        yield Keeper(site)


@pytest.fixture
async def room(keeper: Keeper) -> Room:
    """One that is open to everybody, for this test alone."""
    return await keeper.room()


@pytest.fixture
def enter(site: Site) -> Entrance:
    """The way into rooms, through one process after the other."""
    return Entrance(site)


@pytest.fixture
def here(site: Site) -> str:
    return site.urls()[0]

"""The people and places of the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.person import Person
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

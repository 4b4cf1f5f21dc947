"""Questions to the database wait neither for each other nor for ever, and outlive what happens to a kept connection."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from chat.realtime import lookup
from chat.realtime.lookup import THREADS, WRITERS, look_up, write_down
from tests.person import PATIENCE
from tests.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

HANGS = """
import asyncio, threading, django
django.setup()
from django.db import OperationalError, connection
from chat.realtime import lookup

def hang():
    connection.ensure_connection()
    connection.connection.create_function("hang", 0, threading.Event().wait)
    connection.cursor().execute("SELECT hang()")

lookup.SECONDS = 0.1
try:
    asyncio.run(lookup.look_up(hang))
except OperationalError as error:
    print(error)
"""


def write(file: Path, word: str) -> None:
    """Make a database of one word, in the site's own mode: four connections that change it at once get in each other's way."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE word (text)")
        database.execute("INSERT INTO word VALUES (?)", [word])
        database.commit()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the threads ask now."""
    write(tmp_path / "words.sqlite3", "first")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "words.sqlite3"))
    return tmp_path / "words.sqlite3"


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """What a question that hangs waits for, at the latest until the test is over."""
    over = threading.Event()
    yield over
    over.set()


def word() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM word")
        text: str = cursor.fetchone()[0]
        return text


async def at_once(question: Callable[[], Any], times: int = THREADS) -> list[Any]:
    """Ask in so many threads, none of which goes on before all have begun."""
    together = threading.Barrier(times, timeout=PATIENCE)

    def together_with_others() -> Any:
        together.wait()
        return question()

    return await asyncio.gather(*(look_up(together_with_others) for _ in range(times)))


async def test_four_questions_do_not_wait_for_each_other(database):
    assert len(set(await at_once(threading.get_ident))) == 4
    assert await at_once(word) == ["first"] * 4


async def test_connections_are_kept(database):
    before = await at_once(lambda: (word(), connection.connection)[1])
    assert set(await at_once(lambda: connection.connection)) == set(before)


async def test_a_connection_that_died_is_replaced_and_the_question_asked_again(database):
    def kill() -> None:
        connection.ensure_connection()
        connection.connection.set_progress_handler(lambda: 1, 1)  # from now on it ends whatever it is asked

    asked: list[Any] = []

    def counted() -> str:
        asked.append(connection.connection)
        return word()

    await at_once(kill)
    assert await look_up(counted) == "first"
    dead, new = asked
    assert dead is not None
    assert new is None, "the second time over a connection that was still to be opened"


async def test_a_question_is_asked_again_once_and_not_at_all_over_a_new_connection(database):
    asked = 0

    def wrong() -> None:
        nonlocal asked
        asked += 1
        connection.cursor().execute("SELECT text FROM nowhere")

    await at_once(word)
    with pytest.raises(OperationalError):
        await look_up(wrong)
    assert asked == 2
    await at_once(lambda: connection.close())  # noqa: PLW0108 - each thread has another `connection`
    with pytest.raises(OperationalError):
        await look_up(wrong)
    assert asked == 3


async def test_a_file_that_was_replaced_is_not_read_on(database, tmp_path):
    assert await at_once(word) == ["first"] * 4
    write(tmp_path / "backup.sqlite3", "second")
    (tmp_path / "backup.sqlite3").replace(database)
    assert await at_once(word) == ["second"] * 4


async def test_a_file_that_was_moved_away_is_missed_until_it_is_back(database, tmp_path):
    assert await at_once(word) == ["first"] * 4
    database.rename(tmp_path / "away.sqlite3")
    with pytest.raises(OperationalError):
        await look_up(word)
    (tmp_path / "away.sqlite3").replace(database)
    assert await at_once(word) == ["first"] * 4


async def test_a_question_is_given_up_and_its_thread_is_not_used_meanwhile(monkeypatch, over):
    stuck: list[int] = []

    def hang() -> None:
        stuck.append(threading.get_ident())
        over.wait(PATIENCE)

    with monkeypatch.context() as hurry:
        hurry.setattr(lookup, "SECONDS", 0.1)
        with pytest.raises(OperationalError, match="no answer"):
            await look_up(hang)
    free = await at_once(threading.get_ident, THREADS - 1)
    assert len({*free, *stuck}) == THREADS


async def test_where_every_thread_hangs_a_question_is_given_up_too_and_never_asked(database, monkeypatch, over):
    asked: list[str] = []
    with monkeypatch.context() as hurry:
        hurry.setattr(lookup, "SECONDS", 0.1)
        stuck = await asyncio.gather(*(look_up(over.wait, PATIENCE) for _ in range(THREADS)), return_exceptions=True)
        assert [type(error) for error in stuck] == [OperationalError] * THREADS
        with pytest.raises(OperationalError, match="no answer"):
            await look_up(asked.append, "too late")
    over.set()
    assert await at_once(word) == ["first"] * 4
    assert asked == []


async def test_where_nothing_can_be_written_what_reads_waits_for_nobody(database):
    def add() -> None:
        connection.cursor().execute("INSERT INTO word VALUES ('second')")

    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = [asyncio.ensure_future(write_down(add)) for _ in range(THREADS + WRITERS)]
        async with asyncio.timeout(1):
            assert [await look_up(word) for _ in range(THREADS)] == ["first"] * THREADS
        assert not any(each.done() for each in writing)
        other.execute("ROLLBACK")
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*writing)


async def test_what_finds_the_database_locked_is_not_done_again(database):
    tried: list[Any] = []

    def add() -> None:
        connection.cursor().execute("PRAGMA busy_timeout = 10")
        tried.append(connection.connection)
        connection.cursor().execute("INSERT INTO word VALUES ('second')")

    for _ in range(WRITERS):
        await write_down(word)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2 * WRITERS):
            with pytest.raises(OperationalError, match="locked"):
                await write_down(add)
        other.execute("ROLLBACK")
    assert len(tried) == 2 * WRITERS
    assert tried.count(None) <= WRITERS, "and its connection is kept"
    await asyncio.gather(*(write_down(lambda: connection.close()) for _ in range(WRITERS)))  # noqa: PLW0108 - as above


def test_a_database_that_hangs_does_not_hold_up_the_end_of_the_process():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "no answer within 0.1 s\n", "")

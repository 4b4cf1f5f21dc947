"""One line to Redis for many callers: each gets its own answer, whatever is cancelled, cut, refused or silent in between."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Connection, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chat.realtime import line
from chat.realtime.pipeline import PATIENCE as PATIENCE_OF_PIPELINE
from chat.realtime.pipeline import PAUSES, Pipeline
from tests.faults.proxy import Proxy
from tests.site import Valkey

PATIENCE = 10.0


def over_socket(path: Path, **options: Any) -> Callable[[], UnixDomainSocketConnection]:
    return lambda: UnixDomainSocketConnection(path=str(path), protocol=3, retry=Retry(NoBackoff(), 0), **options)


@pytest.fixture
async def proxy(valkey: Valkey) -> AsyncIterator[Proxy]:
    proxy = await Proxy.to_socket(str(valkey.socket))
    yield proxy
    await proxy.stop()


@pytest.fixture
async def pipeline(proxy: Proxy) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(lambda: Connection(port=proxy.port, protocol=3, retry=Retry(NoBackoff(), 0), socket_timeout=4))
    await asyncio.wait_for(pipeline.call("PING"), PATIENCE)
    yield pipeline
    await pipeline.close()


@pytest.fixture
async def own(valkey: Valkey) -> AsyncIterator[Valkey]:
    """A Valkey that may be stopped."""
    with tempfile.TemporaryDirectory(prefix="own-", dir="/tmp") as folder:
        own = Valkey(Path(folder))
        yield own
        own.kill()


async def all_of(*asked: asyncio.Future[Any]) -> list[Any]:
    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*asked, return_exceptions=True)


async def test_commands_of_one_tick_leave_in_one_write_and_each_gets_its_own_answer(valkey):
    pipeline = Pipeline(over_socket(valkey.socket))
    async with Redis.from_url(valkey.url) as redis:
        await all_of(pipeline.call("PING"))
        before = (await redis.info("stats"))["total_reads_processed"]
        answers = await all_of(*(pipeline.call("ECHO", f"word {number}") for number in range(50)))
        after = (await redis.info("stats"))["total_reads_processed"]
    await pipeline.close()
    assert answers == [f"word {number}".encode() for number in range(50)]
    assert after - before == 2, "one read of ours, and the second INFO"


async def test_calls_of_a_script_in_one_tick_leave_in_one_write_too(valkey):
    pipeline = Pipeline(over_socket(valkey.socket))
    echo = pipeline.register_script("return ARGV[1]")
    async with Redis.from_url(valkey.url) as redis:
        await all_of(echo(args=["so that there is a line"]))
        before = (await redis.info("stats"))["total_reads_processed"]
        answers = await all_of(*(echo(args=[number]) for number in range(20)))
        after = (await redis.info("stats"))["total_reads_processed"]
    await pipeline.close()
    assert answers == [str(number).encode() for number in range(20)]
    assert after - before == 2, "one read of ours, and the second INFO"


async def test_what_was_gathered_leaves_at_once_and_not_before_what_waits(valkey):
    """Whoever has waited for the end of a tick to ask does not wait for another."""
    pipeline = Pipeline(over_socket(valkey.socket))
    push = pipeline.register_script("return redis.call('RPUSH', 'order', ARGV[1])")
    await all_of(pipeline.call("DEL", "order"))
    with BlockingRedis(unix_socket_path=str(valkey.socket)) as redis:
        waits = pipeline.call("RPUSH", "order", "first")
        push.ask(lambda answer: None, ["second"])
        # The loop stands still here, so nothing leaves any more.
        popped = [redis.blpop("order", timeout=2) for _ in range(2)]
    await all_of(waits)
    await pipeline.close()
    assert popped == [(b"order", b"first"), (b"order", b"second")]


async def test_what_was_gathered_before_there_is_a_line_goes_over_it_in_order(valkey):
    pipeline = Pipeline(over_socket(valkey.socket))
    echo = pipeline.register_script("return ARGV[1]")
    answers: list[bytes] = []
    echo.ask(answers.append, ["first"])
    echo.ask(answers.append, ["second"])
    await all_of(pipeline.call("PING"))
    await pipeline.close()
    assert answers == [b"first", b"second"]


async def test_a_cancelled_command_leaves_its_answer_to_nobody(pipeline):
    first, cancelled, last = (pipeline.call("ECHO", word) for word in ("first", "cancelled", "last"))
    cancelled.cancel()
    await all_of(first)
    late = pipeline.call("ECHO", "late")
    await asyncio.sleep(0)  # it is on its way
    late.cancel()
    assert await all_of(last, pipeline.call("ECHO", "after")) == [b"last", b"after"]


async def test_an_error_is_for_whoever_asked(pipeline):
    wrong, right = await all_of(pipeline.call("NO-SUCH-COMMAND"), pipeline.call("ECHO", "right"))
    assert isinstance(wrong, ResponseError)
    assert right == b"right"


async def test_a_script_that_is_registered_late_is_known_before_its_first_call(pipeline, valkey):
    """Or the first calls, made before one of them was sent whole, would be done in another order."""
    await all_of(pipeline.call("PING"))
    async with Redis.from_url(valkey.url) as redis:
        await redis.config_resetstat()
        late = pipeline.register_script("return ARGV[1] .. ' late'")
        assert await all_of(late(args=["too"])) == [b"too late"]
        assert "errorstat_NOSCRIPT" not in await redis.info("errorstats")


async def test_a_script_that_redis_has_forgotten_is_sent_whole(pipeline, valkey):
    script = pipeline.register_script("return ARGV[1]")
    async with Redis.from_url(valkey.url) as redis:
        await redis.script_flush()
        assert await all_of(*(script(args=[word]) for word in "abc")) == [b"a", b"b", b"c"]
        await redis.script_flush()
    assert await all_of(script(args=["d"]), pipeline.call("ECHO", "e")) == [b"d", b"e"]


async def test_what_a_cut_line_left_unanswered_is_asked_again_in_order(pipeline, proxy):
    proxy.black_hole()
    asked = [pipeline.call("ECHO", word) for word in "abc"]
    await asyncio.sleep(0)  # they are on their way
    proxy.cut()
    proxy.heal()
    assert await all_of(*asked, pipeline.call("ECHO", "d")) == [b"a", b"b", b"c", b"d"]


async def test_without_redis_whoever_asks_is_told_and_later_it_is_there_again(own):
    pipeline = Pipeline(over_socket(own.socket))
    assert await all_of(pipeline.call("ECHO", "here")) == [b"here"]
    own.kill()
    [error] = await all_of(pipeline.call("ECHO", "away"))
    assert isinstance(error, RedisConnectionError)
    await asyncio.to_thread(own.start)
    assert await all_of(pipeline.call("ECHO", "back")) == [b"back"], "asking is what has it tried again"
    await pipeline.close()


async def test_a_silent_redis_is_given_up_and_nobody_waits_for_ever(monkeypatch, own):
    monkeypatch.setattr(line, "LOOK_SECONDS", 0.02)
    pipeline = Pipeline(over_socket(own.socket, socket_timeout=0.2))
    await all_of(pipeline.call("PING"))
    own.process.send_signal(signal.SIGSTOP)
    [silent] = await all_of(pipeline.call("ECHO", "anybody?"))
    assert isinstance(silent, RedisTimeoutError)
    own.process.send_signal(signal.SIGCONT)
    assert await all_of(pipeline.call("ECHO", "again")) == [b"again"]
    await pipeline.close()


async def test_a_refused_subscription_shifts_no_answers(valkey):
    """Its refusal comes where answers are expected: whoever is next must not take it for theirs."""
    async with Redis.from_url(valkey.url) as redis:
        await redis.acl_setuser(
            "deaf", enabled=True, passwords=["+secret"], commands=["+@all"], keys=["*"], reset_channels=True
        )
        pipeline = Pipeline(over_socket(valkey.socket, username="deaf", password="secret"))
        assert await all_of(pipeline.call("ECHO", "fine")) == [b"fine"]
        pipeline.subscribe(["forbidden"])
        answers = await all_of(*(pipeline.call("ECHO", word) for word in "abc"))
        await pipeline.close()
        await redis.acl_deluser("deaf")
    assert answers == [b"a", b"b", b"c"], "asked again over a new line"


async def test_a_pipeline_that_is_closed_says_so_and_can_begin_again(pipeline, proxy):
    proxy.black_hole()
    asked = pipeline.call("ECHO", "never")
    await asyncio.sleep(0)  # it is on its way
    await pipeline.close()
    [error] = await all_of(asked)
    assert isinstance(error, RedisError)
    proxy.heal()
    assert await all_of(pipeline.call("ECHO", "anew")) == [b"anew"]


class Subscriber:
    """Wants a name at each new line."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline, self.lines = pipeline, 0
        pipeline.listeners.append(self)

    def wants(self, name: str) -> bool:
        return True

    def connected(self, *, after_loss: bool) -> None:
        self.lines += 1
        self.pipeline.subscribe(["forbidden"])

    def pushed(self, push: list[Any]) -> None:
        """Nothing is ever pushed here."""


async def test_a_redis_that_refuses_each_new_line_is_not_asked_without_a_pause(valkey, caplog):
    async with Redis.from_url(valkey.url) as redis:
        await redis.acl_setuser(
            "deaf", enabled=True, passwords=["+secret"], commands=["+@all"], keys=["*"], reset_channels=True
        )
        pipeline = Pipeline(over_socket(valkey.socket, username="deaf", password="secret"))
        subscriber = Subscriber(pipeline)
        began = time.monotonic()
        answers = [await all_of(pipeline.call("ECHO", "anybody?")) for _ in range(10)]
        took = time.monotonic() - began
        await pipeline.close()
        await redis.acl_deluser("deaf")
    assert all(isinstance(answer, RedisError) for [answer] in answers)
    assert subscriber.lines <= took / min(PAUSES) + PATIENCE_OF_PIPELINE
    assert caplog.text.count("The connection to Redis is lost") == 1
    assert "is back" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_scripts_are_loaded_before_anything_goes_over_a_new_line(valkey):
    """One that had to be sent whole would come after what was asked later."""
    pipeline = Pipeline(over_socket(valkey.socket))
    push = pipeline.register_script("return redis.call('RPUSH', 'order', ARGV[1])")
    async with Redis.from_url(valkey.url) as redis:
        await redis.script_flush()
        await redis.delete("order")
        await all_of(push(args=["first"]), pipeline.call("RPUSH", "order", "second"))
        assert await redis.lrange("order", 0, -1) == [b"first", b"second"]
        await redis.delete("order")
    await pipeline.close()

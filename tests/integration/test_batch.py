"""Messages of one tick travel together, and each of them stands alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from chat.door import Door
from chat.pairs.answers import Seated
from chat.pairs.batch import AT_ONCE, FEW, Answered, Batch
from chat.pairs.pairing import NO_LIMITS, Appended, Fenced, Pairing, Seat
from chat.pairs.protocol import Person, Refusal
from tests.site import Valkey

PAIRS = AT_ONCE  # two members each: more calls in one tick than one script takes


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey.url) as redis:
        await redis.flushall()
        yield redis


async def people_in_pairs(pairing: Pairing) -> list[tuple[Seat, str]]:
    """Every member of every pair, and the pair's id."""
    seated = []
    for number in range(PAIRS):
        host, guest = (
            Seat(2 * number + place, f"window!{2 * number + place}", "laptop", Person("p", "P")) for place in (0, 1)
        )
        await pairing.enter(host)
        await pairing.enter(guest)
        joined = await pairing.join(guest, Door(host.user))
        assert isinstance(joined, Seated)
        pair = joined.pair.id
        seated += [(host, pair), (guest, pair)]
    return seated


async def test_messages_of_one_tick_are_stored_by_as_few_scripts_as_hold_them(redis):
    pairing = Pairing(redis, limits=NO_LIMITS)
    seated = await people_in_pairs(pairing)
    await pairing.append(*seated[0], 1, "so that Redis knows the script", 0)
    await redis.config_resetstat()
    appended = await asyncio.gather(*(pairing.append(*member, 1, "hello", 0) for member in seated[1:]))
    scripts = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert scripts == 2
    assert [one.n for one in appended] == [1] * (2 * PAIRS - 1)
    assert sorted(one.seq for one in appended) == [1] * (PAIRS - 1) + [2] * PAIRS


async def test_what_is_refused_or_fenced_leaves_the_others_alone(redis):
    pairing = Pairing(redis, limits=NO_LIMITS)
    (alice, pair), (bob, _), (carol, _other), *_ = await people_in_pairs(pairing)
    replaced = Seat(bob.user, "old window!1", "laptop", bob.person)
    stored, skipped, strange, fenced = await asyncio.gather(
        pairing.append(alice, pair, 1, "hello", 0),
        pairing.append(alice, pair, 3, "too soon", 0),
        pairing.append(carol, pair, 1, "not hers", 0),
        pairing.append(replaced, pair, 1, "too late", 0),
        return_exceptions=True,
    )
    assert isinstance(stored, Appended)
    assert isinstance(skipped, Refusal)
    assert (skipped.code, skipped.expected) == ("out_of_order", 2)
    assert isinstance(strange, Refusal)
    assert strange.code == "wrong_pair"
    assert isinstance(fenced, Fenced)
    assert fenced.reason == "replaced"


async def test_an_error_of_redis_is_the_answer_to_that_message_alone(redis):
    pairing = Pairing(redis, limits=NO_LIMITS)
    (alice, pair), _, (carol, other), *_ = await people_in_pairs(pairing)
    await redis.set(f"tandem:pair:{pair}:log", "not a stream")
    broken, stored = await asyncio.gather(
        pairing.append(alice, pair, 1, "hello", 0), pairing.append(carol, other, 1, "hello", 0), return_exceptions=True
    )
    assert isinstance(broken, ResponseError)
    assert isinstance(stored, Appended)
    assert stored.seq == 1


async def test_a_cancelled_caller_takes_nobody_along(redis):
    pairing = Pairing(redis, limits=NO_LIMITS)
    (alice, pair), (bob, _), *_ = await people_in_pairs(pairing)
    first = asyncio.ensure_future(pairing.append(alice, pair, 1, "hello", 0))
    second = asyncio.ensure_future(pairing.append(bob, pair, 1, "hi", 0))
    await asyncio.sleep(0)  # both have asked
    first.cancel()
    assert (await second).seq == 2, "what was cancelled is stored all the same: it may have been on its way"


async def test_an_answer_that_nobody_understands_is_an_error_for_each_and_nobody_waits(redis):
    async def script(args: list[int]) -> bytes:
        return b"not msgpack of ours"

    def decode(raw: bytes) -> list[int]:
        raise ValueError(raw)

    batch: Batch[int] = Batch(script, decode)
    answers = await asyncio.wait_for(asyncio.gather(batch.call(1), batch.call(2), return_exceptions=True), 5)
    assert [type(answer) for answer in answers] == [ValueError, ValueError]


async def test_an_answer_with_too_few_answers_is_everybodys_error():
    async def script(args: list[int]) -> bytes:
        return bytes(args[1:])

    batch: Batch[int] = Batch(script, list)
    answers = await asyncio.wait_for(asyncio.gather(batch.call(1), batch.call(2), return_exceptions=True), 5)
    assert [type(answer) for answer in answers] == [ResponseError, ResponseError]


async def test_with_patience_calls_of_several_ticks_go_together_and_in_a_hurry_at_once():
    scripts: list[list[int]] = []

    async def script(args: list[int]) -> bytes:
        scripts.append(args)
        return bytes(args)

    batch: Batch[int] = Batch(script, list, patience=60)
    first = batch.call(1)
    await asyncio.sleep(0)
    second = batch.call(2)
    await asyncio.sleep(0)
    assert scripts == []
    batch.send()
    assert [await asyncio.wait_for(one, 5) for one in (first, second)] == [1, 2]
    assert scripts == [[1, 2]]
    patient: Batch[int] = Batch(script, list, patience=0.01)
    assert await asyncio.wait_for(patient.call(3), 5) == 3


class Slow:
    """A script that answers when the test pleases."""

    def __init__(self) -> None:
        self.waiting: list[Answered] = []
        self.asked = asyncio.Event()

    async def __call__(self, *, args: list[Any]) -> bytes:
        raise AssertionError("it is asked")

    def ask(self, answered: Answered, args: list[Any]) -> None:
        self.waiting.append(answered)
        self.asked.set()


async def some_ticks() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """What the batches take for the time: it passes when the test pleases."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("chat.pairs.batch.time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.mark.parametrize(("passed", "comes"), [(29, False), (31, True)])
async def test_a_patient_batch_follows_an_answer_to_another_once_half_its_patience_is_over(
    clock, passed: float, comes: bool
):
    messages, receipts = Slow(), Slow()
    urgent: Batch[int] = Batch(messages, list)
    patient: Batch[int] = Batch(receipts, list, patience=60, follows=urgent)
    patient.call()
    clock.now += passed
    stored = urgent.call()
    await some_ticks()
    assert (len(messages.waiting), len(receipts.waiting)) == (1, 0), "before the answer it goes in no case"
    messages.waiting.pop()(bytes(1))
    assert receipts.waiting == [], "what the answer brings comes first"
    assert await stored == 0
    await some_ticks()
    assert bool(receipts.waiting) == comes


async def receipts_about_to_follow(clock: SimpleNamespace) -> tuple[Slow, Slow, Batch[int], Batch[int]]:
    """Two scripts and their batches, in the tick in which the answer came behind which the receipts will go."""
    messages, receipts = Slow(), Slow()
    urgent: Batch[int] = Batch(messages, list)
    patient: Batch[int] = Batch(receipts, list, patience=60, follows=urgent)
    patient.call()
    clock.now += 31
    urgent.call()
    await some_ticks()
    messages.waiting.pop()(bytes(1))
    return messages, receipts, urgent, patient


async def test_a_patient_batch_does_not_come_between_two_that_follow_each_other(clock):
    messages, receipts, urgent, _ = await receipts_about_to_follow(clock)
    urgent.call()  # in the tick in which the receipts would go
    await some_ticks()
    urgent.call()  # and one that goes before the answer to that is here
    await some_ticks()
    assert (len(messages.waiting), len(receipts.waiting)) == (2, 0)
    messages.waiting.pop()(bytes(1))
    await some_ticks()
    assert (len(messages.waiting), len(receipts.waiting)) == (1, 0)
    messages.waiting.pop()(bytes(1))
    await some_ticks()
    assert len(receipts.waiting) == 1


async def test_those_who_gather_after_a_hurry_do_not_go_with_the_answer_the_others_would_have_followed(clock):
    _, receipts, _, patient = await receipts_about_to_follow(clock)
    patient.send()
    patient.call()
    await some_ticks()
    assert len(receipts.waiting) == 1


async def test_patience_that_ends_while_another_is_under_way_goes_on_until_its_answer(monkeypatch):
    monkeypatch.setattr("chat.pairs.batch.YIELD_SECONDS", 60)
    messages, receipts, later = Slow(), Slow(), Slow()
    urgent: Batch[int] = Batch(messages, list)
    patient: Batch[int] = Batch(receipts, list, patience=0.001, follows=urgent)
    as_patient: Batch[int] = Batch(later, list, patience=0.001)
    urgent.call()
    patient.call()
    as_patient.call()
    await asyncio.wait_for(later.asked.wait(), 5)
    assert receipts.waiting == []
    messages.waiting.pop()(bytes(1))
    await asyncio.wait_for(receipts.asked.wait(), 5)


async def test_patience_ends_for_those_who_are_gone_and_not_for_the_next(monkeypatch):
    timers: list[asyncio.TimerHandle] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def kept(*args: Any) -> asyncio.TimerHandle:
        timers.append(call_later(*args))
        return timers[-1]

    monkeypatch.setattr(loop, "call_later", kept)
    patient: Batch[int] = Batch(Slow(), list, patience=60)
    patient.call()
    patient.send()
    patient.call()
    assert [timer.cancelled() for timer in timers] == [True, False]


async def test_a_patient_batch_does_not_wait_for_another_for_ever():
    messages, receipts = Slow(), Slow()
    urgent: Batch[int] = Batch(messages, list)
    patient: Batch[int] = Batch(receipts, list, patience=0.001, follows=urgent)
    urgent.call()
    patient.call()
    await asyncio.wait_for(receipts.asked.wait(), 5)
    assert len(messages.waiting) == 1, "still under way"


async def yields_in_some_ticks(yields: list[None]) -> int:
    before = len(yields)
    await some_ticks()
    return len(yields) - before


@pytest.mark.parametrize(
    ("calls", "awake", "stays"), [(1, 60, True), (FEW, 60, True), (FEW + 1, 60, False), (1, 0, False)]
)
async def test_the_loop_stays_awake_for_the_answer_to_a_few_and_no_longer(
    monkeypatch, calls: int, awake: float, stays: bool
):
    yields: list[None] = []
    monkeypatch.setattr(os, "sched_yield", lambda: yields.append(None))
    script = Slow()
    batch: Batch[int] = Batch(script, list, awake=awake)
    waiting = [batch.call() for _ in range(calls)]
    assert (await yields_in_some_ticks(yields) > 0) == stays
    script.waiting.pop()(bytes(calls))
    assert await asyncio.gather(*waiting) == [0] * calls
    await asyncio.sleep(0)
    assert await yields_in_some_ticks(yields) == 0


async def test_the_loop_does_not_stay_awake_for_ever(monkeypatch):
    yields: list[None] = []
    monkeypatch.setattr(os, "sched_yield", lambda: yields.append(None))
    batch: Batch[int] = Batch(Slow(), list, awake=1e-9)
    batch.call()
    assert await yields_in_some_ticks(yields) <= 1

"""Anything a client sends is hostile: it gets its error frame or close code, the partner notices nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.person import Socket, pair_up
from tests.site import Site

NOTHING_SAID = "The partner notices nothing"
SECRET = "a text that no log may hold"


@pytest.fixture(params=[0, 1], ids=["daphne", "uvicorn"])
def here(request: pytest.FixtureRequest, site: Site) -> str:
    """The server that gets it."""
    url: str = site.urls()[request.param]
    return url


@pytest.fixture
def there(site: Site, here: str) -> str:
    """The other one."""
    [other] = set(site.urls()) - {here}
    return other


@pytest.fixture
async def pair(site: Site, alice, bob, here, there):
    """Alice and Bob in a pair, on two processes; afterwards Bob must have noticed nothing and the log be clean."""
    a, b = await alice.open(here), await bob.open(there)
    await pair_up(a, b, alice.token)
    yield a, b
    assert await b.settle() == [], NOTHING_SAID
    for forbidden in ("Traceback", "ERROR", alice.token, bob.token, alice.cookie, SECRET):
        assert forbidden not in site.log()


async def error(socket: Socket) -> dict[str, object]:
    frame = await socket.expect("error")
    assert frame["message"]
    return frame


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        "17",
        "[" * 60_000,
        "[" * 32_000 + "]" * 32_000,
        json.dumps({"type": "message", "pair": "p", "n": "1", "text": SECRET}),
        json.dumps({"type": "message", "pair": "p", "n": 1, "text": 5}),
        json.dumps({"type": "message", "n": 1, "text": SECRET}),
        '{"type":"message","pair":"p","n":1,"text":"\\ud800"}',
        b"\x00\x01binary",
        b'{"type":"ping"}',
    ],
    ids=lambda raw: repr(raw[:30]),
)
async def test_what_is_no_frame(pair, raw):
    a, _b = pair
    await a.send_raw(raw)
    assert (await error(a))["code"] == "bad_frame"
    assert await a.settle() == []


@pytest.mark.parametrize("type_", ["", "Message", "welcome", "pair.frame", "websocket.disconnect", "__class__"])
async def test_an_unknown_type(pair, type_):
    a, _b = pair
    await a.send(type_)
    frame = await error(a)
    assert (frame["code"], frame["for"]) == ("unknown_type", type_)


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
async def test_a_frame_over_the_limit(pair, size):
    a, _b = pair
    frame = json.dumps({"type": "join", "token": ""})
    await a.send_raw(frame.replace('""', json.dumps("x" * (size - len(frame)))))
    assert (await error(a))["code"] == "too_long"


async def test_a_frame_of_exactly_64_kib_is_read(pair):
    a, _b = pair
    frame = json.dumps({"type": "ping", "x": ""})
    await a.send_raw(frame.replace('""', json.dumps("x" * (64 * 1024 - len(frame)))))
    await a.expect("pong")


async def test_a_text_over_the_limit(pair):
    a, _b = pair
    frame = await a.say("x" * 8001)
    assert (frame["code"], frame["for"], frame["n"]) == ("too_long", "message", 1)


async def test_counts_that_are_not_the_next(pair):
    a, _b = pair
    assert (await a.say("skipped", n=2))["expected"] == 1
    assert (await a.say("huge", n=2**53 - 1))["code"] == "out_of_order"
    await a.send("message", pair=a.pair, n=-1, text="negative")
    assert (await error(a))["code"] == "bad_frame"


async def test_a_replay_from_a_huge_seq(pair):
    a, _b = pair
    await a.send("resume", pair=a.pair, seq=2**53 - 1)
    assert await a.expect("resumed") == {"type": "resumed", "pair": a.pair, "seq": 0, "complete": True}


async def test_pairs_of_others(pair, here, mallory):
    a, _b = pair
    m = await mallory.open(here)
    frames: dict[str, dict[str, Any]] = {
        "leave": {},
        "message": {"n": 1, "text": "x"},
        "received": {"seq": 1},
        "typing": {"active": True},
        "resume": {"seq": 0},
    }
    for type_, fields in frames.items():
        await m.send(type_, pair=a.pair, **fields)
        assert (await error(m))["code"] == "not_paired"
        await a.send(type_, pair="0123456789abcdef", **fields)
        assert (await error(a))["code"] == "wrong_pair"


@pytest.mark.parametrize(
    "token", ["", "0" * 31, "0" * 33, "0" * 32, "g" * 32, "../../etc/passwd", "' or 1=1 --", "\x00" * 32]
)
async def test_tokens_of_nobody(here, mallory, token):
    m = await mallory.open(here)
    assert (await m.join(token))["code"] == "unknown_token"


async def test_a_token_is_taken_however_it_is_written(here, there, alice, bob):
    a, b = await alice.open(here), await bob.open(there)
    written = "-".join(alice.token.upper()[i : i + 4] for i in range(0, 32, 4)) + " "
    await pair_up(a, b, written)


async def test_the_own_token(here, alice):
    a = await alice.open(here)
    assert (await a.join(alice.token))["code"] == "own_token"


async def test_a_thousand_guesses(here, mallory):
    m = await mallory.open(here)
    answers: list[str] = []
    for guess in range(1000):
        await m.send("join", token=f"{guess:032x}")
    while len(answers) < 1000:
        frame = await m.receive()
        if frame["type"] == "closing":
            break
        answers.append(frame["code"])
    assert answers.count("unknown_token") <= 31, "thirty at once, and one more every three seconds"
    assert frame == {"type": "closing", "reason": "flooding", "retry": 10.0}
    assert await m.closed() == 4429


async def test_ten_frames_that_are_none_close_the_socket(here, mallory):
    m = await mallory.open(here)
    for _ in range(10):
        await m.send_raw("nonsense")
    assert await m.closed() == 1008
    assert [frame["code"] for frame in m.heard[1:]] == ["bad_frame"] * 10


async def test_invalid_utf_8_closes_the_socket(here, mallory):
    m = await mallory.open(here)
    await m.connection.send(b"\xff\xfe", text=True)
    assert await m.closed() == 1007


async def test_something_to_answer_and_an_opcode_of_nothing_in_one_piece_leave_no_traceback(site, here, mallory):
    m = await mallory.open(here)
    question, nothing = Frame(Opcode.TEXT, b'{"type":"ping"}').serialize(mask=True), b"\x83\x80mask"
    m.connection.transport.write(question * 3 + nothing)
    assert await m.closed() == 1002
    await (await mallory.open(here)).settle()  # by now the first is worked off
    assert "Traceback" not in site.log()


async def test_far_too_much_closes_the_socket(here, mallory):
    m = await mallory.open(here)
    with contextlib.suppress(ConnectionClosed):  # it may be told while it is still sending
        await m.send_raw("x" * (2 * 1024 * 1024 + 1))
    assert await m.closed() == 1009


@pytest.mark.parametrize(
    "text",
    [
        "\u202eevil\u202c",
        "<script>alert(1)</script>",
        "a" + "\u0301" * 7999,
        "👩‍👩‍👧‍👦" * 1000,
        "\x00\x01\x7f\x9f",
        '\\u0000 \\n {"type":"left"}',
        "a\u2028b\u2029c",
        "x" * 8000,
    ],
    ids=lambda text: ascii(text[:20]),
)
async def test_every_text_arrives_as_it_was_written(here, there, alice, bob, text):
    a, b = await alice.open(here), await bob.open(there)
    await pair_up(a, b, alice.token)
    assert (await a.say(text))["type"] == "accepted"
    assert (await b.expect("message"))["text"] == text


async def test_too_many_messages_are_refused_and_can_be_repeated(pair):
    a, b = pair
    for n in range(1, 81):
        await a.send("message", pair=a.pair, n=n, text=str(n))
    answers = [await a.next("accepted", "error") for _ in range(80)]
    codes = {answer.get("code") for answer in answers if answer["type"] == "error"}
    assert "rate_limited" in codes
    assert codes <= {"rate_limited", "out_of_order"}
    accepted = [answer["n"] for answer in answers if answer["type"] == "accepted"]
    assert accepted == list(range(1, len(accepted) + 1))
    assert [(await b.expect("message"))["n"] for _ in accepted] == accepted


async def test_a_handshake_that_is_none_is_answered_and_leaves_no_traceback(pair, here):
    host, port = here.removeprefix("http://").split(":")
    for line in ("Sec-WebSocket-Version: 99", "Sec-WebSocket-Key: short"):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = ["GET /ws/pair/ HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade", line]
        writer.write("\r\n".join([*head, "", ""]).encode())
        async with asyncio.timeout(10):
            assert (await reader.readline()).startswith(b"HTTP/1.1 4")
        writer.close()

"""Every frame in both directions, and what becomes of everything that is none."""

import json
import re
import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pairs import protocol
from chat.pairs.protocol import Refusal

ROOT = Path(__file__).resolve().parents[2]
FRAMES = json.loads((ROOT / "tests/fixtures/frames.json").read_text())
SERVER_FRAMES = {
    frame.__struct_config__.tag: frame for frame in protocol.ServerFrame.__subclasses__() if frame.__struct_config__.tag
}
CLIENT_FRAMES = {frame.__struct_config__.tag: frame for frame in typing.get_args(protocol.AnyClientFrame)}


def refusal_of(text: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        protocol.parse(text)
    return refused.value


def message(text: str) -> str:
    return json.dumps({"type": "message", "pair": "p", "n": 1, "text": text}, ensure_ascii=False)


def text_of(text: str) -> str:
    """What is left of a text that was sent."""
    frame = protocol.parse(message(text))
    assert isinstance(frame, protocol.SendMessage)
    return frame.text


@pytest.mark.parametrize("example", FRAMES["client"], ids=lambda example: example["type"])
def test_every_example_of_a_client_frame_is_understood(example):
    frame = protocol.parse(json.dumps(example))
    assert json.loads(msgspec.json.encode(frame)) == example


@pytest.mark.parametrize("example", FRAMES["server"], ids=lambda example: example["type"])
def test_every_example_of_a_server_frame_is_what_the_server_sends(example):
    frame = msgspec.json.decode(json.dumps(example), type=SERVER_FRAMES[example["type"]])
    assert json.loads(protocol.encode(frame)) == example


def test_there_is_an_example_of_every_frame():
    assert {example["type"] for example in FRAMES["client"]} == set(CLIENT_FRAMES)
    assert {example["type"] for example in FRAMES["server"]} == set(SERVER_FRAMES)


def test_the_document_describes_every_frame_every_field_and_every_code():
    document = (ROOT / "docs/protocol.md").read_text()
    named = set(re.findall(r"`([a-z_]+)`", document))
    for frames in (CLIENT_FRAMES, SERVER_FRAMES):
        for tag, frame in frames.items():
            assert tag in named
            assert set(frame.__struct_encode_fields__) <= named, tag
    assert set(protocol.ERRORS) <= named
    assert set(protocol.CLOSE_CODES) <= named


def test_every_code_has_its_sentence():
    assert set(typing.get_args(protocol.ErrorCode)) == set(protocol.ERRORS)
    assert protocol.ERRORS["room_full"] == "Room is Full"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "5",
        '"join"',
        '{"n":1}',
        '{"type":5}',
        '{"type":"ping"} x',
        "[" * 60_000,
        '{"type":"join"}',
        '{"type":"join","token":5}',
        '{"type":"join","token":null}',
        '{"type":"join","token":"\\ud800"}',
        '{"type":"message","pair":"p","n":"1","text":"x"}',
        '{"type":"message","pair":"p","n":0,"text":"x"}',
        '{"type":"message","pair":"p","n":-1,"text":"x"}',
        '{"type":"message","pair":"p","n":1.5,"text":"x"}',
        '{"type":"message","pair":"p","n":true,"text":"x"}',
        '{"type":"message","pair":"p","n":1e400,"text":"x"}',
        '{"type":"message","pair":"p","n":9007199254740992,"text":"x"}',
        '{"type":"message","pair":"p","n":1,"text":5}',
        '{"type":"message","pair":"p","n":1,"text":" \\n "}',
        '{"type":"message","pair":"","n":1,"text":"x"}',
        '{"type":"received","pair":"p","seq":-1}',
        '{"type":"typing","pair":"p","active":"yes"}',
        '{"type":"typing","pair":"p","active":1}',
    ],
)
def test_what_is_no_frame_is_a_bad_frame(text):
    assert refusal_of(text).code == "bad_frame"


def test_the_refusal_says_for_which_frame_and_message():
    frame = refusal_of('{"type":"message","pair":"p","n":7,"text":" "}').frame()
    assert (frame.for_, frame.n) == ("message", 7)


@pytest.mark.parametrize(
    "type_", ["", "Join", "websocket.disconnect", "pair.frame", "__init__", "closed", "x" * 10_000]
)
def test_an_unknown_type_is_said_to_be_unknown(type_):
    refusal = refusal_of(json.dumps({"type": type_}))
    assert refusal.code == "unknown_type"
    assert refusal.for_ == type_[:64]


def test_unknown_fields_are_ignored():
    assert protocol.parse('{"type":"ping","colour":"red","deep":[[[]]]}') == protocol.Ping()


def test_a_frame_has_at_most_64_kib():
    envelope = '{"type":"ping","x":"%s"}'
    room = protocol.FRAME_LIMIT - len(envelope % "")
    assert protocol.parse(envelope % ("x" * room)) == protocol.Ping()
    assert refusal_of(envelope % ("x" * (room + 1))).code == "too_long"
    assert refusal_of(envelope % ("é" * (room // 2 + 1))).code == "too_long", "bytes count, not characters"


def test_a_text_is_trimmed_and_has_at_most_8000_characters():

    assert text_of("  hello \n") == "hello"
    assert len(text_of(" " + "😀" * 8000)) == 8000
    refusal = refusal_of(message("x" * 8001))
    assert (refusal.code, refusal.n) == ("too_long", 1)


@given(st.text())
def test_any_text_is_a_frame_or_a_refusal(text):
    try:
        protocol.parse(text)
    except Refusal as refusal:
        json.loads(protocol.encode(refusal.frame()))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
FIELDS = st.sampled_from(["pair", "token", "n", "seq", "text", "active", "for", "mine"])


@given(st.sampled_from([*CLIENT_FRAMES, "welcome", "accepted"]), st.dictionaries(FIELDS, ANY_JSON))
def test_any_fields_of_any_frame_are_a_frame_or_a_refusal(type_, fields):
    try:
        frame = protocol.parse(json.dumps({**fields, "type": type_}))
        outcome = frame.__struct_config__.tag
    except Refusal as refusal:
        outcome = refusal.code
    assert outcome in {type_, "bad_frame", "unknown_type", "too_long"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_every_text_arrives_as_it_was_written(text):
    if text.strip():
        frame = protocol.Message("p", 1, 1, False, text_of(text), protocol.timestamp(0))
        assert json.loads(protocol.encode(frame))["text"] == text.strip()


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
        (1_700_000_000_999, "2023-11-14T22:13:20.999Z"),
        (1_700_000_001_000, "2023-11-14T22:13:21.000Z"),
    ],
)
def test_a_time_is_written_to_the_millisecond(milliseconds: int, written: str):
    assert protocol.timestamp(milliseconds) == written

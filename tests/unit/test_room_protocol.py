"""Every frame of rooms in both directions, and what becomes of everything that is none."""

import json
import re
import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.rooms import protocol
from chat.rooms.protocol import Refusal

ROOT = Path(__file__).resolve().parents[2]
FRAMES = json.loads((ROOT / "tests/fixtures/room_frames.json").read_text())
SERVER_FRAMES: dict[str, typing.Any] = {
    str(frame.__struct_config__.tag): frame
    for frame in [*protocol.ServerFrame.__subclasses__(), typing.cast(typing.Any, protocol.Message)]
}
CLIENT_FRAMES: dict[str, typing.Any] = {
    str(frame.__struct_config__.tag): frame for frame in typing.get_args(protocol.AnyClientFrame)
}


def refusal_of(frame: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        protocol.parse(frame if isinstance(frame, str) else json.dumps(frame))
    return refused.value


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
    document = (ROOT / "docs/protocol.md").read_text().partition("\n## Rooms\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", document))
    for frames in (CLIENT_FRAMES, SERVER_FRAMES, {"": protocol.RoomState}, {"": protocol.CommandHelp}):
        for tag, frame in frames.items():
            assert not tag or tag in named
            assert set(frame.__struct_encode_fields__) <= named, tag
    assert set(protocol.ERRORS) <= named
    assert set(protocol.CLOSE_CODES) <= named
    assert set(typing.get_args(protocol.LapseReason)) <= named


def test_every_code_has_its_sentence():
    assert set(typing.get_args(protocol.ErrorCode)) == set(protocol.ERRORS)
    assert all(
        example["message"] == protocol.ERRORS[example["code"]] for example in FRAMES["server"] if "code" in example
    )


def test_every_reason_has_its_code():
    assert set(typing.get_args(protocol.ClosingReason)) == set(protocol.CLOSE_CODES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"message"}',
        '{"type":"message","n":0,"text":"x"}',
        '{"type":"message","n":9007199254740992,"text":"x"}',
        '{"type":"message","n":1,"text":5}',
        '{"type":"message","n":1,"text":"x","action":"yes"}',
        '{"type":"whisper","to":"","text":"x"}',
        '{"type":"whisper","to":["bob"],"text":"x"}',
        '{"type":"edit","of":0,"text":"x"}',
        '{"type":"delete"}',
        '{"type":"history","before":0}',
        '{"type":"resume","seq":-1}',
        '{"type":"ask","to":null}',
        '{"type":"admit","ask":""}',
        '{"type":"typing","active":1}',
    ],
)
def test_what_is_no_frame_is_a_bad_frame(text):
    assert refusal_of(text).code == "bad_frame"


@pytest.mark.parametrize("type_", ["", "Message", "room.event", "join", "welcome", "__init__", "x" * 10_000])
def test_an_unknown_type_is_said_to_be_unknown(type_):
    refusal = refusal_of({"type": type_})
    assert (refusal.code, refusal.for_) == ("unknown_type", type_[:64])


def test_an_empty_text_is_answered_in_words():
    for frame in ({"type": "message", "n": 7, "text": " \n "}, {"type": "whisper", "to": "bob", "text": ""}):
        refusal = refusal_of(frame)
        assert (refusal.code, refusal.for_, refusal.n) == ("empty", frame["type"], frame.get("n"))


def test_a_text_is_trimmed_and_has_at_most_8000_characters():
    frame = protocol.parse('{"type":"message","n":1,"text":"  hello  "}')
    assert isinstance(frame, protocol.SendMessage)
    assert frame.text == "hello"
    protocol.parse(json.dumps({"type": "message", "n": 1, "text": "x" * 8_000}))
    refusal = refusal_of({"type": "message", "n": 1, "text": "x" * 8_001})
    assert (refusal.code, refusal.for_, refusal.n) == ("too_long", "message", 1)


def test_what_no_database_stores_is_left_out():
    frame = protocol.parse(json.dumps({"type": "edit", "of": 1, "text": " a\0b\0 "}))
    assert isinstance(frame, protocol.Edit)
    assert frame.text == "ab"
    assert refusal_of({"type": "message", "n": 1, "text": "\0"}).code == "empty"


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
FIELDS = st.sampled_from(["n", "text", "to", "of", "seq", "before", "ask", "active", "action"])


@given(st.sampled_from([*CLIENT_FRAMES, "welcome", "accepted"]), st.dictionaries(FIELDS, ANY_JSON))
def test_any_fields_of_any_frame_are_a_frame_or_a_refusal(type_, fields):
    try:
        frame = protocol.parse(json.dumps({**fields, "type": type_}))
        outcome = str(frame.__struct_config__.tag)
    except Refusal as refusal:
        outcome = refusal.code
    assert outcome in {type_, "bad_frame", "unknown_type", "too_long", "empty"}

"""Tokens: made, pasted, read out."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import tokens

TOKEN = "00112233445566778899aabbccddeeff"


def test_a_token_is_32_hex_digits_and_never_the_same():
    made = {tokens.make() for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) == 32 and set(token) <= set(string.hexdigits.lower()) for token in made)


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN,
        TOKEN.upper(),
        "0011 2233 4455 6677 8899 AABB CCDD EEFF",
        "0011-2233-4455-6677-8899-aabb-ccdd-eeff",
        "0011\u20132233\u00a04455 6677 8899 aabb ccdd eeff\u200b",
        f"  {TOKEN}\r\n",
        f"https://chat.example.org/join/#{TOKEN}",
        f"Talk with me: https://chat.example.org/join/#{TOKEN} hello",
        f"https://chat.example.org/join/#{TOKEN}\nabc",
    ],
)
def test_a_pasted_token_is_accepted_however_people_write_it(pasted):
    assert tokens.normalise(pasted) == TOKEN


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " ",
        TOKEN[:-1],
        TOKEN + "0",
        "g" * 32,
        "\u0660" * 32,
        f"{TOKEN} {TOKEN}",
        f"https://chat.example.org/join/#{TOKEN}0",
        f"https://chat.example.org/join/#{TOKEN[1:]} hello",
        f"https://chat.example.org/join/{TOKEN}",
    ],
)
def test_what_is_no_token_is_refused(pasted):
    assert tokens.normalise(pasted) is None


def test_a_megabyte_is_refused_without_reading_it():
    assert tokens.normalise(" " * 1_000_000 + TOKEN) is None


def test_a_token_is_shown_in_groups_of_four():
    assert tokens.grouped(TOKEN) == "0011 2233 4455 6677 8899 aabb ccdd eeff"


@given(st.text(max_size=60))
def test_whatever_is_pasted_gives_a_token_or_none(pasted):
    token = tokens.normalise(pasted)
    assert token is None or (len(token) == 32 and tokens.normalise(tokens.grouped(token)) == token)

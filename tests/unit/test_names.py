"""Display names are something to see."""

import pytest
from django.core.exceptions import ValidationError

from chat import looks
from chat.names import USERNAME_VALIDATORS, clean_name


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("\u202eevil", "evil"),
        ("A\nB", "AB"),
        ("ﬁne", "fine"),
        ("Мария", "Мария"),
        ("مريم", "مريم"),
        ("👩\u200d🚀", "👩🚀"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_what_cannot_be_seen_is_taken_out(written, kept):
    assert clean_name(written) == kept


@pytest.mark.parametrize("written", ["\u200b", "\u3164", "\u2800", "\u0301" * 5, "\u202e\u202c"])
def test_a_name_nobody_can_see_is_refused(written):
    with pytest.raises(ValidationError):
        clean_name(written)


@pytest.mark.parametrize("username", ["\u0430lice", "al ice", "alice\n", "ﬁne", "", "<b>"])
def test_a_user_name_looks_like_no_other(username):
    with pytest.raises(ValidationError):
        USERNAME_VALIDATORS[0](username)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "\u0410lice"),
        ("Alice", "ALICE"),
        ("Alice", "al\u0456ce"),
        ("Ilse", "lIse"),
        ("Bob", "\u0412ob"),
        ("modern", "rnodern"),
        ("Мария", "\u041ca\u0440\u0438\u044f"),
        ("10", "lO"),
        ("fine", "ﬁne"),
        ("Ada", "\U0001d400\U0001d41d\U0001d41a"),
    ],
)
def test_names_that_look_alike_have_a_key_in_common(one, other):
    assert [a for a, b in zip(looks.keys(one), looks.keys(other), strict=True) if a == b]


@pytest.mark.parametrize(
    ("one", "other"), [("Ali", "Ail"), ("José", "Jose"), ("Anna", "Ana"), ("Мария", "Мариа"), ("مريم", "مريا")]
)
def test_names_that_can_be_told_apart_have_none(one, other):
    assert not [a for a, b in zip(looks.keys(one), looks.keys(other), strict=True) if a == b]

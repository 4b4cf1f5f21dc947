"""No token reaches the log, however it is written and wherever it stands; and no traceback of a client's making."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.exceptions import SuspiciousOperation

from chatproject.log_format import DiscreetFormatter

TOKEN = "0123456789abcdef0123456789abcdef"


def line(message: str, error: Exception | None = None) -> str:
    exc_info = None
    if error:
        try:
            raise error
        except type(error):
            exc_info = sys.exc_info()
    record = logging.LogRecord("chat", logging.ERROR, __file__, 1, "%s", (message,), exc_info)
    return DiscreetFormatter("{message}", style="{").format(record)


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        TOKEN.upper(),
        "0123 4567 89ab cdef 0123 4567 89ab cdef",
        "0123-4567-89ab-cdef-0123-4567-89ab-cdef",
        "0123%204567%2089ab%20cdef%200123%204567%2089ab%20cdef",
        f"/join/{TOKEN}?x=1",
        f"host '{TOKEN}' is not allowed",
    ],
)
def test_a_token_is_never_written(written):
    assert "[token]" in line(written)
    assert "89ab" not in line(written).lower()


def test_a_token_in_a_traceback_is_never_written():
    text = line("broken", ValueError(TOKEN))
    assert "Traceback" in text, "ours is worth one"
    assert TOKEN not in text


@pytest.mark.parametrize("written", ["deadbeef", TOKEN + "0", "a" * 31, "5a072eebbafd95c2", "12:30 2026-11-20"])
def test_what_is_no_token_stays(written):
    assert line(written) == written


def test_what_a_client_caused_has_no_traceback():
    assert line("Invalid HTTP_HOST header", SuspiciousOperation("x")) == "Invalid HTTP_HOST header"

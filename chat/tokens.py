"""Tokens: 32 hex digits that belong to one user; whoever has one may ask for the second seat.

Standard library only, so that every part of Tandem can use it.
"""

import re
import secrets

DIGITS = 32  # 128 random bits: nobody guesses one, however long they try
GROUP = 4  # people read and dictate four digits at a time

# What people put between the groups: spaces of every kind, hyphens and dashes, and the marks a phone adds unseen.
_SEPARATORS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]+")
_TOKEN = re.compile(r"[0-9a-f]{32}")
# What a link ends with: 32 digits, however they are grouped; words may follow.
_FRAGMENT = re.compile(rf"(?:[0-9a-f]{_SEPARATORS.pattern[:-1]}*){{32}}(?![0-9a-f])")

# The longest pasted text worth reading: a share link with room to spare.
_LONGEST_PASTE = 1000


def make() -> str:
    """Return a new token from the system's secure random source."""
    return secrets.token_hex(DIGITS // 2)


def normalise(pasted: str) -> str | None:
    """Return the token in `pasted`, or None where there is none.

    Spaces, dashes and capitals are tolerated, and so is the whole share link (`…/join/#<token>`).
    """
    if len(pasted) > _LONGEST_PASTE:
        return None
    _, mark, written = pasted.lower().rpartition("#")
    if mark and (found := _FRAGMENT.match(written)):
        written = found[0]
    token = _SEPARATORS.sub("", written)
    return token if _TOKEN.fullmatch(token) else None


def grouped(token: str) -> str:
    """Return `token` in groups of four, for reading."""
    return " ".join(token[start : start + GROUP] for start in range(0, len(token), GROUP))

"""How names look: two that a person may take for each other have a key in common.

What looks alike is Unicode's own list (UTS 39, confusables.txt), as the package confusable_homoglyphs carries it.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from importlib import resources


def keys(name: str) -> tuple[str, str]:
    """Return how `name` looks when capitals are read as small letters, and when they are taken as they are drawn.

    Both are needed: I is the capital of i, and in many a font the picture of l.
    """
    return _skeleton(name.casefold()), _skeleton(name)


def username_key(username: str) -> str:
    """Return how a user name looks: it has no capitals, so that both keys are one."""
    return keys(username)[0]


def _skeleton(name: str) -> str:
    pictures = _pictures()
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    drawn = "".join(pictures.get(character, character) for character in decomposed)
    return unicodedata.normalize("NFC", drawn.casefold())


@functools.cache
def _pictures() -> dict[str, str]:
    """Each character that looks like another, and the one that stands for all that look so.

    The list says for each character what it looks like, in both directions. Where one of those is longer than a character
    (`rn` for m), it stands for all, so that nobody has to look for it in a name.
    """
    file = resources.files("confusable_homoglyphs").joinpath("confusables.json")
    alike = {
        _bare(one): [_bare(other["c"]) for other in others] for one, others in json.loads(file.read_text()).items()
    }
    pictures: dict[str, str] = {}
    for start in alike:
        if start in pictures:
            continue
        family, found = [start], {start}
        for one in family:
            news = [other for other in alike.get(one, []) if other not in found]
            found.update(news)
            family += news
        longest = max(map(len, family))
        picture = min(member for member in family if len(member) == longest)
        pictures.update(dict.fromkeys(family, picture))
    return {one: picture for one, picture in pictures.items() if len(one) == 1 and one != picture}


def _bare(written: str) -> str:
    """Without the direction marks that the list puts around letters of right-to-left scripts."""
    return written.replace("\u200e", "")

"""Lua scripts that share functions: each gets those of the shared files that it uses, and no others.

Redis has no `require`. A script is one text, which Redis compiles and keeps for that script alone, whose functions it makes at
every call, and through which its garbage collector walks (docs/decisions/0044).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# A shared file is a row of definitions, with comments before them. Each begins with `local` at the left margin, where nothing
# else but its end stands, and uses only those above it, as Lua has it.
_definition = re.compile(
    r"(?:^--.*\n)*"
    r"^local (?:function )?(?P<names>\w+(?:\s*,\s*\w+)*).*\n"
    r"(?:(?!local |--).*\n)*",
    re.MULTILINE,
)
_no_code = re.compile(r"""'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|--.*""")
_word = re.compile(r"[A-Za-z_]\w*")


class Definition(NamedTuple):
    """One or several local names, and the words of the code that makes them."""

    text: str
    names: set[str]
    words: set[str]


def scripts_of(folder: Path, shared: Sequence[str]) -> dict[str, str]:
    """Return the scripts of a folder, by their verbs, after which the files are called; the `shared` ones begin with `_`."""
    above = definitions("".join((folder / name).read_text(encoding="utf-8") for name in shared))
    return {file.stem: linked(above, file.read_text(encoding="utf-8")) for file in folder.glob("[!_]*.lua")}


def definitions(shared: str) -> list[Definition]:
    """Return what stands in a shared file, in its order."""
    return [
        Definition(found[0], set(re.split(r"\s*,\s*", found["names"])), _words(found[0]))
        for found in _definition.finditer(shared)
    ]


def linked(above: Sequence[Definition], script: str) -> str:
    """Return `script` with those definitions before it that it uses, and what these use, in their order."""
    used, parts = _words(script), [script]
    for definition in reversed(above):
        if used & definition.names:
            used |= definition.words
            parts.append(definition.text)
    return "".join(reversed(parts))


def _words(code: str) -> set[str]:
    return set(_word.findall(_no_code.sub("", code)))

"""Lua scripts that share functions: each gets those of the shared files that it uses, and no others.

Redis has no `require`. A script is one text, which Redis compiles and keeps for that script alone, whose functions it makes at
every call, and through which its garbage collector walks (docs/decisions/0044).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

# A shared file is a row of definitions. Each begins at the left margin and may use those above it, as Lua has it.
_beginning = re.compile(r"^(?=local )", re.MULTILINE)
_defined = re.compile(r"local (?:function )?(\w+(?:, \w+)*)")
_no_code = re.compile(r"'[^'\n]*'|--.*")
_word = re.compile(r"[A-Za-z_]\w*")


def scripts_of(folder: Path, shared: Sequence[str]) -> dict[str, str]:
    """Return the scripts of a folder, by their verbs, after which the files are called; the `shared` ones begin with `_`."""
    above = "".join((folder / name).read_text(encoding="utf-8") for name in shared)
    return {file.stem: linked(above, file.read_text(encoding="utf-8")) for file in folder.glob("[!_]*.lua")}


def linked(shared: str, script: str) -> str:
    """Return `script` with those definitions of `shared` before it that it uses, and what these use, in their order."""
    used, parts = _words(script), [script]
    for definition in reversed(_beginning.split(shared)[1:]):
        if used & _names(definition):
            used |= _words(definition)
            parts.append(definition)
    return "".join(reversed(parts))


def _names(definition: str) -> set[str]:
    found = _defined.match(definition)
    assert found, definition
    return set(found[1].split(", "))


def _words(code: str) -> set[str]:
    return set(_word.findall(_no_code.sub("", code)))

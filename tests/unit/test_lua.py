"""What is put before a Lua script: what it uses of the shared files, in their order, and nothing else."""

import re
from pathlib import Path

import pytest

from chat import pairs, rooms
from chat.lua import linked, scripts_of

SHARED = """-- What this is for.

local CLOCK = 'now'
local function now() return CLOCK end

-- Late is after now.
local function late(time)
  return time > now()
end
local first, second = 1, 2
local function other(role) return role == first and second or first end
"""


def defined(text: str) -> list[str]:
    return [
        name
        for names in re.findall(r"^local (?:function )?(\w+(?:, \w+)*)", text, re.MULTILINE)
        for name in names.split(", ")
    ]


@pytest.mark.parametrize(
    ("script", "stands_on"),
    [
        ("return 1", []),
        ("return CLOCK", ["CLOCK"]),
        ("return late(ARGV[1])", ["CLOCK", "now", "late"]),
        ("return second", ["first", "second"]),
        ("return other(now())", ["CLOCK", "now", "first", "second", "other"]),
    ],
)
def test_a_script_stands_on_what_it_uses_and_what_that_uses(script: str, stands_on: list[str]):
    text = linked(SHARED, script)
    assert text.endswith(script)
    assert defined(text) == stands_on


@pytest.mark.parametrize("script", ["return 'now'", "return 1 -- not late", "return knows"])
def test_a_word_that_is_no_name_brings_nothing(script: str):
    assert linked(SHARED, script) == script


def test_a_definition_comes_whole():
    assert "  return time > now()\nend\n" in linked(SHARED, "return late(0)")


@pytest.mark.parametrize(
    ("folder", "shared"),
    [
        (Path(pairs.__file__).parent / "lua", ("_shared.lua", "_log.lua", "_asks.lua", "_going.lua")),
        (Path(rooms.__file__).parent / "lua", ("_shared.lua",)),
    ],
)
def test_every_verb_has_what_it_names_and_nothing_in_vain(folder: Path, shared: tuple[str, ...]):
    above = "".join((folder / name).read_text() for name in shared)
    names = set(defined(above))
    scripts = scripts_of(folder, shared)
    assert set(scripts) == {file.stem for file in folder.glob("[!_]*.lua")}
    for verb, text in scripts.items():
        own = (folder / f"{verb}.lua").read_text()
        before = text.removesuffix(own)
        assert before + own == text
        code = re.sub(r"--.*", "", text)
        for name in defined(before):
            assert len(re.findall(rf"\b{name}\b", code)) > 1, f"{verb} has no use for {name}"
        for name in names & set(re.findall(r"\b(\w+)\(", code)):
            assert re.search(rf"\bfunction {name}\b", code), f"{verb} lacks {name}"

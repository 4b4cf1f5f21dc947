"""What is put before a Lua script: what it uses of the shared files, in their order, and nothing else."""

import re
from pathlib import Path

import pytest

from chat.lua import definitions, linked
from chat.pairs import pairing
from chat.rooms import presence

SHARED = definitions("""-- What this is for.

local CLOCK = 'now'
local function now() return CLOCK end

-- Late is after now.
local function late(time)
  return time > now()
end
local first,second = 1, 2
local function other(role) return role == first and second or first end
-- Both know the same.
local known
local function learn(it) known = it end
local function knows(it) return known == it end
""")

FOLDERS = [
    (Path(pairing.__file__).parent / "lua", pairing.SCRIPTS),
    (Path(presence.__file__).parent / "lua", presence.SCRIPTS),
]

at_the_margin = re.compile(r"^(?:local |end$|--(?!\[\[))")
begun = re.compile(r"^local (?:function )?([^=(\n]+)", re.MULTILINE)
no_code = re.compile(r"'[^'\n]*'|--.*")
# Not a field of a table, nor a key of one that is being made.
used = re.compile(r"(?:(?<=\.\.)|(?<![.:\w]))[A-Za-z_]\w*\b(?!\s*=[^=])")


def made_by(text: str) -> list[str]:
    return [name.strip() for names in begun.findall(text) for name in names.split(",")]


@pytest.mark.parametrize(
    ("script", "stands_on"),
    [
        ("return 1", []),
        ("return CLOCK", ["CLOCK"]),
        ("return late(ARGV[1])", ["CLOCK", "now", "late"]),
        ("return second", ["first", "second"]),
        ("return other(now())", ["CLOCK", "now", "first", "second", "other"]),
        ("learn(1) return knows(1)", ["known", "learn", "knows"]),
        ("return 'a' .. late(1) .. 'b'", ["CLOCK", "now", "late"]),
        ("return \"don't\" .. late(1) .. 'b'", ["CLOCK", "now", "late"]),
        ("return '--' .. late(1)", ["CLOCK", "now", "late"]),
        ("-- it's so\nreturn late(1) -- isn't it", ["CLOCK", "now", "late"]),
    ],
)
def test_a_script_stands_on_what_it_uses_and_what_that_uses(script: str, stands_on: list[str]):
    text = linked(SHARED, script)
    assert text.endswith(script)
    assert made_by(text.removesuffix(script)) == stands_on


@pytest.mark.parametrize("script", ["return 'now'", "return 1 -- not late", "return nowhere", 'return "late"'])
def test_a_word_that_is_no_name_brings_nothing(script: str):
    assert linked(SHARED, script) == script


def test_a_definition_comes_whole_and_with_what_is_said_of_it():
    text = linked(SHARED, "return late(0)")
    assert "-- Late is after now.\nlocal function late(time)\n  return time > now()\nend\n" in text
    assert "Both know" not in text


@pytest.mark.parametrize(("folder", "scripts"), FOLDERS)
def test_every_verb_has_what_it_names_and_nothing_in_vain(folder: Path, scripts: dict[str, str]):
    shared_names = {name for file in folder.glob("_*.lua") for name in made_by(file.read_text())}
    for verb, text in scripts.items():
        own = (folder / f"{verb}.lua").read_text()
        assert text.endswith(own)
        made = made_by(text.removesuffix(own))
        words = set(used.findall(begun.sub("", no_code.sub("", text))))
        assert shared_names & words - set(made_by(own)) == set(made), f"{verb} lacks something, or has it in vain"


@pytest.mark.parametrize(("folder", "scripts"), FOLDERS)
def test_at_the_margin_of_a_shared_file_is_only_what_can_be_told_apart(folder: Path, scripts: dict[str, str]):
    for file in folder.glob("_*.lua"):
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith(" ")]
        assert [line for line in lines if not at_the_margin.match(line)] == []

"""The sentences of the pages and the script in other languages: `python scripts/messages.py update | compile | check`.

`update` reads the sentences out of the code into locale/*/LC_MESSAGES/*.po, where people translate them. `compile` writes
from those what the site serves: .mo files, and static/js/catalog/*.js. Both kinds are committed, so that running Tandem
needs no gettext. `check` says what is missing, doubtful, left over or not compiled, and whether a {name} was lost.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# How many forms a counted sentence has, and which of them n takes, in C as gettext reads it. After Unicode CLDR's plural rules
# for whole numbers below a million; Babel's own change from version to version, and with them the order of translations.
PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)",
    "pt_BR": "nplurals=2; plural=(n > 1)",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
}
LANGUAGES = list(PLURALS)
PYTHON_WORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}
SCRIPT_WORDS = {"gettext_noop": None, "ngettext_lazy": (1, 2)}
BORROWED = "scripts/borrowed_sentences.py"  # of packages we use, where their own translations have a gap

_PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)[sd]|%d")

Key = tuple[str, ...]


class Undated(Catalog):
    """A catalogue that is the same whenever and by whomever it is compiled."""

    def __iter__(self) -> Iterator[Message]:
        rule = PLURALS[str(self.locale)]
        yield Message("", f"Content-Type: text/plain; charset=utf-8\nPlural-Forms: {rule};")
        yield from (message for message in super().__iter__() if message.id)


class Domain:
    """One kind of sentence: where it is found, and what is made of its translations."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name

    def po(self, language: str) -> Path:
        return self.root / "locale" / language / "LC_MESSAGES" / f"{self.name}.po"

    def compiled(self, language: str) -> Path:
        if self.name == "django":
            return self.po(language).with_suffix(".mo")
        return self.root / "static" / "js" / "catalog" / f"{language.lower().replace('_', '-')}.js"

    def read(self, language: str) -> Catalog:
        path = self.po(language)
        if not path.exists():
            return empty(language)
        return read_po(io.BytesIO(path.read_bytes()), locale=language)

    def compile(self, language: str) -> bytes:
        """What the site serves of this language."""
        catalog = self.read(language)
        if self.name == "djangojs":
            return _script(catalog).encode()
        undated = Undated(locale=language)
        for message in catalog:
            if message.id:
                undated.add(message.id, message.string)
        out = io.BytesIO()
        write_mo(out, undated)
        return out.getvalue()

    def sentences(self) -> dict[Key, list[str]]:
        """Every sentence in the code, with the files it is in."""
        found: dict[Key, list[str]] = {}
        sources = self._script_sentences() if self.name == "djangojs" else self._page_sentences()
        for place, key in sources:
            places = found.setdefault(key, [])
            if place not in places:
                places.append(place)
        return found

    def _script_sentences(self) -> Iterator[tuple[str, Key]]:
        for path in sorted((self.root / "static" / "js").rglob("*.js")):
            if path.parent.name != "catalog":
                yield from self._extract(path, "javascript", path.read_text(), SCRIPT_WORDS)

    def _page_sentences(self) -> Iterator[tuple[str, Key]]:
        for path in sorted([*(self.root / "chat").rglob("*.py"), *(self.root / "chatproject").rglob("*.py")]):
            yield from self._extract(path, "python", path.read_text(), PYTHON_WORDS)
        for path in sorted([*(self.root / "templates").rglob("*.html"), *(self.root / "templates").rglob("*.txt")]):
            # What Django makes of a template is no Python, but without its indentation it can be read as such.
            lines = (line.lstrip() for line in templatize(path.read_text()).splitlines())
            yield from self._extract(path, "python", "\n".join(lines), PYTHON_WORDS)
        borrowed = self.root / BORROWED
        if borrowed.exists():
            yield from self._extract(borrowed, "python", borrowed.read_text(), PYTHON_WORDS)

    def _extract(
        self, path: Path, method: str, text: str, words: dict[str, tuple[int, int] | None]
    ) -> Iterator[tuple[str, Key]]:
        for _line, message, _comments, _context in extract(method, io.BytesIO(text.encode()), words):
            yield str(path.relative_to(self.root)), message if isinstance(message, tuple) else (message,)


def empty(language: str) -> Catalog:
    """A catalogue that has room for every form of a counted sentence in this language."""
    catalog = Catalog(locale=language, header_comment="")
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalog


def domains(root: Path) -> list[Domain]:
    return [Domain(root, "django"), Domain(root, "djangojs")]


def update(root: Path = ROOT) -> None:
    """Bring the .po files in line with the code; what was translated stays, what the code no longer says goes."""
    for domain in domains(root):
        sentences = domain.sentences()
        for language in LANGUAGES:
            before, after = domain.read(language), empty(language)
            for key, places in sentences.items():
                known = before.get(key[0])
                said = known.string if known and _key(known) == key else ""
                after.add(key if len(key) > 1 else key[0], said, locations=[(place, 0) for place in places])
            path = domain.po(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_written(after))


def compile_all(root: Path = ROOT) -> None:
    for domain in domains(root):
        for language in LANGUAGES:
            path = domain.compiled(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(domain.compile(language))


def faults(root: Path = ROOT) -> list[str]:
    """One line for each thing that is wrong; none if every language has every sentence."""
    found: list[str] = []
    for domain in domains(root):
        sentences = set(domain.sentences())
        for language in LANGUAGES:
            where = f"{language} {domain.name}"
            messages = {_key(message): message for message in domain.read(language) if message.id}
            found += [f"{where}: not in the catalogue: {key[0]!r}" for key in sorted(sentences - messages.keys())]
            found += [f"{where}: no longer said: {key[0]!r}" for key in sorted(messages.keys() - sentences)]
            found += [f"{where}: {fault}" for message in messages.values() for fault in _faults_of(message)]
            if f"Plural-Forms: {PLURALS[language]};" not in domain.po(language).read_text():
                found.append(f"{where}: its forms of counted sentences are ordered by another rule")
            path = domain.compiled(language)
            if not path.exists() or path.read_bytes() != domain.compile(language):
                found.append(f"{where}: not compiled")
    return found


def _faults_of(message: Message) -> Iterator[str]:
    key, said = _key(message), message.string if isinstance(message.string, (tuple, list)) else [message.string]
    if message.fuzzy:
        yield f"doubtful: {key[0]!r}"
    if not all(said):
        yield f"not translated: {key[0]!r}"
        return
    wanted = set(_PLACEHOLDER.findall(key[-1]))
    for one in filter(None, said):
        lost = wanted ^ set(_PLACEHOLDER.findall(one))
        if lost - {"{count}"}:  # "one message" needs no number
            yield f"{', '.join(sorted(lost))} does not fit: {one!r}"


def _key(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def _written(catalog: Catalog) -> bytes:
    """The catalogue without dates and names, which would only make two people's changes collide."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, omit_header=True, sort_output=False, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {PLURALS[str(catalog.locale)]};\\n"\n\n'
    )
    return header.encode() + out.getvalue().lstrip()


def _script(catalog: Catalog) -> str:
    """A catalogue as a script; the rule for plurals is C in gettext, which JavaScript reads the same way."""
    rule = PLURALS[str(catalog.locale)].partition("plural=")[2]
    sentences = {_key(message)[0]: message.string for message in catalog if message.id and message.string}
    words = json.dumps(sentences, ensure_ascii=False, indent=2, sort_keys=True)
    return (
        "/* Written by scripts/messages.py: translate in locale/, not here. */\n"
        f"globalThis.tandemCatalogue = {{\n"
        f"  plural: (n) => Number{rule},\n"
        f"  sentences: {words},\n}};\n"
    )


def main(words: list[str]) -> int:
    """Do what is asked; 1 if `check` found something."""
    match words:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = faults()
            print("\n".join(found) if found else "Every sentence is there in every language.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

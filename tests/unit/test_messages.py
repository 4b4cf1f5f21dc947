"""No language lacks a sentence, and the check that says so would notice."""

from __future__ import annotations

import gettext
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from scripts import messages


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of all that has sentences."""
    for folder in ("chat", "chatproject", "templates", "static/js", "locale"):
        shutil.copytree(messages.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "scripts").mkdir()
    shutil.copy(messages.ROOT / messages.BORROWED, tmp_path / "scripts")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_sentence_is_there_in_every_language() -> None:
    assert messages.faults() == []


def test_every_language_that_can_be_chosen_is_translated() -> None:
    offered = {to_locale(code) for code, _ in settings.LANGUAGES}
    assert offered == {"en", *messages.LANGUAGES}


def test_a_new_sentence_in_a_page_or_in_the_script_is_missed(site: Path) -> None:
    change(site / "templates" / "landing.html", "A room with two seats.", "A new sentence.")
    change(site / "static" / "js" / "strings.js", '"Copied"', '"Quite new"')
    found = messages.faults(site)
    for language in messages.LANGUAGES:
        assert f"{language} django: not in the catalogue: 'A new sentence.'" in found
        assert f"{language} django: no longer said: 'A room with two seats.'" in found
        assert f"{language} djangojs: not in the catalogue: 'Quite new'" in found


def test_what_is_not_translated_or_doubtful_is_named(site: Path) -> None:
    po = site / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    change(po, 'msgstr "Войти"', 'msgstr ""')
    change(po, 'msgid "Saved."', '#, fuzzy\nmsgid "Saved."')
    found = messages.faults(site)
    assert "ru django: not translated: 'Log in'" in found
    assert "ru django: doubtful: 'Saved.'" in found
    assert "ru django: not compiled" in found


def test_a_lost_placeholder_is_named(site: Path) -> None:
    change(site / "locale" / "ar" / "LC_MESSAGES" / "djangojs.po", "{name} يكتب…", "يكتب…")
    messages.compile_all(site)
    assert messages.faults(site) == ["ar djangojs: {name} does not fit: 'يكتب…'"]


def test_a_catalogue_in_another_order_of_forms_is_found(site: Path) -> None:
    change(site / "locale" / "ar" / "LC_MESSAGES" / "django.po", "n%100>=11 ? 4 : 5", "n%100<=2 ? 4 : 5")
    assert messages.faults(site) == ["ar django: its forms of counted sentences are ordered by another rule"]


def test_updating_keeps_what_was_translated_and_leaves_the_rest_to_people(site: Path) -> None:
    change(site / "templates" / "landing.html", "A room with two seats.", "A new sentence.")
    messages.update(site)
    messages.compile_all(site)
    assert messages.faults(site) == [
        f"{language} django: not translated: 'A new sentence.'" for language in messages.LANGUAGES
    ]


# Numbers of each form in turn, from Unicode CLDR's chart of plural rules.
FORMS = {
    "ru": [(1, 21, 101), (2, 4, 22, 104), (0, 5, 11, 12, 14, 20, 111)],
    "pt_BR": [(0, 1), (2, 11, 100)],
    "ar": [(0,), (1,), (2,), (3, 10, 103, 110), (11, 99, 111, 199), (100, 101, 102, 200)],
}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_number_takes_the_form_of_its_language(site: Path, language: str) -> None:
    with (site / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        chosen = gettext.GNUTranslations(compiled).plural  # type: ignore[attr-defined]
    assert [{chosen(number) for number in numbers} for numbers in FORMS[language]] == [
        {form} for form in range(len(FORMS[language]))
    ]


@pytest.mark.parametrize("name", ["django", "djangojs"])
def test_in_arabic_what_is_counted_from_11_to_99_stands_in_the_accusative(name: str) -> None:
    catalogue = (messages.ROOT / "locale" / "ar" / "LC_MESSAGES" / f"{name}.po").read_text()
    pairs = re.findall(r'msgstr\[4\] "(.*)"\nmsgstr\[5\] "(.*)"', catalogue)
    assert pairs
    assert [pair for pair in pairs if pair[0].count("\u064b\u0627") < pair[1].count("\u064b\u0627")] == []

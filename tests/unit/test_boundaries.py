"""Who may import whom (docs/architecture.md): read from the code, so that it stays true."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAT = ROOT / "chat"
REDIS_KEY = "tandem:"


def imports_of(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def touches(file: Path, *packages: str) -> set[str]:
    return {name for name in imports_of(file) for package in packages if f"{name}.".startswith(f"{package}.")}


def files(pattern: str) -> list[Path]:
    found = sorted(CHAT.glob(pattern))
    assert found, pattern
    return found


def test_the_tokens_need_only_the_standard_library():
    assert imports_of(CHAT / "tokens.py") == {"re", "secrets"}


@pytest.mark.parametrize("file", files("*/protocol.py"), ids=str)
def test_a_protocol_knows_no_django_no_channels_no_redis(file):
    assert not touches(file, "django", "channels", "redis", "asgiref", "chat.realtime", "chat.models")


@pytest.mark.parametrize("file", [*files("*/pairing.py"), *files("*/presence.py")], ids=str)
def test_the_rules_know_neither_sockets_nor_http(file):
    assert not touches(file, "django", "channels", "asgiref", "chat.models", "chat.views", "chat.realtime")


def test_only_sockets_know_channels():
    sockets = {CHAT / kind / name for kind in ("pairs", "rooms") for name in ("consumer.py", "process.py")}
    allowed = {CHAT / "realtime", *sockets}
    for file in files("**/*.py"):
        if file not in allowed and file.parent not in allowed:
            assert not touches(file, "channels"), file


def test_only_the_rules_and_their_ground_know_redis_keys():
    for file in files("**/*.py"):
        if file.name not in ("pairing.py", "presence.py") and file.parent.name != "realtime":
            assert REDIS_KEY not in file.read_text(), file


def test_views_know_neither_pairs_nor_redis():
    for name in ("views.py", "inviting.py", "sharing.py", "forms.py", "urls.py", "admin.py"):
        assert not touches(CHAT / name, "redis", "channels", "chat.pairs", "chat.realtime"), name


PAGES = {
    "views.py",
    "members.py",
    "reporting.py",
    "entrance.py",
    "forms.py",
    "urls.py",
    "admin.py",
    "listing.py",
}
RULES = {
    "membership.py",
    "founding.py",
    "inviting.py",
    "order.py",
    "erasing.py",
    "retention.py",
    "models.py",
    "refusals.py",
}


def test_the_pages_of_rooms_know_neither_pairs_nor_redis():
    for file in files("rooms/*.py"):
        if file.name in PAGES | RULES:
            assert not touches(
                file, "redis", "channels", "asgiref", "chat.pairs", "chat.realtime", "chat.rooms.changes"
            ), file


def test_the_rules_of_rooms_know_no_http():
    for file in files("rooms/*.py"):
        if file.name in RULES:
            assert not touches(file, "django.http", "django.shortcuts", "chat.rooms.views", "allauth"), file


def test_what_both_kinds_of_chat_stand_on_knows_no_rules():
    for file in files("realtime/*.py"):
        assert not touches(file, "chat.pairs", "chat.rooms"), file


def test_pairs_and_rooms_know_nothing_of_each_other():
    for file in files("pairs/*.py"):
        assert not touches(file, "chat.rooms"), file
    for file in files("rooms/*.py"):
        assert not touches(file, "chat.pairs"), file

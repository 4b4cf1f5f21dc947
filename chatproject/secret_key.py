"""The keys of this machine: each made on the first run and kept in a file only its owner can read."""

import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signing() -> str:
    """Return a new key for cookies."""
    return secrets.token_urlsafe(64)


def pushing() -> str:
    """Return a new private key for Web Push: a number below the order of the curve P-256, in base64url."""
    return urlsafe_b64encode((1 + secrets.randbelow(_P256_ORDER - 1)).to_bytes(32)).rstrip(b"=").decode()


def read_or_make(path: Path, make: Callable[[], str] = signing) -> str:
    """Return the key stored at `path`, making it first where there is none.

    Several processes may start at once: `os.link` lets exactly one of them name the file, and the others read it.
    """
    if not path.exists():
        _make(path, make())
    return path.read_text(encoding="ascii").strip()


def _make(path: Path, key: str) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)

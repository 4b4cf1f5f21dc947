"""An authenticator app: what a phone does with the secret of the QR code, written from the standard and not from the site."""

import base64
import hashlib
import hmac
import struct
import time


def totp(secret: str, at: float | None = None) -> str:
    """Return the six digits it shows at this time (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    start = digest[-1] & 0xF
    return str((int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 10**6).zfill(6)

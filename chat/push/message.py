"""A push message on the wire: encrypted for one browser (RFC 8291), signed as this site's (VAPID, RFC 8292).

The push service in between carries it and cannot read it.
"""

from __future__ import annotations

import base64
import json
import os
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE = 4096  # bytes; a message is one record
SIGNATURE_SECONDS = 12 * 3600  # push services take at most a day

_CURVE = ec.SECP256R1()


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the key written as base64url; ValueError where it is none."""
    return ec.derive_private_key(int.from_bytes(decode(text)), _CURVE)


def public_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    """Return the point that a browser gave; ValueError where it is not on the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)


def encrypt(
    text: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return `text` for the browser that has these keys; `key` and `salt` are new for each message (and given by tests)."""
    key, salt = key or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    ours = point(key)
    shared = key.exchange(ec.ECDH(), public_key(p256dh))
    secret = _derive(shared, auth, b"WebPush: info\0" + p256dh + ours, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_SIZE.to_bytes(4) + len(ours).to_bytes(1) + ours
    return head + AESGCM(content_key).encrypt(nonce, text + b"\x02", None)  # 2: the last record


def authorization(endpoint: str, contact: str, key: ec.EllipticCurvePrivateKey, now: float | None = None) -> str:
    """Return the header that says which site sends this; `contact` is an address for the service's operators."""
    parts = urlsplit(endpoint)
    expires = int((time.time() if now is None else now) + SIGNATURE_SECONDS)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": contact}
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}, k={encode(point(key))}"


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return what base64url says; ValueError where it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

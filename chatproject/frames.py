"""Text frames of RFC 6455 in one piece: nearly all that a chat sends and gets. Everything else is for a library to know."""

from __future__ import annotations

FINAL_TEXT = 0x81  # first byte: the last (and here only) frame of a message, with text in it
MASKED = 0x80  # second byte: what a client sends is masked
SHORT, MEDIUM = 126, 127  # in the second byte: the length is in the next two bytes, or in the next eight


def text_frame(payload: bytes) -> bytes:
    """Return the frame that a server sends this UTF-8 in."""
    length = len(payload)
    if length < SHORT:
        return b"\x81%c%b" % (length, payload)
    if length < 1 << 16:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), payload)


def text_in(data: bytes, at: int) -> tuple[str, int] | None:
    """Return the text of the frame that begins at `at`, and where that frame ends.

    None unless it is whole, masked, final, shorter than 64 KiB and UTF-8.
    """
    if len(data) - at < 6 or data[at] != FINAL_TEXT:
        return None
    length, mask = data[at + 1] - MASKED, at + 2
    if length == SHORT:
        length, mask = int.from_bytes(data[mask : mask + 2], "big"), mask + 2
    elif not 0 <= length < SHORT:
        return None
    payload = mask + 4
    end = payload + length
    if end > len(data):
        return None
    try:
        return unmasked(data[payload:end], data[mask:payload]).decode(), end
    except UnicodeDecodeError:
        return None


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return `payload` XORed with the four bytes of `mask` again and again; as one number, which C does."""
    length = len(payload)
    key = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(length, "little")

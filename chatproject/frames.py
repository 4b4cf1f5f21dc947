"""WebSocket frames on the wire (RFC 6455, section 5.2), as far as they are read and written without a library."""

from __future__ import annotations

FINAL = MASKED = 0x80  # bits of a frame's first and second byte
TEXT, BINARY, CLOSE, PONG = 0x81, 0x82, 0x88, 0x8A  # first bytes, each of a message in one frame
PING = bytes((0x89, 0))  # a whole one, as a server sends it
USUAL_CODES = {code.to_bytes(2, "big") for code in (1000, 1001)}  # that a client closes with: normal, and going away
TWO_BYTES, EIGHT_BYTES = 126, 127  # in place of a length: it is in so many bytes that follow


def header(first: int, length: int) -> bytes:
    """What stands before the payload of a frame that a server sends: not masked."""
    return TEXT_HEADERS[length] if first == TEXT and length < SHORT else new_header(first, length)


def new_header(first: int, length: int) -> bytes:
    if length < TWO_BYTES:
        return bytes((first, length))
    if length < 1 << 16:
        return bytes((first, TWO_BYTES)) + length.to_bytes(2, "big")
    return bytes((first, EIGHT_BYTES)) + length.to_bytes(8, "big")


def close_frame(code: bytes) -> bytes:
    """Return the frame that a server closes with, or answers with; the code is in its two bytes."""
    return bytes((CLOSE, len(code))) + code


SHORT = 1024  # bytes that nearly every text of a chat is below
TEXT_HEADERS = [new_header(TEXT, length) for length in range(SHORT)]


def text_frame(payload: bytes) -> bytes:
    """Return the frame that a server sends this UTF-8 in."""
    return header(TEXT, len(payload)) + payload


def text_in(data: bytes, at: int) -> tuple[str, int] | None:
    """Return the text of the frame that begins at `at`, and where that frame ends.

    None unless it is whole, masked, final, shorter than 64 KiB and UTF-8.
    """
    if len(data) - at < 6 or data[at] != TEXT:
        return None
    length, mask = data[at + 1] - MASKED, at + 2
    if length == TWO_BYTES:
        length, mask = int.from_bytes(data[mask : mask + 2], "big"), mask + 2
    elif not 0 <= length < TWO_BYTES:
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

"""One POST to a push service. The address comes from a browser, so it is hostile: it must not lead into our own network.

Only https, only hosts of push services we know, only where their name leads to public addresses, and to the very address
that was looked at. No redirect is followed, and nothing of the answer is read but its status.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 3.0  # for each step; a push service answers in a tenth of that
LONGEST_ENDPOINT = 1024

_tls = ssl.create_default_context()


class NotDelivered(Exception):
    """The push service was not reached; the message says why, without the address."""


def is_known(endpoint: str) -> bool:
    """Whether this is an address at a push service that browsers use."""
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    if _is_of_a_test(endpoint):
        return True
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = port in (None, 443) and "@" not in parts.netloc and not parts.fragment
    return parts.scheme == "https" and is_plain and any(_is_at(host, known) for known in settings.PUSH_HOSTS)


def post(endpoint: str, headers: dict[str, str], body: bytes) -> int:
    """Send it and return the status of the answer; `NotDelivered` where there is none."""
    if not is_known(endpoint):
        raise NotDelivered("not at a push service we know")
    connection = _connection(endpoint)
    parts = urlsplit(endpoint)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(type(error).__name__) from error
    finally:
        connection.close()


class _Pinned(http.client.HTTPSConnection):
    """Goes to the address that was looked at, and believes it only with a certificate for the name."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, timeout=SECONDS, context=_tls)
        self.address = address

    def connect(self) -> None:
        bare = socket.create_connection((self.address, self.port), SECONDS)
        try:
            self.sock = _tls.wrap_socket(bare, server_hostname=self.host)
        except OSError:
            bare.close()
            raise


def _connection(endpoint: str) -> http.client.HTTPConnection:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if _is_of_a_test(endpoint):
        return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    return _Pinned(host, public_address(host))


def public_address(host: str) -> str:
    """Return an address of this host; `NotDelivered` unless every one it has is public."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise NotDelivered("its name is not known") from error
    if not all(_is_public(address) for address in found):
        raise NotDelivered("its name leads into a private network")
    # The old protocol first: it works wherever the new one does.
    return min(found, key=lambda address: ipaddress.ip_address(address).version)


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or ip
    return inner.is_global and not inner.is_multicast


def _is_at(host: str, known: str) -> bool:
    return host == known or (known.startswith(".") and host.endswith(known))


def _is_of_a_test(endpoint: str) -> bool:
    return bool(settings.PUSH_TEST_SERVICE) and endpoint.startswith(f"{settings.PUSH_TEST_SERVICE}/")

"""A push message is what the standards say, and goes nowhere but to a push service."""

from __future__ import annotations

import json
import os
import socket

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from chat.apps import push_key_is_a_key
from chat.push import delivery, message
from chat.push.delivery import NotDelivered, is_known, post, public_address
from chatproject import secret_key

# RFC 8291, section 5 and appendix A
TEXT = b"When I grow up, I want to be a watermelon"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SENT = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard():
    key = message.private_key(SENDER)
    sent = message.encrypt(TEXT, message.decode(BROWSER), message.decode(AUTH), key=key, salt=message.decode(SALT))
    assert message.encode(sent) == SENT


def test_only_the_browser_it_is_for_can_read_it():
    browser, other, auth = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
        os.urandom(16),
    )
    sent = [message.encrypt(TEXT, message.point(browser), auth) for _ in range(2)]
    assert [http_ece.decrypt(one, private_key=browser, auth_secret=auth) for one in sent] == [TEXT, TEXT]
    assert sent[0] != sent[1]
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(sent[0], private_key=other, auth_secret=auth)


def test_it_is_signed_for_one_service_and_half_a_day():
    key = message.private_key(secret_key.pushing())
    header = message.authorization("https://push.example.org/abc?d", "https://chat.example.org/", key, now=1000)
    signed, _, public = header.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = signed.split(".")
    assert json.loads(message.decode(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(message.decode(claims)) == {
        "aud": "https://push.example.org",
        "exp": 1000 + 12 * 3600,
        "sub": "https://chat.example.org/",
    }
    raw = message.decode(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    verifier = message.public_key(message.decode(public))
    verifier.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        verifier.verify(der, f"{head}.{claims}x".encode(), ec.ECDSA(hashes.SHA256()))


def test_the_key_is_made_once_and_its_owners_alone(tmp_path):
    path = tmp_path / "push_key"
    assert secret_key.read_or_make(path, secret_key.pushing) == secret_key.read_or_make(path, secret_key.pushing)
    assert path.stat().st_mode & 0o777 == 0o600
    assert message.encode(message.point(message.private_key(path.read_text())))


@pytest.mark.parametrize("key", ["", "x", "\u00e9", "A" * 43, "_" * 43])
def test_a_key_that_is_none_is_said_at_the_start(settings, key):
    assert push_key_is_a_key() == []
    settings.PUSH_KEY = key
    assert [fault.id for fault in push_key_is_a_key()] == ["chat.E001"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-by3p.notify.windows.com/w/?token=abc",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_a_push_service_is_known(endpoint):
    assert is_known(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "http://fcm.googleapis.com/abc",
        "https://127.0.0.1/abc",
        "https://[::1]/abc",
        "https://[::1/abc",
        "https://localhost/abc",
        "https://169.254.169.254/latest/meta-data/",
        "https://fcm.googleapis.com.example.org/abc",
        "https://xfcm.googleapis.com/abc",
        "https://push.apple.com.example.org/abc",
        "https://fcm.googleapis.com@127.0.0.1/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:22/abc",
        "https://fcm.googleapis.com:x/abc",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\r\nHost: x",
        "https://fcm.googleapis.com\\@127.0.0.1/abc",
        "https://fcm.googleapis.com/#abc",
        "https://fcm.googleapis.com/" + "a" * 1024,
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/abc",
    ],
)
def test_no_other_address_is(endpoint):
    assert not is_known(endpoint)
    with pytest.raises(NotDelivered):
        post(endpoint, {}, b"")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["192.168.0.1"], ["169.254.169.254"], ["0.0.0.0"], ["100.64.0.1"], ["224.0.0.1"],
        ["::1"], ["fd00::1"], ["fe80::1"], ["::ffff:10.1.2.3"], ["8.8.8.8", "10.1.2.3"],
    ],
)  # fmt: skip
def test_a_name_that_leads_into_our_own_network_is_not_followed(monkeypatch, addresses):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443)) for address in addresses]
    )
    with pytest.raises(NotDelivered, match="private network"):
        public_address("fcm.googleapis.com")


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked: list[str] = []

    def look(host: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        return [(0, 0, 0, "", ("2001:4860:4860::8888", 443)), (0, 0, 0, "", ("8.8.8.8", 443))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(address[0])
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotDelivered, match="TimeoutError"):
        post("https://fcm.googleapis.com/abc", {}, b"")
    assert asked == ["fcm.googleapis.com", "8.8.8.8"], "the name is asked for once"


def test_its_certificate_is_looked_at():
    assert delivery._tls.check_hostname
    assert delivery._tls.verify_mode.name == "CERT_REQUIRED"

"""The second step at log-in: what django-allauth leaves to the site. Secrets are sealed before they reach the database."""

from __future__ import annotations

import base64
import logging
import secrets
from typing import Any

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.models import User

logger = logging.getLogger(__name__)

NAME = "Tandem"
_SALT = "chat.second_factor"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names as the rest of the site says them, a QR code without inline style, and secrets that a database dump does not tell."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That did not fit. A code of the app counts for half a minute: type the one it shows now."),
        "no_passkey": _("That is not a passkey of this account. Try again, or go another way."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return NAME

    def build_totp_svg(self, url: str) -> str:
        return str(segno.make(url, error="m").svg_inline(border=2, light="#fff", omitsize=True))

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key made from SECRET_KEY, which is never in the database."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed. What another SECRET_KEY sealed gives a secret that no code and no person has."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second factor was sealed with another SECRET_KEY: its codes are refused.")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's word
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "name": user.username}


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(_SALT, "seal", secret=secret, algorithm="sha256").digest())

"""What happens when Django starts the application."""

import logging
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

logger = logging.getLogger(__name__)


class ChatConfig(AppConfig):
    """Tandem."""

    name = "chat"
    verbose_name = "Tandem"

    def ready(self) -> None:
        from chat import doors, logins  # noqa: F401 - they connect their signal receivers, as do these:
        from chat.rooms import changes, erasing  # noqa: F401

        checks.register(push_key_is_a_key)
        if not settings.RATE_LIMITS:
            logger.warning("RATE_LIMITS=off: every limit is off, sign-ups and log-ins included. For load tests only.")


def push_key_is_a_key(**kwargs: Any) -> list[checks.CheckMessage]:
    """What PUSH_KEY or the file say is found out at the start, and not when somebody comes."""
    from chat.push import message

    try:
        message.private_key(settings.PUSH_KEY)
    except ValueError:
        hint = "A private key on the curve P-256: 32 bytes in base64url. Leave it out to have one made."
        return [checks.Error("PUSH_KEY is not a key.", hint=hint, id="chat.E001")]
    return []

"""What happens when Django starts the application."""

import logging

from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class ChatConfig(AppConfig):
    """Tandem."""

    name = "chat"
    verbose_name = "Tandem"

    def ready(self) -> None:
        from chat import doors, logins  # noqa: F401 - they connect their signal receivers

        if not settings.RATE_LIMITS:
            logger.warning("RATE_LIMITS=off: every limit is off, sign-ups and log-ins included. For load tests only.")

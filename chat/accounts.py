"""What django-allauth leaves to the site about accounts: its words, mail that cannot be sent, and their end."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.models import User

logger = logging.getLogger(__name__)

WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
SENT, NOT_SENT = (f"account/messages/{name}.txt" for name in ("email_confirmation_sent", "email_not_sent"))


class AccountAdapter(DefaultAccountAdapter):
    """Says things in the words of the other pages, and says that mail could not be sent instead of breaking down."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is not right."),
        "too_many_login_attempts": _("Too many tries in a short time. Wait five minutes, then try once more."),
        "username_taken": _("Somebody has this user name. Choose another."),
        "username_blacklisted": _("Nobody may have this user name. Choose another."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not the password you have now."),
        "incorrect_code": _("This code is not right, or its time is over."),
    }

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """In our words; another way that a newer allauth knows is none of ours."""
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS[way["id"]]} for way in ways if way["id"] in WAYS]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it; where no mail server takes it, the page says so and whatever else was asked for is done."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:  # what it says may quote the address
            logger.error("Mail could not be sent: %s", type(error).__name__)
            self._say_that_it_was_not_sent()

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template != SENT or not hasattr(request, "mail_was_not_sent"):
            super().add_message(request, level, message_template, *args, **kwargs)

    def _say_that_it_was_not_sent(self) -> None:
        request = context.request
        request.mail_was_not_sent = True
        self.add_message(request, messages.WARNING, NOT_SENT)


@transaction.atomic
def delete_account(request: HttpRequest, user: User) -> None:
    """Delete this user and everything that is theirs, and end every login; `request` is of one of these.

    What ends a login ends its sockets (chat/logins.py), once all this is committed.
    """
    for login in UserSession.objects.filter(user=user):
        login.end()
    logout(request)
    user.delete()

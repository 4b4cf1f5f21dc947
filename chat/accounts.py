"""What django-allauth leaves to the site about accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _

WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Says things in the words of the other pages."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [{**method, "description": WAYS[method["id"]]} for method in super().get_reauthentication_methods(user)]

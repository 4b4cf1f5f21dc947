"""django-allauth's passkeys, in our words and with a limit on everything a stranger sends in place of one."""

from __future__ import annotations

import json
from typing import Any

from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms, views
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from chat.names import LONGEST_NAME, clean_name

MOST_PASSKEYS = 20
LONGEST_CREDENTIAL = 16 * 1024  # characters of JSON; a device's answer has about a thousand


class AddForm(forms.AddWebAuthnForm):
    """A new passkey, which lets its owner in alone unless they do not want that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self.fields["name"])
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Log in with it alone"), True
        alone.help_text = _("The device then asks for your finger, face or PIN. Otherwise it comes after the password.")

    def clean_name(self) -> str:
        """Without what cannot be seen; one of ours where there is none, for the device has the passkey already."""
        try:
            self.cleaned_data["name"] = clean_name(self.cleaned_data["name"])[:LONGEST_NAME]
        except ValidationError:
            self.cleaned_data["name"] = ""
        return str(super().clean_name())

    def clean_credential(self) -> Any:
        """What a device says, from a person who has no drawer full of them already."""
        passkeys = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        if passkeys.count() >= MOST_PASSKEYS:
            raise ValidationError(_("You have as many passkeys as one person may have. Remove one first."))
        return _readable(RegistrationResponse, self.cleaned_data["credential"])


class RenameForm(forms.EditWebAuthnForm):
    """What a passkey is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self.fields["name"])

    def clean_name(self) -> str:
        """Without what cannot be seen."""
        return clean_name(self.cleaned_data["name"])[:LONGEST_NAME]


class _Shown:
    """A passkey that is shown, in place of or after the password."""

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        _readable(AuthenticationResponse, self.cleaned_data["credential"])
        try:
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise get_adapter().validation_error("no_passkey") from error
        return authenticator


class LogInForm(_Shown, forms.LoginWebAuthnForm):
    """In place of the password."""


class SecondStepForm(_Shown, forms.AuthenticateWebAuthnForm):
    """After the password."""


class ReauthenticateForm(_Shown, forms.ReauthenticateWebAuthnForm):
    """Before a change."""


# A challenge for somebody who is not logged in is a new row in the table of sessions, so asking for one has a limit too;
# django-allauth's own counts only the answers.
log_in = ratelimit.decorator(app="allauth.mfa", action="passkey_challenge", limit_get=True)(views.login_webauthn)


def _name(field: Any) -> None:
    field.label = _("What you call it")
    field.widget.attrs["maxlength"] = LONGEST_NAME


def _readable(kind: type[Any], credential: Any) -> Any:
    """Return `credential` if the library can read it.

    It reads bytes of a stranger, and whichever exception it meets there means the same: this is no passkey.
    """
    try:
        if len(json.dumps(credential)) > LONGEST_CREDENTIAL:
            raise ValueError
        kind.from_dict(credential)
    except Exception as error:
        raise get_adapter().validation_error("no_passkey") from error
    return credential

"""What a new user name has to pass at sign-up; named in the settings (ACCOUNT_USERNAME_VALIDATORS)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chat import names
from chat.models import is_anothers_name


def is_free(username: str) -> None:
    """Nobody signs up under what looks like somebody else's display name; ValidationError in words."""
    if is_anothers_name(username):
        raise ValidationError(_("Somebody has this name, or one that looks like it. Choose another."))


SIGN_UP_VALIDATORS = [*names.USERNAME_VALIDATORS, is_free]

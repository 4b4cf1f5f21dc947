"""What a new user name has to pass at sign-up; named in the settings (ACCOUNT_USERNAME_VALIDATORS)."""

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import is_anothers_name


def is_free(username: str) -> None:
    """Nobody signs up under what looks like somebody else's display name; ValidationError in words."""
    if is_anothers_name(username):
        raise ValidationError(_("Somebody has this name, or one that looks like it. Choose another."))


# The model's own rule (chat/names.py), in our words.
is_plain = ASCIIUsernameValidator(
    message=gettext_lazy("A user name has letters from a to z, digits and @ . + - _ only; your display name is free.")
)
SIGN_UP_VALIDATORS = [is_plain, is_free]

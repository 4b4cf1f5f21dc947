"""Names: what people are called, so that they can be told apart. Standard library only, but for Django's validators."""

import unicodedata

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_USERNAME = 64
LONGEST_NAME = 40

# Latin letters only, so that no two user names look alike; the display name is free.
USERNAME_VALIDATORS = [ASCIIUsernameValidator()]


def clean_name(written: str) -> str:
    """Return a display name without what cannot be seen; ValidationError for one that is nothing but that."""
    visible = "".join(character for character in unicodedata.normalize("NFKC", written) if _is_seen(character))
    name = " ".join(visible.split())
    if written.strip() and not any(unicodedata.category(character)[0] in "LNPS" for character in name):
        raise ValidationError(_("A name needs letters or digits that can be seen."))
    return name


def _is_seen(character: str) -> bool:
    """Whether this is a space or takes room: no control, no direction mark, no filler."""
    return character == " " or not (
        unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") or character in _FILLERS
    )


_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"  # letters and symbols by category, nothing to the eye

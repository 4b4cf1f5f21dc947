"""Names: what people are called, so that they can be told apart. Standard library only, but for Django's validators."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LONGEST_USERNAME = 32
LONGEST_NAME = 40

# Latin letters only, so that no two user names look alike; the display name is free.
USERNAME_VALIDATORS = [
    RegexValidator(
        r"\A[A-Za-z0-9._-]+\Z", _("A user name has letters from a to z, digits, dots, dashes and underscores.")
    )
]


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

"""Sentences of packages we use that they have not translated into each of our languages. Read by messages.py, never run."""

from django.utils.translation import ngettext

ngettext(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    8,
)

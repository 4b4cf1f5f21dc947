"""Why a rule of rooms says no, and how the pages say it. The socket has the same reasons among its error codes."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _

Reason = Literal[
    "not_allowed", "unknown_user", "yourself", "is_member", "no_member", "owner_stays", "too_many", "closed", "gone",
    "no_message", "too_many_messages",
]  # fmt: skip

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_user": _("There is nobody of this name."),
    "yourself": _("That is you."),
    "is_member": _("This person is in the room already."),
    "no_member": _("This person is not in the room."),
    "owner_stays": _("The owner belongs to the room. It has to be handed over or deleted first."),
    "too_many": _("There are too many already. Take some back or delete some first."),
    "closed": _("This room is closed."),
    "no_message": _("Choose at least one message that is still there and not your own."),
    "too_many_messages": _("Choose at most 20 messages."),
    "gone": _("This was answered already, or taken back."),
}


class Refused(Exception):
    """A rule says no, and nothing was changed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason

    def __str__(self) -> str:
        return str(SENTENCES[self.reason])

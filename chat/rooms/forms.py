"""What people can fill in about rooms. The rules decide; their no stands beside the field it is about."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chat.models import User
from chat.names import clean_name
from chat.rooms import founding, inviting, reports
from chat.rooms.models import Room
from chat.rooms.refusals import Refused

_PLACE = re.compile(r"[0-9]{1,16}", re.ASCII)  # a seq; a longer one would be too much for the database


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an owner says about a room."""

    class Meta:
        model = Room
        fields: ClassVar = ["name", "topic", "is_open", "retention_days"]
        help_texts: ClassVar = {
            "topic": _("One line, for whoever thinks about coming in."),
            "is_open": _("Anybody who has an account here can come in, read and write."),
            "retention_days": _("Older ones are deleted. Everybody in the room is told how long that is."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_lobby:
            del self.fields["name"], self.fields["is_open"]

    def clean_name(self) -> str:
        """Without what cannot be seen, and not what the lobby is called."""
        name = clean_name(self.cleaned_data["name"])
        if founding.looks_like_the_lobby(name):
            raise forms.ValidationError(_("This looks like the name of the public board. Choose another."))
        return name

    def found(self, owner: User) -> Room | None:
        """Make the room, or say why not."""
        try:
            return founding.found(owner, **self.cleaned_data)
        except Refused:
            message = _("You own %(count)s rooms. Delete one or hand one over first.")
            self.add_error(None, forms.ValidationError(message, params={"count": founding.MOST_ROOMS}))
            return None


class InviteForm(forms.Form):
    """Who shall come in."""

    username = forms.CharField(
        label=_("User name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def invite(self, slug: str, by: User) -> User | None:
        """Ask them in, or say why not."""
        try:
            return inviting.invite(slug, by, self.cleaned_data["username"])
        except Refused as refused:
            self.add_error("username", str(refused))
            return None


class ReportForm(forms.Form):
    """Which messages the administrator shall see (`seq`, several times), and why."""

    reason = forms.CharField(
        label=_("What is wrong with it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def chosen(self) -> list[int]:
        """The places of the messages that were chosen; what is no number is none of them."""
        written = self.data.getlist("seq") if isinstance(self.data, QueryDict) else []
        return [int(seq) for seq in written if _PLACE.fullmatch(seq)]

    def report(self, slug: str, by: User) -> int | None:
        """Show them to the administrator and return how many they are, or say why not."""
        try:
            return reports.report(slug, by, self.chosen, self.cleaned_data["reason"])
        except Refused as refused:
            self.add_error(None, forms.ValidationError(str(refused), code=refused.reason))
            return None

    @property
    def first_error(self) -> tuple[str, str]:
        """What is wrong: its code, and its words."""
        error = next(error for errors in self.errors.as_data().values() for error in errors)
        return error.code or "invalid", " ".join(map(str, error.messages))

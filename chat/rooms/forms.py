"""What people can fill in about rooms. The rules decide; their no stands beside the field it is about."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from chat.models import User
from chat.names import clean_name
from chat.rooms import founding, inviting
from chat.rooms.models import Room
from chat.rooms.refusals import Refused


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an owner says about a room."""

    class Meta:
        model = Room
        fields: ClassVar = ["name", "topic", "is_open", "retention_days"]
        help_texts: ClassVar = {
            "topic": _("One line, for whoever thinks about coming in."),
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

"""What people can fill in."""

from typing import ClassVar

from django import forms

from chat.models import User
from chat.names import clean_name


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The display name."""

    class Meta:
        model = User
        fields: ClassVar = ["name"]

    def clean_name(self) -> str:
        """Without what cannot be seen."""
        return clean_name(self.cleaned_data["name"])


class DoorForm(forms.ModelForm):  # type: ignore[type-arg]
    """How the seat beside this user is taken."""

    class Meta:
        model = User
        fields: ClassVar = ["ask_first", "do_not_disturb"]

    def save(self, commit: bool = True) -> User:
        """Save these fields alone: that they are named makes the change heard."""
        user: User = self.instance
        user.save(update_fields=self.Meta.fields)
        return user

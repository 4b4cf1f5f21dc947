"""What people can fill in."""

from typing import ClassVar

from django import forms

from chat.models import User


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The display name."""

    class Meta:
        model = User
        fields: ClassVar = ["name"]

"""What people can fill in."""

from typing import ClassVar

from allauth.account import forms as account_forms
from allauth.account.models import EmailAddress
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


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """A forgotten password: only a verified address gets the link, for another may have been mistyped and be a stranger's."""

    users: list[User]

    def clean_email(self) -> str:
        """Leave out whoever has not verified it; nothing on the page tells who that is."""
        email: str = super().clean_email()
        verified = EmailAddress.objects.filter(email__iexact=email, verified=True).values_list("user", flat=True)
        self.users = [user for user in self.users if user.pk in verified]
        return email

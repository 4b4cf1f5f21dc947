"""What people can fill in."""

from datetime import timedelta
from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Invitation, User, is_taken
from chat.names import clean_name

TAKEN = _("Somebody has this name, or one that looks like it. Choose another.")


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The display name."""

    class Meta:
        model = User
        fields: ClassVar = ["name"]

    def clean_name(self) -> str:
        """Without what cannot be seen, and nobody else's however it is written."""
        name = clean_name(self.cleaned_data["name"])
        if name and is_taken(name, but_for=self.instance):
            raise forms.ValidationError(TAKEN)
        return name

    def take(self) -> bool:
        """Save the name, unless somebody else took it in the same moment; that is said like any mistake."""
        try:
            with transaction.atomic():
                self.instance.save(update_fields=["name"])
        except IntegrityError:
            self.add_error("name", TAKEN)
            self.instance.refresh_from_db(fields=["name"])
            return False
        return True


class LoginForm(account_forms.LoginForm):
    """Offers a new password by mail only where this site sends mail."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not settings.SENDS_MAIL:
            self.fields["password"].help_text = ""


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """A forgotten password: only a verified address gets the link, for another may have been mistyped and be a stranger's."""

    users: list[User]

    def clean_email(self) -> str:
        """Leave out whoever has not verified it; nothing on the page tells who that is."""
        email: str = super().clean_email()
        verified = EmailAddress.objects.filter(email__iexact=email, verified=True).values_list("user", flat=True)
        self.users = [user for user in self.users if user.pk in verified]
        return email


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


class ShownForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether this user is shown in rooms."""

    class Meta:
        model = User
        fields: ClassVar = ["is_invisible"]

    def save(self, commit: bool = True) -> User:
        """Save this field alone: that it is named makes the change heard."""
        user: User = self.instance
        user.save(update_fields=self.Meta.fields)
        return user


class InvitationForm(forms.Form):
    """How long a one-time invitation may be used."""

    LIFETIMES: ClassVar = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}

    lifetime = forms.ChoiceField(
        label=_("It can be used for"),
        choices=[("hour", _("1 hour")), ("day", _("1 day")), ("week", _("7 days"))],
        initial="day",
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean(self) -> None:
        """No more at a time than anybody hands out."""
        if Invitation.open_of(self.owner).count() >= Invitation.MOST:
            message = _("You have %(count)s open invitations. Take one back first.")
            raise forms.ValidationError(message, params={"count": Invitation.MOST})

    def save(self) -> Invitation:
        """Make the invitation."""
        Invitation.forget_old(self.owner)
        expires = timezone.now() + self.LIFETIMES[self.cleaned_data["lifetime"]]
        return Invitation.objects.create(owner=self.owner, expires=expires)

"""What the database knows: people, their tokens and their browsers. Never a word of what they say to each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import looks, names, tokens
from chat.door import Door
from chat.prepared import Prepared
from chat.rooms.models import Membership, Report, Room, RoomInvitation, RoomMessage, SenderCount

__all__ = [
    "Block",
    "FormerToken",
    "Invitation",
    "Membership",
    "PushSubscription",
    "Report",
    "Room",
    "RoomInvitation",
    "RoomMessage",
    "SenderCount",
    "User",
    "door_of",
    "inviter",
    "is_anothers_name",
    "is_taken",
    "use_invitation",
    "was_changed",
]


class User(AbstractUser):
    """A person with an account; `token` lets one other person ask for the seat beside them."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("user name"),
        max_length=names.LONGEST_USERNAME,
        unique=True,
        validators=names.USERNAME_VALIDATORS,
        error_messages={"unique": _("This user name is taken.")},
    )
    name = models.CharField(_("display name"), max_length=names.LONGEST_NAME, blank=True)
    # How the names look (see looks.py). The database itself lets no two people have display names that look alike.
    name_small = models.TextField(editable=False, unique=True, null=True, blank=True)
    name_drawn = models.TextField(editable=False, unique=True, null=True, blank=True)
    username_key = models.TextField(editable=False, db_index=True, default="")
    token = models.CharField(max_length=tokens.DIGITS, unique=True, editable=False, default=tokens.make)

    ask_first = models.BooleanField(_("ask me before anyone joins"), default=False)

    do_not_disturb = models.BooleanField(_("do not disturb"), default=False)
    is_invisible = models.BooleanField(_("do not show in rooms that I am there"), default=False)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    @property
    def display_name(self) -> str:
        """What others see: the display name, or the user name where none was chosen."""
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keep the keys of the names with the names; IntegrityError for a display name that looks like another's."""
        if update_fields is None or {"name", "username"} & set(update_fields):
            self.name_small, self.name_drawn = looks.keys(self.name) if self.name else (None, None)
            self.username_key = looks.username_key(self.username)
            if update_fields is not None:
                update_fields = {*update_fields, "name_small", "name_drawn", "username_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def rotate_token(self) -> None:
        """Replace the token; the old one is refused from now on."""
        with transaction.atomic():
            FormerToken.remember(self.token)
            self.token = tokens.make()
            self.save(update_fields=["token"])

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> User:
        user = super().from_db(*args, **kwargs)
        user._as_loaded = user._credentials()
        return user

    def take_credentials_change(self) -> bool:
        """Return, once, whether the password or the right to log in differs from what was read from the database."""
        before, self._as_loaded = getattr(self, "_as_loaded", None), self._credentials()
        return before not in (None, self._as_loaded)

    def _credentials(self) -> tuple[object, object]:
        # From __dict__, so that a deferred field stays deferred.
        return self.__dict__.get("password"), self.__dict__.get("is_active")


class PushSubscription(models.Model):
    """A browser that wants to be told when somebody comes; it goes with its login, and with its user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    session = models.ForeignKey(Session, on_delete=models.CASCADE)
    endpoint = models.CharField(max_length=1024, unique=True)
    p256dh = models.CharField(max_length=90)
    auth = models.CharField(max_length=24)
    language = models.CharField(max_length=16)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"push subscription {self.pk}"

    @classmethod
    def alive(cls) -> models.QuerySet[PushSubscription]:
        """Those whose login has not run out."""
        return cls.objects.filter(session__expire_date__gt=timezone.now(), user__is_active=True)


class FormerToken(models.Model):
    """A token that was changed, so that whoever still has it is told so. Neither the token nor whose it was can be read here."""

    DAYS = 90  # by then whoever has it has asked for the new one

    digest = models.CharField(max_length=64, unique=True)  # of 128 random bits: not to be found by trying
    changed = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"former token {self.pk}"

    @classmethod
    def remember(cls, token: str) -> None:
        """This token is changed now."""
        cls.objects.filter(changed__lt=timezone.now() - timedelta(days=cls.DAYS)).delete()
        cls.objects.get_or_create(digest=_digest(token))


def was_changed(token: str) -> bool:
    """Whether this was somebody's token until not long ago."""
    return FormerToken.objects.filter(digest=_digest(token)).exists()


def _digest(token: str) -> str:
    return hashlib.sha256(f"tandem token {token}".encode()).hexdigest()


def is_taken(name: str, but_for: User | None = None) -> bool:
    """Whether somebody but this user has a display name or a user name that looks like this display name."""
    small, drawn = looks.keys(name)
    alike = models.Q(name_small=small) | models.Q(name_drawn=drawn) | models.Q(username_key__in=[small, drawn])
    others = User.objects.exclude(username=but_for.username) if but_for else User.objects
    return others.filter(alike).exists()


def is_anothers_name(username: str) -> bool:
    """Whether this user name, which nobody has yet, looks like somebody's display name."""
    key = looks.username_key(username)
    return User.objects.filter(models.Q(name_small=key) | models.Q(name_drawn=key)).exists()


class Block(models.Model):
    """Somebody whom `owner` does not let in any more; neither of them is told that by anybody but `owner`'s own pages."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "blocked"], name="block_once")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.owner} blocks {self.blocked}"


class Invitation(models.Model):
    """A token for one use: the join that succeeds with it uses it up.

    One that has a `guest` before it was used is arranged: both have agreed already, so only that guest can use it, and its
    owner is not asked again.
    """

    MOST = 20  # open ones of one owner
    ARRANGED_SECONDS = 120  # both are on their way

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=tokens.DIGITS, unique=True, editable=False, default=tokens.make)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    guest = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"an invitation of {self.owner}"

    @property
    def milliseconds_left(self) -> int:
        """How long it can still be used; 0 for one that was used."""
        return 0 if self.used else max(1, (self.expires - timezone.now()) // timedelta(milliseconds=1))

    @property
    def is_arranged(self) -> bool:
        """Whether it waits for one certain guest."""
        return self.used is None and self.guest_id is not None

    @classmethod
    def arrange(cls, owner: int, guest: int) -> Invitation:
        """Make one for the user `guest` alone, to whom the user `owner` has said yes."""
        cls.objects.filter(owner=owner, expires__lte=timezone.now()).delete()
        expires = timezone.now() + timedelta(seconds=cls.ARRANGED_SECONDS)
        return cls.objects.create(owner_id=owner, guest_id=guest, expires=expires)

    @staticmethod
    def open_of(owner: User) -> models.QuerySet[Invitation]:
        """Return those that can still be used by whoever has them."""
        return Invitation.objects.filter(owner=owner, used=None, guest=None, expires__gt=timezone.now())

    @staticmethod
    def forget_old(owner: User) -> None:
        """Those that ran out are of no use to anybody."""
        Invitation.objects.filter(owner=owner, expires__lte=timezone.now()).delete()


def inviter(token: str, guest: User) -> User | None:
    """Return whose token or invitation this is, for `guest`, who may have used it up already."""
    owner = User.objects.filter(token=token, is_active=True).first()
    invitation = None if owner else _invitation(token, guest.pk)
    return invitation.owner if invitation else owner


def door_of(token: str, guest: int) -> Door | None:
    """Return the way in that this token opens for the user `guest`, or None where it leads to no active user."""
    row, invitation = _OWNER_BY_TOKEN.first(token, guest), None
    if row is None and (invitation := _invitation(token, guest)):
        row = _OWNER_BY_KEY.first(invitation.owner_id, guest)
    if row is None:
        return None
    owner, ask_first, do_not_disturb, is_blocked = row
    if invitation is not None and invitation.is_arranged:
        return Door(owner, False, bool(is_blocked), invitation.pk, invitation.milliseconds_left)
    is_closed = bool(do_not_disturb or is_blocked)
    if invitation is None:
        return Door(owner, ask_first, is_closed)
    return Door(owner, ask_first, is_closed, invitation.pk, invitation.milliseconds_left)


def _owners(guest: int) -> models.QuerySet[User, tuple[int, bool, bool, bool]]:
    is_blocked = models.Exists(Block.objects.filter(owner=models.OuterRef("pk"), blocked=guest))
    owners = User.objects.filter(is_active=True).annotate(is_blocked=is_blocked)
    return owners.values_list("pk", "ask_first", "do_not_disturb", "is_blocked")


_OWNER_BY_TOKEN = Prepared(lambda token, guest: _owners(guest).filter(token=token), "a token", -1)
_OWNER_BY_KEY = Prepared(lambda pk, guest: _owners(guest).filter(pk=pk), -2, -1)


def use_invitation(invitation: int, guest: int) -> None:
    """The invitation was used by this user; doing it again changes nothing."""
    Invitation.objects.filter(pk=invitation, used=None).update(used=timezone.now(), guest=guest)


def _invitation(token: str, guest: int) -> Invitation | None:
    """One that anybody may use, or this guest, who may have done so: their page asks again if it missed the answer."""
    mine = models.Q(used=None, guest=None) | models.Q(guest=guest)
    found = Invitation.objects.filter(mine, token=token, expires__gt=timezone.now(), owner__is_active=True)
    return found.select_related("owner").first()

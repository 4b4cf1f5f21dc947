"""What the database knows of rooms: who is in them, and, unlike of pairs, what was said there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

LOBBY = "lobby"  # the slug of the built-in room that is open to everybody
LONGEST_NAME, LONGEST_SLUG, LONGEST_TOPIC = 60, 60, 200
LONGEST_WINDOW = 64  # characters of the name that a client gives to one of its windows

rooms_changed = Signal()  # `rooms`: the ids of those that changed or ended, in the transaction that did it


class Room(models.Model):
    """A named place with members.

    Everything that happens in its log, a message, an edit or a deletion, gets the next `seq`. `revision` grows with whatever
    else its sockets have to know: its members and their rights, its name, that it was closed. Servers look at both every second.
    """

    RETENTION: tuple[tuple[int, object], ...] = (
        (1, _("1 day")),
        (7, _("7 days")),
        (30, _("30 days")),
        (90, _("90 days")),
        (365, _("1 year")),
    )

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    slug = models.SlugField(max_length=LONGEST_SLUG, unique=True, editable=False)
    topic = models.CharField(_("what it is about"), max_length=LONGEST_TOPIC, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_rooms"
    )  # the lobby has none
    is_open = models.BooleanField(_("open to everybody"), default=False)
    retention_days = models.PositiveSmallIntegerField(_("messages are kept for"), choices=RETENTION, default=30)
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    closed = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_lobby(self) -> bool:
        """Whether this is the public board."""
        return self.slug == LOBBY

    def changed(self) -> None:
        """What its sockets have to know has changed; in the transaction that changed it."""
        Room.have_changed([self.pk])

    @staticmethod
    def have_changed(rooms: list[int]) -> None:
        """The same for several, by their ids; of one that ended, too, for its sockets have to know that."""
        Room.objects.filter(pk__in=rooms).update(revision=models.F("revision") + 1)
        rooms_changed.send(Room, rooms=rooms)


class Membership(models.Model):
    """Somebody who belongs to a room, or was removed from it and may not come back before a new invitation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MODERATOR = "moderator", _("moderator")
        MEMBER = "member", _("member")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.MEMBER)
    muted_until = models.DateTimeField(null=True, blank=True)
    removed = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="member_once")]
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class RoomInvitation(models.Model):
    """Somebody was asked to become a member; whoever accepts or declines it, or takes it back, deletes it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="room_invitations")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="invited_once")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.user} is invited to {self.room}"


class RoomMessage(models.Model):
    """A message, with its place in the room's log. One that was deleted keeps its place and loses its text."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveBigIntegerField()
    changed = models.PositiveBigIntegerField()  # the seq of what happened to it last: itself, an edit or the deletion
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    window = models.CharField(max_length=LONGEST_WINDOW, blank=True)
    n = models.PositiveBigIntegerField()  # the author's own count, in this room and window
    text = models.TextField(blank=True)
    is_action = models.BooleanField(default=False)  # `/me waves`
    is_deleted = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="place_once"),
            models.UniqueConstraint(fields=["room", "author", "window", "n"], name="stored_once"),
        ]
        indexes = [
            models.Index(fields=["room", "changed"], name="what_changed"),
            models.Index(fields=["room", "sent_at"], name="how_old"),
        ]
        ordering = ["room", "seq"]

    def __str__(self) -> str:
        return f"message {self.seq} of room {self.room_id}"


class SenderCount(models.Model):
    """How far somebody has counted their messages in a room and window: the next one has n + 1."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    window = models.CharField(max_length=LONGEST_WINDOW, blank=True)
    n = models.PositiveBigIntegerField(default=0)
    used = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user", "window"], name="counted_once")]

    def __str__(self) -> str:
        return f"sender count {self.pk}"


class Report(models.Model):
    """A message that somebody showed to the administrator: the copy is all that is sent, and stays when the message goes."""

    room = models.ForeignKey(Room, on_delete=models.SET_NULL, null=True, related_name="+")
    message = models.ForeignKey(RoomMessage, on_delete=models.SET_NULL, null=True, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    reason = models.CharField(_("what is wrong with it"), max_length=500, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    handled = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"report {self.pk}"

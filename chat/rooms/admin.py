"""Staff's view of rooms: close one, and look at what people reported.

A room's messages are nowhere here but in the copies that somebody chose to report, and nothing here lets staff into a room.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.rooms import erasing, order
from chat.rooms.models import Membership, Report, Room, RoomMessage


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, deleted or filled in; what can be done are the actions, for whoever may change such a thing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether they may use the actions."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_act_permission(request)


class MembersInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who belongs to a room, to look at."""

    model = Membership
    fields = ["user", "role", "muted_until", "removed", "since"]
    readonly_fields = ["since"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(Room)
class RoomAdmin(LookOnly):
    """Rooms, which can be closed and opened again."""

    list_display = ["name", "slug", "owner", "is_open", "retention_days", "closed", "created"]
    list_filter = ["is_open", ("closed", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["name", "slug", "owner__username"]
    fields = ["name", "slug", "topic", "owner", "is_open", "retention_days", "closed", "created"]
    inlines = [MembersInline]
    actions = ["close", "reopen"]

    @admin.action(description=gettext_lazy("Close these rooms"), permissions=["act"])
    def close(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset:
            order.close(room)
        _say(request, queryset.count())

    @admin.action(description=gettext_lazy("Open these rooms again"), permissions=["act"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset:
            order.reopen(room)
        _say(request, queryset.count())


@admin.register(Report)
class ReportAdmin(LookOnly):
    """What people showed: who said it, where, and what can be done about it."""

    list_display = ["created", "beginning", "author", "where", "reporter", "reason", "handled"]
    list_filter = [("handled", admin.EmptyFieldListFilter)]
    list_select_related = ["author", "room", "reporter"]
    fields = ["created", "text", "author", "where", "reporter", "reason", "handled", "is_there"]
    actions = ["mark_handled", "delete_messages", "mute_for_a_day", "mute_for_good"]

    @admin.display(description=gettext_lazy("message"))
    def beginning(self, report: Report) -> str:
        return Truncator(report.text).chars(80)

    @admin.display(description=gettext_lazy("room"), empty_value="-")
    def where(self, report: Report) -> str | None:
        if report.room is None:
            return None
        return format_html('<a href="{}">{}</a>', reverse("admin:chat_room_change", args=[report.room.pk]), report.room)

    @admin.display(description=gettext_lazy("still in the room"), boolean=True)
    def is_there(self, report: Report) -> bool:
        return report.message is not None and not report.message.is_deleted

    @admin.action(description=gettext_lazy("Mark as handled"), permissions=["act"])
    def mark_handled(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        _say(request, queryset.filter(handled=None).update(handled=timezone.now()))

    @admin.action(description=gettext_lazy("Delete these messages"), permissions=["act"])
    def delete_messages(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        reported = RoomMessage.objects.filter(pk__in=list(queryset.values_list("message", flat=True)))
        rooms = Room.objects.filter(pk__in=reported.values("room"))
        _say(request, sum(erasing.erase(room, reported) for room in rooms))

    @admin.action(description=gettext_lazy("Mute who said it there, for 1 day"), permissions=["act"])
    def mute_for_a_day(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._mute(request, queryset, until_days=1)

    @admin.action(description=gettext_lazy("Mute who said it there, for good"), permissions=["act"])
    def mute_for_good(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._mute(request, queryset)

    def _mute(self, request: HttpRequest, queryset: QuerySet[Report], until_days: int | None = None) -> None:
        until = timezone.now() + timedelta(days=until_days) if until_days else order.FOR_GOOD
        there = {(one.room, one.author) for one in queryset.select_related("room", "author")}
        _say(request, sum(order.silence(room, author, until) for room, author in there if room and author))


def _say(request: HttpRequest, count: int) -> None:
    said = ngettext("%(count)s was changed.", "%(count)s were changed.", count) if count else _("Nothing was changed.")
    messages.success(request, said % {"count": count})

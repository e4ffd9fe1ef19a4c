"""Cities, public holidays and the audit trail at the operators' desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskFormAdmin
from accounts.desk.forms import WholeForm
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.shown import NOTHING
from accounts.models import City
from core.models import Event, Holiday, ReferenceFigure

_OFFICE = frozenset({DeskRole.OFFICE})
_TECHNICAL = frozenset({DeskRole.TECHNICAL})


@admin.register(City)
class CityAdmin(DeskAdmin):
    readers = ROLES
    list_display = ("code", "name", "name_en", "is_corridor")
    ordering = ("id",)
    search_fields = ("code", "name", "name_en")
    fieldsets = (
        (
            None,
            {"fields": ("code", "name", "name_en", "province_code", "is_corridor", "source")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[City]:
        return City.objects.all()


class HolidayForm(WholeForm):
    violations = {
        "holiday_worked_day_is_a_weekend_day": _(
            "Only a Saturday or Sunday is worked in exchange."
        ),
    }


@admin.register(Holiday)
class HolidayAdmin(DeskFormAdmin):
    """The State Council's arrangement of each year; periods that were announced keep their end."""

    readers, writers = ROLES, _OFFICE
    form = HolidayForm
    list_display = ("date", "weekday", "kind", "name", "source")
    sortable_by = ("date",)
    list_filter = ("kind",)
    search_fields = ("name", "source")
    search_help_text = _("Name or source")
    ordering = ("-date",)
    fieldsets = ((None, {"fields": ("date", "kind", "name", "source")}),)
    locked = ("date",)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Holiday]:
        return Holiday.objects.all()

    @admin.display(description=_("weekday"))
    def weekday(self, holiday: Holiday) -> Any:
        return WEEKDAYS[holiday.date.weekday()]


class ReferenceFigureForm(WholeForm):
    violations = {
        "referencefigure_has_source_and_date": _("A figure has its source and its date."),
    }


@admin.register(ReferenceFigure)
class ReferenceFigureAdmin(DeskFormAdmin):
    """Published numbers with date and source; reports show them beside what they compute."""

    readers, writers = ROLES, _OFFICE
    form = ReferenceFigureForm
    list_display = ("key", "name", "value", "unit", "as_of", "source")
    sortable_by = ("key",)
    search_fields = ("key", "name", "source")
    search_help_text = _("Key, name or source")
    ordering = ("key",)
    fieldsets = (
        (None, {"fields": ("key", "name", "name_en", "value", "is_at_least", "unit")}),
        (_("Basis"), {"fields": ("as_of", "source")}),
    )
    locked = ("key",)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[ReferenceFigure]:
        return ReferenceFigure.objects.all()


@admin.register(Event)
class EventAdmin(DeskAdmin):
    """What happened, by whom. Who registers or bids is nobody's business here."""

    readers = _OFFICE | _TECHNICAL
    show_full_result_count = False
    list_display = ("at", "kind", "topic", "who")
    ordering = ("-id",)
    search_fields = ("topic", "kind")
    search_help_text = _("Topic, such as lot:42, or kind, such as lot.sold")
    fieldsets = ((None, {"fields": ("at", "kind", "topic", "seq", "who", "payload")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Event]:
        events = Event.objects.select_related("actor_user")
        if DeskRole.OPERATOR in roles:
            return events
        return events.exclude(topic__startswith="registration:")

    @admin.display(description=_("who"))
    def who(self, event: Event) -> Any:
        if event.kind.startswith("lot.bid"):
            return _("a bidder, under its paddle")
        return str(event.actor_user or event.actor_client or NOTHING)

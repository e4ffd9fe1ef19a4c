"""Who had a secret reserve shown, when and why: the audit trail of the one way to read it."""

from django.contrib import admin
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.desk.roles import DeskRole
from auctions.admin.lot_steps import STAFF
from auctions.models import ReserveReading
from auctions.queries import lots_visible_to


@admin.register(ReserveReading)
class ReserveReadingAdmin(DeskAdmin):
    readers = STAFF
    list_display = ("at", "lot", "by_user", "reason")
    list_display_links = ("at",)
    sortable_by = ("at",)
    search_fields = ("lot__code",)
    ordering = ("-at",)
    fieldsets = ((None, {"fields": ("lot", "by_user", "at", "reason")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[ReserveReading]:
        readings = ReserveReading.objects.filter(lot__in=lots_visible_to(actor))
        return readings.select_related("lot", "by_user")

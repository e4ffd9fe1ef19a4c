"""The ledger of bids at the desk: paddles only. No page here leads from a paddle to its bearer."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.desk.forms import is_id
from accounts.desk.roles import DeskRole
from accounts.permissions import OrganizationNotVerified
from auctions.admin.lot_steps import OPERATOR, STAFF
from auctions.lifecycle import ON_SALE
from auctions.models import Bid, Lot, RefusedBid
from auctions.queries import lots_visible_to
from auctions.rules import eligibility
from core.errors import all_refusals

_ABOUT_THE_BIDDER = frozenset(
    {refusal.code for refusal in (*eligibility.REFUSALS, OrganizationNotVerified)}
)


class OneLot(SimpleListFilter):
    """`?lot=7`: where a lot's page leads to. Not a list of all lots to choose from."""

    title = _("lot")
    parameter_name = "lot"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        if not is_id(wanted):
            raise IncorrectLookupParameters
        return [(wanted, str(lot)) for lot in Lot.objects.filter(pk=wanted)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return queryset if wanted is None else queryset.filter(lot=wanted)


class UnderPaddles(DeskAdmin):
    show_full_result_count = False  # a ledger: counting all of it twice tells nobody anything
    list_filter: tuple[Any, ...] = (OneLot,)
    search_fields = ("lot__code", "registration__paddle")
    search_help_text = _("Lot number or paddle")
    ordering = ("-id",)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Any]:
        rows = self.model._default_manager.filter(lot__in=lots_visible_to(actor))
        return rows.select_related("lot", "registration")

    @admin.display(description=_("paddle"))
    def paddle(self, row: Any) -> str:
        paddle: str = row.registration.paddle
        return paddle


@admin.register(Bid)
class BidAdmin(UnderPaddles):
    readers = STAFF
    list_display = ("number", "lot", "paddle", "amount", "kind", "placed_at", "closes_at")
    sortable_by = ("amount", "placed_at")
    fieldsets = (
        (None, {"fields": ("lot", "number", "paddle", "amount", "kind")}),
        (
            _("Time"),
            {"fields": ("received_at", "placed_at", "closes_at_before", "closes_at")},
        ),
        (_("Chain"), {"fields": ("previous_hash", "hash")}),
    )

    def title_of(self, row: Bid) -> str:
        return f"{row.lot.code} #{row.number}"


@admin.register(RefusedBid)
class RefusedBidAdmin(UnderPaddles):
    """Attempts that were refused. What was said to the bidder can name it, so it is not shown.

    Nor is why somebody may not bid, while the lot is on sale: whoever knows an organization's
    ties would know it by its paddle.
    """

    readers = OPERATOR
    list_display = ("refused_at", "lot", "paddle", "amount", "reason", "was_overtaken")
    sortable_by = ("refused_at",)
    list_filter = (OneLot, "was_overtaken")
    fieldsets = (
        (None, {"fields": ("lot", "paddle", "amount", "reason")}),
        (_("Time"), {"fields": ("received_at", "refused_at", "was_overtaken")}),
    )

    def title_of(self, row: RefusedBid) -> str:
        return f"{row.lot.code} {row}"

    @admin.display(description=_("reason"))
    def reason(self, row: RefusedBid) -> str:
        """The sentence of the refusal without its facts, which can name the bidder."""
        if row.code in _ABOUT_THE_BIDDER and row.lot.state in ON_SALE:
            return gettext("Told to the bidder alone until the end.")
        known = {refusal.code: refusal.message for refusal in all_refusals()}
        return re.sub(r"\{[a-z_]+\}", "…", gettext(known.get(row.code, row.code)))

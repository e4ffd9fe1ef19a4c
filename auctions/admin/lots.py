"""Lots at the desk: their way to the opening, the bidding under paddles, what came of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskAdmin, DeskInline, Newest
from accounts.desk.roles import DeskRole, roles_of
from auctions.admin import worklists
from auctions.admin.deposits import books_of_lot
from auctions.admin.drafting import DraftLotForm
from auctions.admin.lot_steps import LOT_STEPS, OPERATOR, STAFF
from auctions.decisions import waiting_decision
from auctions.lifecycle import LotState, Outcome
from auctions.models import Bid, Lot, LotDecision, LotResult, Registration, Suspension
from auctions.outcomes import proposal_of, result_of
from auctions.queries import lots_visible_to, with_standing, with_waiting_decisions
from auctions.rounds import next_round_of, shortfall_of
from auctions.rules.suspension import resume_by
from core import clock
from core.models import holidays


class WhenFilter(SimpleListFilter):
    """Where a lot stands on the clock; computed, so no column can be filtered by it."""

    title = _("time")
    parameter_name = "when"
    _ways: dict[str, Callable[[QuerySet[Lot], datetime], QuerySet[Lot]]] = {
        "open": worklists.open_lots,
        "closing": worklists.closing_lots,
        "upcoming": worklists.upcoming_lots,
        "overdue": worklists.overdue_lots,
        "standing": worklists.lots_standing_too_long,
        "deciding": worklists.lots_to_decide,
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("open now")),
            ("closing", _("closing within an hour")),
            ("upcoming", _("opening later")),
            ("overdue", _("over, not closed yet")),
            ("standing", _("suspended for too long")),
            ("deciding", _("waiting for a second person")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lot]) -> QuerySet[Lot]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in self._ways:
            raise IncorrectLookupParameters
        return self._ways[wanted](queryset, clock.now())


class RegistrationInline(DeskInline):
    """Who registered, without the paddles: who bids under which is not told before the end."""

    model = Registration
    readers = OPERATOR
    formset = Newest
    fields = ("applicant", "state", "held", "applied_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        rows: QuerySet[Registration] = super().get_queryset(request)
        return worklists.with_held(rows.select_related("organization")).order_by("-id")

    @admin.display(description=_("bidder"))
    def applicant(self, registration: Registration) -> Any:
        url = reverse("admin:auctions_registration_change", args=[registration.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, registration.organization)

    @admin.display(description=_("deposit held"))
    def held(self, registration: Any) -> Any:
        return shown.money(registration.deposit_held)


class BidInline(DeskInline):
    model = Bid
    readers = STAFF
    formset = Newest
    fields = ("number", "paddle", "amount", "placed_at", "closes_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bid]:
        rows: QuerySet[Bid] = super().get_queryset(request)
        return rows.select_related("registration").order_by("-number")

    @admin.display(description=_("paddle"))
    def paddle(self, bid: Bid) -> str:
        return bid.registration.paddle


class SuspensionInline(DeskInline):
    model = Suspension
    readers = STAFF
    formset = Newest
    fields = (
        *("number", "suspended_at", "reason", "to_go_on_by", "resumed_at", "resumed_reason"),
        "closes_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suspension]:
        rows: QuerySet[Suspension] = super().get_queryset(request)
        return rows.order_by("-number")

    @admin.display(description=_("to go on by"))
    def to_go_on_by(self, row: Suspension) -> Any:
        return shown.moment(resume_by(row.suspended_at, holidays()))


class DecisionInline(DeskInline):
    """What one person proposed and another decided."""

    model = LotDecision
    readers = STAFF
    formset = Newest
    fields = (
        *("kind", "reason", "proposed_by", "proposed_at", "state"),
        *("decided_by", "decided_at", "decision_reason"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LotDecision]:
        rows: QuerySet[LotDecision] = super().get_queryset(request)
        return rows.select_related("proposed_by", "decided_by").order_by("-id")


@admin.register(Lot)
class LotAdmin(AddingAdmin):
    """Drafted here, approved, announced; then the clock and the bidders decide."""

    readers = STAFF
    writers = OPERATOR
    list_display = (
        "code",
        "title",
        "standing",
        "asked",
        "bid_count",
        "leading_paddle",
        "bidding_time",
    )
    list_display_links = ("code", "title")
    sortable_by = ("code", "bid_count", "bidding_time")
    list_filter = (WhenFilter, "state")
    search_fields = ("code", "title", "consignor__name", "achievement__code")
    search_help_text = _("Lot number, title, consignor or number of the achievement")
    ordering = ("-id",)
    inlines = (RegistrationInline, BidInline, SuspensionInline, DecisionInline)
    fieldsets = (
        (None, {"fields": ("code", "title", "achievement", "consignor", "standing")}),
        (
            _("Bidding"),
            {"fields": ("asked", "leading_paddle", "bid_count", "last_bid_at", "closes_at")},
        ),
        (
            _("Terms"),
            {
                "fields": (
                    "starting_price",
                    "increment",
                    "deposit_amount",
                    "opens_at",
                    "scheduled_close",
                    "latest_close",
                    "extension_window_s",
                    "extension_s",
                    "reserve_mode",
                    "session",
                    "format",
                    "policy",
                    "rules_version",
                    "presiding_house",
                    "presiding_auctioneer",
                    "media_notice",
                    "exhibition_at",
                    "round",
                    "previous_lot",
                    "relisting",
                    "shortfall",
                )
            },
        ),
        (
            _("Record"),
            {
                "fields": (
                    "state",
                    "state_reason",
                    "created_at",
                    "published_at",
                    "head_hash",
                    "deal",
                )
            },
        ),
    )
    facts = (
        "achievement",
        "consignor",
        "standing",
        "starting_price",
        "increment",
        "deposit_amount",
        "opens_at",
        "closes_at",
        "to_decide",
    )
    steps = LOT_STEPS
    adding = Adding(
        form_class=DraftLotForm,
        title=_("Draft a lot"),
        explanation=_("The draft is seen by the exchange and the consignor only."),
        submit_label=_("Draft the lot"),
        done=_("{row} is drafted."),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The books of the deposits tell how many registered: for the exchange alone."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not OPERATOR & roles_of(request):
            return fieldsets
        return [*fieldsets, (_("Deposits"), {"fields": ("books",)})]

    @admin.display(description=_("books of the deposits"))
    def books(self, lot: Any) -> Any:
        if not hasattr(lot, "books_shown"):  # the page asks for it several times
            lot.books_shown = books_of_lot(lot)
        return lot.books_shown

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Lot]:
        visible = with_standing(lots_visible_to(actor)).select_related(
            "achievement", "consignor", "deal", "relisting_proposal"
        )
        return worklists.with_now(with_waiting_decisions(visible), clock.now())

    @admin.display(description=_("standing"))
    def standing(self, lot: Any) -> Any:
        """The phase where there is one to tell, otherwise the state."""
        if lot.state in (LotState.PUBLISHED, LotState.CLOSED):
            return shown.phase(lot.phase_at(lot.read_at))
        return shown.label(lot.state, lot.get_state_display())

    @admin.display(description=_("waiting for a second person"))
    def to_decide(self, lot: Lot) -> Any:
        """What somebody proposed, who, and why; the second person reads it before agreeing."""
        if (waiting := waiting_decision(lot)) is None:
            return shown.NOTHING
        kind, by = waiting.get_kind_display(), waiting.proposed_by
        return f"{kind} · {by} · {shown.moment_text(waiting.proposed_at)} · {waiting.reason}"

    @admin.display(description=_("price"))
    def asked(self, lot: Lot) -> Any:
        """The current price, or the starting price while nobody has bid."""
        return shown.money(lot.starting_price if lot.price is None else lot.price)

    @admin.display(description=_("opening and closing time"), ordering="closes_at")
    def bidding_time(self, lot: Lot) -> Any:
        return shown.span(lot.opens_at, lot.closes_at)

    @admin.display(description=_("leading paddle"))
    def leading_paddle(self, lot: Lot) -> str:
        return lot.leader.paddle if lot.leader else shown.NOTHING

    @admin.display(description=_("auction house"))
    def presiding_house(self, lot: Lot) -> str:
        return str(lot.presiding_house or shown.NOTHING)

    @admin.display(description=_("auctioneer"))
    def presiding_auctioneer(self, lot: Lot) -> str:
        return str(lot.presiding_auctioneer or shown.NOTHING)

    @admin.display(description=_("proposal to relist"))
    def relisting(self, lot: Any) -> Any:
        """Until when the consignor may sell it again, and what it said."""
        if (proposal := proposal_of(lot)) is None:
            return shown.NOTHING
        phase, price = proposal.phase_at(lot.read_at), shown.money(proposal.lowest_price)
        return format_html(
            "{} · {} · {}", shown.phase(phase), price, shown.moment(proposal.lapses_at)
        )

    @admin.display(description=_("shortfall of the defaulter (CNY)"))
    def shortfall(self, lot: Lot) -> Any:
        """What the resale brought less than the defaulter's price, after its deposit."""
        return shown.money(shortfall_of(lot))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (lot := kwargs.get("obj")) is not None:
            context["desk_links"] = self._links(lot)
        return super().render_change_form(request, context, *args, **kwargs)

    def _links(self, lot: Lot) -> list[dict[str, Any]]:
        """What there is to read beside this page."""
        links = []
        if lot.bid_count:
            url = reverse("admin:auctions_bid_changelist", query={"lot": lot.pk})
            links.append({"label": _("All bids"), "url": url})
        if (following := next_round_of(lot)) is not None:
            url = reverse("admin:auctions_lot_change", args=[following.pk])
            links.append({"label": _("Next round"), "url": url})
        if result := result_of(lot):
            pages = {"lot_record": _("Public record"), "lot_transcript": _("Transcript (PDF)")}
            if result.outcome == Outcome.SOLD:
                pages["lot_confirmation"] = _("Confirmation (PDF)")
            links += [
                {"label": label, "url": reverse(name, args=[lot.pk])}
                for name, label in pages.items()
            ]
            if lot.state == LotState.VOID and "lot_confirmation" in pages:
                url = reverse("lot_confirmation", args=[lot.pk], query={"as_issued": "true"})
                links.append({"label": _("Confirmation as issued (PDF)"), "url": url})
        return links


@admin.register(LotResult)
class LotResultAdmin(DeskAdmin):
    """The closing records: written once, never changed."""

    readers = STAFF
    list_display = ("lot", "outcome", "price", "paddle", "bid_count", "closes_at", "closed_at")
    sortable_by = ("price", "closes_at", "closed_at")
    list_filter = ("outcome",)
    search_fields = ("lot__code", "lot__title")
    search_help_text = _("Lot number or title")
    ordering = ("-closed_at",)
    fieldsets = (
        (None, {"fields": ("lot", "outcome", "price", "paddle", "deal", "bid_count")}),
        (_("Record"), {"fields": ("closes_at", "closed_at", "rules_version", "head_hash")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[LotResult]:
        return LotResult.objects.filter(lot__in=lots_visible_to(actor)).select_related(
            "lot__deal", "winning_bid__registration"
        )

    def title_of(self, row: LotResult) -> str:
        return str(row.lot)

    @admin.display(description=_("paddle"))
    def paddle(self, result: LotResult) -> str:
        return result.winning_bid.registration.paddle if result.winning_bid else shown.NOTHING

    @admin.display(description=_("deal"))
    def deal(self, result: LotResult) -> str:
        return str(result.lot.deal or shown.NOTHING)

"""Sessions at the desk: planned, filled, announced, held; and their running orders."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.forms import ReasonForm, is_id
from accounts.desk.roles import DeskRole, roles_of
from accounts.desk.steps import Step
from auctions import moving, running_order, sessions
from auctions.admin.lot_steps import OPERATOR, STAFF
from auctions.admin.readiness import missing
from auctions.admin.session_forms import (
    AddDealForm,
    AddLotForm,
    ChangeSessionForm,
    MoveEntryForm,
    PlanSessionForm,
    named,
)
from auctions.lifecycle import SESSION, LotState, SessionState
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from auctions.queries import sessions_visible_to
from auctions.running_order import BEFORE_START
from core import clock
from core.models import word
from marketplace.lifecycle import DealState
from marketplace.models import Deal

_FILLING = frozenset(BEFORE_START)


def _move_lot(*, actor: Actor, session_id: int, lot: Lot, position: int | None) -> Any:
    return moving.move_lot(actor=actor, session_id=session_id, lot=lot.pk, position=position)


def _add_deal(*, actor: Actor, session_id: int, deal: Deal, position: int | None) -> Any:
    return running_order.add_deal(
        actor=actor, session_id=session_id, deal=deal.pk, position=position
    )


def _change(*, actor: Actor, session_id: int, **values: Any) -> Any:
    return sessions.change_session(actor=actor, session_id=session_id, **named(values))


_SESSION_STEPS = (
    Step(
        name="change",
        label=_("Change the plan"),
        explanation=_(
            "Lots that were to open with the session open at its new time. Once the session or one"
            " of its lots is announced, its plan stays as it is."
        ),
        action=_change,
        id_name="session_id",
        roles=OPERATOR,
        sources=frozenset({SessionState.PLANNED}),
        form_class=ChangeSessionForm,
    ),
    Step(
        name="add-lot",
        label=_("Add a lot"),
        explanation=_(
            "The lot is moved into this session's running order. One that was announced is"
            " announced anew, with this session's time and place, and its registrants are told;"
            " one with a bid stays where it is."
        ),
        action=_move_lot,
        id_name="session_id",
        roles=OPERATOR,
        sources=_FILLING,
        form_class=AddLotForm,
    ),
    Step(
        name="add-deal",
        label=_("Add a deal to be signed"),
        explanation=_("An agreed deal gets its place in the running order, to be signed on site."),
        action=_add_deal,
        id_name="session_id",
        roles=OPERATOR,
        sources=_FILLING,
        form_class=AddDealForm,
        applies=lambda actor, session: session.is_in_a_hall,
    ),
    Step(
        name="publish",
        label=_("Publish"),
        explanation=_("Time, place and running order are announced to everybody."),
        action=sessions.publish_session,
        id_name="session_id",
        roles=OPERATOR,
        sources=SESSION.sources(SessionState.PUBLISHED),
    ),
    Step(
        name="start",
        label=_("Start the session"),
        explanation=_("The session opens, and its running order is fixed."),
        action=sessions.start_session,
        id_name="session_id",
        roles=OPERATOR,
        sources=SESSION.sources(SessionState.RUNNING),
    ),
    Step(
        name="finish",
        label=_("Finish the session"),
        explanation=_(
            "The session ends; every lot must have ended before. A flagship session's end ends"
            " the trading cycle: what is formed later counts in the next one."
        ),
        action=sessions.finish_session,
        id_name="session_id",
        roles=OPERATOR,
        sources=SESSION.sources(SessionState.FINISHED),
        tone="grave",
    ),
    Step(
        name="cancel",
        label=_("Call off"),
        explanation=_(
            "The session does not take place. Its lots are withdrawn, whoever registered is told,"
            " and deposits are to be paid back within 24 hours."
        ),
        action=sessions.cancel_session,
        id_name="session_id",
        roles=OPERATOR,
        sources=SESSION.sources(SessionState.CANCELLED),
        form_class=ReasonForm,
        tone="grave",
    ),
)


class ShowsEntries:
    """Columns of an item of a running order, in a session's page and in the list of all."""

    @admin.display(description=_("item"))
    def subject(self, entry: RunningOrderEntry) -> str:
        return entry.subject

    @admin.display(description=_("code"))
    def number(self, entry: RunningOrderEntry) -> Any:
        thing, page = (entry.lot, "auctions_lot") if entry.lot else (entry.deal, "marketplace_deal")
        if thing is None:
            return shown.NOTHING
        url = reverse(f"admin:{page}_change", args=[thing.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, thing.code)

    @admin.display(description=_("way of sale"))
    def way(self, entry: RunningOrderEntry) -> Any:
        return entry.lot.get_format_display() if entry.lot else _("signing of an agreed deal")

    @admin.display(description=_("standing"))
    def standing(self, entry: RunningOrderEntry) -> Any:
        """A lot's phase once it was announced; of the rest the state."""
        if entry.lot is None:
            state = DealState(entry.deal.state) if entry.deal else DealState.STOPPED
            return shown.label(state.value, word(state))
        if entry.lot.state in (LotState.PUBLISHED, LotState.CLOSED):
            return shown.phase(entry.lot.phase_at(clock.now()))
        return shown.label(entry.lot.state, entry.lot.get_state_display())


class EntryInline(ShowsEntries, DeskInline):
    model = RunningOrderEntry
    readers = STAFF
    fields = ("place", "number", "subject", "way", "standing", "done_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RunningOrderEntry]:
        rows: QuerySet[RunningOrderEntry] = super().get_queryset(request)
        return _joined(rows).order_by("position")

    @admin.display(description=_("position"))
    def place(self, entry: RunningOrderEntry) -> Any:
        """Leads to where it is moved or taken off."""
        url = reverse("admin:auctions_runningorderentry_change", args=[entry.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, entry.position)


def _joined(rows: QuerySet[RunningOrderEntry]) -> QuerySet[RunningOrderEntry]:
    return rows.select_related("session", "lot__result", "deal__achievement", "deal__need")


@admin.register(AuctionSession)
class AuctionSessionAdmin(AddingAdmin):
    """Planned here, filled with lots and signings, announced; then the auctioneer holds it."""

    readers = STAFF
    writers = OPERATOR
    list_display = ("code", "kind", "title", "city", "starts_at", "state", "items", "items_done")
    list_display_links = ("code", "title")
    sortable_by = ("code", "starts_at")
    list_filter = ("kind", "state")
    search_fields = ("code", "title", "title_en", "venue")
    search_help_text = _("Session number, title or venue")
    ordering = ("-id",)
    inlines = (EntryInline,)
    fieldsets = (
        (None, {"fields": ("code", "kind", "title", "title_en", "state", "state_reason")}),
        (_("Time and place"), {"fields": ("starts_at", "city", "venue")}),
        (_("Who presides"), {"fields": ("house", "auctioneer")}),
        (
            _("Record"),
            {"fields": ("created_at", "published_at", "started_at", "finished_at")},
        ),
    )
    facts = ("kind", "starts_at", "venue", "auctioneer", "state", "items")
    steps = _SESSION_STEPS
    adding = Adding(
        form_class=PlanSessionForm,
        title=_("Plan a session"),
        explanation=_("The plan is seen by the exchange, the office and the auctioneer only."),
        submit_label=_("Plan the session"),
        done=_("{row} is planned."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[AuctionSession]:
        done = Count("entries", filter=Q(entries__done_at__isnull=False))
        return sessions_visible_to(actor).annotate(item_count=Count("entries"), done_count=done)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What is missing before the end tells who is admitted: for the exchange alone."""
        fieldsets = super().get_fieldsets(request, obj)
        over = obj is None or obj.state in (SessionState.FINISHED, SessionState.CANCELLED)
        if over or not OPERATOR & roles_of(request):
            return fieldsets
        first, *others = fieldsets
        return [first, (_("Readiness"), {"fields": ("lacking",)}), *others]

    @admin.display(description=_("items"))
    def items(self, session: Any) -> int:
        count: int = session.item_count
        return count

    @admin.display(description=_("done"))
    def items_done(self, session: Any) -> int:
        count: int = session.done_count
        return count

    @admin.display(description=_("still missing"))
    def lacking(self, session: Any) -> Any:
        if not hasattr(session, "lacking_shown"):  # the page asks for it several times
            session.lacking_shown = _as_list(missing(session, clock.now()))
        return session.lacking_shown

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        session = kwargs.get("obj")
        if session is not None and session.published_at is not None:
            context["desk_links"] = _pages_of(session)
        return super().render_change_form(request, context, *args, **kwargs)


def _pages_of(session: AuctionSession) -> list[dict[str, Any]]:
    pages = {"session": _("Public page")}
    if session.is_in_a_hall:
        pages |= {"board": _("Hall board"), "console": _("Auctioneer's console")}
    pages |= {"session_catalogue": _("Catalogue (PDF)")}
    if session.state == SessionState.FINISHED:
        pages |= {"cycles": _("Turnover by trading cycle")}
    return [
        {
            "label": label,
            "url": reverse(name, args=[] if name == "cycles" else [session.pk]),
        }
        for name, label in pages.items()
    ]


def _as_list(sentences: list[str]) -> Any:
    if not sentences:
        return shown.label("verified", _("nothing"))
    return format_html(
        "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((one,) for one in sentences))
    )


class OneSession(SimpleListFilter):
    """`?session=7`: one running order."""

    title = _("session")
    parameter_name = "session"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        if not is_id(wanted):
            raise IncorrectLookupParameters
        return [(wanted, str(one)) for one in AuctionSession.objects.filter(pk=wanted)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return queryset if wanted is None else queryset.filter(session=wanted)


@admin.register(RunningOrderEntry)
class RunningOrderEntryAdmin(ShowsEntries, DeskAdmin):
    """Items of all running orders; one is moved, or a deal taken off, until its session starts."""

    readers = STAFF
    list_display = ("position", "session", "number", "subject", "way", "standing", "done_at")
    list_filter = (OneSession,)
    search_fields = ("session__code", "lot__code", "lot__title", "deal__code")
    search_help_text = _("Number of the session, the lot or the deal, or title of the lot")
    ordering = ("-session", "position")
    fieldsets = (
        (None, {"fields": ("session", "position", "number", "subject", "way", "standing")}),
        (_("Record"), {"fields": ("done_at",)}),
    )
    facts = ("session", "position", "subject", "way")
    steps = (
        Step(
            name="move",
            label=_("Move"),
            explanation=_("The item gets another position in the running order."),
            action=running_order.move_entry,
            id_name="entry_id",
            roles=OPERATOR,
            sources=None,
            form_class=MoveEntryForm,
            applies=lambda actor, entry: entry.session.state in _FILLING,
        ),
        Step(
            name="remove",
            label=_("Take off"),
            explanation=_("The deal leaves the running order; it can still be signed elsewhere."),
            action=running_order.remove_entry,
            id_name="entry_id",
            roles=OPERATOR,
            sources=None,
            applies=lambda actor, entry: bool(entry.deal_id) and entry.session.state in _FILLING,
            tone="back",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[RunningOrderEntry]:
        visible = RunningOrderEntry.objects.filter(session__in=sessions_visible_to(actor))
        return _joined(visible)

    def title_of(self, row: RunningOrderEntry) -> str:
        return f"{row.session.code} · {row}"

    def url_after(self, row: RunningOrderEntry) -> str:
        """Back to the running order, where the item stands elsewhere now, or no more."""
        return reverse("admin:auctions_auctionsession_change", args=[row.session_id])

"""The transformation fund at the desk: of the office, and of the committee that decides."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskFormAdmin, DeskInline
from accounts.desk.fields import (
    LinesField,
    line,
    once_key,
    one_of,
    paragraph,
    searched,
    yes_or_no,
)
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm, WholeForm
from accounts.desk.roles import DeskRole, roles_of
from accounts.desk.steps import Step
from accounts.queries import cities, city_called
from accounts.requests import actor_of
from alliances import fund
from alliances.admin.roles import OFFICE
from alliances.fund_queries import fund_projects_visible_to, sits_on_committee
from alliances.lifecycle import FUND, FundState
from alliances.models import CommitteeSeat, FundProject, FundShare, FundVote
from core import clock
from core.idempotency import Once, fingerprint
from marketplace.queries import technology_fields


class ExitForm(StepForm):
    proceeds = AmountField(label=_("proceeds (CNY)"), allow_zero=True)
    exited_on = DayField(label=_("exited on"))


def _share(words: list[str]) -> dict[str, Any]:
    name, amount = words
    return {"city": city_called(name).code, "amount": AmountField().clean(amount)}


class PoolForm(forms.Form):
    title = line(200, label=_("title"))
    field = one_of(technology_fields(), label=_("technology field"))
    city = one_of(cities(), label=_("city"))
    organization = searched(FundProject, "organization", label=_("organization"), required=False)
    achievement = searched(FundProject, "achievement", label=_("achievement"), required=False)
    summary = paragraph(2000, label=_("summary"), required=False)
    key = once_key()

    def add(self, actor: Actor) -> FundProject:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        for name in ("field", "city"):
            values[name] = values[name].code
        for name in ("organization", "achievement"):
            values[name] = values[name] and values[name].pk
        once = Once("desk.pool_project", actor.caller, key, fingerprint(values))
        return fund.pool_project(actor=actor, once=once, **values)


class VoteForm(StepForm):
    in_favour = yes_or_no(_("In favour"), _("Against"), label=_("Vote"))
    note = paragraph(1000, label=_("note"), required=False)


class InvestForm(StepForm):
    amount = AmountField(label=_("invested (CNY)"))
    invested_on = DayField(label=_("invested on"))
    city_shares = LinesField(
        _share,
        label=_("shares of cities"),
        help_text=_(
            "One a line, the city by its name or code, together the amount: 芜湖市 20000000"
        ),
    )


class _OfCommittee(DeskInline):
    """For the office, and for who sits on the committee today."""

    readers = OFFICE

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or sits_today(request)


class VoteInline(_OfCommittee):
    model = FundVote
    fields = ("person", "in_favour", "note", "voted_at")


class ShareInline(_OfCommittee):
    model = FundShare
    fields = ("city", "amount")


def _step(name: str, label: Any, explanation: Any, action: Any, to: FundState, **more: Any) -> Step:
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="project_id",
        **{"roles": OFFICE, "sources": FUND.sources(to), **more},
    )


def sits_today(request: HttpRequest) -> bool:
    """Whether somebody with a role at the desk sits on the committee on this day; asked once."""
    found: bool | None = getattr(request, "_sits_on_committee", None)
    if found is None:
        found = bool(roles_of(request)) and sits_on_committee(actor_of(request), clock.today())
        request._sits_on_committee = found  # type: ignore[attr-defined]
    return found


def _votes(actor: Actor, project: FundProject) -> bool:
    """Whether the actor is one of those it was put before, still has a seat, and has not voted."""
    voted = any(one.person_id == actor.user_id for one in project.votes.all())
    asked = any(one.pk == actor.user_id for one in project.committee.all())
    return asked and not voted and sits_on_committee(actor, clock.today())


@admin.register(FundProject)
class FundProjectAdmin(AddingAdmin):
    """Targets of the fund: the office's, and the committee's that decides on them."""

    readers = writers = OFFICE
    list_display = ("code", "title", "field", "city", "state", "amount", "invested_on")
    sortable_by = ("amount", "invested_on")
    list_filter = ("state", "reached", "city")
    search_fields = ("code", "title", "organization__name")
    search_help_text = _("Number, title or organization")
    ordering = ("-id",)
    inlines = (VoteInline, ShareInline)
    fieldsets = (
        (None, {"fields": ("code", "title", "organization", "achievement", "field", "city")}),
        (_("Details"), {"fields": ("summary",)}),
        (
            _("Record"),
            {
                "fields": (
                    "state",
                    "state_reason",
                    "reached",
                    "pooled_at",
                    "tally",
                    "amount",
                    "invested_on",
                    "proceeds",
                    "exited_on",
                )
            },
        ),
    )
    facts = ("code", "title", "organization", "city")
    adding = Adding(
        form_class=PoolForm,
        title=_("Put a target into the pool"),
        explanation=_("An achievement is in the pool once."),
        submit_label=_("Put it into the pool"),
        done=_("{row} is in the pool."),
    )
    steps = (
        _step(
            "contact",
            _("Enter the first contact"),
            _("Somebody of the fund has spoken with the target."),
            fund.contact_target,
            FundState.CONTACTED,
        ),
        _step(
            "diligence",
            _("Begin the diligence"),
            _("The fund looks into the target."),
            fund.look_into_target,
            FundState.DILIGENCE,
        ),
        _step(
            "establish",
            _("Establish the project"),
            _("It will be put before the committee."),
            fund.establish_project,
            FundState.ESTABLISHED,
        ),
        _step(
            "committee",
            _("Put before the committee"),
            _("Two thirds of the seats of today have to vote, two thirds of them in favour."),
            fund.put_before_committee,
            FundState.COMMITTEE,
        ),
        _step(
            "vote",
            _("Vote"),
            _("You sit on the committee. A vote is given once and stays."),
            fund.vote_on_project,
            FundState.INVESTED,
            roles=frozenset(DeskRole),
            sources=frozenset({FundState.COMMITTEE}),
            form_class=VoteForm,
            applies=_votes,
        ),
        _step(
            "invest",
            _("Enter the investment"),
            _("What the committee has passed; the cities' shares make up the amount."),
            fund.invest,
            FundState.INVESTED,
            form_class=InvestForm,
        ),
        _step(
            "exit",
            _("Enter the exit"),
            _("The fund has left it, with these proceeds."),
            fund.exit_project,
            FundState.EXITED,
            form_class=ExitForm,
        ),
        _step(
            "drop",
            _("Drop the target"),
            _("It goes no further; how far it came still counts."),
            fund.drop_project,
            FundState.DROPPED,
            form_class=ReasonForm,
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[FundProject]:
        return fund_projects_visible_to(actor)

    @admin.display(description=_("votes of the committee"))
    def tally(self, project: FundProject) -> str:
        """How far it is from a decision."""
        if project.seats is None:
            return shown.NOTHING
        found = project.tally()
        text = _(
            "{in_favour} in favour, {against} against, of {seats} seats; {quorum} have to vote"
        )
        return str(text).format(
            in_favour=found.in_favour,
            against=found.against,
            seats=found.seats,
            quorum=found.quorum,
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or sits_today(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or sits_today(request)


class SeatForm(WholeForm):
    violations = {
        "committeeseat_ends_after_its_start": _("It ends before it begins."),
        "committeeseat_one_a_person_at_a_time": _("This person has a seat then."),
    }


@admin.register(CommitteeSeat)
class CommitteeSeatAdmin(DeskFormAdmin):
    """Who sits on the fund's committee, and from when until when."""

    readers = OFFICE
    writers = OFFICE
    form = SeatForm
    locked = ("person", "starts_on")
    list_display = ("person", "starts_on", "ends_on")
    sortable_by = ("starts_on", "ends_on")
    search_fields = ("person__username", "person__full_name")
    search_help_text = _("Person")
    ordering = ("-starts_on",)
    fieldsets = ((None, {"fields": ("person", "starts_on", "ends_on")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[CommitteeSeat]:
        return CommitteeSeat.objects.select_related("person")

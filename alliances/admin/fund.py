"""The transformation fund at the desk of the office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskFormAdmin, DeskInline
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm, WholeForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from alliances import fund
from alliances.fund_queries import fund_projects_visible_to
from alliances.lifecycle import FUND, FundState
from alliances.models import CommitteeSeat, FundProject, FundShare, FundVote

OFFICE = frozenset({DeskRole.OFFICE})


class ExitForm(StepForm):
    proceeds = AmountField(label=_("proceeds (CNY)"), allow_zero=True)
    exited_on = DayField(label=_("exited on"))


class VoteInline(DeskInline):
    model = FundVote
    readers = OFFICE
    fields = ("person", "in_favour", "note", "voted_at")


class ShareInline(DeskInline):
    model = FundShare
    readers = OFFICE
    fields = ("city", "amount")


def _step(name: str, label: Any, explanation: Any, action: Any, to: FundState, **more: Any) -> Step:
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="project_id",
        roles=OFFICE,
        sources=FUND.sources(to),
        **more,
    )


@admin.register(FundProject)
class FundProjectAdmin(DeskAdmin):
    """Targets of the fund. What the cities contribute is entered over REST, with the investment."""

    readers = OFFICE
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
                    "seats",
                    "amount",
                    "invested_on",
                    "proceeds",
                    "exited_on",
                )
            },
        ),
    )
    facts = ("code", "title", "organization", "city")
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

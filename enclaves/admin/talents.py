"""The people of a park's projects at the desk."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.desk.forms import DayField, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from enclaves import talents
from enclaves.admin.roles import INSIDERS, RUNNERS
from enclaves.models import Talent
from enclaves.permissions import runs
from enclaves.queries import talents_visible_to


class EndTalentForm(StepForm):
    ends_on = DayField(label=_("no longer from"))


@admin.register(Talent)
class TalentAdmin(DeskAdmin):
    """Who works in which project, by grade. They are entered at the project's page."""

    readers = INSIDERS
    list_display = ("name", "grade", "project", "starts_on", "ends_on")
    sortable_by = ("name", "starts_on", "ends_on")
    list_filter = ("grade",)
    search_fields = ("name", "project__code", "project__title", "project__park__name")
    search_help_text = _("Name, project or park")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("name", "grade", "project")}),
        (_("Record"), {"fields": ("starts_on", "ends_on", "entered_at")}),
    )
    facts = ("project", "grade", "starts_on", "ends_on")
    steps = (
        Step(
            name="end",
            label=_("Enter the leaving"),
            explanation=_("The person does not work in the project from that day on."),
            action=talents.end_talent,
            id_name="talent_id",
            roles=RUNNERS,
            sources=None,
            form_class=EndTalentForm,
            applies=lambda actor, talent: runs(actor, talent.project.park),
            tone="back",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Talent]:
        return talents_visible_to(actor)

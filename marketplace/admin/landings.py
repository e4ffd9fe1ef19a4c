"""Landings at the desk: the bureau of the city compares the evidence, and decides."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.forms import ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import TrackedAdmin
from marketplace import landings
from marketplace.admin.needs import STAFF
from marketplace.lifecycle import LANDING, LandingState
from marketplace.models import Landing
from marketplace.queries import landings_visible_to

_DECIDERS = frozenset({DeskRole.OFFICE, DeskRole.BUREAU})


@admin.register(Landing)
class LandingAdmin(TrackedAdmin):
    """Where technology landed: reported by the parties, counted once confirmed."""

    kind = "landing"
    readers = STAFF | _DECIDERS
    list_display = ("deal", "entity_name", "city", "landed_on", "investment", "state")
    list_display_links = ("deal", "entity_name")
    sortable_by = ("landed_on", "investment")
    list_filter = ("state", "city")
    search_fields = ("deal__code", "entity_name", "entity_code")
    search_help_text = _("Number of the deal, name or credit code of the entity")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("deal", "city", "entity_name", "entity_code", "landed_on")}),
        (_("Basis"), {"fields": ("investment", "proof")}),
        (_("Record"), {"fields": ("state", "state_reason", "reported_at", "decided_at")}),
    )
    facts = ("deal", "city", "entity_name", "entity_code", "landed_on", "investment", "proof")
    steps = (
        Step(
            name="confirm",
            label=_("Confirm the landing"),
            explanation=_("The evidence shows it; the landing counts in the funnel from now on."),
            action=landings.confirm_landing,
            id_name="landing_id",
            roles=_DECIDERS,
            sources=LANDING.sources(LandingState.CONFIRMED),
        ),
        Step(
            name="refuse",
            label=_("Refuse the landing"),
            explanation=_("The evidence does not show it; the landing does not count."),
            action=landings.refuse_landing,
            id_name="landing_id",
            roles=_DECIDERS,
            sources=LANDING.sources(LandingState.REFUSED),
            form_class=ReasonForm,
            tone="back",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Landing]:
        return landings_visible_to(actor)

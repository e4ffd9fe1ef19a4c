"""Achievements and the fields of technology at the operators' desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.batch import BatchAdmin
from accounts.desk.forms import ReasonForm
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.shown import NOTHING
from accounts.desk.steps import Step
from accounts.desk.tracked import RevisedAdmin
from core import clock
from core.errors import Refusal
from core.models import word
from core.problems import refusal_body
from marketplace import achievements
from marketplace.admin.dossiers import DossierForm
from marketplace.admin.needs import REVIEWERS, STAFF
from marketplace.admin.papers import PAPER_STEPS, PaperInline
from marketplace.admin.pictures import PICTURE_STEPS, PictureInline
from marketplace.lifecycle import ACHIEVEMENT, AchievementState
from marketplace.models import (
    Achievement,
    CoOwner,
    Encumbrance,
    Inventor,
    IPRecord,
    TechnologyField,
)
from marketplace.queries import achievements_reviewed_by
from marketplace.rules.listing import AskedMode, check_may_be_listed

# What chooses an achievement in a box of its own form, and only among those on the list.
_SELLING = ("lot", "deal")


class InventorInline(DeskInline):
    model = Inventor
    readers = REVIEWERS
    fields = ("place", "name", "share")


class CoOwnerInline(DeskInline):
    model = CoOwner
    readers = REVIEWERS
    fields = ("name", "share", "consented_on", "consent")


class IPRecordInline(DeskInline):
    model = IPRecord
    readers = REVIEWERS
    fields = (
        *("key", "kind", "number", "territory", "applied_on", "granted_on", "legal_status"),
        *("next_fee_on", "holder", "consented_on", "consent"),
    )

    @admin.display(description=_("number"))
    def key(self, record: IPRecord) -> str:
        """By which a paper is entered for it."""
        return str(record.pk)


class EncumbranceInline(DeskInline):
    model = Encumbrance
    readers = REVIEWERS
    fields = ("kind", "holder", "since", "until", "consent")


@admin.register(Achievement)
class AchievementAdmin(RevisedAdmin, BatchAdmin):
    """Reviewed and put on the list by the exchange or the office."""

    kind = "achievement"
    batch = ("approve", "return", "publish")
    also_told = ("modes", "maturity_scale", "maturity_level")
    readers = REVIEWERS
    list_display = ("code", "title", "owner", "city", "field", "maturity", "state", "published_at")
    list_display_links = ("code", "title")
    sortable_by = ("code", "published_at")
    list_filter = ("state", "city", "field", "ip_kind")
    search_fields = ("code", "title", "owner__name", "ip_number", "ip_records__number")
    search_help_text = _("Number, title, owner or application number")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("code", "title", "owner", "city", "field", "summary")}),
        (_("What keeps it off the list"), {"fields": ("missing",)}),
        (
            _("Right"),
            {
                "fields": (
                    *("ip_kind", "ip_number", "applied_on", "granted_on", "legal_status"),
                    *("next_fee_on", "export_class", "secrecy_level", "is_service", "decision"),
                )
            },
        ),
        (
            _("Maturity"),
            {
                "fields": (
                    *("maturity", "maturity_band", "maturity_evidence", "maturity_on"),
                    *("maturity_appraiser", "industry", "scene"),
                )
            },
        ),
        (
            _("Offer"),
            {
                "fields": (
                    *("modes_shown", "price_kind", "asking_price", "cost_to_market"),
                    "preferred_city",
                )
            },
        ),
        (
            _("Confidentiality"),
            {"fields": (("registered_only", "detail_under_nda"), "detail", "contact")},
        ),
        (_("Funding"), {"fields": ("publicly_funded", "funding_source", "programme")}),
        (
            _("Record"),
            {
                "fields": (
                    *("state", "state_reason", "created_at", "published_at"),
                    *("confirmed_on", "valid_until", "reminded_on"),
                )
            },
        ),
    )
    facts = ("owner", "city", "field", "ip_kind", "ip_number", "maturity", "state", "created_at")
    steps = (
        Step(
            name="approve",
            label=_("Approve"),
            explanation=_("The entry is correct. Its owner, or the desk, can publish it."),
            action=achievements.approve_achievement,
            id_name="achievement_id",
            roles=STAFF,
            sources=ACHIEVEMENT.sources(AchievementState.APPROVED),
        ),
        Step(
            name="return",
            label=_("Return"),
            explanation=_("The entry goes back to its owner, who can submit it again."),
            action=achievements.return_achievement,
            id_name="achievement_id",
            roles=STAFF,
            sources=ACHIEVEMENT.sources(AchievementState.RETURNED),
            form_class=ReasonForm,
            tone="back",
        ),
        Step(
            name="publish",
            label=_("Publish"),
            explanation=_("Everybody can see the achievement; it can be offered and auctioned."),
            action=achievements.publish_achievement,
            id_name="achievement_id",
            roles=STAFF,
            # What a lot or a deal holds reserved comes back by its end, not from here.
            # One that ran out is confirmed by its owner.
            sources=ACHIEVEMENT.sources(AchievementState.PUBLISHED)
            - {AchievementState.RESERVED, AchievementState.UNLISTED},
        ),
        Step(
            name="dossier",
            label=_("Correct the dossier"),
            explanation=_(
                "For what the papers say otherwise. The owner is told of it, and the history keeps"
                " what stood there before."
            ),
            action=achievements.correct_dossier,
            id_name="achievement_id",
            roles=STAFF,
            sources=frozenset(achievements.CORRECTABLE),
            form_class=DossierForm,
            tone="back",
        ),
        *PAPER_STEPS,
        *PICTURE_STEPS,
    )
    inlines = (
        *(IPRecordInline, PaperInline, InventorInline, CoOwnerInline, EncumbranceInline),
        PictureInline,
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Achievement]:
        return achievements_reviewed_by(actor)

    @admin.display(description=_("band"))
    def maturity_band(self, achievement: Achievement) -> str:
        return str(word(achievement.maturity_band))

    @admin.display(description=_("asked modes"))
    def modes_shown(self, achievement: Achievement) -> str:
        return "、".join(str(word(AskedMode(one))) for one in achievement.modes) or NOTHING

    @admin.display(description=_("missing"))
    def missing(self, achievement: Achievement) -> str:
        """What the rules say of the entry as it is today, in words."""
        if not hasattr(achievement, "missing_shown"):  # the page asks for it several times
            achievement.missing_shown = _lacking(achievement)  # type: ignore[attr-defined]
        shown: str = achievement.missing_shown  # type: ignore[attr-defined]
        return shown

    @admin.display(description=_("maturity"))
    def maturity(self, achievement: Achievement) -> str:
        return f"{achievement.get_maturity_scale_display().upper()} {achievement.maturity_level}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Achievement], search_term: str
    ) -> tuple[QuerySet[Achievement], bool]:
        """The box in which what is sold is chosen offers only what is on the list."""
        if request.GET.get("model_name") in _SELLING:
            queryset = queryset.filter(state=AchievementState.PUBLISHED)
        found: tuple[Any, bool] = super().get_search_results(request, queryset, search_term)
        return found


def _lacking(achievement: Achievement) -> str:
    try:
        check_may_be_listed(achievement.dossier(clock.today()))
    except Refusal as refusal:
        return str(refusal_body(refusal)["detail"])
    return gettext("Nothing")


@admin.register(TechnologyField)
class TechnologyFieldAdmin(DeskAdmin):
    readers = ROLES
    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")
    ordering = ("id",)
    fieldsets = ((None, {"fields": ("code", "name", "name_en", "source")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[TechnologyField]:
        return TechnologyField.objects.all()

"""Projects of a park, their admission and their landing: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.models import choices
from core.parsing import AmountField, DayField, FlagField, IdField, InstantField, StrictForm
from core.parsing import WholeNumberField as Count
from core.serializers import Serializer
from enclaves.lifecycle import ExitKind, LandingBasis, SignedKind
from enclaves.models import AdmissionReviewer, Project, SignedAgreement
from enclaves.queries import is_insider
from marketplace.models import Landing

_MOST_REVIEWERS = 15


class ProjectChange(StrictForm):
    """What is told of a project; its area is m², what it has raised CNY."""

    title = serializers.CharField(max_length=200, required=False)
    team = serializers.CharField(max_length=500, required=False)
    area_m2 = AmountField(required=False)
    ip_count = Count(required=False)
    funding = AmountField(required=False, allow_zero=True)


class ProjectForm(ProjectChange):
    """A new project; it comes from a deal, a need or an achievement, or from none of them."""

    title = serializers.CharField(max_length=200)
    team = serializers.CharField(max_length=500)
    field = serializers.CharField(max_length=4)
    area_m2 = AmountField()
    organization = IdField(required=False)
    deal = IdField(required=False)
    need = IdField(required=False)
    achievement = IdField(required=False)


class ReviewersForm(StrictForm):
    reviewers = serializers.ListField(child=IdField(), min_length=1, max_length=_MOST_REVIEWERS)


class AdmissionReviewForm(StrictForm):
    favours = FlagField()
    comment = serializers.CharField(max_length=2000)


class SignedForm(StrictForm):
    """With whom what was signed on which day."""

    kind = serializers.ChoiceField(choices=choices(SignedKind))
    title = serializers.CharField(max_length=200)
    counterparty = serializers.CharField(max_length=200)
    signed_on = DayField()


class SignedView(Serializer[SignedAgreement]):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    kind = serializers.CharField()
    title = serializers.CharField()
    counterparty = serializers.CharField()
    signed_on = DayField()


class LandForm(StrictForm):
    """The entity of the home city and what shows that it is there."""

    basis = serializers.ChoiceField(choices=choices(LandingBasis))
    entity_name = serializers.CharField(max_length=200)
    entity_code = serializers.CharField(max_length=18)
    landed_on = DayField()
    investment = AmountField(allow_zero=True)
    proof = serializers.CharField(max_length=2000)


class ExitForm(StrictForm):
    kind = serializers.ChoiceField(choices=choices(ExitKind))
    reason = serializers.CharField(max_length=1000)


class ProjectLandingView(Serializer[Landing]):
    """The marketplace's record, which `POST /landings/{id}/confirm` decides on."""

    id = serializers.IntegerField()
    entity_name = serializers.CharField()
    entity_code = serializers.CharField()
    landed_on = DayField()
    investment = AmountField()
    proof = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()


class ReviewerView(Serializer[AdmissionReviewer]):
    person = serializers.IntegerField(source="person_id")
    favours = serializers.BooleanField(allow_null=True)
    comment = serializers.CharField()
    reviewed_at = InstantField(allow_null=True)


class ProjectView(Serializer[Project]):
    """`need`, `achievement` and `deal` are the chain it came by, through its deal if it has one.

    Who judged its admission, and how, is told to insiders of the park alone.
    """

    id = serializers.IntegerField()
    code = serializers.CharField()
    enclave = serializers.IntegerField(source="park_id")
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    title = serializers.CharField()
    team = serializers.CharField()
    field = serializers.CharField(source="field.code")
    area_m2 = AmountField()
    ip_count = serializers.IntegerField()
    funding = AmountField()
    need = serializers.SerializerMethodField()
    achievement = serializers.SerializerMethodField()
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    landing = ProjectLandingView(allow_null=True)
    landing_basis = serializers.CharField()
    state = serializers.CharField(source="told_state")
    exit_kind = serializers.CharField()
    state_reason = serializers.CharField()
    proposed_at = InstantField()
    reviewers = serializers.SerializerMethodField()

    def get_need(self, project: Project) -> int | None:
        return project.deal.need_id if project.deal else project.need_id

    def get_achievement(self, project: Project) -> int | None:
        return project.deal.achievement_id if project.deal else project.achievement_id

    def get_reviewers(self, project: Project) -> list[dict[str, Any]] | None:
        if not is_insider(self.context["actor"], project.park):
            return None
        seats: Any = project.reviewers.all()
        return list(ReviewerView(seats, many=True).data)

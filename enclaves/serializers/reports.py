"""Reports, talents, duties and statistics: shapes in (…Form) and out (…View)."""

from rest_framework import serializers

from core.models import choices
from core.parsing import AmountField, DayField, InstantField, StrictForm
from core.serializers import Serializer
from enclaves.lifecycle import TalentGrade
from enclaves.models import BenefitShare, Period, Report, ReportConfirmation, ReportDispute, Talent
from enclaves.rules.duties import Duty


class ReportForm(StrictForm):
    """The period by its kind and its first day; tax revenue and output value in CNY."""

    period = serializers.ChoiceField(choices=Period.choices)
    starts_on = DayField()
    tax = AmountField(allow_zero=True)
    output = AmountField(allow_zero=True)


class ReportChange(StrictForm):
    tax = AmountField(allow_zero=True, required=False)
    output = AmountField(allow_zero=True, required=False)


class ResolutionForm(StrictForm):
    resolution = serializers.CharField(max_length=1000)


class ConfirmationView(Serializer[ReportConfirmation]):
    side = serializers.CharField()
    version = serializers.IntegerField()
    at = InstantField()


class DisputeView(Serializer[ReportDispute]):
    side = serializers.CharField()
    reason = serializers.CharField()
    raised_at = InstantField()
    resolved_at = InstantField(allow_null=True)
    resolution = serializers.CharField()


class ShareView(Serializer[BenefitShare]):
    """`amount` is CNY, or people where talents are shared."""

    metric = serializers.CharField()
    side = serializers.CharField()
    amount = AmountField()
    agreement = serializers.IntegerField(source="agreement_id")


class ReportView(Serializer[Report]):
    """`shares` are empty until both cities have confirmed."""

    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="park_id")
    starts_on = DayField()
    ends_on = DayField()
    figures = serializers.DictField()
    tax = AmountField()
    output = AmountField()
    talents = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    drawn_up_at = InstantField()
    submitted_at = InstantField(allow_null=True)
    confirmations = ConfirmationView(many=True)
    disputes = DisputeView(many=True)
    shares = ShareView(many=True)


class TalentForm(StrictForm):
    """`document` is the number of an identity document; it is neither kept nor shown."""

    name = serializers.CharField(max_length=60)
    document = serializers.CharField(max_length=40)
    grade = serializers.ChoiceField(choices=choices(TalentGrade))
    starts_on = DayField()
    ends_on = DayField(required=False)


class EndTalentForm(StrictForm):
    ends_on = DayField()


class TalentView(Serializer[Talent]):
    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="project.park_id")
    enclave_name = serializers.CharField(source="project.park.name")
    project = serializers.IntegerField(source="project_id")
    project_code = serializers.CharField(source="project.code")
    name = serializers.CharField()
    grade = serializers.CharField()
    starts_on = DayField()
    ends_on = DayField(allow_null=True)


class DutyView(Serializer[Duty]):
    """`subject` is the id of the agreement, report or tenancy; `phase` is as of today."""

    kind = serializers.CharField()
    subject = serializers.IntegerField()
    due_on = DayField()
    phase = serializers.SerializerMethodField()

    def get_phase(self, duty: Duty) -> str:
        return str(duty.phase(self.context["today"]))

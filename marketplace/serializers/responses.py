"""Responses to needs: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.parsing import AmountField, IdField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer
from marketplace.models import Response, ResponseIndicator
from marketplace.rules.answers import DECLINE_REASONS, Answering, Verdict
from marketplace.rules.needs import MAX_INDICATORS
from marketplace.serializers.needs import TargetField, read_at


class IndicatorAnswerForm(StrictForm):
    """What a response says of one indicator: by its id, which the need tells."""

    indicator = IdField()
    verdict = serializers.ChoiceField(choices=list(Verdict))
    value = TargetField(required=False, allow_null=True, default=None)
    unit = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    evidence = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, default="", allow_blank=True)


class ResponseForm(StrictForm):
    """How the respondent would meet the need, for what price and in how many months."""

    approach = serializers.CharField(max_length=5000)
    price = AmountField()
    months = WholeNumberField(lowest=1, highest=600)
    achievement = IdField(required=False, allow_null=True, default=None)
    indicators = serializers.ListField(
        child=IndicatorAnswerForm(), required=False, default=list, max_length=MAX_INDICATORS
    )
    schedule = _text(5000)
    team = _text(5000)
    prior_results = _text(5000)
    conflicts = _text(2000)


class DeclineForm(StrictForm):
    """Why: one of the published codes; `reason` says more, and has to where the code is `other`.

    A code in `reason` alone will do.
    """

    reason_code = serializers.ChoiceField(choices=list(DECLINE_REASONS), required=False)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class DeclineReasonView(Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class AnsweringView(Serializer[Answering]):
    """Of the last year: responses answered or overdue, and the days within which four of five were.

    `within_days` is null where there are fewer than three responses, or too many have no answer.
    """

    responses = serializers.IntegerField()
    answered = serializers.IntegerField()
    in_time = serializers.IntegerField()
    within_days = serializers.IntegerField(allow_null=True)


class IndicatorAnswerView(Serializer[ResponseIndicator]):
    indicator = serializers.IntegerField(source="indicator_id")
    name = serializers.CharField(source="indicator.name")
    verdict = serializers.CharField()
    value = TargetField(allow_null=True)
    unit = serializers.CharField()
    evidence = serializers.CharField()


class ResponseView(Serializer[Response]):
    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    organization = serializers.IntegerField(source="organization_id")
    organization_name = serializers.CharField(source="organization.name")
    approach = serializers.CharField()
    price = AmountField()
    months = serializers.IntegerField()
    achievement = serializers.IntegerField(source="achievement_id", allow_null=True)
    state = serializers.CharField()
    state_reason = serializers.CharField(source="told_reason")
    submitted_at = InstantField()
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    indicators = IndicatorAnswerView(many=True)
    schedule = serializers.CharField()
    team = serializers.CharField()
    prior_results = serializers.CharField()
    conflicts = serializers.CharField()
    reason_code = serializers.CharField()
    answer_due_at = InstantField(allow_null=True)
    answered_at = InstantField(allow_null=True)
    answer_overdue = serializers.SerializerMethodField()

    def get_answer_overdue(self, response: Response) -> bool:
        standing = response.answer_clock()
        return standing is not None and read_at(self.context) >= standing.due_at

"""The figures of the alliances, computed and published."""

from rest_framework import serializers

from alliances.figures import AllianceFigure, CreditGroup, Figures, FundStep
from alliances.rules.credit import Credits
from core.parsing import AmountField, InstantField, ReferenceFigureView


class AllianceFigureView(serializers.Serializer[AllianceFigure]):
    kind = serializers.CharField()
    alliances = serializers.IntegerField()
    members = serializers.IntegerField()


class CreditsView(serializers.Serializer[Credits]):
    """By either measure, the approved limit or what was disbursed of it; never added up."""

    number = serializers.IntegerField()
    limit = AmountField()
    disbursed = AmountField()
    outstanding = AmountField()


class CreditGroupView(serializers.Serializer[CreditGroup]):
    """`key` is a kind of product, or a region code that `?city=` takes."""

    key = serializers.CharField()
    name = serializers.CharField()
    credit = CreditsView()


class FundStepView(serializers.Serializer[FundStep]):
    """How many targets came to a stage or farther."""

    stage = serializers.CharField()
    number = serializers.IntegerField()


class FiguresView(serializers.Serializer[Figures]):
    """`published` is what was published of the whole corridor: never a part of the counts."""

    as_of = InstantField()
    alliances = AllianceFigureView(many=True)
    credit = CreditsView()
    by_kind = CreditGroupView(many=True)
    by_city = CreditGroupView(many=True)
    policies = serializers.IntegerField()
    fund = FundStepView(many=True)
    invested = AmountField()
    published = serializers.DictField(child=ReferenceFigureView())

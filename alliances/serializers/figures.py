"""The figures of the alliances, computed and published: as JSON, and as the sheets of a file."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from alliances.figures import AllianceFigure, CreditGroup, Figures, FundStep
from alliances.lifecycle import FundState
from alliances.rules.credit import Credits
from alliances.rules.membership import AllianceKind
from alliances.rules.products import ProductKind
from core.models import word
from core.parsing import AmountField, InstantField, ReferenceFigureView
from core.serializers import Serializer
from core.sheets import Sheet, Value


class AllianceFigureView(Serializer[AllianceFigure]):
    kind = serializers.CharField()
    alliances = serializers.IntegerField()
    members = serializers.IntegerField()


class CreditsView(Serializer[Credits]):
    """By either measure, the approved limit or what was disbursed of it; never added up."""

    number = serializers.IntegerField()
    limit = AmountField()
    disbursed = AmountField()
    outstanding = AmountField()


class CreditGroupView(Serializer[CreditGroup]):
    """`key` is a kind of product, or a region code that `?city=` takes."""

    key = serializers.CharField()
    name = serializers.CharField()
    credit = CreditsView()


class FundStepView(Serializer[FundStep]):
    """How many targets came to a stage or farther."""

    stage = serializers.CharField()
    number = serializers.IntegerField()


class FiguresView(Serializer[Figures]):
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


def figure_sheets(found: Figures) -> list[Sheet]:
    """Every figure with its day and source, computed and published; then the credit by groups."""
    columns = [
        gettext("figure"),
        gettext("how many"),
        gettext("amount (CNY)"),
        gettext("published figure"),
        gettext("as of"),
        gettext("source"),
    ]
    figures = [*_computed(found), *_published(found)]
    by_kind = [_line(f"{word(ProductKind(one.key))}", one) for one in found.by_kind]
    by_city = [_line(one.name, one) for one in found.by_city]
    return [
        Sheet(gettext("alliances"), columns, figures),
        Sheet(gettext("credit by product"), _credit_columns(), by_kind),
        Sheet(gettext("credit by city"), _credit_columns(), by_city),
    ]


def _credit_columns() -> list[str]:
    return [
        gettext("group"),
        gettext("number of credits"),
        gettext("approved limit (CNY)"),
        gettext("disbursed (CNY)"),
        gettext("outstanding (CNY)"),
    ]


def _line(name: str, group: CreditGroup) -> list[Value]:
    credit = group.credit
    return [name, credit.number, credit.limit, credit.disbursed, credit.outstanding]


def _computed(found: Figures) -> list[list[Value]]:
    as_of = InstantField().to_representation(found.as_of)
    source = gettext("records of the platform")
    rows: list[tuple[str, int | None, Any]] = []
    for one in found.alliances:
        kind = word(AllianceKind(one.kind))
        rows.append((gettext("alliances: {kind}").format(kind=kind), one.alliances, None))
        rows.append((gettext("active members: {kind}").format(kind=kind), one.members, None))
    rows += [
        (gettext("approved credit"), found.credit.number, found.credit.limit),
        (gettext("credit disbursed"), None, found.credit.disbursed),
        (gettext("credit outstanding"), None, found.credit.outstanding),
        (gettext("policies in force"), found.policies, None),
    ]
    for step in found.fund:
        stage = word(FundState(step.stage))
        rows.append(
            (gettext("targets of the fund: {stage}").format(stage=stage), step.number, None)
        )
    rows.append((gettext("invested by the fund"), None, found.invested))
    return [[name, number, amount, None, f"{as_of}", source] for name, number, amount in rows]


def _published(found: Figures) -> list[list[Value]]:
    return [
        [one.name, None, None, one.figure(), one.as_of, one.source]
        for one in found.published.values()
    ]

"""Financing: shapes in (…Form) and out (…View). Money in CNY, rates in per cent a year."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alliances.finance_queries import (
    is_applicant,
    keeps_finance,
    own_case,
    reads_money,
    told_state,
)
from alliances.models import (
    DataConsent,
    DataReading,
    FinanceApplication,
    FinanceCase,
    FinanceMovement,
    FinanceOffer,
    FinanceProduct,
    SupportPolicy,
)
from alliances.rules.apr import HIGHEST_FEE_SHARE, HIGHEST_RATE, MOST_MONTHS, Repayment
from alliances.rules.credit import CaseDecline
from alliances.rules.products import ProductKind
from alliances.serializers.members import asking
from core.parsing import (
    AmountField,
    DayField,
    FlagField,
    IdField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from core.serializers import Serializer

_MOST = 30
_MONEY = ("approved_limit", "disbursed", "repaid", "overdue_since", "closed_at", "state_reason")


class PercentField(AmountField):
    """Per cent with two decimals, "4.35", up to `highest`."""

    default_error_messages = {"too_much": _("At most {highest} per cent.")}

    def __init__(self, *, highest: Decimal, **kwargs: Any) -> None:
        self.highest = highest
        super().__init__(allow_zero=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        share = super().to_internal_value(data)
        if share > self.highest:
            self.fail("too_much", highest=self.highest)
        return share


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, default="", allow_blank=True)


def _codes(longest: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=longest),
        required=False,
        default=list,
        max_length=_MOST,
    )


def _rate() -> PercentField:
    return PercentField(highest=HIGHEST_RATE, required=False, allow_null=True, default=None)


def _repayment() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=list(Repayment), required=False, default="", allow_blank=True
    )


def _money() -> AmountField:
    return AmountField(required=False, allow_null=True, default=None, allow_zero=True)


class ProductForm(StrictForm):
    """What is lent has a `rate` and a form of `repayment`; `fee_rate` is per cent of the amount."""

    kind = serializers.ChoiceField(choices=list(ProductKind))
    title = serializers.CharField(max_length=200)
    summary = _text(2000)
    least_amount = AmountField()
    most_amount = AmountField()
    most_months = WholeNumberField(lowest=1, highest=MOST_MONTHS)
    rate = _rate()
    repayment = _repayment()
    fee_rate = PercentField(
        highest=HIGHEST_FEE_SHARE * 100, required=False, default=Decimal("0.00")
    )
    needs_collateral = FlagField(required=False, default=False)
    technology_fields = _codes(20)
    cities = _codes(6)


class ApplicationForm(StrictForm):
    """`collateral` is an achievement; `revenue`, `rd_spending`, `debts` and `data_note` are read
    by a member under consent alone."""

    kind = serializers.ChoiceField(choices=list(ProductKind))
    amount = AmountField()
    months = WholeNumberField(lowest=1, highest=MOST_MONTHS)
    purpose = serializers.CharField(max_length=2000)
    field = serializers.CharField(max_length=20)
    city = _text(6)
    collateral = IdField(required=False, allow_null=True, default=None)
    policy = IdField(required=False, allow_null=True, default=None)
    revenue = _money()
    rd_spending = _money()
    debts = _money()
    data_note = _text(5000)


class ApplicationChange(ApplicationForm):
    """Of a draft: what is named is changed, the rest stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, partial=True)


class SubmitForm(StrictForm):
    """Members of the financial alliance that may read the confidential data."""

    consents = serializers.ListField(
        child=IdField(), required=False, default=list, max_length=_MOST
    )


class ConsentForm(StrictForm):
    member = IdField()


class OfferForm(StrictForm):
    amount = AmountField()
    months = WholeNumberField(lowest=1, highest=MOST_MONTHS)
    rate = _rate()
    repayment = _repayment()
    fee = AmountField(required=False, default=Decimal("0.00"), allow_zero=True)
    conditions = _text(2000)
    valid_until = DayField()


class CaseDeclineForm(StrictForm):
    """One of the published reasons; `other` says more in `reason`."""

    reason_code = serializers.ChoiceField(choices=list(CaseDecline))
    reason = _text(1000)


class ApproveForm(StrictForm):
    limit = AmountField()


class PledgeForm(StrictForm):
    """The number and the day of the registration of the pledge."""

    registration = serializers.CharField(max_length=60)
    registered_on = DayField()


class ReleaseForm(StrictForm):
    released_on = DayField()


class MovementForm(StrictForm):
    """Money that was paid on a day, with the bank's reference, which is recorded once."""

    amount = AmountField()
    paid_on = DayField()
    reference = serializers.CharField(max_length=100)


class OverdueForm(StrictForm):
    since = DayField()


class ProductView(Serializer[FinanceProduct]):
    """`apr` is the cost of the ceiling over the longest term, per cent a year; null if not lent."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    kind = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    least_amount = AmountField()
    most_amount = AmountField()
    most_months = serializers.IntegerField()
    rate = AmountField(allow_null=True)
    repayment = serializers.CharField()
    fee_rate = AmountField()
    apr = serializers.SerializerMethodField()
    needs_collateral = serializers.BooleanField()
    technology_fields = serializers.SerializerMethodField()
    cities = serializers.SerializerMethodField()
    listed_at = InstantField()
    closed_at = InstantField(allow_null=True)

    def get_apr(self, product: FinanceProduct) -> str | None:
        cost = product.cost()
        return None if cost is None else f"{cost:.4f}"

    def get_technology_fields(self, product: FinanceProduct) -> list[str]:
        return sorted(one.code for one in product.technology_fields.all())

    def get_cities(self, product: FinanceProduct) -> list[str]:
        return sorted(one.code for one in product.cities.all())


class PolicyView(Serializer[SupportPolicy]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    issuer = serializers.CharField()
    level = serializers.CharField()
    issued_on = DayField()
    valid_from = DayField()
    valid_until = DayField(allow_null=True)
    audience = serializers.CharField()
    link = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class CaseView(Serializer[FinanceCase]):
    """An application at one member: for the applicant, that member, and who keeps the roll."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    product = serializers.IntegerField(source="product_id")
    state = serializers.CharField()
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    routed_at = InstantField()
    due_at = InstantField()
    answered_at = InstantField(allow_null=True)
    escalated_at = InstantField(allow_null=True)


class ApplicationView(Serializer[FinanceApplication]):
    """A member sees its own case and never the others'; what came of it, only the lender.

    `state` is told to a member by its own part: `routed` while its answer is awaited, `offered`
    while its offer stands, null when its part has ended.
    """

    id = serializers.IntegerField()
    code = serializers.CharField()
    applicant = serializers.IntegerField(source="applicant_id")
    applicant_name = serializers.CharField(source="applicant.name")
    kind = serializers.CharField()
    amount = AmountField()
    months = serializers.IntegerField()
    purpose = serializers.CharField()
    field = serializers.CharField(source="field.code")
    city = serializers.CharField(source="city.code")
    collateral = serializers.IntegerField(source="collateral_id", allow_null=True)
    policy = serializers.IntegerField(source="policy_id", allow_null=True)
    pledged = serializers.SerializerMethodField()
    state = serializers.CharField(allow_null=True)
    state_reason = serializers.CharField(allow_null=True)
    submitted_at = InstantField(allow_null=True)
    expires_at = InstantField(allow_null=True)
    approved_limit = AmountField(allow_null=True)
    disbursed = AmountField(allow_null=True)
    repaid = AmountField(allow_null=True)
    overdue_since = DayField(allow_null=True)
    closed_at = InstantField(allow_null=True)
    cases = serializers.SerializerMethodField()

    def get_pledged(self, application: FinanceApplication) -> bool:
        return application.pledge is not None and application.pledge.released_on is None

    @extend_schema_field(CaseView(many=True))
    def get_cases(self, application: FinanceApplication) -> list[dict[str, Any]]:
        actor = asking(self.context)
        if is_applicant(actor, application) or _keeps(self.context):
            shown = list(application.cases.all())
        else:
            own = own_case(actor, application)
            shown = [own] if own else []
        views: Any = CaseView(shown, many=True)  # type: ignore[arg-type]
        return list(views.data)

    def to_representation(self, application: FinanceApplication) -> dict[str, Any]:
        told = super().to_representation(application)
        actor = asking(self.context)
        if not _keeps(self.context) and not reads_money(actor, application):
            state = told_state(actor, application)
            told.update(dict.fromkeys(_MONEY), pledged=None, state=state and state.value)
        return told


def _keeps(context: Any) -> bool:
    """Whether the reader keeps the roll; asked once for a whole answer."""
    if "keeps" not in context:
        context["keeps"] = keeps_finance(asking(context))
    return bool(context["keeps"])


class DataView(Serializer[FinanceApplication]):
    """The applicant's confidential data; each reading by a member is kept."""

    id = serializers.IntegerField()
    revenue = AmountField(allow_null=True)
    rd_spending = AmountField(allow_null=True)
    debts = AmountField(allow_null=True)
    data_note = serializers.CharField()


class OfferView(Serializer[FinanceOffer]):
    """`apr` is what it costs all told, per cent a year (中国人民银行公告〔2021〕第3号)."""

    id = serializers.IntegerField()
    application = serializers.IntegerField(source="application_id")
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    amount = AmountField()
    months = serializers.IntegerField()
    rate = AmountField(allow_null=True)
    repayment = serializers.CharField()
    fee = AmountField()
    apr = serializers.DecimalField(max_digits=10, decimal_places=4, allow_null=True)
    conditions = serializers.CharField()
    valid_until = DayField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    made_at = InstantField()
    decided_at = InstantField(allow_null=True)


class ConsentView(Serializer[DataConsent]):
    id = serializers.IntegerField()
    application = serializers.IntegerField(source="application_id")
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    given_at = InstantField()
    revoked_at = InstantField(allow_null=True)


class DataReadingView(Serializer[DataReading]):
    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    person_name = serializers.CharField(source="person", default="")
    client = serializers.CharField()
    read_at = InstantField()


class MovementView(Serializer[FinanceMovement]):
    id = serializers.IntegerField()
    application = serializers.IntegerField(source="application_id")
    kind = serializers.CharField()
    amount = AmountField()
    on = DayField()
    reference = serializers.CharField()
    entered_at = InstantField()

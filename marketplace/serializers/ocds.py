"""Public needs in the shape of the Open Contracting Data Standard 1.1: the tender of a release.

Only what everybody may know: a confidential indicator, a detail, a contact or the poster of an
anonymous need has no place here. What is not there is left out, as the standard asks.
"""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.calendar import end_of
from core.parsing import InstantField, instant_text
from core.serializers import Serializer
from marketplace.lifecycle import NeedState
from marketplace.models import Need
from marketplace.tier_queries import told_poster

# Not a prefix of the standard's register: an ocid is unique within this platform alone.
OCID_PREFIX = "local-unregistered"
VERSION = "1.1"
PAGINATION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/"
    "ocds_pagination_extension/master/extension.json"
)
_TAGS = {NeedState.PUBLISHED: "tender", NeedState.CLOSED: "tenderCancellation"}
_STATUS = {NeedState.PUBLISHED: "active", NeedState.CLOSED: "cancelled"}


class Sparse(Serializer[Any]):
    """Leaves out what is empty."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        told = super().to_representation(instance)
        return {name: value for name, value in told.items() if value not in (None, "", [], {})}


class ValueView(Serializer[Any]):
    """An amount as the standard wants it: a JSON number, not our string with two decimals."""

    amount = serializers.FloatField()
    currency = serializers.CharField()


class PeriodView(Sparse):
    # The names are the standard's, here and below.
    startDate = InstantField()
    endDate = InstantField(required=False)


class PartyView(Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class BuyerView(Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class ClassificationView(Serializer[Any]):
    scheme = serializers.CharField()
    id = serializers.CharField()
    description = serializers.CharField()


class ItemView(Serializer[Any]):
    id = serializers.CharField()
    description = serializers.CharField()
    classification = ClassificationView()


class DocumentView(Serializer[Any]):
    id = serializers.CharField()
    documentType = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField()


class TenderView(Sparse):
    """`value` is the most that the poster pays; `eligibilityCriteria` what a solver must be."""

    id = serializers.CharField(source="code")
    title = serializers.CharField()
    description = serializers.CharField(source="summary", required=False)
    status = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField(method_name="get_most")
    procurementMethod = serializers.ReadOnlyField(default="open")
    mainProcurementCategory = serializers.ReadOnlyField(default="services")
    submissionMethod = serializers.SerializerMethodField()
    eligibilityCriteria = serializers.CharField(source="solver_qualification", required=False)
    tenderPeriod = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()

    def get_status(self, need: Need) -> str:
        return _STATUS.get(NeedState(need.state), "complete")

    @extend_schema_field(ValueView)
    def get_most(self, need: Need) -> dict[str, Any] | None:
        return None if need.budget is None else {"amount": number(need.budget), "currency": "CNY"}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_submissionMethod(self, need: Need) -> list[str]:
        return ["electronicSubmission"]

    @extend_schema_field(PeriodView)
    def get_tenderPeriod(self, need: Need) -> dict[str, Any]:
        ends = None if need.deadline is None else end_of(need.deadline)
        return PeriodView({"startDate": need.published_at, "endDate": ends}).data

    @extend_schema_field(ItemView(many=True))
    def get_items(self, need: Need) -> list[dict[str, Any]]:
        field = {"scheme": "local-field", "id": need.field.code, "description": need.field.name}
        return [{"id": "1", "description": need.title, "classification": field}]

    @extend_schema_field(DocumentView(many=True))
    def get_documents(self, need: Need) -> list[dict[str, Any]]:
        page = {"id": "page", "documentType": "tenderNotice", "title": need.title}
        return [{**page, "url": f"{self.context['site']}/needs/{need.pk}"}]


class ReleaseView(Sparse):
    """What the public knows of one need since `date`: its tender, and its buyer unless unnamed."""

    ocid = serializers.SerializerMethodField()
    id = serializers.SerializerMethodField()
    date = InstantField(source="released_at")
    tag = serializers.SerializerMethodField()
    initiationType = serializers.ReadOnlyField(default="tender")
    language = serializers.ReadOnlyField(default="zh")
    parties = serializers.SerializerMethodField()
    buyer = serializers.SerializerMethodField()
    tender = TenderView(source="*")

    def get_ocid(self, need: Need) -> str:
        return f"{OCID_PREFIX}-{need.code}"

    def get_id(self, need: Any) -> str:
        return f"{need.code}-{instant_text(need.released_at)}"

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tag(self, need: Need) -> list[str]:
        return [_TAGS.get(NeedState(need.state), "tenderUpdate")]

    @extend_schema_field(PartyView(many=True))
    def get_parties(self, need: Need) -> list[dict[str, Any]]:
        buyer = _buyer(need)
        return [{**buyer, "roles": ["buyer"]}] if buyer else []

    @extend_schema_field(BuyerView)
    def get_buyer(self, need: Need) -> dict[str, Any]:
        return _buyer(need)


class PublisherView(Serializer[Any]):
    name = serializers.CharField()
    uri = serializers.URLField()


class LinksView(Sparse):
    """As in the standard's pagination extension; what is not there is the end."""

    next = serializers.URLField(required=False)
    prev = serializers.URLField(required=False)


class ReleasePackageView(Serializer[Any]):
    """A release package of OCDS 1.1, without a registered prefix: each `ocid` begins with
    `local-unregistered` and is unique within this platform alone.
    """

    uri = serializers.URLField()
    version = serializers.CharField()
    extensions = serializers.ListField(child=serializers.URLField())
    publishedDate = InstantField()
    publisher = PublisherView()
    links = LinksView()
    releases = ReleaseView(many=True)


def number(amount: Decimal) -> int | float:
    """An amount as a JSON number; to the cent below ten million million, whole ones always."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _buyer(need: Need) -> dict[str, Any]:
    if (poster := told_poster(need)) is None:
        return {}
    return {"id": f"organization-{poster}", "name": need.organization.name}

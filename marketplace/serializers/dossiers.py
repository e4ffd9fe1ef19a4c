"""What stands behind an achievement: inventors, co-owners, licences and pledges, in and out."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.parsing import AmountField, DayField, FlagField, StrictForm, WholeNumberField
from core.serializers import Serializer
from marketplace.rules import IPKind
from marketplace.rules.listing import WHOLE, EncumbranceKind, ExportClass, LegalStatus, SecrecyLevel
from marketplace.rules.rights import CHINA

MAX_PEOPLE = 50


class ShareField(AmountField):
    """Per cent with two decimals, "40.00": more than nothing and at most the whole."""

    default_error_messages = {"too_much": _("A share is at most 100.00 per cent.")}

    def to_internal_value(self, data: Any) -> Any:
        share = super().to_internal_value(data)
        if share > WHOLE:
            self.fail("too_much")
        return share


class InventorForm(StrictForm):
    """One of those who made it, in their order."""

    name = serializers.CharField(max_length=100)
    share = ShareField(required=False, allow_null=True, default=None)


class PartField(ShareField):
    """Per cent, too, and not the whole."""

    default_error_messages = {"too_much": _("A co-owner's share is less than 100.00 per cent.")}

    def to_internal_value(self, data: Any) -> Any:
        share = super().to_internal_value(data)
        if share == WHOLE:
            self.fail("too_much")
        return share


class CoOwnerForm(StrictForm):
    """Who owns the right too, to which share; its consent is a day and a paper, or neither yet."""

    name = serializers.CharField(max_length=200)
    share = PartField(required=False, allow_null=True, default=None)
    consented_on = DayField(required=False, allow_null=True, default=None)
    consent = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["consent"]) != (attrs["consented_on"] is not None):
            raise serializers.ValidationError(_("A consent has a day and a paper."))
        return attrs


class EncumbranceForm(StrictForm):
    """A licence that was granted, or a pledge."""

    kind = serializers.ChoiceField(choices=list(EncumbranceKind))
    holder = serializers.CharField(max_length=200)
    since = DayField()
    until = DayField(required=False, allow_null=True, default=None)
    consent = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["until"] is not None and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError(_("It ends before it begins."))
        return attrs


class IPRecordForm(StrictForm):
    """A right besides the first. `territory` is a country's two letters, `holder` somebody else
    than the owner, whose consent is a day and a paper, or neither yet."""

    kind = serializers.ChoiceField(choices=list(IPKind))
    number = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    territory = serializers.RegexField(r"\A[A-Z]{2}\Z", max_length=2, required=False, default=CHINA)
    applied_on = DayField(required=False, allow_null=True, default=None)
    granted_on = DayField(required=False, allow_null=True, default=None)
    legal_status = serializers.ChoiceField(
        choices=list(LegalStatus), required=False, default="", allow_blank=True
    )
    next_fee_on = DayField(required=False, allow_null=True, default=None)
    holder = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    consented_on = DayField(required=False, allow_null=True, default=None)
    consent = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["consent"]) != (attrs["consented_on"] is not None):
            raise serializers.ValidationError(_("A consent has a day and a paper."))
        if attrs["consent"] and not attrs["holder"]:
            raise serializers.ValidationError(_("The owner's own right needs nobody's consent."))
        return attrs


class DossierChanges(StrictForm):
    """What the owner may say of the right besides. What is left out stays as it is."""

    maturity_evidence = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    maturity_on = DayField(required=False, allow_null=True)
    maturity_appraiser = serializers.CharField(max_length=200, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=10, required=False, allow_blank=True)
    scene = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    is_service = FlagField(required=False, allow_null=True)
    publicly_funded = FlagField(required=False, allow_null=True)
    funding_source = serializers.CharField(max_length=200, required=False, allow_blank=True)
    programme = serializers.CharField(max_length=200, required=False, allow_blank=True)
    applied_on = DayField(required=False, allow_null=True)
    granted_on = DayField(required=False, allow_null=True)
    legal_status = serializers.ChoiceField(choices=list(LegalStatus), required=False)
    next_fee_on = DayField(required=False, allow_null=True)
    export_class = serializers.ChoiceField(choices=list(ExportClass), required=False)
    secrecy_level = serializers.ChoiceField(choices=list(SecrecyLevel), required=False)
    decision = serializers.CharField(max_length=200, required=False, allow_blank=True)
    inventors = serializers.ListField(child=InventorForm(), required=False, max_length=MAX_PEOPLE)
    co_owners = serializers.ListField(child=CoOwnerForm(), required=False, max_length=MAX_PEOPLE)
    encumbrances = serializers.ListField(
        child=EncumbranceForm(), required=False, max_length=MAX_PEOPLE
    )
    ip_records = serializers.ListField(child=IPRecordForm(), required=False, max_length=MAX_PEOPLE)


class ConfirmedRecordForm(StrictForm):
    """What may have changed by itself of a further right."""

    id = WholeNumberField()
    legal_status = serializers.ChoiceField(choices=list(LegalStatus), required=False)
    next_fee_on = DayField(required=False)


class ConfirmForm(StrictForm):
    """What may have changed by itself since; `records` are further rights by their ids."""

    legal_status = serializers.ChoiceField(choices=list(LegalStatus), required=False)
    next_fee_on = DayField(required=False)
    records = serializers.ListField(
        child=ConfirmedRecordForm(), required=False, max_length=MAX_PEOPLE
    )


class WithShare(Serializer[Any]):
    """`share` is null for who is no insider."""

    share = serializers.SerializerMethodField()

    def get_share(self, row: Any) -> str | None:
        inside = self._context.get("is_inside") and row.share is not None
        return AmountField().to_representation(row.share) if inside else None


class InventorView(WithShare):
    name = serializers.CharField()


class WithPaper(Serializer[Any]):
    """`consent`, the paper, is empty for who is no insider."""

    consent = serializers.SerializerMethodField()

    def get_consent(self, row: Any) -> str:
        return str(row.consent) if self._context.get("is_inside") else ""


class CoOwnerView(WithPaper, WithShare):
    name = serializers.CharField()
    consented_on = DayField(allow_null=True)


class EncumbranceView(WithPaper):
    """What goes on after a transfer, and therefore concerns whoever buys."""

    kind = serializers.CharField()
    holder = serializers.CharField()
    since = DayField()
    until = DayField(allow_null=True)
    registration = serializers.CharField()
    released_on = DayField(allow_null=True)


class IPRecordView(WithPaper):
    """A right besides the one that the entry's own fields tell of."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.CharField()
    territory = serializers.CharField()
    applied_on = DayField(allow_null=True)
    granted_on = DayField(allow_null=True)
    legal_status = serializers.CharField()
    next_fee_on = DayField(allow_null=True)
    holder = serializers.CharField()
    consented_on = DayField(allow_null=True)


class DossierView(Serializer[Any]):
    """Shares and papers are for insiders: the owner, its bureau, the exchange and the office."""

    maturity_band = serializers.CharField()
    maturity_evidence = serializers.CharField()
    maturity_on = DayField(allow_null=True)
    maturity_appraiser = serializers.CharField()
    industry = serializers.CharField()
    scene = serializers.CharField()
    is_service = FlagField(allow_null=True)
    publicly_funded = FlagField(allow_null=True)
    funding_source = serializers.CharField()
    programme = serializers.CharField()
    applied_on = DayField(allow_null=True)
    granted_on = DayField(allow_null=True)
    legal_status = serializers.CharField()
    next_fee_on = DayField(allow_null=True)
    export_class = serializers.CharField()
    secrecy_level = serializers.CharField()
    decision = serializers.CharField()
    confirmed_on = DayField(allow_null=True)
    valid_until = DayField(allow_null=True)

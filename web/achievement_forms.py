"""The form by which a person lists an achievement: what the API takes, as people type it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organization
from accounts.permissions import OrganizationNotVerified
from core.models import choices
from marketplace.models import Achievement, CoOwner, Inventor, TechnologyField
from marketplace.rules import IPKind, MaturityScale
from marketplace.rules.achievements import HIGHEST_MATURITY, InvalidIPNumber, InvalidMaturity
from marketplace.rules.listing import (
    WHOLE,
    AskedMode,
    ExportClass,
    GrantedBeforeApplication,
    LegalStatus,
    PriceKind,
    SecrecyLevel,
)
from marketplace.rules.rights import RightTwice
from web.draft_forms import DraftForm, own_organization
from web.form_fields import (
    OptionalAmountField,
    PriceField,
    as_typed,
    day,
    line,
    paragraph,
    tick,
)
from web.rows import Row, Rows, Sheet
from web.templatetags.names import named

MOST_PEOPLE = 50
_CENT = Decimal("0.01")
_PLAIN = (
    *("title", "summary", "ip_kind", "ip_number", "applied_on", "granted_on", "legal_status"),
    *("next_fee_on", "maturity_scale", "maturity_level", "maturity_evidence", "maturity_on"),
    *("maturity_appraiser", "industry", "scene", "modes", "price_kind", "funding_source"),
    *("programme", "decision", "export_class", "secrecy_level", "detail", "contact"),
    *("registered_only", "detail_under_nda"),
)
_SAID = {True: "yes", False: "no", None: ""}


def _one_of(label: Any, words: Any, *, required: bool = False) -> forms.ChoiceField:
    """None is chosen beforehand: what is not known is not said."""
    listed = [("", "–"), *choices(words)]
    return forms.ChoiceField(label=label, choices=listed, required=required)


def _whether(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or not said."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda told: told == "yes",
        empty_value=None,
        required=False,
    )


def _share(label: Any, most: Decimal) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=5,
        decimal_places=2,
        min_value=_CENT,
        max_value=most,
        required=False,
    )


class AchievementForm(DraftForm):
    """What an entry says; what else it lacks is said when it is submitted."""

    places: ClassVar = {
        OrganizationNotVerified: "organization",
        InvalidIPNumber: "ip_number",
        RightTwice: "ip_number",
        InvalidMaturity: "maturity_level",
        GrantedBeforeApplication: "granted_on",
    }
    organization = own_organization(_("Owner"))
    title = forms.CharField(label=_("title"), max_length=200)
    field = forms.ChoiceField(label=_("Field"))
    city = forms.ChoiceField(label=_("City"), required=False)
    summary = paragraph(_("public summary"), 5000)
    ip_kind = _one_of(_("kind of right"), IPKind, required=True)
    ip_number = line(
        _("application number"), 40, help_text=_("As on the paper; know-how has none.")
    )
    applied_on = day(_("applied on"), required=False)
    granted_on = day(_("granted on"), required=False)
    legal_status = _one_of(_("legal status"), LegalStatus)
    next_fee_on = day(_("next fee due on"), required=False)
    maturity_scale = forms.ChoiceField(label=_("maturity scale"), choices=choices(MaturityScale))
    maturity_level = forms.IntegerField(
        label=_("maturity level"), min_value=1, max_value=max(HIGHEST_MATURITY.values())
    )
    maturity_evidence = paragraph(_("evidence of maturity"), 2000)
    maturity_on = day(_("maturity as of"), required=False)
    maturity_appraiser = line(_("appraiser of maturity"), 200)
    industry = line(_("industry code"), 10)
    scene = paragraph(_("scene of application"), 2000)
    modes = forms.MultipleChoiceField(
        label=_("asked modes"),
        choices=choices(AskedMode),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    price_kind = _one_of(_("kind of price"), PriceKind)
    asking_price = PriceField(label=_("asking price (CNY)"), required=False)
    cost_to_market = OptionalAmountField(label=_("cost until the market (CNY)"))
    preferred_city = forms.ChoiceField(label=_("preferred city"), required=False)
    is_service = _whether(_("service invention"))
    publicly_funded = _whether(_("paid for by public money"))
    funding_source = line(_("source of funding"), 200)
    programme = line(_("programme and its number"), 200)
    decision = line(_("decision of the unit"), 200)
    export_class = _one_of(_("export control class"), ExportClass)
    secrecy_level = _one_of(_("secrecy level"), SecrecyLevel)
    detail = paragraph(_("confidential detail"), 20000)
    contact = line(_("contact"), 200)
    detail_under_nda = tick(
        _("detail after an undertaking"),
        _("Who wants to read it first accepts a confidentiality undertaking."),
    )
    registered_only = tick(
        _("for verified organizations only"), _("Nobody else learns that the achievement exists.")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        organizations: Sequence[Organization],
        fields: Sequence[TechnologyField],
        cities: Sequence[City],
    ) -> None:
        super().__init__(data, initial=initial, organizations=organizations)
        self.choose_field_and_city(fields, cities, unsaid=_("Where the organization is"))
        places = [(one.code, named(one)) for one in cities]
        self.choose("preferred_city", [("", _("None")), *places])

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key and the people."""
        values = {name: said for name, said in self.cleaned_data.items() if name != "key"}
        if not values["city"]:
            del values["city"]
        values["preferred_city"] = values["preferred_city"] or None
        return {"organization_id": values.pop("organization"), **values}


class InventorRow(Row):
    """One of those who made it, in their order."""

    part = "inventor"
    called = _("Inventor {number}")

    name = line(_("name"), 100)
    share = _share(_("share (per cent)"), WHOLE)


class CoOwnerRow(Row):
    """Who owns the right too; its consent is a day and a paper, or neither yet."""

    part = "co-owner"
    called = _("Co-owner {number}")

    name = line(_("name"), 200)
    share = _share(_("share of the right (per cent)"), WHOLE - _CENT)
    consented_on = day(_("consented on"), required=False)
    consent = line(_("paper of the consent"), 200)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        day_is_said = said.get("consented_on") is not None
        if not self.errors and bool(said["consent"]) != day_is_said:
            self.add_error("consent", _("A consent has a day and a paper."))
        return said


class AchievementSheet(Sheet):
    """The whole form of an entry, with who made it and who owns it too."""

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        achievement: Achievement | None = None,
        **lists: Any,
    ) -> None:
        self.main = AchievementForm(data, initial=initial, **lists)
        made = [of_inventor(one) for one in achievement.inventors.all()] if achievement else []
        owned = [of_co_owner(one) for one in achievement.co_owners.all()] if achievement else []
        self.inventors = Rows(InventorRow, data, kept=made, most=MOST_PEOPLE, shown=2)
        self.co_owners = Rows(CoOwnerRow, data, kept=owned, most=MOST_PEOPLE, shown=0)
        self.groups = {"inventors": self.inventors, "co_owners": self.co_owners}


def filled_from(achievement: Achievement) -> dict[str, Any]:
    """An entry as it stands in the form."""
    preferred = achievement.preferred_city
    return {
        **{name: getattr(achievement, name) for name in _PLAIN},
        "asking_price": as_typed(achievement.asking_price),
        "cost_to_market": as_typed(achievement.cost_to_market),
        "is_service": _SAID[achievement.is_service],
        "publicly_funded": _SAID[achievement.publicly_funded],
        "organization": achievement.owner_id,
        "field": achievement.field.code,
        "city": achievement.city.code,
        "preferred_city": preferred.code if preferred else "",
    }


def of_inventor(kept: Inventor) -> dict[str, Any]:
    return {"name": kept.name, "share": kept.share}


def of_co_owner(kept: CoOwner) -> dict[str, Any]:
    told = ("name", "share", "consented_on", "consent")
    return {name: getattr(kept, name) for name in told}

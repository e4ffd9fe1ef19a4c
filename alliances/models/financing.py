"""An application for finance, whom it was routed to, what was offered, and what was paid."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.lifecycle import CaseState, FinanceState, MovementKind, OfferState
from alliances.models.members import AllianceMember
from alliances.models.products import FinanceProduct, SupportPolicy
from alliances.rules.apr import Repayment
from alliances.rules.credit import CaseDecline, Credit
from alliances.rules.products import PLEDGED, Case, ProductKind
from core.models import ByActor, choices
from marketplace.rules.clocks import Clock

_LIMITED = (FinanceState.APPROVED, FinanceState.DISBURSED, FinanceState.CLOSED)
_ZERO = Decimal(0)


def _amount(label: Any, **options: Any) -> Any:
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


class FinanceApplication(models.Model):
    """One need for money. The approved limit and what was drawn of it are both kept, in CNY.

    Its confidential data (`revenue` to `data_note`) are read by a member under consent alone.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    applicant = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("applicant"),
        on_delete=models.PROTECT,
        related_name="finance_applications",
    )
    kind = models.CharField(_("kind"), max_length=16, choices=choices(ProductKind))
    amount = _amount(_("amount (CNY)"))
    months = models.PositiveSmallIntegerField(_("term (months)"))
    purpose = models.TextField(_("purpose"), max_length=2000)
    field = models.ForeignKey(
        "marketplace.TechnologyField",
        verbose_name=_("field"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="+"
    )
    collateral = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("collateral"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    policy = models.ForeignKey(
        SupportPolicy,
        verbose_name=_("support policy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    pledge = models.OneToOneField(
        "marketplace.Encumbrance",
        verbose_name=_("pledge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    revenue = _amount(_("revenue of last year (CNY)"), null=True, blank=True)
    rd_spending = _amount(_("spent on research (CNY)"), null=True, blank=True)
    debts = _amount(_("debts (CNY)"), null=True, blank=True)
    data_note = models.TextField(_("confidential note"), max_length=5000, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(FinanceState), default=FinanceState.DRAFT
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    approved_limit = _amount(_("approved limit (CNY)"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    disbursed = _amount(_("disbursed (CNY)"), default=_ZERO)
    repaid = _amount(_("repaid (CNY)"), default=_ZERO)
    overdue_since = models.DateField(_("overdue since"), null=True, blank=True)
    was_overdue = models.BooleanField(_("was overdue"), default=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("application for finance")
        verbose_name_plural = _("applications for finance")
        constraints = [
            models.CheckConstraint(
                name="financeapplication_amounts_positive",
                condition=Q(amount__gt=0, months__gt=0, disbursed__gte=0, repaid__gte=0)
                & (Q(approved_limit=None) | Q(approved_limit__gt=0)),
            ),
            models.CheckConstraint(
                name="financeapplication_drawn_within_its_limit",
                condition=Q(disbursed=0)
                # An unknown comparison passes, so that the limit is asked for by itself.
                | Q(approved_limit__isnull=False, approved_limit__gte=F("disbursed")),
            ),
            models.CheckConstraint(
                name="financeapplication_limit_within_what_was_asked",
                condition=Q(approved_limit=None) | Q(approved_limit__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="financeapplication_repaid_within_what_was_drawn",
                condition=Q(repaid__lte=F("disbursed")),
            ),
            models.CheckConstraint(
                name="financeapplication_granted_with_a_limit",
                condition=~Q(state__in=_LIMITED)
                | Q(approved_limit__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="financeapplication_closed_is_repaid",
                condition=~Q(state=FinanceState.CLOSED)
                | Q(disbursed__gt=0, repaid=F("disbursed"), closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="financeapplication_pledged_kind_names_collateral",
                condition=~Q(kind__in=sorted(PLEDGED)) | Q(collateral__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="financeapplication_by_state")]

    def __str__(self) -> str:
        return self.code

    def case(self) -> Case:
        return Case(
            kind=ProductKind(self.kind),
            amount=self.amount,
            months=self.months,
            city=self.city.code,
            field=self.field.code,
            has_collateral=self.collateral_id is not None,
        )

    def credit(self) -> Credit:
        return Credit(FinanceState(self.state), self.approved_limit, self.disbursed, self.repaid)


class FinanceCase(models.Model):
    """An application at one member it was routed to, which answers by `due_at`."""

    application = models.ForeignKey(
        FinanceApplication,
        verbose_name=_("application for finance"),
        on_delete=models.PROTECT,
        related_name="cases",
    )
    member = models.ForeignKey(
        AllianceMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="cases"
    )
    product = models.ForeignKey(
        FinanceProduct,
        verbose_name=_("finance product"),
        on_delete=models.PROTECT,
        related_name="cases",
    )
    state = models.CharField(
        _("state"), max_length=12, choices=choices(CaseState), default=CaseState.WAITING
    )
    reason_code = models.CharField(
        _("reason"), max_length=20, choices=choices(CaseDecline), blank=True
    )
    reason = models.CharField(_("explanation"), max_length=1000, blank=True)
    routed_at = models.DateTimeField(_("routed at"))
    soon_at = models.DateTimeField(_("reminded from"))
    due_at = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                name="financecase_member_asked_once", fields=["application", "member"]
            ),
            models.CheckConstraint(
                name="financecase_declined_with_a_reason",
                condition=Q(state=CaseState.DECLINED) & ~Q(reason_code="")
                | ~Q(state=CaseState.DECLINED) & Q(reason_code=""),
            ),
            models.CheckConstraint(
                name="financecase_answered_has_its_time",
                condition=~Q(state__in=[CaseState.OFFERED, CaseState.DECLINED])
                | Q(answered_at__isnull=False),
            ),
        ]
        indexes = [
            # The sweep reads only this index.
            models.Index(
                fields=["soon_at"], name="financecase_waiting", condition=Q(state=CaseState.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.code} · {self.member.organization}"

    def clock(self) -> Clock:
        return Clock(self.soon_at, self.due_at)


class FinanceOffer(models.Model):
    """A member's offer to one application, once. `apr` is what it costs, per cent a year."""

    application = models.ForeignKey(
        FinanceApplication,
        verbose_name=_("application for finance"),
        on_delete=models.PROTECT,
        related_name="offers",
    )
    member = models.ForeignKey(
        AllianceMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="offers"
    )
    amount = _amount(_("amount (CNY)"))
    months = models.PositiveSmallIntegerField(_("term (months)"))
    rate = models.DecimalField(
        _("rate (per cent a year)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    repayment = models.CharField(
        _("repayment"), max_length=20, choices=choices(Repayment), blank=True
    )
    fee = _amount(_("fee (CNY)"), default=_ZERO)
    apr = models.DecimalField(
        _("APR (per cent)"), max_digits=10, decimal_places=4, null=True, blank=True
    )
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    valid_until = models.DateField(_("valid until"))
    state = models.CharField(
        _("state"), max_length=12, choices=choices(OfferState), default=OfferState.MADE
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    made_at = models.DateTimeField(_("made at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                name="financeoffer_member_offers_once", fields=["application", "member"]
            ),
            models.UniqueConstraint(
                name="financeoffer_one_is_accepted",
                fields=["application"],
                condition=Q(state=OfferState.ACCEPTED),
            ),
            models.CheckConstraint(
                name="financeoffer_amounts_positive",
                condition=Q(amount__gt=0, fee__gte=0, months__gt=0),
            ),
            models.CheckConstraint(
                name="financeoffer_rate_shown_as_apr",
                condition=Q(rate=None, apr=None, repayment="")
                | Q(rate__isnull=False, apr__isnull=False) & ~Q(repayment=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.code} · {self.member.organization}"


class DataConsent(models.Model):
    """The applicant lets one member read its confidential data, until it revokes that."""

    application = models.ForeignKey(
        FinanceApplication,
        verbose_name=_("application for finance"),
        on_delete=models.PROTECT,
        related_name="consents",
    )
    member = models.ForeignKey(
        AllianceMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="consents"
    )
    given_at = models.DateTimeField(_("given at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent to data")
        verbose_name_plural = _("consents to data")
        constraints = [
            models.UniqueConstraint(
                name="dataconsent_standing_once",
                fields=["application", "member"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="dataconsent_revoked_after_it_was_given",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.code} · {self.member.organization}"


class DataReading(models.Model):
    """That a member read the data of an application. Only ever added; the applicant sees it."""

    application = models.ForeignKey(
        FinanceApplication,
        verbose_name=_("application for finance"),
        on_delete=models.PROTECT,
        related_name="readings",
    )
    member = models.ForeignKey(
        AllianceMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client = models.CharField(_("API client"), max_length=100, blank=True)
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("reading of confidential data")
        verbose_name_plural = _("readings of confidential data")

    def __str__(self) -> str:
        return f"{self.application.code} {self.read_at:%Y-%m-%d}"


class FinanceMovement(ByActor):
    """Money that was paid out or back, in CNY. Only ever added."""

    application = models.ForeignKey(
        FinanceApplication,
        verbose_name=_("application for finance"),
        on_delete=models.PROTECT,
        related_name="movements",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(MovementKind))
    amount = _amount(_("amount (CNY)"))
    on = models.DateField(_("on"))
    reference = models.CharField(_("reference"), max_length=100)
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("movement of money")
        verbose_name_plural = _("movements of money")
        constraints = [
            models.CheckConstraint(
                name="financemovement_amount_positive", condition=Q(amount__gt=0)
            ),
            models.UniqueConstraint(
                name="financemovement_entered_once", fields=["application", "kind", "reference"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.code} {self.kind} {self.amount}"

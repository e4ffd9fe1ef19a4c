"""Achievements of research institutes and others, offered for transfer or licence."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import AchievementState
from marketplace.rules import HIGHEST_MATURITY, IPKind, MaturityScale
from marketplace.rules.achievements import MaturityBand, maturity_band
from marketplace.rules.disclosure import ACHIEVEMENT_NDA
from marketplace.rules.listing import (
    AskedMode,
    Dossier,
    EncumbranceKind,
    ExportClass,
    LegalStatus,
    PriceKind,
    SecrecyLevel,
    StandingRight,
)


class Achievement(models.Model):
    """A scientific or technological achievement with an owner and a right it rests on.

    `detail` and `contact` are its confidential part; `detail_under_nda` keeps the detail for who
    accepted the undertaking. A `registered_only` one is no outsider's business at all.
    """

    nda = ACHIEVEMENT_NDA

    code = models.CharField(_("code"), max_length=20, unique=True)
    owner = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    city = models.ForeignKey("accounts.City", verbose_name=_("city"), on_delete=models.PROTECT)
    field = models.ForeignKey(
        "marketplace.TechnologyField", verbose_name=_("field"), on_delete=models.PROTECT
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("public summary"), max_length=5000, blank=True)
    detail = models.TextField(_("confidential detail"), max_length=20000, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    registered_only = models.BooleanField(_("for verified organizations only"), default=False)
    detail_under_nda = models.BooleanField(_("detail after an undertaking"), default=False)
    modes = ArrayField(
        models.CharField(max_length=20, choices=choices(AskedMode)),
        verbose_name=_("asked modes"),
        default=list,
        blank=True,
    )
    price_kind = models.CharField(
        _("kind of price"), max_length=12, choices=choices(PriceKind), blank=True
    )
    asking_price = models.DecimalField(
        _("asking price (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    cost_to_market = models.DecimalField(
        _("cost until the market (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    preferred_city = models.ForeignKey(
        "accounts.City",
        verbose_name=_("preferred city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nobody looks things up by it
    )
    # The owner's own number for it, by which an import knows it again.
    external_id = models.CharField(_("own number"), max_length=64, blank=True)
    maturity_scale = models.CharField(
        _("maturity scale"), max_length=8, choices=choices(MaturityScale)
    )
    maturity_level = models.PositiveSmallIntegerField(_("maturity level"))
    ip_kind = models.CharField(_("kind of right"), max_length=16, choices=choices(IPKind))
    ip_number = models.CharField(_("application number"), max_length=40, blank=True)
    maturity_evidence = models.CharField(_("evidence of maturity"), max_length=2000, blank=True)
    maturity_on = models.DateField(_("maturity as of"), null=True, blank=True)
    maturity_appraiser = models.CharField(_("appraiser of maturity"), max_length=200, blank=True)
    industry = models.CharField(_("industry code"), max_length=10, blank=True)
    scene = models.CharField(_("scene of application"), max_length=2000, blank=True)
    # None where the owner did not say.
    is_service = models.BooleanField(_("service invention"), null=True, blank=True)
    publicly_funded = models.BooleanField(_("paid for by public money"), null=True, blank=True)
    funding_source = models.CharField(_("source of funding"), max_length=200, blank=True)
    programme = models.CharField(_("programme and its number"), max_length=200, blank=True)
    applied_on = models.DateField(_("applied on"), null=True, blank=True)
    granted_on = models.DateField(_("granted on"), null=True, blank=True)
    legal_status = models.CharField(
        _("legal status"), max_length=12, choices=choices(LegalStatus), blank=True
    )
    next_fee_on = models.DateField(_("next fee due on"), null=True, blank=True)
    export_class = models.CharField(
        _("export control class"), max_length=12, choices=choices(ExportClass), blank=True
    )
    secrecy_level = models.CharField(
        _("secrecy level"), max_length=8, choices=choices(SecrecyLevel), blank=True
    )
    decision = models.CharField(_("decision of the unit"), max_length=200, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reminded_on = models.DateField(_("owner reminded on"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=choices(AchievementState),
        default=AchievementState.DRAFT,
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.UniqueConstraint(
                name="achievement_external_id_once",
                fields=["owner", "external_id"],
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="achievement_maturity_on_its_scale",
                condition=Q(
                    maturity_scale=MaturityScale.TRL9,
                    maturity_level__range=(1, HIGHEST_MATURITY[MaturityScale.TRL9]),
                )
                | Q(
                    maturity_scale=MaturityScale.GRADE13,
                    maturity_level__range=(1, HIGHEST_MATURITY[MaturityScale.GRADE13]),
                ),
            ),
            models.CheckConstraint(
                name="achievement_number_unless_know_how",
                condition=Q(ip_kind=IPKind.KNOW_HOW, ip_number="")
                | (~Q(ip_kind=IPKind.KNOW_HOW) & ~Q(ip_number="")),
            ),
            models.CheckConstraint(
                name="achievement_granted_after_its_application",
                condition=Q(applied_on=None)
                | Q(granted_on=None)
                | Q(granted_on__gte=F("applied_on")),
            ),
            models.CheckConstraint(
                name="achievement_confirmed_for_a_time",
                condition=Q(confirmed_on=None, valid_until=None)
                # An unknown comparison passes, so that each is asked for by itself.
                | Q(
                    confirmed_on__isnull=False,
                    valid_until__isnull=False,
                    valid_until__gte=F("confirmed_on"),
                ),
            ),
            models.CheckConstraint(
                name="achievement_asking_price_positive",
                condition=Q(asking_price=None) | Q(asking_price__gt=0),
            ),
            models.CheckConstraint(
                name="achievement_cost_not_negative",
                condition=Q(cost_to_market=None) | Q(cost_to_market__gte=0),
            ),
            models.CheckConstraint(
                name="achievement_published_states_have_a_time",
                condition=~Q(
                    state__in=[
                        AchievementState.PUBLISHED,
                        AchievementState.RESERVED,
                        AchievementState.TRANSFERRED,
                    ]
                )
                | Q(published_at__isnull=False),
            ),
        ]
        indexes = [
            # The daily sweep reads only this index.
            models.Index(
                fields=["valid_until"],
                name="achievement_by_validity",
                condition=Q(state=AchievementState.PUBLISHED),
            ),
            models.Index(fields=["state", "-id"], name="achievement_by_state"),
            # Who may see which: a search asks it of thousands and reads no text for it.
            models.Index(
                fields=["id"],
                include=["state", "registered_only", "owner", "city", "published_at"],
                name="achievement_seen_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def holder_id(self) -> int:
        """Whose it is, as of a need: its owner."""
        return self.owner_id

    @property
    def public_title(self) -> str:
        """What whoever may not see the achievement at all is told instead of its title."""
        return self.code if self.registered_only else self.title

    @property
    def public_summary(self) -> str:
        return "" if self.registered_only else self.summary

    def dossier(self, today: date) -> Dossier:
        """What the rules of listing look at."""
        pledges = [one for one in self.encumbrances.all() if one.kind == EncumbranceKind.PLEDGE]
        standing = [one for one in pledges if one.stands_on(today)]
        co_owners = list(self.co_owners.all())
        return Dossier(
            today=today,
            rights=[self._first_right(), *(one.standing() for one in self.ip_records.all())],
            is_service=self.is_service,
            inventor_shares=[one.share for one in self.inventors.all()],
            consents=[one.consented_on is not None for one in co_owners],
            pledgee_consents=[bool(one.consent) for one in standing],
            publicly_funded=self.publicly_funded,
            programme=self.programme,
            price_kind=PriceKind(self.price_kind) if self.price_kind else None,
            asking_price=self.asking_price,
            co_owner_shares=[one.share for one in co_owners],
            export_class=ExportClass(self.export_class) if self.export_class else None,
            secrecy=SecrecyLevel(self.secrecy_level) if self.secrecy_level else None,
            under_nda=self.detail_under_nda,
            registered_only=self.registered_only,
        )

    def _first_right(self) -> StandingRight:
        status = LegalStatus(self.legal_status) if self.legal_status else None
        return StandingRight(legal_status=status, next_fee_on=self.next_fee_on)

    @property
    def maturity_band(self) -> MaturityBand:
        return maturity_band(MaturityScale(self.maturity_scale), self.maturity_level)

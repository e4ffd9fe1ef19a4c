"""Versions of the rules that lots are sold under, and the houses that may hold an auction."""

from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import Regime, ReserveMode
from auctions.rules.policy import IdentityMode, NoticeChannel, PolicyTerms, Rung
from core.models import choices


def _rate(label: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=5, decimal_places=4)  # type: ignore[arg-type]


class Policy(models.Model):
    """One version of the rules; never changed, because published lots are frozen to it."""

    code = models.CharField(_("version"), max_length=24, unique=True)
    regime = models.CharField(_("regime"), max_length=16, choices=choices(Regime))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))

    notice_days = models.PositiveIntegerField(_("notice (days)"))
    exhibition_days = models.PositiveIntegerField(_("exhibition (days)"))
    notice_channels = ArrayField(
        models.CharField(max_length=12, choices=choices(NoticeChannel)),
        verbose_name=_("notice channels"),
    )
    priority_notice_days_before_notice = models.PositiveIntegerField(
        _("notice to priority holders before the notice (days)")
    )
    bidding_window_hours = models.PositiveIntegerField(_("bidding window (hours)"))
    extension_window_s = models.PositiveIntegerField(_("extension window (seconds)"))
    extension_s = models.PositiveIntegerField(_("extension (seconds)"))
    extension_cap_s = models.PositiveIntegerField(
        _("extensions in all at most (seconds)"), null=True, blank=True
    )
    deposit_rate = _rate(_("deposit rate"))
    deposit_refund_hours = models.PositiveIntegerField(_("deposit refund within (hours)"))
    min_bidders = models.PositiveIntegerField(_("least number of bidders"))
    increment_rate = _rate(_("increment rate"))
    multiple_of_increment = models.BooleanField(_("whole steps only"))
    reserve_mode = models.CharField(_("reserve"), max_length=12, choices=choices(ReserveMode))
    start_price_floor_ratio = _rate(_("starting price, least share of the appraisal"))
    reauction_within_days = models.PositiveIntegerField(_("relisting within (days)"))
    reauction_notice_days = models.PositiveIntegerField(_("notice of a relisting (days)"))
    reauction_price_cut_max = _rate(_("greatest price cut of a relisting"))
    seller_commission_rate = _rate(_("seller's commission"))
    buyer_commission_rate = _rate(_("buyer's commission"))
    # Marginal steps [[up to CNY or null, rate], …]; empty where only the rates above count.
    commission_ladder = models.JSONField(_("commission ladder"), default=list, blank=True)
    publicity_days = models.PositiveIntegerField(_("publicity of agreed prices (days)"))
    reward_floor = _rate(_("least reward to contributors"))
    reward_floor_zhejiang = _rate(_("least reward to contributors in Zhejiang"))
    confirmation_days = models.PositiveIntegerField(_("confirmation signed within (working days)"))
    payment_days = models.PositiveIntegerField(_("payment within (working days)"))
    retention_years = models.PositiveIntegerField(_("records kept (years)"))
    identity_mode = models.CharField(
        _("bidders' identity"), max_length=20, choices=choices(IdentityMode)
    )
    idle_reminder_days = models.PositiveIntegerField(_("reminder of idle achievements (days)"))
    need_max_duration_months = models.PositiveIntegerField(_("longest duration of a need (months)"))

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["regime", "number"]
        constraints = [
            models.UniqueConstraint(fields=["regime", "number"], name="policy_number_once"),
            models.CheckConstraint(
                name="policy_auction_keeps_the_floors",
                condition=~Q(regime=Regime.AUCTION)
                | Q(
                    notice_days__gte=7,
                    exhibition_days__gte=2,
                    bidding_window_hours__gte=24,
                    reauction_notice_days__gte=7,
                    notice_channels__contains=[NoticeChannel.MEDIA],
                ),
            ),
            models.CheckConstraint(
                name="policy_keeps_the_common_floors",
                condition=Q(
                    min_bidders=1,
                    deposit_refund_hours__lte=24,
                    reauction_price_cut_max__lte="0.2",
                    publicity_days__gte=15,
                    retention_years__gte=5,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def terms(self) -> PolicyTerms:
        values = {field.name: getattr(self, field.name) for field in fields(PolicyTerms)}
        values["regime"] = Regime(self.regime)
        values["reserve_mode"] = ReserveMode(self.reserve_mode)
        values["identity_mode"] = IdentityMode(self.identity_mode)
        values["commission_ladder"] = tuple(
            Rung(None if up_to is None else Decimal(up_to), Decimal(rate))
            for up_to, rate in self.commission_ladder
        )
        values["notice_channels"] = tuple(map(NoticeChannel, self.notice_channels))
        return PolicyTerms(**values)


@cache
def policy_of(policy_id: int) -> Policy:
    """A version of the rules; the database keeps it as it is, so it is read once."""
    return Policy.objects.get(pk=policy_id)


class _ReadOnce(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    def get_object(self, instance: models.Model) -> Policy:
        return policy_of(getattr(instance, self.field.attname))


class PolicyKey(models.ForeignKey[Policy, Policy]):
    """Points at a version of the rules; nobody has to join it, because each is read once."""

    forward_related_accessor_class = _ReadOnce

    def deconstruct(self) -> Any:
        """A foreign key like any other, as far as the database goes."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


class AuctionHouse(models.Model):
    """An organization with a licence to hold auctions (拍卖法 arts. 11, 12)."""

    organization = models.OneToOneField(
        "accounts.Organization",
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="auction_house",
    )
    licence_number = models.CharField(_("licence number"), max_length=60, unique=True)
    licensed_from = models.DateField(_("licensed from"))
    licensed_until = models.DateField(_("licensed until"))

    class Meta:
        verbose_name = _("auction house")
        verbose_name_plural = _("auction houses")
        constraints = [
            models.CheckConstraint(
                name="auctionhouse_licence_ends_after_start",
                condition=Q(licensed_until__gte=F("licensed_from")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)


class Auctioneer(models.Model):
    """A person with a national certificate who presides for a house (拍卖法 arts. 14 to 16)."""

    house = models.ForeignKey(
        AuctionHouse,
        verbose_name=_("auction house"),
        on_delete=models.PROTECT,
        related_name="auctioneers",
    )
    name = models.CharField(_("name"), max_length=60)
    certificate_number = models.CharField(_("certificate number"), max_length=60, unique=True)
    user = models.OneToOneField(
        "accounts.User",
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="auctioneer",
    )

    class Meta:
        verbose_name = _("auctioneer")
        verbose_name_plural = _("auctioneers")

    def __str__(self) -> str:
        return f"{self.name} ({self.certificate_number})"

"""What was agreed: the one record every way of trading ends in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import choices
from marketplace.lifecycle import DealState


class PricingMethod(models.TextChoices):
    """How the price came about (促进科技成果转化法 art. 18)."""

    AGREEMENT = "agreement", _("agreed price")
    LISTING = "listing", _("listing")
    AUCTION = "auction", _("auction")
    BIDDING = "bidding", _("online bidding")


class Channel(models.TextChoices):
    """Where it came about."""

    ONSITE = "onsite", _("on site")
    ONLINE_365 = "online_365", _("year-round trading")
    NEED_RESPONSE = "need_response", _("response to a need")
    OFF_SESSION = "off_session", _("negotiated outside the sessions")


class TransferMode(models.TextChoices):
    """How the achievement is put to use (沪科规〔2025〕2号 art. 2, 民法典 863)."""

    TRANSFER = "transfer", _("transfer of the right")
    LICENSE_EXCLUSIVE = "license_exclusive", _("exclusive licence")
    LICENSE_SOLE = "license_sole", _("sole licence")
    LICENSE_ORDINARY = "license_ordinary", _("ordinary licence")
    EQUITY = "equity", _("contribution as equity")
    DEVELOPMENT = "development", _("technology development")
    CONSULTING = "consulting", _("technology consulting")
    SERVICE = "service", _("technology service")


_BIDS = (PricingMethod.AUCTION, PricingMethod.BIDDING)
_UNDER_WAY = (DealState.PROPOSED, DealState.PUBLICISED)
_ONCE_FORMED = (DealState.FORMED, DealState.DEFAULTED, DealState.RESCINDED)


class Deal(models.Model):
    """A contract, with or without a bid: formed, or proposed and on its way to being formed.

    What bids or an accepted response bring about is formed from the start. An agreed price or a
    listing is proposed with its evidence, may be publicised, and is formed when its counterparty
    confirms it; until then it has no time of formation and counts nowhere.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
    )
    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
        db_index=False,  # `deal_by_need`
    )
    seller = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("seller"),
        on_delete=models.PROTECT,
        related_name="sales",
    )
    buyer = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("buyer"),
        on_delete=models.PROTECT,
        related_name="purchases",
    )
    price = models.DecimalField(_("price (CNY)"), max_digits=18, decimal_places=2)
    method = models.CharField(_("pricing method"), max_length=12, choices=PricingMethod.choices)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    mode = models.CharField(
        pgettext_lazy("Deal", "mode"), max_length=20, choices=TransferMode.choices, blank=True
    )
    evidence = models.TextField(_("evidence"), max_length=5000, blank=True)
    conditions = models.TextField(_("published conditions"), max_length=2000, blank=True)
    related_party = models.BooleanField(_("related party"), default=False)
    relation = models.CharField(_("relation"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(DealState), default=DealState.FORMED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"), null=True, blank=True)
    formed_at = models.DateTimeField(_("formed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(name="deal_price_positive", condition=Q(price__gt=0)),
            models.CheckConstraint(
                name="deal_between_two_parties", condition=~Q(seller=F("buyer"))
            ),
            models.CheckConstraint(
                name="deal_is_about_something",
                condition=Q(achievement__isnull=False) | Q(need__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_formed_states_have_a_time",
                condition=Q(state__in=_ONCE_FORMED, formed_at__isnull=False)
                | Q(~Q(state__in=_ONCE_FORMED), formed_at=None),
            ),
            # Bids and accepted responses are evidence themselves; what is entered brings its own.
            models.CheckConstraint(
                name="deal_proposed_with_mode_and_evidence",
                condition=Q(~Q(state__in=(*_UNDER_WAY, DealState.STOPPED)), proposed_at=None)
                | Q(~Q(mode=""), ~Q(evidence=""), proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_won_by_bids_is_never_proposed",
                condition=~Q(method__in=_BIDS) | Q(proposed_at=None),
            ),
            # It is formed when the conditions are met that the exchange published
            # (合同编通则解释 art. 4 (3)): a listing that names none could never be.
            models.CheckConstraint(
                name="deal_listed_names_its_conditions",
                condition=~Q(method=PricingMethod.LISTING) | ~Q(conditions=""),
            ),
            models.CheckConstraint(
                name="deal_listed_or_won_is_about_an_achievement",
                condition=Q(method=PricingMethod.AGREEMENT) | Q(achievement__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_won_on_site_or_on_the_list",
                condition=~Q(method__in=_BIDS)
                | Q(channel__in=[Channel.ONSITE, Channel.ONLINE_365]),
            ),
            models.CheckConstraint(
                name="deal_response_names_its_need",
                condition=~Q(channel=Channel.NEED_RESPONSE) | Q(need__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_related_party_says_how",
                condition=Q(related_party=False, relation="")
                | Q(~Q(relation=""), related_party=True),
            ),
            models.UniqueConstraint(
                name="deal_under_way_once_per_achievement",
                fields=["achievement"],
                condition=Q(state__in=_UNDER_WAY),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="deal_by_state"),
            # Most deals are of no need: ten thousand lots that end at once write no row here.
            models.Index(fields=["need"], name="deal_by_need", condition=Q(need__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.code

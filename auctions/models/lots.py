"""Lots, and what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auctions.lifecycle import FloorState, LotFormat, LotState, Outcome, Regime, ReserveMode
from auctions.models.lot_statements import SAVE_STANDINGS
from auctions.models.policies import Auctioneer, AuctionHouse, PolicyKey
from auctions.models.sessions import AuctionSession
from auctions.rules import hall
from auctions.rules.ascending import Standing, Terms, phase
from auctions.rules.phases import Announcement, Phase, hall_phase
from core.db import Statement, as_json
from core.models import choices

_STANDING = ("closes_at", "price", "leader_id", "bid_count", "last_bid_at", "head_hash", "floor")


class Lot(models.Model):
    """One achievement under the hammer: the terms of the notice and the current standing.

    Nobody looks for lots by their policy, house, auctioneer or leader, and each index is one
    more row to write at every close. The leader's one would be at every bid, too.

    The terms are frozen when the lot is published. The standing (`closes_at` to
    `head_hash`) is written only by `bidding` and `closing`, under the lot's row lock.
    """

    code = models.CharField(_("lot number"), max_length=20, unique=True)
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.PROTECT,
        related_name="lots",
    )
    consignor = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("consignor"),
        on_delete=models.PROTECT,
        related_name="consigned_lots",
    )
    title = models.CharField(_("title"), max_length=200)
    format = models.CharField(
        _("format"), max_length=12, choices=choices(LotFormat), default=LotFormat.ENGLISH
    )
    state = models.CharField(
        _("state"), max_length=12, choices=choices(LotState), default=LotState.DRAFT
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    policy = PolicyKey(
        "auctions.Policy",
        verbose_name=_("policy"),
        on_delete=models.PROTECT,
        related_name="lots",
        db_index=False,
    )
    rules_version = models.CharField(_("rules version"), max_length=40)
    # A lot of a flagship or special session is sold in the hall; see `RunningOrderEntry`.
    session = models.ForeignKey(
        "auctions.AuctionSession",
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lots",
        db_index=False,  # `lot_by_session`
    )
    house = models.ForeignKey(
        "auctions.AuctionHouse",
        verbose_name=_("auction house"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lots",
        db_index=False,
    )
    auctioneer = models.ForeignKey(
        "auctions.Auctioneer",
        verbose_name=_("auctioneer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lots",
        db_index=False,
    )
    media_notice = models.CharField(
        _("news medium that carries the notice"), max_length=200, blank=True
    )
    reserve_mode = models.CharField(
        _("reserve"),
        max_length=12,
        choices=choices(ReserveMode),
        default=ReserveMode.EQUALS_START,
    )
    # A relisting is a new lot: the round after `previous_lot`.
    previous_lot = models.ForeignKey(
        "self",
        verbose_name=_("previous round"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="next_rounds",
        db_index=False,  # `lot_relisted_once`
    )
    round = models.PositiveIntegerField(_("round"), default=1)

    starting_price = models.DecimalField(_("starting price (CNY)"), max_digits=18, decimal_places=2)
    increment = models.DecimalField(_("increment (CNY)"), max_digits=18, decimal_places=2)
    deposit_amount = models.DecimalField(_("deposit (CNY)"), max_digits=18, decimal_places=2)
    exhibition_at = models.DateTimeField(_("start of the exhibition"), null=True, blank=True)
    opens_at = models.DateTimeField(_("opening time"))
    # A lot that is sold in the hall has no clock: none of the three times below.
    scheduled_close = models.DateTimeField(_("closing time in the notice"), null=True, blank=True)
    latest_close = models.DateTimeField(_("latest close"), null=True, blank=True)
    extension_window_s = models.PositiveIntegerField(_("extension window (seconds)"), default=300)
    extension_s = models.PositiveIntegerField(_("extension (seconds)"), default=300)

    # Moves later with late bids, and by the bidding time that suspensions took.
    closes_at = models.DateTimeField(_("closing time"), null=True, blank=True)
    suspended_for = models.DurationField(_("suspended for"), default=timedelta(0))
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)
    floor = models.CharField(
        _("floor"),
        max_length=12,
        choices=choices(FloorState),
        default=FloorState.WAITING,
    )
    price = models.DecimalField(
        _("current price (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    leader = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("leading paddle"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    bid_count = models.PositiveIntegerField(pgettext_lazy("count", "bids"), default=0)
    last_bid_at = models.DateTimeField(_("last bid"), null=True, blank=True)
    head_hash = models.CharField(_("head of the chain"), max_length=64, blank=True)

    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    deal = models.OneToOneField(
        "marketplace.Deal",
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(
                name="lot_has_a_clock_or_a_floor",
                condition=Q(scheduled_close=None, closes_at=None, latest_close=None)
                | Q(
                    scheduled_close__isnull=False, closes_at__isnull=False, floor=FloorState.WAITING
                ),
            ),
            models.CheckConstraint(
                name="lot_without_a_clock_has_a_session",
                condition=Q(scheduled_close__isnull=False) | Q(session__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state=LotState.PUBLISHED) & ~Q(floor=FloorState.WAITING),
                name="lot_one_open_floor_a_session",
            ),
            # What the running order points at: a lot together with its session.
            models.UniqueConstraint(fields=["id", "session"], name="lot_is_of_one_session"),
            models.CheckConstraint(
                name="lot_exhibition_before_opening",
                condition=Q(exhibition_at=None) | Q(exhibition_at__lte=F("opens_at")),
            ),
            models.CheckConstraint(
                name="lot_round_follows_a_lot",
                condition=Q(previous_lot=None, round=1)
                | Q(previous_lot__isnull=False, round__gt=1),
            ),
            models.UniqueConstraint(
                fields=["previous_lot"],
                condition=~Q(state=LotState.WITHDRAWN) & Q(previous_lot__isnull=False),
                name="lot_relisted_once",
            ),
            models.CheckConstraint(
                name="lot_auctioneer_of_a_house",
                condition=Q(auctioneer=None) | Q(house__isnull=False),
            ),
            models.CheckConstraint(
                name="lot_times_in_order",
                condition=Q(opens_at__lt=F("scheduled_close"))
                & Q(scheduled_close__lte=F("closes_at"))
                & (Q(latest_close=None) | Q(closes_at__lte=F("latest_close") + F("suspended_for"))),
            ),
            models.CheckConstraint(
                name="lot_suspended_for_a_while",
                condition=Q(suspended_for=timedelta(0))
                | Q(suspended_for__gt=timedelta(0), resumed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lot_amounts_positive",
                condition=Q(starting_price__gt=0, increment__gt=0, deposit_amount__gte=0),
            ),
            models.CheckConstraint(
                name="lot_price_and_leader_together",
                condition=Q(price=None, leader=None, bid_count=0, last_bid_at=None)
                | Q(
                    price__isnull=False,  # a NULL price would pass the next line
                    price__gte=F("starting_price"),
                    leader__isnull=False,
                    bid_count__gt=0,
                    last_bid_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="lot_published_has_time_and_chain",
                condition=~Q(
                    state__in=[
                        LotState.PUBLISHED,
                        LotState.SUSPENDED,
                        LotState.CLOSED,
                        LotState.VOID,
                        LotState.DEFAULTED,
                    ]
                )
                | (Q(published_at__isnull=False) & ~Q(head_hash="")),
            ),
            models.UniqueConstraint(
                fields=["achievement"],
                condition=Q(state__in=[LotState.PUBLISHED, LotState.SUSPENDED]),
                name="lot_achievement_on_sale_once",
            ),
        ]
        indexes = [
            models.Index(fields=["session"], name="lot_by_session", condition=~Q(session=None)),
            # The closing sweep reads only this index.
            models.Index(
                fields=["closes_at"], name="lot_due", condition=Q(state=LotState.PUBLISHED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def presiding_house(self) -> AuctionHouse | None:
        """The licensed house that holds the auction: the lot's own, or else its session's.

        Over what the exchange sells under its own rules no house presides, whoever has the hall.
        """
        return self._host.house if self._host else None

    @property
    def presiding_house_id(self) -> int | None:
        return self._host.house_id if self._host else None

    @property
    def presiding_auctioneer(self) -> Auctioneer | None:
        """The auctioneer the lot names, or else the session's if it is of the same house."""
        return self._podium.auctioneer if self._podium else None

    @property
    def presiding_auctioneer_id(self) -> int | None:
        return self._podium.auctioneer_id if self._podium else None

    @property
    def _host(self) -> "Lot | AuctionSession | None":
        if self.policy.regime != Regime.AUCTION:
            return None
        return self if self.house_id is not None else self.session

    @property
    def _podium(self) -> "Lot | AuctionSession | None":
        host = self._host
        if host is None or host.auctioneer_id is not None or self.session is None:
            return host
        return self.session if self.session.house_id == host.house_id else host

    @property
    def is_called_auction(self) -> bool:
        """Whether the word 拍卖 may be used: without a house it is 竞价 (拍卖法 arts. 11, 60)."""
        return self.presiding_house_id is not None

    @property
    def is_sold_in_hall(self) -> bool:
        """Ended by the hammer, not by a clock."""
        return self.scheduled_close is None

    @property
    def whole_steps(self) -> bool:
        return self.policy.multiple_of_increment

    def terms(self) -> Terms:
        """The terms of a timed lot; one that is sold in the hall has `hall_terms`."""
        if self.scheduled_close is None:
            raise ValueError("a lot that is sold in the hall has no clock")
        return Terms(
            opens_at=self.opens_at,
            closes_at=self.scheduled_close,
            latest_close=self.latest_close,
            starting_price=self.starting_price,
            increment=self.increment,
            extension_window=timedelta(seconds=self.extension_window_s),
            extension=timedelta(seconds=self.extension_s),
            whole_steps=self.whole_steps,
            exhibition_at=self.exhibition_at,
            exhibition_ends_at=self.exhibition_ends_at,
        )

    def hall_terms(self) -> hall.Terms:
        if self.session is None:
            raise ValueError("a lot outside of a session has a clock")
        return hall.Terms(
            session=self.session.code,
            opens_at=self.opens_at,
            starting_price=self.starting_price,
            increment=self.increment,
            whole_steps=self.whole_steps,
            exhibition_at=self.exhibition_at,
            exhibition_ends_at=self.exhibition_ends_at,
        )

    @property
    def is_extended(self) -> bool:
        """Whether late bids moved the end, besides what suspensions gave back."""
        return self.scheduled_close is not None and self.closes_at != (
            self.scheduled_close + self.suspended_for
        )

    @property
    def exhibition_ends_at(self) -> datetime | None:
        if self.exhibition_at is None:
            return None
        return self.exhibition_at + timedelta(days=self.policy.exhibition_days)

    def standing(self) -> Standing:
        if self.closes_at is None:
            raise ValueError("a lot that is sold in the hall has no clock")
        return Standing(
            closes_at=self.closes_at,
            price=self.price,
            leader_id=self.leader_id,
            bid_count=self.bid_count,
            last_bid_at=self.last_bid_at,
            suspended_for=self.suspended_for,
            resumed_at=self.resumed_at,
        )

    def hall_standing(self) -> hall.Standing:
        return hall.Standing(
            floor=FloorState(self.floor),
            price=self.price,
            leader_id=self.leader_id,
            bid_count=self.bid_count,
            last_bid_at=self.last_bid_at,
            resumed_at=self.resumed_at,
        )

    def set_standing(self, standing: Standing | hall.Standing) -> None:
        """Take over a standing; the caller holds the lock and saves it."""
        if isinstance(standing, hall.Standing):
            self.floor = standing.floor
        else:
            self.suspended_for = standing.suspended_for
        self.resumed_at = standing.resumed_at
        self.closes_at = standing.closes_at
        self.price = standing.price
        self.leader_id = standing.leader_id
        self.bid_count = standing.bid_count
        self.last_bid_at = standing.last_bid_at

    @classmethod
    def saving_standings(cls, lots: Sequence["Lot"]) -> Statement:
        """The statement that writes the standings of lots that the caller holds locked."""
        rows = [{name: getattr(lot, name) for name in ("id", *_STANDING)} for lot in lots]
        return SAVE_STANDINGS, [as_json(rows)]

    def phase_at(self, now: datetime) -> Phase:
        # A withdrawn lot has no result row; a closed one always has.
        result = getattr(self, "result", None) if self.state == LotState.CLOSED else None
        outcome = Outcome(result.outcome) if result else None
        if self.is_sold_in_hall:
            announcement = Announcement(self.opens_at, self.exhibition_at, self.exhibition_ends_at)
            floor = FloorState(self.floor)
            return hall_phase(LotState(self.state), announcement, floor, now, outcome)
        return phase(LotState(self.state), self.terms(), self.standing(), now, outcome)

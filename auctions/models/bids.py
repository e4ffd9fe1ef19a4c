"""The ledger of accepted bids, and the memory of refused ones. Both append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import BidKind, BidSource
from auctions.rules.ledger import Entry
from core.models import ByActor, choices


class ByBidder(ByActor):
    """Nobody looks for bids by who entered them: an index would be one more row to write."""

    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True


class Bid(ByBidder):
    """An accepted bid: irrevocable (拍卖法 art. 36), numbered, timed and chained.

    The constraints' indexes find a lot's bids and a bidder's; others would find a key by reading
    all the bids of its bidder.
    """

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="bids",
        db_index=False,
    )
    number = models.PositiveIntegerField(_("number"))
    registration = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("paddle"),
        on_delete=models.PROTECT,
        related_name="bids",
        db_index=False,
    )
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)
    received_at = models.DateTimeField(_("arrived"))
    placed_at = models.DateTimeField(_("placed"))  # the instant the lot's lock was granted
    # Both empty in the hall, where no clock ends the bidding.
    closes_at_before = models.DateTimeField(_("end before"), null=True, blank=True)
    closes_at = models.DateTimeField(_("end after"), null=True, blank=True)
    source = models.CharField(
        _("source"), max_length=8, choices=choices(BidSource), default=BidSource.ONLINE
    )
    kind = models.CharField(
        _("kind"), max_length=5, choices=choices(BidKind), default=BidKind.RAISE
    )
    key = models.UUIDField(_("idempotency key"))
    previous_hash = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        ordering = ["lot", "number"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="bid_number_once_a_lot"),
            # A priority match equals the price it matches.
            models.UniqueConstraint(
                fields=["lot", "amount"],
                condition=Q(kind=BidKind.RAISE),
                name="bid_amount_once_a_lot",
            ),
            models.UniqueConstraint(fields=["registration", "key"], name="bid_key_once"),
            models.CheckConstraint(name="bid_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bid_in_time",
                condition=Q(closes_at_before=None, closes_at=None)
                | Q(closes_at__isnull=False, placed_at__lt=F("closes_at_before")),
            ),
            models.CheckConstraint(
                name="bid_never_shortens", condition=Q(closes_at__gte=F("closes_at_before"))
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    def entry(self, *, lot_code: str, paddle: str) -> Entry:
        """The public content that is hashed; code and paddle are given to spare their queries."""
        return Entry(
            lot=lot_code,
            number=self.number,
            paddle=paddle,
            amount=self.amount,
            received_at=self.received_at,
            placed_at=self.placed_at,
            closes_at_before=self.closes_at_before,
            closes_at=self.closes_at,
            source=BidSource(self.source),
            kind=BidKind(self.kind),
        )


class RefusedBid(ByBidder):
    """An attempt that was refused, kept as evidence and to answer its repetition alike.

    A bidder's are found by the constraint's index.
    """

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="refused_bids",
    )
    registration = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("paddle"),
        on_delete=models.PROTECT,
        related_name="refused_bids",
        db_index=False,
    )
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)
    received_at = models.DateTimeField(_("arrived"))
    refused_at = models.DateTimeField(_("refused at"))
    # In time by its arrival, late by the lock: a counted incident.
    was_overtaken = models.BooleanField(_("arrived before the end"), default=False)
    code = models.CharField(_("refusal"), max_length=40)
    facts = models.JSONField(_("facts"), default=dict)
    key = models.UUIDField(_("idempotency key"))

    class Meta:
        verbose_name = _("refused bid")
        verbose_name_plural = _("refused bids")
        constraints = [
            models.UniqueConstraint(fields=["registration", "key"], name="refusedbid_key_once"),
        ]

    def __str__(self) -> str:
        return f"¥{self.amount:,.2f}"

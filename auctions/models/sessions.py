"""Sessions: the annual flagship, the special ones, the year's list; and their running orders."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import IN_A_HALL, SessionKind, SessionState
from core.models import choices
from marketplace.models import Achievement


class AuctionSession(models.Model):
    """A sale under one roof and one title: a hall with an auctioneer, or a list of the year.

    The lots of a flagship or special session are sold by the hammer and have no clock.
    """

    code = models.CharField(_("session number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=choices(SessionKind))
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="+"
    )
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("start"))
    state = models.CharField(
        _("state"), max_length=12, choices=choices(SessionState), default=SessionState.PLANNED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    house = models.ForeignKey(
        "auctions.AuctionHouse",
        verbose_name=_("auction house"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    auctioneer = models.ForeignKey(
        "auctions.Auctioneer",
        verbose_name=_("auctioneer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    # The end of a flagship session ends a trading cycle (auctions.rules.cycles).
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                name="auctionsession_hall_has_a_venue",
                condition=Q(kind=SessionKind.ONLINE_365) | ~Q(venue=""),
            ),
            models.CheckConstraint(
                name="auctionsession_auctioneer_of_a_house",
                condition=Q(auctioneer=None) | Q(house__isnull=False),
            ),
            models.CheckConstraint(
                name="auctionsession_times_fit_the_state",
                condition=Q(
                    state=SessionState.PLANNED,
                    published_at=None,
                    started_at=None,
                    finished_at=None,
                )
                | Q(
                    state=SessionState.PUBLISHED,
                    published_at__isnull=False,
                    started_at=None,
                    finished_at=None,
                )
                | Q(
                    state=SessionState.RUNNING,
                    published_at__isnull=False,
                    started_at__isnull=False,
                    finished_at=None,
                )
                | Q(
                    state=SessionState.FINISHED,
                    published_at__isnull=False,
                    started_at__isnull=False,
                    finished_at__isnull=False,
                )
                | Q(state=SessionState.CANCELLED, started_at=None, finished_at=None),
            ),
            models.CheckConstraint(
                name="auctionsession_never_ends_before_its_start",
                condition=Q(finished_at__gte=F("started_at")),
            ),
            # A cycle ends with a flagship: two at once would leave one cycle without a length.
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=SessionKind.FLAGSHIP, state=SessionState.RUNNING),
                name="auctionsession_one_flagship_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(kind=SessionKind.FLAGSHIP),
                name="auctionsession_flagships_end_one_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_in_a_hall(self) -> bool:
        return self.kind in IN_A_HALL


class RunningOrderEntry(models.Model):
    """One item of a session's running order: a lot to sell, or an agreed deal to be signed."""

    session = models.ForeignKey(
        AuctionSession,
        verbose_name=_("session"),
        on_delete=models.PROTECT,
        related_name="entries",
    )
    position = models.PositiveIntegerField(_("position"))
    # Of one session at a time: moving a lot moves its entry.
    lot = models.OneToOneField(
        "auctions.Lot",
        verbose_name=_("lot"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entry",
    )
    deal = models.OneToOneField(
        "marketplace.Deal",
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # The item that was called up last is the one the hall is at.
    called_up_at = models.DateTimeField(_("called up at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of the running order")
        verbose_name_plural = _("running order")
        ordering = ["session", "position"]
        constraints = [
            # Checked at the end of a statement, so that one statement can move many.
            models.UniqueConstraint(
                fields=["session", "position"],
                deferrable=models.Deferrable.IMMEDIATE,
                name="runningorderentry_position_once",
            ),
            models.CheckConstraint(
                name="runningorderentry_position_from_one", condition=Q(position__gt=0)
            ),
            models.CheckConstraint(
                name="runningorderentry_lot_or_deal",
                condition=Q(lot__isnull=False, deal=None) | Q(lot=None, deal__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}"

    @property
    def achievement(self) -> Achievement | None:
        """What is sold, if it is an achievement."""
        if self.lot is not None:
            return self.lot.achievement
        return self.deal.achievement if self.deal is not None else None

    @property
    def subject(self) -> str:
        """What the item is about; who trades it for how much is not said here."""
        if self.lot is not None:
            return self.lot.title
        about = self.deal and (self.deal.achievement or self.deal.need)
        return about.public_title if about else ""

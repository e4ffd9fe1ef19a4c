"""The transformation fund: its targets, its committee, the votes and the cities' shares."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from alliances.lifecycle import FundState
from alliances.rules.fund import Tally, tally
from core.models import choices

_VOTED_ON = (FundState.COMMITTEE, FundState.INVESTED, FundState.EXITED)
_PAID = (FundState.INVESTED, FundState.EXITED)


class CommitteeSeat(models.Model):
    """Who sits on the fund's committee (投资决策委员会) from a day to a day, both included."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="committee_seats",
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("seat on the committee")
        verbose_name_plural = _("seats on the committee")
        constraints = [
            models.CheckConstraint(
                name="committeeseat_ends_after_its_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="committeeseat_one_a_person_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"), F("ends_on"), models.Value("[]"), function="DATERANGE"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on} – {self.ends_on}"


class FundProject(models.Model):
    """A target of the fund; `amount` is what was invested, in CNY, shared out among cities."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="fund_projects",
    )
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    field = models.ForeignKey(
        "marketplace.TechnologyField",
        verbose_name=_("field"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="+"
    )
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(FundState), default=FundState.POOL
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    pooled_at = models.DateTimeField(_("pooled at"))
    # The farthest it came, which a dropped target keeps.
    reached = models.CharField(
        _("reached"), max_length=12, choices=choices(FundState), default=FundState.POOL
    )
    seats = models.PositiveSmallIntegerField(_("seats of the committee"), null=True, blank=True)
    # Who sat there when it was put before the committee: a seat that changes hands votes once.
    committee = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("committee"), blank=True, related_name="+"
    )
    amount = models.DecimalField(
        _("invested (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    invested_on = models.DateField(_("invested on"), null=True, blank=True)
    proceeds = models.DecimalField(
        _("proceeds (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    exited_on = models.DateField(_("exited on"), null=True, blank=True)

    class Meta:
        verbose_name = _("fund project")
        verbose_name_plural = _("fund projects")
        constraints = [
            models.CheckConstraint(
                name="fundproject_voted_on_by_seats",
                condition=~Q(state__in=_VOTED_ON) | Q(seats__isnull=False, seats__gte=3),
            ),
            models.CheckConstraint(
                name="fundproject_invested_with_amount_and_day",
                condition=Q(
                    state__in=_PAID,
                    amount__isnull=False,
                    amount__gt=0,
                    invested_on__isnull=False,
                )
                | ~Q(state__in=_PAID) & Q(amount=None, invested_on=None),
            ),
            models.CheckConstraint(
                name="fundproject_exited_with_proceeds_and_day",
                condition=Q(
                    state=FundState.EXITED,
                    proceeds__isnull=False,
                    proceeds__gte=0,
                    exited_on__isnull=False,
                    exited_on__gte=F("invested_on"),
                )
                | ~Q(state=FundState.EXITED) & Q(proceeds=None, exited_on=None),
            ),
            models.UniqueConstraint(
                name="fundproject_achievement_pooled_once",
                fields=["achievement"],
                condition=~Q(state=FundState.DROPPED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def tally(self) -> Tally:
        return tally(self.seats or 0, [one.in_favour for one in self.votes.all()])


class FundVote(models.Model):
    """How a member of the committee voted. Only ever added."""

    project = models.ForeignKey(
        FundProject, verbose_name=_("fund project"), on_delete=models.PROTECT, related_name="votes"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    in_favour = models.BooleanField(_("in favour"))
    note = models.CharField(_("note"), max_length=1000, blank=True)
    voted_at = models.DateTimeField(_("voted at"))

    class Meta:
        verbose_name = _("vote of the committee")
        verbose_name_plural = _("votes of the committee")
        constraints = [
            models.UniqueConstraint(name="fundvote_once_a_person", fields=["project", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.person}"


class FundShare(models.Model):
    """What a city contributes to an investment, in CNY. Only ever added."""

    project = models.ForeignKey(
        FundProject, verbose_name=_("fund project"), on_delete=models.PROTECT, related_name="shares"
    )
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("share of a city")
        verbose_name_plural = _("shares of cities")
        constraints = [
            models.UniqueConstraint(name="fundshare_once_a_city", fields=["project", "city"]),
            models.CheckConstraint(name="fundshare_amount_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.city}"

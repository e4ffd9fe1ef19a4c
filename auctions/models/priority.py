"""Rights of priority on a lot."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import NoticeWay, PriorityBasis
from auctions.rules.priority import ARTICLES, Told
from core.models import ByActor, choices


class PriorityRight(ByActor):
    """That an organization may take the lot's leading price: on what it rests, and its rank.

    Declared and told to its holder before the lot's notice, with which it is fixed; it ends
    before that by the exchange's word, and at any time by the holder's waiver.
    """

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="priority_rights",
    )
    holder = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("holder"),
        on_delete=models.PROTECT,
        related_name="priority_rights",
    )
    basis = models.CharField(_("basis"), max_length=12, choices=choices(PriorityBasis))
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    evidence = models.CharField(_("evidence"), max_length=1000)
    declared_at = models.DateTimeField(_("declared at"))
    # When the holder was told, or when the word to it was published.
    notified_at = models.DateTimeField(_("holder told at"), null=True, blank=True)
    notified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("holder told by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    way = models.CharField(_("way"), max_length=12, choices=choices(NoticeWay), blank=True)
    reference = models.CharField(_("proof of the word"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    end_reason = models.CharField(_("reason of the end"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("right of priority")
        verbose_name_plural = _("rights of priority")
        ordering = ["lot", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "holder"],
                condition=Q(ended_at=None),
                name="priorityright_one_a_holder",
            ),
            models.CheckConstraint(name="priorityright_rank_from_one", condition=Q(rank__gte=1)),
            models.CheckConstraint(
                name="priorityright_basis_is_lawful",
                condition=Q(basis__in=[basis.value for basis in PriorityBasis]),
            ),
            models.CheckConstraint(
                name="priorityright_declared_with_evidence", condition=~Q(evidence="")
            ),
            models.CheckConstraint(
                name="priorityright_notified_at_by_together",
                condition=Q(notified_at=None, notified_by=None, way="", reference="")
                | (
                    Q(notified_at__isnull=False, notified_by__isnull=False)
                    & ~Q(way="")
                    & ~Q(reference="")
                ),
            ),
            models.CheckConstraint(
                name="priorityright_ended_at_by_together",
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.get_basis_display()}"

    @property
    def article(self) -> str:
        """Where the law gives the right."""
        return ARTICLES[PriorityBasis(self.basis)]

    def told(self) -> Told:
        """When and how its holder was told, for the rules."""
        way = NoticeWay(self.way) if self.way else NoticeWay.SERVED
        return Told(self.holder.name, self.notified_at, way)

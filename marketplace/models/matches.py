"""What readers say about suggested matches."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MatchOpinion(models.Model):
    """Thumbs up or down of one reader about one achievement for one need.

    It is counted and read by the office; it changes nobody's score.
    """

    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        on_delete=models.CASCADE,
        related_name="match_opinions",
    )
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="match_opinions",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client = models.CharField(_("API client"), max_length=100, blank=True)
    is_useful = models.BooleanField(_("useful"))
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("opinion on a match")
        verbose_name_plural = _("opinions on matches")
        constraints = [
            models.CheckConstraint(
                name="matchopinion_is_somebodys",
                condition=Q(user__isnull=False, client="") | (Q(user=None) & ~Q(client="")),
            ),
            models.UniqueConstraint(
                name="matchopinion_once_per_person",
                fields=["need", "achievement", "user"],
                condition=Q(user__isnull=False),
            ),
            models.UniqueConstraint(
                name="matchopinion_once_per_client",
                fields=["need", "achievement", "client"],
                condition=~Q(client=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}–{self.achievement_id}"

"""Alliances, who belongs to them, who chairs them and what they do."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from alliances.lifecycle import MemberState
from alliances.rules.membership import LICENSED, AllianceKind, Licence, MemberKind, Term
from core.models import choices

_JOINED = (MemberState.ACTIVE, MemberState.SUSPENDED)


class Alliance(models.Model):
    """The financial alliance, or one of the industrial ones; its secretariat keeps its roll.

    One without a secretariat is kept by the Joint Conference Office, which may always act.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=choices(AllianceKind))
    field = models.ForeignKey(
        "marketplace.TechnologyField",
        verbose_name=_("field"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    secretariat = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("secretariat"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="alliances_kept",
    )
    founded_on = models.DateField(_("founded on"))
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("alliance")
        verbose_name_plural = _("alliances")
        constraints = [
            models.CheckConstraint(
                name="alliance_of_a_field_names_it",
                condition=Q(kind=AllianceKind.FIELD, field__isnull=False)
                | (~Q(kind=AllianceKind.FIELD) & Q(field=None)),
            ),
            models.CheckConstraint(
                name="alliance_dissolved_after_its_founding",
                condition=Q(dissolved_on=None) | Q(dissolved_on__gte=F("founded_on")),
            ),
            models.UniqueConstraint(
                name="alliance_one_is_financial",
                fields=["kind"],
                condition=Q(kind=AllianceKind.FINANCIAL, dissolved_on=None),
            ),
            models.UniqueConstraint(
                name="alliance_one_for_a_field",
                fields=["field"],
                condition=Q(kind=AllianceKind.FIELD, dissolved_on=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AllianceMember(models.Model):
    """An organization in an alliance. Leaves by a state, never by deletion; only active counts.

    `territory` are the cities it works in, all of them where none is named; `product_quota` is
    how many products it may offer at a time.
    """

    alliance = models.ForeignKey(
        Alliance, verbose_name=_("alliance"), on_delete=models.PROTECT, related_name="members"
    )
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="alliance_memberships",
    )
    kind = models.CharField(_("kind"), max_length=16, choices=choices(MemberKind))
    state = models.CharField(
        _("state"), max_length=12, choices=choices(MemberState), default=MemberState.APPLIED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    licence_number = models.CharField(_("licence number"), max_length=60, blank=True)
    licence_until = models.DateField(_("licensed until"), null=True, blank=True)
    territory = models.ManyToManyField(
        "accounts.City", verbose_name=_("territory"), blank=True, related_name="+"
    )
    contact_name = models.CharField(_("contact"), max_length=60)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    product_quota = models.PositiveSmallIntegerField(_("product quota"), default=10)
    applied_at = models.DateTimeField(_("applied at"))
    admitted_at = models.DateTimeField(_("admitted at"), null=True, blank=True)
    activated_at = models.DateTimeField(_("active since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of an alliance")
        verbose_name_plural = _("members of alliances")
        constraints = [
            models.UniqueConstraint(
                name="alliancemember_once_at_a_time",
                fields=["alliance", "organization"],
                condition=~Q(state=MemberState.EXITED),
            ),
            models.CheckConstraint(
                name="alliancemember_exited_has_its_time",
                condition=Q(state=MemberState.EXITED, ended_at__isnull=False)
                | (~Q(state=MemberState.EXITED) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="alliancemember_joined_after_admission",
                condition=~Q(state__in=_JOINED)
                | Q(admitted_at__isnull=False, activated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="alliancemember_licensed_where_it_must_be",
                condition=~Q(state__in=_JOINED, kind__in=sorted(LICENSED)) | ~Q(licence_number=""),
            ),
        ]
        indexes = [models.Index(fields=["alliance", "state"], name="alliancemember_by_state")]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.organization}"

    def licence(self) -> Licence:
        return Licence(self.licence_number, self.licence_until)


class ChairTerm(models.Model):
    """Which member chairs an alliance (理事长单位), both days included; one at a time."""

    alliance = models.ForeignKey(
        Alliance, verbose_name=_("alliance"), on_delete=models.PROTECT, related_name="chair_terms"
    )
    member = models.ForeignKey(
        AllianceMember,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="chair_terms",
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("term of a chair")
        verbose_name_plural = _("terms of chairs")
        constraints = [
            models.CheckConstraint(
                name="chairterm_ends_after_its_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="chairterm_one_at_a_time",
                expressions=[
                    ("alliance", RangeOperators.EQUAL),
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
        return f"{self.member} {self.starts_on} – {self.ends_on}"

    def term(self) -> Term:
        return Term(self.starts_on, self.ends_on)


class Activity(models.Model):
    """What an alliance did: a roadshow, a matching event, a training."""

    alliance = models.ForeignKey(
        Alliance, verbose_name=_("alliance"), on_delete=models.PROTECT, related_name="activities"
    )
    title = models.CharField(_("title"), max_length=200)
    held_on = models.DateField(_("held on"))
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="+"
    )
    participants = models.PositiveIntegerField(_("participants"), default=0)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("activity of an alliance")
        verbose_name_plural = _("activities of alliances")
        constraints = [
            models.UniqueConstraint(
                name="activity_entered_once", fields=["alliance", "title", "held_on"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"

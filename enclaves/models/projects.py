"""Projects of a park: where they came from, where they stand, and who judged their admission."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from enclaves.lifecycle import ExitKind, LandingBasis, ProjectState, SignedKind
from enclaves.models.parks import Park
from enclaves.rules.progress import standing
from marketplace.lifecycle import LandingState

_WITH_LANDING = (ProjectState.LANDING, ProjectState.OUTPUT)


class Project(models.Model):
    """A team that a park takes in, to have it produce in the home city.

    It may come from one deal, need or achievement, and keeps the chain to its landing, which is
    the marketplace's own record: there is no other that says that it has landed. `area_m2` is
    what it takes of the room for incubation, `funding` what it has raised, in CNY.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="projects"
    )
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enclave_projects",
    )
    title = models.CharField(_("title"), max_length=200)
    team = models.CharField(_("team"), max_length=500)
    field = models.ForeignKey(
        "marketplace.TechnologyField",
        verbose_name=_("technology field"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=18, decimal_places=2)
    ip_count = models.PositiveIntegerField(_("IP rights"), default=0)
    funding = models.DecimalField(
        _("funding raised (CNY)"), max_digits=18, decimal_places=2, default=Decimal(0)
    )
    deal = models.ForeignKey(
        "marketplace.Deal",
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    landing = models.OneToOneField(
        "marketplace.Landing",
        verbose_name=_("landing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    landing_basis = models.CharField(
        _("evidence of the landing"), max_length=16, choices=choices(LandingBasis), blank=True
    )
    state = models.CharField(
        _("state"), max_length=12, choices=choices(ProjectState), default=ProjectState.CONTACT
    )
    exit_kind = models.CharField(_("way out"), max_length=12, choices=choices(ExitKind), blank=True)
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))

    class Meta:
        verbose_name = _("enclave project")
        verbose_name_plural = _("enclave projects")
        constraints = [
            models.CheckConstraint(name="project_area_positive", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="project_funding_not_negative", condition=Q(funding__gte=0)
            ),
            models.CheckConstraint(
                name="project_has_one_origin",
                condition=Q(deal=None, need=None)
                | Q(deal=None, achievement=None)
                | Q(need=None, achievement=None),
            ),
            # `landed` is what its landing says, and is computed.
            models.CheckConstraint(
                name="project_landed_is_never_stored", condition=~Q(state=ProjectState.LANDED)
            ),
            models.CheckConstraint(
                name="project_lands_by_a_landing",
                condition=~Q(state__in=_WITH_LANDING) | Q(landing__isnull=False),
            ),
            models.CheckConstraint(
                name="project_landing_says_its_evidence",
                condition=Q(landing=None, landing_basis="")
                | (Q(landing__isnull=False) & ~Q(landing_basis="")),
            ),
            models.CheckConstraint(
                name="project_exits_one_way_and_says_why",
                condition=~Q(state=ProjectState.EXITED) & Q(exit_kind="", state_reason="")
                | Q(state=ProjectState.EXITED) & ~Q(exit_kind="") & ~Q(state_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def told_state(self) -> ProjectState:
        """Where it stands: its landing says whether it has landed."""
        return standing(ProjectState(self.state), self.landing_state)

    @property
    def landing_state(self) -> LandingState | None:
        return LandingState(self.landing.state) if self.landing else None


class ProjectMove(ByActor):
    """That a project reached a state. Only ever added."""

    project = models.ForeignKey(
        Project, verbose_name=_("enclave project"), on_delete=models.PROTECT, related_name="moves"
    )
    to = models.CharField(_("state"), max_length=12, choices=choices(ProjectState))
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    moved_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("move of a project")
        verbose_name_plural = _("moves of projects")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="projectmove_by_somebody",
                condition=Q(by_user__isnull=False) | ~Q(by_client=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.to}"


class SignedAgreement(ByActor):
    """An agreement that a project signed: with the park, a partner, an investor, its home city."""

    project = models.ForeignKey(
        Project,
        verbose_name=_("enclave project"),
        on_delete=models.PROTECT,
        related_name="agreements",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(SignedKind))
    title = models.CharField(_("title"), max_length=200)
    counterparty = models.CharField(_("signed with"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("agreement of a project")
        verbose_name_plural = _("agreements of projects")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "title", "signed_on"],
                name="signedagreement_entered_once",
            ),
            models.CheckConstraint(
                name="signedagreement_names_its_sides",
                condition=~Q(title="") & ~Q(counterparty=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AdmissionReviewer(models.Model):
    """Somebody who judges whether a project is admitted, once."""

    project = models.ForeignKey(
        Project,
        verbose_name=_("enclave project"),
        on_delete=models.PROTECT,
        related_name="reviewers",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    favours = models.BooleanField(_("in favour"), null=True, blank=True)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reviewer of an admission")
        verbose_name_plural = _("reviewers of admissions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"], name="admissionreviewer_once_a_project"
            ),
            models.CheckConstraint(
                name="admissionreviewer_judges_whole",
                condition=Q(favours=None, reviewed_at=None, comment="")
                | (Q(favours__isnull=False, reviewed_at__isnull=False) & ~Q(comment="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.person}"

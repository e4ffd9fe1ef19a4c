"""Technology needs of enterprises: what is asked for, and how far its review has come."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from marketplace.lifecycle import NeedState
from marketplace.rules.clocks import Clock, ClockPhase
from marketplace.rules.disclosure import NEED_NDA
from marketplace.rules.needs import MAX_MONTHS, Funding, NeedDraft, Part


class TechnologyField(models.Model):
    """One of the corridor's fields; codes are its own list."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("technology field")
        verbose_name_plural = _("technology fields")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class CooperationMode(models.TextChoices):
    """How the poster is ready to work with whoever solves the problem."""

    COMMISSIONED = "commissioned", _("commissioned development")
    JOINT = "joint", _("joint development")
    TRANSFER = "transfer", _("technology transfer")
    LICENCE = "licence", _("technology licence")
    EQUITY = "equity", _("contribution as equity")
    JOINT_LABORATORY = "joint_laboratory", _("joint laboratory")


class IPProposal(models.TextChoices):
    """Whose the results are to be, as the poster proposes it."""

    POSTER = "poster", _("the poster's")
    SOLVER = "solver", _("the solver's")
    JOINT = "joint", _("both parties' jointly")
    NEGOTIABLE = "negotiable", _("negotiable")


def _text(label: object, length: int = 5000) -> models.TextField:  # type: ignore[type-arg]
    return models.TextField(label, max_length=length, blank=True)  # type: ignore[arg-type]


def _amount(label: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(
        label,  # type: ignore[arg-type]
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
    )


_NOTHING = Decimal(0)


class Need(models.Model):
    """A technical problem an enterprise will pay to have solved.

    Public are title, summary, terms and the open indicators; `background`, `current_status`,
    `detail`, `milestones`, `plan` and the confidential indicators are its detail, which
    `detail_under_nda` keeps for who accepted the undertaking. A `registered_only` need is no
    outsider's business at all, and of an `anonymous` one outsiders do not learn whose it is.
    """

    nda = NEED_NDA

    code = models.CharField(_("code"), max_length=20, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("poster"),
        on_delete=models.PROTECT,
        related_name="needs",
    )
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("responsible city"), on_delete=models.PROTECT
    )
    field = models.ForeignKey(TechnologyField, verbose_name=_("field"), on_delete=models.PROTECT)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("public summary"), max_length=5000, blank=True)
    budget = models.DecimalField(
        _("budget (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    # The poster's own number for it, by which an import knows it again.
    external_id = models.CharField(_("own number"), max_length=64, blank=True)
    call = models.ForeignKey(
        "marketplace.NeedCall",
        verbose_name=_("call"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    industry = models.CharField(_("industry (GB/T 4754)"), max_length=5, blank=True)
    background = _text(_("background of the problem"))
    current_status = _text(_("current status"))
    detail = _text(_("confidential detail"), 20000)
    expected_result = _text(_("expected form of the result"), 1000)
    budget_from = _amount(_("budget from (CNY)"))
    own_funds = _amount(_("own funds (CNY)"))
    grant_funds = _amount(_("public grant (CNY)"))
    other_funds = _amount(_("other funds (CNY)"))
    paid_to_solver = _amount(_("paid to the solver (CNY)"))
    modes = ArrayField(
        models.CharField(max_length=20, choices=CooperationMode.choices),
        verbose_name=_("cooperation modes"),
        default=list,
        blank=True,
    )
    ip_proposal = models.CharField(
        _("ownership of results"), max_length=12, choices=IPProposal.choices, blank=True
    )
    ip_terms = _text(_("terms on ownership"), 1000)
    months = models.PositiveSmallIntegerField(_("duration in months"), null=True, blank=True)
    milestones = _text(_("milestones"))
    # Each a title, a deliverable, months after the contract and a share of the price.
    plan = models.JSONField(_("plan"), default=list, blank=True)
    solver_region = models.CharField(_("region of the solver"), max_length=200, blank=True)
    solver_qualification = _text(_("qualification of the solver"), 1000)
    acceptance = _text(_("way of acceptance"), 2000)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    registered_only = models.BooleanField(_("for verified organizations only"), default=False)
    detail_under_nda = models.BooleanField(_("detail after an undertaking"), default=False)
    anonymous = models.BooleanField(_("poster not named"), default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(NeedState), default=NeedState.DRAFT
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    submitted_at = models.DateTimeField(_("first submitted at"), null=True, blank=True)
    review_soon_at = models.DateTimeField(_("review due soon from"), null=True, blank=True)
    review_due_at = models.DateTimeField(_("review due"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.UniqueConstraint(
                name="need_external_id_once",
                fields=["organization", "external_id"],
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="need_budget_positive", condition=Q(budget=None) | Q(budget__gt=0)
            ),
            models.CheckConstraint(
                name="need_published_is_complete",
                condition=Q(published_at=None) | Q(budget__isnull=False, deadline__isnull=False),
            ),
            models.CheckConstraint(
                name="need_published_states_have_a_time",
                condition=~Q(
                    state__in=[
                        NeedState.PUBLISHED,
                        NeedState.MATCHED,
                        NeedState.SIGNED,
                        NeedState.COMPLETED,
                        NeedState.CLOSED,
                    ]
                )
                | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="need_parts_within_budget",
                condition=Q(budget=None)
                | (
                    (Q(budget_from=None) | Q(budget_from__lte=F("budget")))
                    & (Q(paid_to_solver=None) | Q(paid_to_solver__lte=F("budget")))
                    & Q(
                        budget__gte=Coalesce("own_funds", _NOTHING)
                        + Coalesce("grant_funds", _NOTHING)
                        + Coalesce("other_funds", _NOTHING)
                    )
                ),
            ),
            models.CheckConstraint(
                name="need_amounts_not_negative",
                condition=(Q(budget_from=None) | Q(budget_from__gte=0))
                & (Q(own_funds=None) | Q(own_funds__gte=0))
                & (Q(grant_funds=None) | Q(grant_funds__gte=0))
                & (Q(other_funds=None) | Q(other_funds__gte=0))
                & (Q(paid_to_solver=None) | Q(paid_to_solver__gte=0)),
            ),
            models.CheckConstraint(
                name="need_months_in_range",
                condition=Q(months=None) | Q(months__range=(1, MAX_MONTHS)),
            ),
            models.CheckConstraint(
                name="need_review_clock_runs_in_review",
                condition=Q(review_due_at=None, review_soon_at=None)
                | Q(
                    state__in=[NeedState.SUBMITTED, NeedState.ENDORSED],
                    review_soon_at__isnull=False,
                    review_due_at__isnull=False,
                    review_soon_at__lt=F("review_due_at"),
                ),
            ),
            models.CheckConstraint(
                name="need_industry_is_a_code",
                condition=Q(industry="") | Q(industry__regex=r"^[A-T]([0-9]{2,4})?$"),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="need_by_state"),
            # Who may see which: a search asks it of thousands and reads no text for it.
            models.Index(
                fields=["id"],
                include=["state", "registered_only", "organization", "city", "published_at"],
                name="need_seen_by",
            ),
            # The sweep reads only this index.
            models.Index(
                fields=["review_soon_at"],
                name="need_in_review",
                condition=Q(review_soon_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def holder_id(self) -> int:
        """Whose it is, as of an achievement: the organization that posted it."""
        return self.organization_id

    @property
    def public_title(self) -> str:
        """What whoever may not see the need at all is told instead of its title."""
        return self.code if self.registered_only else self.title

    @property
    def public_summary(self) -> str:
        return "" if self.registered_only else self.summary

    def draft(self, *, today: date) -> NeedDraft:
        indicators = list(self.indicators.all())
        return NeedDraft(
            indicators=len(indicators),
            budget=self.budget,
            deadline=self.deadline,
            today=today,
            filled=self._filled(indicators),
            required=frozenset(map(Part, self.call.required_parts if self.call else ())),
        )

    def review_clock(self) -> Clock | None:
        """How long whoever has to decide has, while somebody has to."""
        if self.review_soon_at is None or self.review_due_at is None:
            return None
        return Clock(self.review_soon_at, self.review_due_at)

    def start_review(self, clock: Clock | None) -> None:
        """Give the next reviewer its time, or none if there is no more to review."""
        self.review_soon_at = None if clock is None else clock.soon_at
        self.review_due_at = None if clock is None else clock.due_at

    def funding(self) -> Funding:
        return Funding(
            budget=self.budget,
            budget_from=self.budget_from,
            own=self.own_funds,
            grant=self.grant_funds,
            other=self.other_funds,
            paid_to_solver=self.paid_to_solver,
        )

    def _filled(self, indicators: "list[NeedIndicator]") -> frozenset[Part]:
        says = {
            Part.SUMMARY: self.summary.strip(),
            Part.TEST_METHODS: indicators and all(one.test_method.strip() for one in indicators),
            Part.BACKGROUND: self.background.strip(),
            Part.CURRENT_STATUS: self.current_status.strip(),
            Part.EXPECTED_RESULT: self.expected_result.strip(),
            Part.INDUSTRY: self.industry,
            Part.PAID_TO_SOLVER: self.paid_to_solver is not None,
            Part.FUNDING: any(
                one is not None for one in (self.own_funds, self.grant_funds, self.other_funds)
            ),
            Part.MODES: self.modes,
            Part.IP_PROPOSAL: self.ip_proposal,
            Part.MONTHS: self.months,
            Part.MILESTONES: self.milestones.strip() or self.plan,
            Part.SOLVER_CONDITIONS: (self.solver_region + self.solver_qualification).strip(),
            Part.ACCEPTANCE: self.acceptance.strip(),
            Part.CONTACT: self.contact.strip(),
        }
        return frozenset(part for part, said in says.items() if said)


class Operator(models.TextChoices):
    """How an indicator compares what is measured with its target."""

    AT_LEAST = "ge", _("at least")
    AT_MOST = "le", _("at most")
    EQUAL = "eq", _("equal to")


class NeedIndicator(models.Model):
    """A quantified technical indicator: what must be reached, and how it is measured."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=100)
    operator = models.CharField(_("comparison"), max_length=2, choices=Operator.choices)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    test_method = models.CharField(_("test method"), max_length=200, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ReviewVerdict(models.TextChoices):
    ENDORSED = "endorsed", _("endorsed")
    PUBLISHED = "published", _("published")
    RETURNED = "returned", _("returned")


class NeedReview(ByActor):
    """One decision in the review of a need, and when it was due. Only ever added."""

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="reviews"
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=ReviewVerdict.choices)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    due_at = models.DateTimeField(_("review due"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("review decision")
        verbose_name_plural = _("review decisions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="needreview_returned_with_reason",
                condition=~Q(verdict=ReviewVerdict.RETURNED) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need.code} {self.verdict}"

    @property
    def was_late(self) -> bool:
        return self.due_at is not None and self.decided_at >= self.due_at


class NeedAlarm(models.Model):
    """That people were told of a review which is due soon or overdue: once for each due time."""

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="alarms"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=choices(ClockPhase))
    due_at = models.DateTimeField(_("review due"))
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("reminder of a review")
        verbose_name_plural = _("reminders of reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "kind", "due_at"], name="needalarm_once_per_due_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need.code} {self.kind}"

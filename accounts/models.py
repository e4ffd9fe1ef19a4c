"""Who acts, and for whom: people, organizations, cities, terms of office, API clients."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import OrganizationState
from core.models import ByActor, choices


class City(models.Model):
    """One of the corridor's nine cities, or a partner of theirs (GB/T 2260 code)."""

    code = models.CharField(_("region code"), max_length=6, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    province_code = models.CharField(_("province code"), max_length=6)
    is_corridor = models.BooleanField(_("one of the nine"), default=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class OrganizationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("enterprise")
    RESEARCH_INSTITUTE = "research_institute", _("research institute")
    UNIVERSITY = "university", _("university")
    FINANCIAL_INSTITUTION = "financial_institution", _("financial institution")
    ENCLAVE_OPERATOR = "enclave_operator", _("enclave operator")
    EXCHANGE = "exchange", _("technology exchange")
    PUBLIC_BODY = "public_body", _("public body")
    ASSOCIATION = "association", _("association")


class Organization(models.Model):
    """A legal person that trades, finances, hosts or supervises here."""

    kind = models.CharField(_("kind"), max_length=24, choices=OrganizationKind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    city = models.ForeignKey(City, verbose_name=_("city"), on_delete=models.PROTECT)
    legal_representative = models.CharField(_("legal representative"), max_length=60, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    # Compared to find who may not bid together; for the organization itself and staff alone.
    controller = models.CharField(_("actual controller"), max_length=200, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=choices(OrganizationState),
        default=OrganizationState.DRAFT,
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("verified by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.CheckConstraint(
                name="organization_credit_code_shape",
                condition=Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="organization_verified_at_by_together",
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="organization_verified_means_somebody_did",
                condition=~Q(state__in=[OrganizationState.VERIFIED, OrganizationState.SUSPENDED])
                | Q(verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        return self.state == OrganizationState.VERIFIED


class RelationKind(models.TextChoices):
    """How two organizations are tied to each other, or that they are not."""

    CONTROL = "control", _("one controls the other")
    INVESTMENT = "investment", _("one holds shares in the other")
    MANAGEMENT = "management", _("the same people manage both")
    KINSHIP = "kinship", _("near relatives control or manage them")
    OTHER = "other", _("another relation of interest")
    # Not a tie: staff compared two people of one name.
    NAMESAKES = "namesakes", _("different people of one name")


class Relation(ByActor):
    """That two organizations are tied, `starts_on <= day < ends_on` in Shanghai dates.

    Declared by either of them or entered by staff with evidence. It ends by a date that staff
    enters, never by deletion: who is tied does not untie itself. One that ends on its first day
    never held: a wrong declaration is undone so at once.
    """

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="relations",
    )
    related = models.ForeignKey(
        Organization,
        verbose_name=_("related organization"),
        on_delete=models.PROTECT,
        related_name="relations_from",
    )
    kind = models.CharField(_("relation"), max_length=12, choices=RelationKind.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("no longer from"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=1000, blank=True)
    by_staff = models.BooleanField(_("entered by staff"), default=False)
    declared_at = models.DateTimeField(_("declared at"))
    ended_at = models.DateTimeField(_("end entered at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("end entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    end_reason = models.CharField(_("reason of the end"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.CheckConstraint(
                name="relation_ties_two", condition=~Q(organization=F("related"))
            ),
            models.CheckConstraint(
                name="relation_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="relation_entered_with_evidence",
                condition=Q(by_staff=False) | ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="relation_namesakes_are_found_by_staff",
                condition=~Q(kind=RelationKind.NAMESAKES) | Q(by_staff=True),
            ),
            models.CheckConstraint(
                name="relation_ended_at_by_together",
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (
                    Q(ended_at__isnull=False, ended_by__isnull=False, ends_on__isnull=False)
                    & ~Q(end_reason="")
                ),
            ),
            ExclusionConstraint(
                name="relation_said_once_at_a_time",
                expressions=[
                    (Least("organization", "related"), RangeOperators.EQUAL),
                    (Greatest("organization", "related"), RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} – {self.related}"


class User(AbstractUser):
    """A person who signs in. What the person may do follows from memberships and terms."""

    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=[("zh-hans", "简体中文"), ("en", "English")],
        default="zh-hans",
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")  # type: ignore[assignment]  # lazy, as Django allows
        verbose_name_plural = _("people")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """What a person is called, in one field: which part is the surname differs by language."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


class Role(models.TextChoices):
    """What a member may do for the organization."""

    MANAGER = "manager", _("manager")  # acts, and manages members and API clients
    AGENT = "agent", _("agent")  # acts: posts, registers, bids
    VIEWER = "viewer", _("viewer")  # reads


class Membership(models.Model):
    """A person in an organization. Ends by a date, never by deletion."""

    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(ended_at=None),
                name="membership_one_at_a_time",
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


class WorkingGroup(models.TextChoices):
    """The working groups of the Joint Conference Office."""

    INDUSTRY = "industry", _("industry group")
    INNOVATION = "innovation", _("innovation group")
    GENERAL = "general", _("general group")
    BUSINESS = "business", _("business group")
    PUBLICITY = "publicity", _("publicity group")


class Secondment(models.Model):
    """A cadre a city lends to the Joint Conference Office (联席会议办公室) for a term.

    The rights of the office are held from `starts_on` to `ends_on`, both included, in
    Shanghai dates, and are looked up at each request; nothing else grants them.
    """

    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="secondments"
    )
    city = models.ForeignKey(City, verbose_name=_("sending city"), on_delete=models.PROTECT)
    group = models.CharField(_("working group"), max_length=12, choices=WorkingGroup.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("secondment")
        verbose_name_plural = _("secondments")
        constraints = [
            models.CheckConstraint(
                name="secondment_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="secondment_terms_do_not_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
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
        return f"{self.user} {self.starts_on} – {self.ends_on}"


class ApiClient(models.Model):
    """A partner system's OAuth 2 client, bound to the one organization it acts for."""

    client = models.OneToOneField(
        "allauth_idp_oidc.Client",
        verbose_name=_("client ID"),
        on_delete=models.PROTECT,
        related_name="api_client",
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="api_clients",
    )
    created_at = models.DateTimeField(_("created"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return f"{self.client_id} · {self.organization}"

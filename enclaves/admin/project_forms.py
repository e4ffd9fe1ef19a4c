"""What is typed of a project: its origin, who judges it, who works there, where it lands."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.desk.fields import (
    choice,
    line,
    once_key,
    one_of,
    paragraph,
    searched,
    yes_or_no,
)
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm
from accounts.models import User
from core.errors import NotFound
from core.idempotency import Once, fingerprint
from enclaves import projects
from enclaves.lifecycle import ExitKind, LandingBasis, SignedKind, TalentGrade
from enclaves.models import Park, Project
from marketplace.queries import (
    achievements_visible_to,
    deals_visible_to,
    needs_visible_to,
    technology_fields,
)


def _count(**options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(min_value=0, max_value=100_000, widget=widget, **options)


class _Told(forms.Form):
    """What is told of a project; its area is square metres, what it has raised CNY."""

    title = line(200, label=_("title"))
    team = line(500, label=_("team"))
    ip_count = _count(label=_("IP rights"), initial=0)
    funding = AmountField(label=_("funding raised (CNY)"), allow_zero=True, initial="0.00")


class ProposeProjectForm(_Told):
    """A project that a park takes up contact with, and the record that it comes from."""

    park = one_of(Park.objects.order_by("name"), label=_("enclave park"))
    organization = searched(
        Project,
        "organization",
        label=_("organization"),
        required=False,
        help_text=_("Whose project it is, if it is an organization of the platform."),
    )
    field = one_of(technology_fields(), label=_("technology field"))
    area_m2 = AmountField(
        label=_("area (m²)"), help_text=_("What it takes of the room for incubation.")
    )
    origin = line(
        20,
        label=_("Origin"),
        required=False,
        help_text=_("The number of the deal, need or achievement that it comes from."),
    )
    key = once_key()
    field_order = ("park", "title", "team", "organization", "field", "area_m2", "origin")

    def add(self, actor: Actor) -> Project:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, park, owner = (values.pop(name) for name in ("key", "park", "organization"))
        values |= origin_of(values.pop("origin"), actor)
        values["field"], values["organization"] = values["field"].code, owner and owner.pk
        once = Once("desk.propose_project", actor.caller, key, fingerprint(values))
        return projects.propose_project(actor=actor, park_id=park.pk, once=once, **values)


def origin_of(code: str, actor: Actor) -> dict[str, int]:
    """The deal, need or achievement of this number that the actor may see."""
    if not code:
        return {}
    for kind, rows in (
        ("deal", deals_visible_to(actor)),
        ("need", needs_visible_to(actor)),
        ("achievement", achievements_visible_to(actor)),
    ):
        found = rows.filter(code__iexact=code).values_list("pk", flat=True).first()
        if found is not None:
            return {kind: found}
    raise NotFound


class ChangeProjectForm(StepForm, _Told):
    @classmethod
    def filled_from(cls, row: Project) -> dict[str, Any]:
        return model_to_dict(row, fields=list(cls.base_fields))


class AreaForm(StepForm):
    area_m2 = AmountField(label=_("area (m²)"))


class ReviewersForm(StepForm):
    reviewers = paragraph(
        1000,
        label=_("reviewers"),
        help_text=_(
            "Their sign-in names, one a line: three or more, an odd number, and nobody who works"
            " for the project's organization."
        ),
    )

    def clean_reviewers(self) -> list[int]:
        names = {line.strip() for line in self.cleaned_data["reviewers"].splitlines()} - {""}
        people = User.objects.filter(username__in=names, is_active=True)
        known = dict(people.values_list("username", "pk"))
        if unknown := sorted(names - set(known)):
            text = _("Nobody signs in under this name: %(names)s")
            raise ValidationError(text, params={"names": "、".join(unknown)})
        return sorted(known.values())


class JudgeForm(StepForm):
    favours = yes_or_no(_("In favour"), _("Against"), label=_("Judgement"))
    comment = paragraph(2000, rows=4, label=_("comment"))


class EnterTalentForm(StepForm):
    secret = frozenset({"document"})

    name = line(60, label=_("Name of the person"))
    document = line(
        40,
        label=_("Number of an identity document"),
        help_text=_("By it a person is counted once. It is neither kept nor shown."),
    )
    grade = choice(TalentGrade, label=_("grade"))
    starts_on = DayField(label=_("first day"))
    ends_on = DayField(label=_("no longer from"), required=False)


class SignedForm(StepForm):
    kind = choice(SignedKind, label=_("kind"))
    title = line(200, label=_("title"))
    counterparty = line(200, label=_("signed with"))
    signed_on = DayField(label=_("signed on"))


class LandForm(StepForm):
    """The entity of the home city, as its papers tell it."""

    basis = choice(LandingBasis, label=_("evidence of the landing"))
    entity_name = line(200, label=_("entity"))
    entity_code = line(18, label=_("unified social credit code"))
    landed_on = DayField(label=_("landed on"))
    investment = AmountField(label=_("investment (CNY)"), allow_zero=True)
    proof = paragraph(2000, rows=4, label=_("proof"))


class ExitForm(ReasonForm):
    kind = choice(ExitKind, label=_("way out"))

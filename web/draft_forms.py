"""What the forms share by which a person drafts something in an organization's name."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.desk.fields import once_key, with_new_key
from accounts.models import City, Organization
from accounts.queries import cities, organizations_visible_to
from core.errors import Refusal
from core.idempotency import KeyReused, Once, fingerprint
from core.problems import refusal_body
from marketplace.models import TechnologyField
from web.templatetags.names import named


def may_draft_for(actor: Actor) -> list[Organization]:
    """In whose name the actor may: the verified ones that it acts for."""
    own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
    return [one for one in own if one.is_verified]


def cities_to_choose(*kept: int | None) -> list[City]:
    """The corridor's, and those that a thing has already, by their keys."""
    own = [one for one in kept if one is not None]
    return list(cities().filter(Q(is_corridor=True) | Q(pk__in=own)))


def own_organization(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int)


class DraftForm(forms.Form):
    """Has an `organization`, which is not asked for where there is one; sent twice, drafts once."""

    # Beside which field a refusal of the action stands; any other one above the form.
    places: ClassVar[dict[type[Refusal], str]] = {}
    key = once_key()

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        organizations: Sequence[Organization],
    ) -> None:
        super().__init__(data, initial=initial)
        self.is_refused = False
        self.only_organization = organizations[0].name
        self.choose("organization", [(one.pk, one.name) for one in organizations])
        if len(organizations) == 1:
            self.fields["organization"].initial = organizations[0].pk
            self.fields["organization"].widget = forms.HiddenInput()

    def choose(self, name: str, rows: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = rows

    def choose_field_and_city(
        self, fields: Sequence[TechnologyField], cities: Sequence[City], *, unsaid: Any
    ) -> None:
        """No field is chosen beforehand; a city may be left `unsaid` until one is known."""
        self.choose("field", [("", "–"), *((one.code, named(one)) for one in fields)])
        places = [(one.code, named(one)) for one in cities]
        self.choose("city", places if self.initial.get("city") else [("", unsaid), *places])

    def is_valid(self) -> bool:
        fine = super().is_valid()
        self.is_refused = not fine
        return fine

    def refuse(self, refusal: Refusal) -> None:
        """Say what the action refused, beside the field it is about."""
        self.is_refused = True
        if isinstance(refusal, KeyReused):
            self.data = with_new_key(self.data)
            told = _("This form has made a draft already. Send it again to make another one.")
            self.add_error(None, told)
            return
        self.add_error(self.place_of(refusal), refusal_body(refusal)["detail"])

    def save(self, act: Callable[[], Any]) -> Any:
        """What the action made of the form; None if it refused, which the form then says."""
        try:
            return act()
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def once(self, name: str, actor: Actor, values: dict[str, Any]) -> Once:
        """By which the action knows the form again when it is sent twice."""
        return Once(name, actor.caller, self.cleaned_data["key"], fingerprint(values))

    def place_of(self, refusal: Refusal) -> str | None:
        return self.places.get(type(refusal))

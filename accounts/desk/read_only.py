"""How the desk's admin classes show what is in the database, and that it is no form."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest

from accounts.desk.shown import presentation_of


class Shows:
    """A mixin that shows amounts, times, states and people as `accounts.desk.shown` does."""

    model: type[Model]
    _shown: dict[str, str]

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)  # type: ignore[call-arg]
        self._shown = {}
        for field in self.model._meta.concrete_fields:
            if (show := presentation_of(field)) is not None:
                self._shown[field.name] = f"{field.name}_shown"
                setattr(self, f"{field.name}_shown", show)

    def as_shown(self, names: Iterable[Any]) -> list[Any]:
        return [
            self.as_shown(name) if isinstance(name, list | tuple) else self._shown.get(name, name)
            for name in names
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.as_shown(super().get_list_display(request))  # type: ignore[misc]


class ReadOnly(Shows):
    """Every field of a thing's page is text; only what is not there yet has a form."""

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))  # type: ignore[misc]
        if obj is None:
            return fieldsets
        return [(name, {**o, "fields": self.as_shown(o["fields"])}) for name, o in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [] if obj is None else list(flatten_fieldsets(self.get_fieldsets(request, obj)))

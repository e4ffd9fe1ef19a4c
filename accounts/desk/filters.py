"""Filters that several lists at the desk share."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class WaitingFirst(SimpleListFilter):
    """The rows that wait for the desk, unless another state, or all, is asked for."""

    title = _("state")
    parameter_name = "state"
    waiting: ClassVar[Q]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *model_admin.model._meta.get_field("state").flatchoices]

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("waiting"),
        }
        for value, word in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": word,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if wanted is None:
            return queryset.filter(self.waiting)
        if wanted not in dict(self.lookup_choices):
            raise IncorrectLookupParameters
        return queryset if wanted == "all" else queryset.filter(state=wanted)

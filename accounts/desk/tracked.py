"""Things whose every change is noted: their history, and what changed since they were returned."""

from typing import Any, ClassVar

from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.desk.admins import DeskAdmin
from accounts.desk.changes import Pages, Teller, columns, values_of
from accounts.desk.roles import roles_of
from core.history import history_of, net, since_returned
from core.models import HistoryEntry

_SHOWN = 50  # entries on a page of a history
_MOVES = ("state", "state_reason", "submitted_at")


class TrackedAdmin(DeskAdmin):
    """`kind` is the thing's name in the history; what its page shows is told of it there.

    Rows that are noted as a `part` of another thing name the column that says of which.
    `also_told` are columns that the page shows in another form, such as a list in words.
    """

    kind: ClassVar[str]
    part: ClassVar[str] = ""
    thing: ClassVar[str] = "pk"
    also_told: ClassVar[tuple[str, ...]] = ()

    def told_pages(self, request: HttpRequest) -> Pages:
        """What of the thing and of its lists this reader's page shows."""
        names = [*flatten_fieldsets(self.get_fieldsets(request)), *self.also_told]
        pages = {self.part: (self.model, columns(self.model, names))}
        for inline in self.inlines:
            model = inline.model
            if inline.readers & roles_of(request):
                names = [*inline.fields, *inline.also_told]
                pages[str(model._meta.model_name)] = (model, columns(model, names))
        return pages

    def noted_of(self, row: Any) -> QuerySet[HistoryEntry]:
        entries = history_of(self.kind, getattr(row, self.thing))
        return entries.filter(part=self.part, row_id=row.pk) if self.part else entries

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        request.history_of = row  # type: ignore[attr-defined]
        context = dict(extra_context or {})
        if row is not None:
            entries = self.noted_of(row)
            before = request.GET.get("before", "")
            if before.isascii() and before.isdigit() and len(before) < 18:
                entries = entries.filter(pk__lt=int(before))
            found = list(entries[: _SHOWN + 1])
            shown = found[:_SHOWN]
            teller = Teller(self.told_pages(request), values_of(shown))
            context["desk_changes"] = teller.entries(shown)
            context["desk_older"] = shown[-1].pk if len(found) > _SHOWN else None
        response: HttpResponse = super().history_view(request, object_id, context)
        return response


class RevisedAdmin(TrackedAdmin):
    """Things that are returned and come again: their page shows what changed, side by side."""

    change_form_before_template = "desk/tracked.html"

    def _revised_pages(self, request: HttpRequest) -> Pages:
        """The same, without where it stands in its review: that is told elsewhere on the page."""
        pages = dict(self.told_pages(request))
        model, known = pages[""]
        pages[""] = model, {name: one for name, one in known.items() if name not in _MOVES}
        return pages

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        entries = since_returned(self.kind, row.pk) if row is not None else None
        if entries is not None:
            teller = Teller(self._revised_pages(request), values_of(entries))
            context["desk_revision"] = teller.differences(net(entries))
            context["desk_is_revised"] = True
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

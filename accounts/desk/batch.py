"""One step taken with several rows: a page to confirm on, a POST, and each row's own answer."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.desk.admins import DeskAdmin
from accounts.desk.roles import roles_of
from accounts.desk.steps import Step
from accounts.requests import actor_of

AT_ONCE = 50  # so many rows a batch takes, and so many messages a page can hold
_Action = Callable[[Any, HttpRequest, "QuerySet[Any]"], HttpResponse | None]


class BatchAdmin(DeskAdmin):
    """`batch` names the steps that may be taken with several rows of the list at once.

    Each row by itself, with a message of its own: one refusal stops nobody else.
    """

    batch: ClassVar[tuple[str, ...]] = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        for step in self.steps:
            if step.name in self.batch and step.roles & roles_of(request):
                name, label = f"{step.name}_selected", _("{step}: the selected ones")
                actions[name] = (_taking(step), name, label.format(step=step.label))
        return actions

    def take_with_all(
        self, request: HttpRequest, step: Step, rows: Sequence[Any], values: dict[str, Any]
    ) -> None:
        for row in rows:
            self.take_step(request, step, row, dict(values))

    def at_once(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The rows of a batch; none, and a word about it, if there are too many."""
        rows = list(queryset[: AT_ONCE + 1])
        if len(rows) <= AT_ONCE:
            return rows
        text = _("At most {number} at once. Nothing was changed.").format(number=AT_ONCE)
        messages.warning(request, text)
        return []

    def batch_page(self, request: HttpRequest, step: Step, rows: list[Any], form: Any) -> Any:
        """What is about to happen to which rows; those in another state will be refused."""
        actor, roles = actor_of(request), roles_of(request)
        return self.page(
            request,
            "desk/batch.html",
            step.label,
            explanation=step.explanation,
            submit_label=step.label,
            rows=[(row.pk, self.title_of(row), step.is_offered(actor, roles, row)) for row in rows],
            form=form,
            media=self.media + form.media,
            name=f"{step.name}_selected",
        )


def _taking(step: Step) -> _Action:
    def take(desk: BatchAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if not (rows := desk.at_once(request, queryset)):
            return None
        confirmed = "confirmed" in request.POST
        form = step.form_class(request.POST if confirmed else None)
        if confirmed and form.is_valid():
            return desk.take_with_all(request, step, rows, form.cleaned_data)
        return desk.batch_page(request, step, rows, form)

    return take

"""What is added at the desk by an action: a plain form in front of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.desk.steps import Label
from accounts.requests import actor_of
from core.errors import Refusal
from core.problems import refusal_body


class AddForm(Protocol):
    """A form that has the action add what it asks for."""

    @property
    def media(self) -> Any: ...
    def is_valid(self) -> bool: ...
    def add_error(self, field: Any, error: Any) -> None: ...
    def add(self, actor: Actor) -> Model: ...


@dataclass(frozen=True)
class Adding:
    """The form and the words around it; `done` names the new row as {row}."""

    form_class: Callable[[Any], AddForm]
    title: Label
    explanation: Label
    submit_label: Label
    done: Label


class AddingAdmin(DeskAdmin):
    """Rows whose add page calls an action, with its locks, checks and events."""

    adding: ClassVar[Adding]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self.require_writer(request)
        adding = self.adding
        form = adding.form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                row = form.add(actor_of(request))
            except Refusal as refusal:
                form.add_error(None, refusal_body(refusal)["detail"])
            else:
                self.log_addition(request, row, [{"added": {}}])
                messages.success(request, str(adding.done).format(row=row))
                return HttpResponseRedirect(self.url_of("change", row.pk))
        return self.page(
            request,
            "desk/form.html",
            adding.title,
            form=form,
            media=self.media + form.media,
            explanation=adding.explanation,
            submit_label=adding.submit_label,
        )

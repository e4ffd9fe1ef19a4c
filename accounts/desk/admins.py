"""The base of every admin class at the operators' desk.

Nothing is edited where an action exists, nothing is deleted, nobody filters by a column that
the class does not offer, and no row is shown that the app's own queries would not show.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets, SimpleListFilter, helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field, unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.views import ChangeList

from accounts.actors import Actor
from accounts.desk.forms import ChooseOne, StepForm, WholeForm, is_id
from accounts.desk.read_only import ReadOnly
from accounts.desk.roles import DeskRole, roles_of
from accounts.desk.shown import NOTHING
from accounts.desk.steps import Step
from accounts.requests import actor_of
from core.db import lost_race, tell_who_acts
from core.errors import Refusal
from core.problems import refusal_body


class DeskChangeList(ChangeList):
    """Django hides the arrows of a column that is not sortable, but obeys `?o=` all the same."""

    def get_ordering_field(self, field_name: Any) -> Any:
        if self.sortable_by is not None and field_name not in self.sortable_by:
            return None
        return super().get_ordering_field(field_name)


class Newest(PaginationInlineFormSet):
    """The first rows of the inline's order; a long ledger has its own list."""

    at_most = 20

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_queryset"):
            self._queryset: QuerySet[Any] = super().get_queryset()[: self.at_most]
        return self._queryset


class DeskInline(ReadOnly, TabularInline):
    """The newest rows that belong to the page's thing; never a form."""

    readers: ClassVar[frozenset[DeskRole]] = frozenset()
    # Columns that its rows show in another form, such as a file's name in its link.
    also_told: ClassVar[tuple[str, ...]] = ()
    extra = 0
    max_num = 0
    can_delete = False
    tab = True
    show_title = False  # since Unfold 0.11x; before, the same was called hide_title

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [(None, {"fields": self.as_shown(self.fields)})]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.readers & roles_of(request))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


if not hasattr(TabularInline, "show_title"):
    DeskInline.hide_title = True


class DeskAdmin(ReadOnly, ModelAdmin):
    """Rows to look at, and steps to take with them.

    `readers` see the lists, `writers` may use the class's own forms, each step names its
    roles. `visible_to` is the app's query; `facts` is what a step's page repeats.
    """

    readers: ClassVar[frozenset[DeskRole]] = frozenset()
    writers: ClassVar[frozenset[DeskRole]] = frozenset()
    steps: ClassVar[tuple[Step, ...]] = ()
    facts: ClassVar[tuple[str, ...]] = ()

    sortable_by: ClassVar[Sequence[str]] = ()
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    list_fullwidth = True
    view_on_site = False
    change_form_before_template = "desk/steps.html"
    object_history_template = "desk/history.html"

    # --- Who and what -------------------------------------------------------------------

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Any]:
        raise NotImplementedError

    def title_of(self, row: Any) -> str:
        """How the desk calls a thing; where its own text tells too much, a class says less."""
        return str(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.visible_to(actor_of(request), roles_of(request))
        return rows.order_by(*self.get_ordering(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.readers & roles_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.readers & roles_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.writers & roles_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # --- Lists --------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeskChangeList]:
        return DeskChangeList

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        return self.as_shown(self.sortable_by)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters of this list send. Django would allow any local column."""
        return lookup in self._offered_lookups

    @cached_property
    def _offered_lookups(self) -> set[str]:
        offered = set()
        for item in self.list_filter:
            if isinstance(item, type) and issubclass(item, SimpleListFilter):
                offered.add(str(item.parameter_name))
                continue
            name = item if isinstance(item, str) else item[0]
            field = self.opts.get_field(name)
            offered.add(f"{name}__id__exact" if field.is_relation else f"{name}__exact")
        return offered

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        for name, values in request.GET.lists():
            if name.endswith("__id__exact") and not all(map(is_id, values)):
                raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        if not all(map(is_id, request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))):
            raise BadRequest
        response: HttpResponseBase = super().response_action(request, queryset)
        return response

    # --- Pages --------------------------------------------------------------------------

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ChooseOne(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any | None:
        """Read once for a history, which is judged before Django asks for it again."""
        if (row := getattr(request, "history_of", None)) is not None:
            return row
        return super().get_object(request, object_id) if is_id(object_id) else None

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Whoever may not change a thing is refused before it is read."""
        changes = request.method == "POST" and object_id is not None
        if changes and not self.has_change_permission(request):
            raise PermissionDenied
        response: HttpResponseBase = super().changeform_view(request, object_id, *args, **kwargs)
        return response

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody deletes, so that there is nothing to read for it."""
        raise PermissionDenied

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["subtitle"] = self.title_of(row)
            context["desk_steps"] = [
                {"step": step, "url": self.url_of("step", row.pk, step.name)}
                for step in self.offered_steps(request, row)
            ]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def page(self, request: HttpRequest, template: str, title: Any, **context: Any) -> HttpResponse:
        """A page of the class's own, in the frame of its list."""
        request.current_app = self.admin_site.name
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(
            request, template, {**frame, "back": self.url_of("changelist"), **context}
        )

    def require_writer(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    # --- Steps --------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<path:object_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name=self._url_name("step"),
        )
        return [step, *super().get_urls()]

    def offered_steps(self, request: HttpRequest, row: Any) -> list[Step]:
        actor, roles = actor_of(request), roles_of(request)
        return [step for step in self.steps if step.is_offered(actor, roles, row)]

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """GET shows what is about to happen; POST makes it happen."""
        step = next((step for step in self.steps if step.name == name), None)
        if step is None:
            raise Http404
        pk = unquote(object_id)
        if not step.roles & roles_of(request):
            raise PermissionDenied if self._is_there(request, pk) else Http404
        if (row := self.get_object(request, pk)) is None:
            raise Http404
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = step.form_class(data, files, initial=step.form_class.filled_from(row))
        if request.method == "POST" and form.is_valid():
            answer = self.take_step(request, step, row, form.cleaned_data)
            if step.shown_once and answer is not None:
                return self.page(
                    request,
                    step.shown_once,
                    step.label,
                    thing=self.title_of(row),
                    answer=answer,
                    back=self.url_of("change", row.pk),
                )
            return HttpResponseRedirect(self.url_after(row))
        return self._confirmation(request, step, row, form)

    def _is_there(self, request: HttpRequest, pk: str) -> bool:
        """Is it in sight of somebody for whom it need not be read?"""
        return is_id(pk) and self.get_queryset(request).filter(pk=pk).exists()

    def url_after(self, row: Any) -> str:
        """Where a step leads: the row's page, unless a class says otherwise."""
        return self.url_of("change", row.pk)

    def take_step(self, request: HttpRequest, step: Step, row: Any, values: dict[str, Any]) -> Any:
        """Call the action and say what came of it; its answer, None if it was refused."""
        title = self.title_of(row)
        try:
            answer = step.run(actor_of(request), row.pk, values)
        except Refusal as refusal:
            detail = refusal_body(refusal)["detail"]
            messages.error(request, _("{thing}: {detail}").format(thing=title, detail=detail))
            return None
        self._log(request, row, title, step, values)
        text = _("{step}: done for {thing}.").format(step=step.label, thing=title)
        messages.success(request, text)
        return answer

    def _confirmation(
        self, request: HttpRequest, step: Step, row: Any, form: StepForm
    ) -> HttpResponse:
        return self.page(
            request,
            "desk/confirm.html",
            step.label,
            original=row,
            step=step,
            is_offered=step in self.offered_steps(request, row),
            thing=self.title_of(row),
            facts=self._facts(row),
            form=form,
            media=self.media + form.media,
            back=self.url_of("change", row.pk),
        )

    def _facts(self, row: Any) -> list[tuple[str, Any]]:
        return [(self._label(name), self._text(name, row)) for name in self.as_shown(self.facts)]

    def _label(self, name: str) -> str:
        return str(label_for_field(name, self.model, self))

    def _text(self, name: str, row: Any) -> Any:
        _field, _attribute, value = lookup_field(name, row, self)
        return NOTHING if value is None or value == "" else value

    def _log(
        self, request: HttpRequest, row: Any, title: str, step: Step, values: dict[str, Any]
    ) -> None:
        secret = step.form_class.secret
        told = [
            str(one) for name, one in values.items() if name not in secret and one not in (None, "")
        ]
        LogEntry.objects.create(
            user_id=actor_of(request).user_id,  # type: ignore[misc]
            content_type=ContentType.objects.get_for_model(self.model),
            object_id=str(row.pk),
            object_repr=title[:200],
            action_flag=CHANGE,
            change_message=" · ".join([str(step.label), *told]),
        )

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url_of(self, page: str, *args: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self._url_name(page)}", args=args)


class DeskFormAdmin(DeskAdmin):
    """What has no workflow and is entered by a form; the `locked` fields are fixed by adding."""

    form = WholeForm
    locked: ClassVar[tuple[str, ...]] = ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Django saves by itself; who lost a race is told so, and sees what stands there now."""
        try:
            response: HttpResponseBase = super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            if (lost := lost_race(error)) is None:
                raise
            messages.error(request, refusal_body(lost)["detail"])
            return HttpResponseRedirect(request.get_full_path())
        return response

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        tell_who_acts(actor_of(request).caller)
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.writers & roles_of(request))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        shown = {name: self._shown.get(name, name) for name in self.locked}
        return [
            (title, {**options, "fields": [shown.get(name, name) for name in options["fields"]]})
            for title, options in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_readonly_fields(request, obj)
        return self.as_shown(self.locked)

"""What a poster does about its need: draft, change, submit, withdraw and close it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.models import Organization
from accounts.requests import actor_of
from core import clock
from marketplace import needs
from marketplace.call_queries import calls, calls_in_phase
from marketplace.lifecycle import NEED_EDITABLE, CallPhase
from marketplace.models import Need
from marketplace.own_queries import needs_posted_by
from marketplace.queries import technology_fields
from web.draft_forms import cities_to_choose, may_draft_for
from web.market import one_of
from web.need_forms import NeedSheet, filled_from
from web.pages import page
from web.steps import done, reason, step


@require_http_methods(["GET", "HEAD", "POST"])
def post_need(request: HttpRequest) -> HttpResponse:
    """GET /needs/new: the form, or who may post. POST: draft it, and show it to be submitted.

    A form that is sent twice is one draft. `?call=` is filled in.
    """
    actor = actor_of(request)
    if not (verified := may_draft_for(actor)):
        return page(request, "web/need_post.html", clock.now(), actor=actor)
    sheet = _sheet(request, verified, {"call": request.GET.get("call")})
    if sheet.is_bound and sheet.is_valid():
        values = sheet.values()
        once = sheet.main.once("web.post_need", actor, values)
        if made := sheet.main.save(lambda: needs.post_need(actor=actor, once=once, **values)):
            return HttpResponseRedirect(f"{_page_of(made.pk)}#own")
    return _show(request, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
def change_need(request: HttpRequest, pk: int) -> HttpResponse:
    """GET and POST /needs/{id}/change: the same form, filled with one's draft or returned need."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    own = needs_posted_by(actor).filter(organization__in=actor.acts_for)
    need: Need = one_of(own.filter(state__in=NEED_EDITABLE), pk)
    sheet = _sheet(request, [need.organization], filled_from(need), need=need)
    if sheet.is_bound and sheet.is_valid():
        values = sheet.values()
        del values["organization_id"]  # a need stays its poster's
        if values["call"] == need.call_id:
            del values["call"]  # which may take no new ones any more
        if sheet.main.save(lambda: needs.edit_need(actor=actor, need_id=need.pk, **values)):
            return HttpResponseRedirect(f"{_page_of(need.pk)}#own")
    return _show(request, sheet, need=need)


def _sheet(
    request: HttpRequest,
    organizations: list[Organization],
    filled: dict[str, Any],
    *,
    need: Need | None = None,
) -> NeedSheet:
    offered = calls()
    open_ones = Q(pk__in=calls_in_phase(offered, CallPhase.OPEN, clock.now()).values("pk"))
    own = Q(pk=need.call_id) if need else Q()
    return NeedSheet(
        request.POST if request.method == "POST" else None,
        initial=filled,
        indicators=list(need.indicators.all()) if need else [],
        organizations=organizations,
        fields=list(technology_fields()),
        cities=cities_to_choose(need.city_id if need else None),
        calls=list(offered.filter(open_ones | own).order_by("code")),
    )


def _show(request: HttpRequest, sheet: NeedSheet, **context: Any) -> HttpResponse:
    status = 422 if sheet.is_refused else 200
    return page(request, "web/need_post.html", clock.now(), status=status, sheet=sheet, **context)


_step = step(signed_in_to="own_needs")


@_step
def submit(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /needs/{id}/submit"""
    said = _("The need is submitted. You are told by a notice what becomes of it.")
    return _done(request, actor, pk, said, needs.submit_need)


@_step
def withdraw(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /needs/{id}/withdraw"""
    return _done(request, actor, pk, _("The need is withdrawn."), needs.withdraw_need)


@_step
def close(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /needs/{id}/close: `reason`, which everybody may read"""
    said = _("The need is closed. Who answered it is told.")
    return _done(request, actor, pk, said, needs.close_need, reason=reason(request))


def _done(
    request: HttpRequest,
    actor: Actor,
    pk: int,
    said: str,
    act: Callable[..., object],
    **values: str,
) -> HttpResponse:
    need = one_of(needs_posted_by(actor), pk)
    return done(
        request, _page_of(need.pk), said, lambda: act(actor=actor, need_id=need.pk, **values)
    )


def _page_of(need_id: int) -> str:
    return reverse("need", args=[need_id])

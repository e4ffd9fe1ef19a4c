"""Choosing among the responses to a need: what its poster reads of them and does about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.requests import actor_of
from core import clock
from core.errors import Refusal
from core.models import word
from core.problems import refusal_body
from marketplace.lifecycle import RESPONSE, NeedState, ResponseState
from marketplace.models import Need, NeedIndicator, Response, ResponseIndicator
from marketplace.own_queries import needs_posted_by
from marketplace.panel_queries import panel_of
from marketplace.queries import responses_unanswered, responses_visible_to
from marketplace.responses import (
    accept_response,
    decline_response,
    shortlist_response,
    withdraw_response,
)
from marketplace.rules.answers import DECLINE_REASONS
from marketplace.rules.panels import check_may_choose
from web.answering import last_day
from web.market import SHOWN, one_of
from web.pages import one_page, page
from web.steps import done, reason, step, undone

# What is to be chosen from stands first.
_ORDER = (
    ResponseState.ACCEPTED,
    ResponseState.SHORTLISTED,
    ResponseState.SUBMITTED,
    ResponseState.DECLINED,
    ResponseState.WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class Received:
    """One response as the poster reads it, and what the poster may still do about it."""

    response: Response
    # Each indicator of the need, and what the response says of it.
    indicators: Sequence[tuple[NeedIndicator, ResponseIndicator | None]]
    answer_until: date | None
    is_overdue: bool
    may_shortlist: bool
    may_end: bool


@require_safe
def own_needs(request: HttpRequest) -> HttpResponse:
    """GET /needs/own: those of one's own organizations in every state, the newest first."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    listing = one_page(request, needs_posted_by(actor).order_by("-pk"), SHOWN)
    received = _to_own_needs(actor).filter(need__in=listing["shown"])
    standing = _many(received.exclude(state=ResponseState.WITHDRAWN))
    waiting = _many(responses_unanswered(received))
    listing["shown"] = [
        (need, standing.get(need.pk, 0), waiting.get(need.pk, 0)) for need in listing["shown"]
    ]
    return page(request, "web/own_needs.html", clock.now(), **listing)


@require_safe
def need_responses(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /needs/{id}/responses: for the people of who posted the need, and nobody else."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    need: Need = one_of(needs_posted_by(actor), pk)
    may_bind = need.organization_id in actor.acts_for
    return page(
        request,
        "web/need_responses.html",
        clock.now(),
        need=need,
        received=_received(actor, need),
        may_bind=may_bind,
        not_yet=_not_yet(need),
        reasons=[(code.value, word(code)) for code in DECLINE_REASONS],
    )


_step = step(signed_in_to="needs")


@_step
def shortlist(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /responses/{id}/shortlist"""
    response = one_of(_to_own_needs(actor), pk)
    said = _("The response is on the shortlist. Its respondent is told.")
    return _done(request, response, said, shortlist_response, actor=actor)


@_step
def accept(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /responses/{id}/accept: with the tick that the others are declined."""
    response = one_of(_to_own_needs(actor), pk)
    if request.POST.get("confirm") != "1":
        why = _("Tick that you choose this response and that the others are declined.")
        return undone(request, _page_of(response), why)
    said = _("The response is accepted and the deal agreed. All respondents are told.")
    return _done(request, response, said, accept_response, actor=actor)


@_step
def decline(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /responses/{id}/decline: `reason_code` is a published one, `reason` says more."""
    response = one_of(_to_own_needs(actor), pk)
    why = {"reason_code": request.POST.get("reason_code", ""), "reason": reason(request)}
    said = _("The response is declined. Its respondent is told the reason.")
    return _done(request, response, said, decline_response, actor=actor, **why)


@_step
def withdraw(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /responses/{id}/withdraw: by who gave the response."""
    own = responses_visible_to(actor).filter(organization__in=actor.sees)
    response: Response = one_of(own, pk)
    return done(
        request,
        f"{reverse('need', args=[response.need_id])}#answer",
        _("The response is withdrawn. You may answer anew while the need is open."),
        lambda: withdraw_response(actor=actor, response_id=pk),
    )


def _to_own_needs(actor: Actor) -> QuerySet[Response]:
    return responses_visible_to(actor).filter(need__organization__in=actor.sees)


def _many(responses: QuerySet[Response]) -> dict[int, int]:
    """How many there are to each need."""
    return dict(responses.order_by().values_list("need").annotate(Count("pk")))


def _received(actor: Actor, need: Need) -> list[Received]:
    rows = _to_own_needs(actor).filter(need=need).select_related("deal", "achievement")
    asked, now = list(need.indicators.all()), clock.now()
    received = []
    for response in rows.order_by("pk"):
        told = {one.indicator_id: one for one in response.indicators.all()}
        state, waits = ResponseState(response.state), response.answer_clock()
        is_open = need.state == NeedState.PUBLISHED
        received.append(
            Received(
                response,
                [(one, told.get(one.pk)) for one in asked] if told else [],
                answer_until=last_day(response),
                is_overdue=waits is not None and now >= waits.due_at,
                may_shortlist=is_open and RESPONSE.allows(state, ResponseState.SHORTLISTED),
                may_end=is_open and RESPONSE.allows(state, ResponseState.DECLINED),
            )
        )
    return sorted(received, key=lambda one: _ORDER.index(ResponseState(one.response.state)))


def _not_yet(need: Need) -> str:
    """Why nobody is chosen yet, where experts judge; else nothing."""
    if (panel := panel_of(need)) is None:
        return ""
    try:
        check_may_choose(panel.result(), clock.now())
    except Refusal as refusal:
        return str(refusal_body(refusal)["detail"])
    return ""


def _done(
    request: HttpRequest, response: Response, said: str, act: Callable[..., object], **values: Any
) -> HttpResponse:
    return done(request, _page_of(response), said, lambda: act(response_id=response.pk, **values))


def _page_of(response: Response) -> str:
    return f"{reverse('need_responses', args=[response.need_id])}#response-{response.pk}"

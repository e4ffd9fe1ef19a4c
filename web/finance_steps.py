"""What an enterprise does about its financing: apply, submit, choose, consent, withdraw."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.queries import cities, organizations_visible_to
from accounts.requests import actor_of
from alliances.consents import give_consent, revoke_consent
from alliances.finance_queries import (
    consents_visible_to,
    offers_visible_to,
    own_applications,
    policies_in_force,
    policies_visible_to,
)
from alliances.financing import draft_application, submit_application, withdraw_application
from alliances.offering import accept_offer, decline_offer
from core import clock
from core.errors import Refusal
from core.idempotency import Once, fingerprint
from core.problems import refusal_body
from marketplace.pledges import to_give
from marketplace.queries import technology_fields
from web.finance_forms import ApplyForm
from web.market import one_of
from web.pages import page

_MOST_OFFERED = 200
_LONGEST_REASON = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def apply_for_finance(request: HttpRequest) -> HttpResponse:
    """GET /finance/apply: the form, or who may apply. POST: draft it, and show it to be confirmed.

    A form that is sent twice is one draft. `?kind=` and `?collateral=` are filled in.
    """
    actor = actor_of(request)
    if (form := _form(request, actor)) is None:
        return page(request, "web/finance_apply.html", clock.now(), actor=actor)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        key = form.cleaned_data["key"]
        once = Once("web.draft_application", actor.caller, key, fingerprint(values))
        try:
            made = draft_application(actor=actor, once=once, **values)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _to_page(made.pk)
    status = 422 if form.is_refused else 200
    return page(request, "web/finance_apply.html", clock.now(), status=status, form=form)


def _form(request: HttpRequest, actor: Actor) -> ApplyForm | None:
    """For who may bind a verified organization; nothing for the others."""
    own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
    verified = [one for one in own if one.is_verified]
    if not verified:
        return None
    in_force = policies_in_force(policies_visible_to(actor), clock.today())
    rights = to_give({one.pk for one in verified}).order_by("-pk")
    return ApplyForm(
        request.POST if request.method == "POST" else None,
        initial={name: request.GET.get(name) for name in ("kind", "collateral")},
        organizations=verified,
        fields=list(technology_fields()),
        cities=list(cities().filter(is_corridor=True)),
        rights=list(rights[:_MOST_OFFERED]),
        policies=list(in_force[:_MOST_OFFERED]),
    )


Step = Callable[[HttpRequest, Actor, int], HttpResponse]


def _step(view: Step) -> Callable[[HttpRequest, int], HttpResponse]:
    """A POST by somebody signed in."""

    @require_POST
    @wraps(view)
    def answer(request: HttpRequest, pk: int) -> HttpResponse:
        if (actor := actor_of(request)).is_anonymous:
            return redirect_to_login(reverse("finance_applications"))
        return view(request, actor, pk)

    return answer


@_step
def submit_draft(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/applications/{id}/submit: `consents` are the members that may read the data."""
    shown = one_of(own_applications(actor), pk)
    consents = [_id(text) for text in request.POST.getlist("consents")]
    return _done(
        request,
        shown.pk,
        _("The application is submitted. Members answer it within their time."),
        lambda: submit_application(actor=actor, application_id=shown.pk, consents=consents),
    )


@_step
def withdraw(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/applications/{id}/withdraw: `reason`"""
    shown = one_of(own_applications(actor), pk)
    return _done(
        request,
        shown.pk,
        _("The application is withdrawn."),
        lambda: withdraw_application(actor=actor, application_id=shown.pk, reason=_reason(request)),
    )


@_step
def consent(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/applications/{id}/consents: `member` may read the confidential data."""
    shown = one_of(own_applications(actor), pk)
    member = _id(request.POST.get("member", ""))
    return _done(
        request,
        shown.pk,
        _("The member may read the confidential data until you revoke it."),
        lambda: give_consent(actor=actor, application_id=shown.pk, member=member),
    )


@_step
def revoke(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/consents/{id}/revoke"""
    own = consents_visible_to(actor).filter(application__applicant__in=actor.sees)
    found = one_of(own, pk)
    return _done(
        request,
        found.application_id,
        _("The consent is revoked. The member reads nothing more of it."),
        lambda: revoke_consent(actor=actor, consent_id=found.pk),
    )


@_step
def accept(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/offers/{id}/accept: with the tick that the other offers lapse."""
    offer = _own_offer(actor, pk)
    if request.POST.get("confirm") != "1":
        messages.error(request, _("Tick that you take this offer and that the others lapse."))
        return _to_page(offer.application_id)
    return _done(
        request,
        offer.application_id,
        _("The offer is accepted. The member now looks into the application."),
        lambda: accept_offer(actor=actor, offer_id=offer.pk),
    )


@_step
def decline(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/offers/{id}/decline: `reason`"""
    offer = _own_offer(actor, pk)
    return _done(
        request,
        offer.application_id,
        _("The offer is declined."),
        lambda: decline_offer(actor=actor, offer_id=offer.pk, reason=_reason(request)),
    )


def _own_offer(actor: Actor, pk: int) -> Any:
    """An offer to one's own application; the member that made it decides nothing here."""
    return one_of(offers_visible_to(actor).filter(application__applicant__in=actor.sees), pk)


def _done(
    request: HttpRequest, application_id: int, said: str, act: Callable[[], object]
) -> HttpResponse:
    """Do it and say so, or say what the action refused; then back to the application."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal_body(refusal)["detail"])
    else:
        messages.success(request, said)
    return _to_page(application_id)


def _to_page(application_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("finance_application", args=[application_id]))


def _id(text: str) -> int:
    """A number of a row; anything else is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:_LONGEST_REASON].replace("\x00", "")

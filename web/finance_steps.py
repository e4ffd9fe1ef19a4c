"""What an enterprise does about its financing: apply, change, submit, choose, consent, withdraw."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.models import Organization
from accounts.requests import actor_of
from alliances.consents import give_consent, revoke_consent
from alliances.finance_queries import (
    consents_visible_to,
    offers_visible_to,
    own_applications,
    policies_in_force,
    policies_visible_to,
)
from alliances.financing import (
    change_application,
    draft_application,
    submit_application,
    withdraw_application,
)
from alliances.lifecycle import FinanceState
from alliances.models import FinanceApplication
from alliances.offering import accept_offer, decline_offer
from core import clock
from marketplace.pledges import to_give
from marketplace.queries import technology_fields
from web.draft_forms import cities_to_choose, may_draft_for
from web.finance_forms import ApplyForm, filled_from
from web.market import one_of
from web.pages import page
from web.steps import done, number, reason, step, undone

_FILLED = ("kind", "collateral")  # by the address


@require_http_methods(["GET", "HEAD", "POST"])
def apply_for_finance(request: HttpRequest) -> HttpResponse:
    """GET /finance/apply: the form, or who may apply. POST: draft it, and show it to be confirmed.

    A form that is sent twice is one draft. `?kind=` and `?collateral=` are filled in; the button
    `find` narrows the long lists by the words beside them, and drafts nothing.
    """
    actor = actor_of(request)
    if not (verified := may_draft_for(actor)):
        return page(request, "web/finance_apply.html", clock.now(), actor=actor)
    form = _form(request, actor, verified, {name: request.GET.get(name) for name in _FILLED})
    if form.is_bound and form.is_valid():
        values = form.values()
        once = form.once("web.draft_application", actor, values)
        if made := form.save(lambda: draft_application(actor=actor, once=once, **values)):
            return _to_page(made.pk)
    return _show(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def change_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """GET and POST /finance/applications/{id}/change: the same form, filled with one's draft."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    drafts = own_applications(actor).filter(state=FinanceState.DRAFT)
    draft = one_of(drafts.filter(applicant__in=actor.acts_for), pk)
    form = _form(request, actor, [draft.applicant], filled_from(draft), draft=draft)
    if form.is_bound and form.is_valid():
        values = form.values()
        del values["organization_id"]  # an application stays its applicant's
        if form.save(lambda: change_application(actor=actor, application_id=draft.pk, **values)):
            messages.success(request, _("The draft is changed."))
            return _to_page(draft.pk)
    return _show(request, form, draft=draft)


def _show(request: HttpRequest, form: ApplyForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_refused else 200
    return page(request, "web/finance_apply.html", clock.now(), status=status, form=form, **context)


def _form(
    request: HttpRequest,
    actor: Actor,
    applicants: list[Organization],
    filled: dict[str, Any],
    *,
    draft: FinanceApplication | None = None,
) -> ApplyForm:
    """As it was sent; or filled anew, with what was typed if only a list is to be narrowed."""
    finds = "find" in request.POST
    sent = request.method == "POST" and not finds
    return ApplyForm(
        request.POST if sent else None,
        initial=request.POST.dict() if finds else filled,
        organizations=applicants,
        fields=list(technology_fields()),
        cities=cities_to_choose(draft.city_id if draft else None),
        rights=to_give({one.pk for one in applicants}).order_by("-pk"),
        policies=policies_in_force(policies_visible_to(actor), clock.today()),
    )


_step = step(signed_in_to="finance_applications")


@_step
def submit_draft(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/applications/{id}/submit: `consents` are the members that may read the data."""
    shown = one_of(own_applications(actor), pk)
    consents = [number(text) for text in request.POST.getlist("consents")]
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
        lambda: withdraw_application(actor=actor, application_id=shown.pk, reason=reason(request)),
    )


@_step
def consent(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /finance/applications/{id}/consents: `member` may read the confidential data."""
    shown = one_of(own_applications(actor), pk)
    member = number(request.POST.get("member", ""))
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
        why = _("Tick that you take this offer and that the others lapse.")
        return undone(request, _page_of(offer.application_id), why)
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
        lambda: decline_offer(actor=actor, offer_id=offer.pk, reason=reason(request)),
    )


def _own_offer(actor: Actor, pk: int) -> Any:
    """An offer to one's own application; the member that made it decides nothing here."""
    return one_of(offers_visible_to(actor).filter(application__applicant__in=actor.sees), pk)


def _done(
    request: HttpRequest, application_id: int, said: str, act: Callable[[], object]
) -> HttpResponse:
    return done(request, _page_of(application_id), said, act)


def _to_page(application_id: int) -> HttpResponse:
    return HttpResponseRedirect(_page_of(application_id))


def _page_of(application_id: int) -> str:
    return reverse("finance_application", args=[application_id])

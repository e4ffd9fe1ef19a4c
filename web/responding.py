"""What people send from the pages of needs and achievements: undertakings, and responses."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import actor_of
from core.errors import Refusal
from core.problems import refusal_body
from marketplace.disclosure import accept_achievement_undertaking, accept_undertaking
from marketplace.models import Need
from marketplace.queries import achievements_visible_to, needs_visible_to
from marketplace.responses import AlreadyResponded, respond
from web.answering import part_in
from web.market import achievement as show_achievement
from web.market import need as show_page
from web.market import one_of, show_need


@require_http_methods(["GET", "HEAD", "POST"])
def answer_need(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /needs/{id}/answer: send the response, or say beside the fields what is wrong.

    A form that is sent twice is one response: the second time leads to what the first one gave.
    """
    if request.method != "POST":
        return show_page(request, pk)
    if (actor := actor_of(request)).is_anonymous:
        return _back(request, pk)
    need: Need = one_of(needs_visible_to(actor), pk)
    part = part_in(actor, need, data=request.POST, open_detail=request.POST.get("detail") == "1")
    if (sheet := part.sheet) is None:
        return _not_taken(request, pk, answered=bool(part.given))
    if sheet.is_valid():
        try:
            respond(actor=actor, need_id=pk, **sheet.values())
        except AlreadyResponded:
            return _not_taken(request, pk, answered=True)
        except Refusal as refusal:
            sheet.refuse(refusal)
        else:
            messages.success(request, _("Your response is sent. What happens next is said below."))
            return _back(request, pk)
    return show_need(request, need, part, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_undertaking(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /needs/{id}/undertaking: accept it for one's organization, and read what it guards."""
    if request.method != "POST":
        return show_page(request, pk)
    if (actor := actor_of(request)).is_anonymous:
        return _back(request, pk)
    one_of(needs_visible_to(actor), pk)
    signed = _sign(request, lambda **said: accept_undertaking(actor=actor, need_id=pk, **said))
    return _back(request, pk, "?detail=1#answer" if signed else "")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_for_achievement(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /achievements/{id}/undertaking: the same for an achievement."""
    if request.method != "POST":
        return show_achievement(request, pk)
    page = reverse("achievement", args=[pk])
    if (actor := actor_of(request)).is_anonymous:
        return HttpResponseRedirect(f"{reverse('account_login')}?next={page}")
    one_of(achievements_visible_to(actor), pk)
    accept = accept_achievement_undertaking
    signed = _sign(request, lambda **said: accept(actor=actor, achievement_id=pk, **said))
    return HttpResponseRedirect(f"{page}{'?detail=1#confidential' if signed else ''}")


def _sign(request: HttpRequest, accept: Callable[..., Any]) -> bool:
    """Whether the undertaking of a form was accepted; the reader is told."""
    chosen, version = request.POST.get("organization", ""), request.POST.get("version", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return False
    if request.POST.get("accept") != "1":
        messages.error(request, _("Tick that your organization accepts the undertaking."))
        return False
    try:
        accept(organization_id=int(chosen), version=version[:20])
    except Refusal as refusal:
        messages.error(request, refusal_body(refusal)["detail"])
        return False
    messages.success(request, _("The undertaking is accepted. The confidential part is below."))
    return True


def _not_taken(request: HttpRequest, pk: int, *, answered: bool) -> HttpResponse:
    if answered:
        messages.info(request, _("Your organization has answered: its response is shown below."))
    else:
        messages.error(request, _("The response was not sent. Below it is said who may answer."))
    return _back(request, pk, "")


def _back(request: HttpRequest, pk: int, part: str = "#answer") -> HttpResponse:
    """To the page of the need; by the sign-in page for who is nobody yet.

    To its top where it stands there why nothing was done.
    """
    page = reverse("need", args=[pk])
    if actor_of(request).is_anonymous:
        return HttpResponseRedirect(f"{reverse('account_login')}?next={page}")
    return HttpResponseRedirect(f"{page}{part}")

"""The page of one's saved searches: what they found, and where they are saved and ended."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.exceptions import ParseError

from accounts.actors import Actor
from accounts.requests import actor_of
from core import clock
from core.errors import Refusal
from core.problems import refusal_body
from search.queries import FACETS
from web.finding import read_question
from web.pages import page
from web.saved import end_search, latest_finds, save_search, saved_by
from web.search_page import address_of, labels


@require_http_methods(["GET", "HEAD", "POST"])
def saved_searches(request: HttpRequest) -> HttpResponse:
    """GET /saved-searches: one's own with their newest finds. POST: save what is sent."""
    actor = actor_of(request)
    if actor.user_id is None:
        return HttpResponseRedirect(f"{reverse('account_login')}?next={request.path}")
    if request.method == "POST":
        return _save(request, actor)
    names = labels()
    context: dict[str, Any] = {
        "saved": [(one, _told(one.only, names), _search(one)) for one in saved_by(actor)],
        "finds": [(find, one, address_of(one)) for find, one in latest_finds(actor)],
    }
    return page(request, "web/saved_searches.html", clock.now(), **context)


@require_POST
def end_saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /saved-searches/{id}/end"""
    try:
        end_search(actor=actor_of(request), saved_search_id=pk)
    except Refusal as refusal:
        messages.error(request, refusal_body(refusal)["detail"])
    else:
        messages.success(request, _("The saved search has ended. Nothing more is told of it."))
    return HttpResponseRedirect(reverse("saved_searches"))


def _save(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        asked = read_question(request.POST.dict())
        rhythm = "immediate" if request.POST.get("rhythm") == "immediate" else "daily"
        save_search(actor=actor, question=asked.text, rhythm=rhythm, only=asked.only)
    except (Refusal, ParseError) as refusal:
        said = refusal_body(refusal)["detail"] if isinstance(refusal, Refusal) else str(refusal)
        messages.error(request, said)
    else:
        messages.success(request, _("The search is saved. You are told what is new."))
    return HttpResponseRedirect(reverse("saved_searches"))


def _told(only: dict[str, str], names: Any) -> list[str]:
    """The filters in words."""
    return [names[name].get(only[name], only[name]) for name in FACETS if name in only]


def _search(saved: Any) -> str:
    return f"{reverse('search')}?{urlencode({'q': saved.question, **saved.only})}"

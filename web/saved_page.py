"""The page of one's saved searches: what they found, and where they are saved and ended."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.exceptions import ParseError

from accounts.actors import Actor
from accounts.requests import actor_of
from core import clock
from core.errors import Refusal
from core.problems import refusal_body
from search.links import addressee
from search.queries import FACETS
from search.rules.rhythm import Rhythm
from web.finding import read_question
from web.pages import page
from web.saved import change_rhythm, end_search, latest_finds, save_search, saved_by, silence
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
        "rhythms": rhythm_labels(),
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


@require_POST
def tell_saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /saved-searches/{id}/tell: `rhythm`, as the API takes it."""
    try:
        rhythm = Rhythm(request.POST.get("rhythm", ""))
        change_rhythm(actor=actor_of(request), saved_search_id=pk, rhythm=rhythm)
    except Refusal as refusal:
        messages.error(request, refusal_body(refusal)["detail"])
    except ValueError:
        messages.error(request, _("Choose when you want to be told."))
    else:
        messages.success(request, _("Kept as you chose."))
    return HttpResponseRedirect(reverse("saved_searches"))


@csrf_exempt  # the link itself is the right to do it, for a mail program without a session too
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a digest mail (RFC 8058). GET asks, POST stops the mails: no sign-in needed."""
    if (user_id := addressee(token)) is None:
        raise Http404
    if request.method == "POST":
        silence(user_id)
    return page(request, "web/unsubscribe.html", clock.now(), is_done=request.method == "POST")


def _save(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        asked = read_question(request.POST.dict())
        rhythm = Rhythm.IMMEDIATE if request.POST.get("rhythm") == "immediate" else Rhythm.DAILY
        save_search(actor=actor, question=asked.text, rhythm=rhythm, only=asked.only)
    except (Refusal, ParseError) as refusal:
        said = refusal_body(refusal)["detail"] if isinstance(refusal, Refusal) else str(refusal)
        messages.error(request, said)
    else:
        messages.success(request, _("The search is saved. You are told what is new."))
    return HttpResponseRedirect(reverse("saved_searches"))


def rhythm_labels() -> dict[str, Any]:
    return {
        Rhythm.IMMEDIATE.value: _("told at once"),
        Rhythm.DAILY.value: _("told daily at 8:00"),
        Rhythm.QUIET.value: _("on this page only"),
    }


def _told(only: dict[str, str], names: Any) -> list[str]:
    """The filters in words."""
    return [names[name].get(only[name], only[name]) for name in FACETS if name in only]


def _search(saved: Any) -> str:
    return f"{reverse('search')}?{urlencode({'q': saved.question, **saved.only})}"

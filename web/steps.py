"""A step that is taken from a page: one POST by somebody signed in, and back to the page."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import actor_of
from core.errors import Refusal
from core.problems import refusal_body

_LONGEST_REASON = 1000

Step = Callable[[HttpRequest, Actor, int], HttpResponse]


def step(*, signed_in_to: str) -> Callable[[Step], Callable[[HttpRequest, int], HttpResponse]]:
    """Nobody takes a step; who signs in first comes to the page of that name."""

    def decorate(view: Step) -> Callable[[HttpRequest, int], HttpResponse]:
        @require_POST
        @wraps(view)
        def answer(request: HttpRequest, pk: int) -> HttpResponse:
            if (actor := actor_of(request)).is_anonymous:
                return redirect_to_login(reverse(signed_in_to))
            return view(request, actor, pk)

        return answer

    return decorate


def done(request: HttpRequest, page: str, said: str, act: Callable[[], object]) -> HttpResponse:
    """Do it and say so, or say what the action refused; then back to the page."""
    try:
        act()
    except Refusal as refusal:
        return undone(request, page, refusal_body(refusal)["detail"])
    messages.success(request, said)
    return HttpResponseRedirect(page)


def undone(request: HttpRequest, page: str, why: str) -> HttpResponse:
    """Back to the top of the page, where it stands why nothing was done."""
    messages.error(request, why)
    return HttpResponseRedirect(page.partition("#")[0])


def number(text: str) -> int:
    """A number of a row; anything else is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:_LONGEST_REASON].replace("\x00", "")

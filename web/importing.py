"""Where people bring a table: of needs and achievements, of a park's tenancies, of members.

The page sends the file to the API, first to be looked at and then to be taken in; what is wrong
with a row is shown beside it.
"""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries import organizations_visible_to
from accounts.requests import actor_of
from alliances.queries import alliances_visible_to, keeps
from core import clock
from core.tables import LARGEST, MOST_ROWS
from enclaves.permissions import runs
from enclaves.queries import parks_visible_to
from web.market import one_of
from web.pages import page


@require_safe
def import_needs(request: HttpRequest) -> HttpResponse:
    """GET /needs/import"""
    return _of_organization(request, _("Import needs"), "needs")


@require_safe
def import_achievements(request: HttpRequest) -> HttpResponse:
    """GET /achievements/import"""
    return _of_organization(request, _("Import achievements"), "achievements")


@require_safe
def import_tenancies(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /enclaves/{id}/tenancies/import, for who runs the park."""
    actor = actor_of(request)
    park = one_of(parks_visible_to(actor), pk)
    return _of_register(
        request,
        runs(actor, park),
        title=_("Import tenancies"),
        whose=park.name,
        url=f"/api/v1/enclaves/{park.pk}/tenancies/import",
        back=reverse("admin:enclaves_park_change", args=[park.pk]),
    )


@require_safe
def import_members(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /alliances/{id}/members/import, for who keeps the roll."""
    actor = actor_of(request)
    alliance = one_of(alliances_visible_to(actor), pk)
    return _of_register(
        request,
        keeps(actor, alliance),
        title=_("Import members"),
        whose=alliance.name,
        url=f"/api/v1/alliances/{alliance.pk}/members/import",
        back=reverse("admin:alliances_alliance_change", args=[alliance.pk]),
    )


def _of_organization(request: HttpRequest, title: str, things: str) -> HttpResponse:
    """Drafts of an organization that the reader acts for."""
    actor = actor_of(request)
    own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
    done = _("{created} drafts were made, {existing} rows were there already.")
    return _page(
        request,
        done,
        title=title,
        url=f"/api/v1/{things}/import",
        organizations=own,
        takes_tables=own,
        are_drafts=True,
    )


def _of_register(request: HttpRequest, allowed: bool, **context: Any) -> HttpResponse:
    """Rows of a register that the reader keeps."""
    if actor_of(request).is_anonymous:
        return redirect_to_login(request.get_full_path())
    if not allowed:
        raise PermissionDenied
    done = _("{created} rows were entered, {existing} were there already.")
    return _page(request, done, takes_tables=True, **context)


def _page(request: HttpRequest, done: str, **context: Any) -> HttpResponse:
    return page(
        request,
        "web/import.html",
        clock.now(),
        most_rows=MOST_ROWS,
        megabytes=LARGEST // 1024 // 1024,
        data={"url": context["url"], "texts": {**_texts(), "done": done}},
        **context,
    )


def _texts() -> dict[str, str]:
    return {
        "choose": _("Choose a file first."),
        "looking": _("The file is being looked at…"),
        "importing": _("The rows are being taken in…"),
        "no_answer": _("No answer. Please try again."),
        "fine": _("All {rows} rows can be taken in. Nothing is written yet."),
        "refused": _("{refused} of {rows} rows cannot be taken in. Mend them and choose it again."),
        "import": _("Take in {rows} rows"),
    }

"""GET /needs/import and /achievements/import: where an organization's people bring a table.

The page sends the file to the API, first to be looked at and then to be taken in; what is wrong
with a row is shown beside it.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries import organizations_visible_to
from accounts.requests import actor_of
from core import clock
from core.tables import LARGEST, MOST_ROWS
from web.pages import page


@require_safe
def import_needs(request: HttpRequest) -> HttpResponse:
    return _page(request, _("Import needs"), "needs")


@require_safe
def import_achievements(request: HttpRequest) -> HttpResponse:
    return _page(request, _("Import achievements"), "achievements")


def _page(request: HttpRequest, title: str, things: str) -> HttpResponse:
    actor = actor_of(request)
    own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
    context: dict[str, Any] = {
        "title": title,
        "things": things,
        "url": f"/api/v1/{things}/import",
        "organizations": own,
        "most_rows": MOST_ROWS,
        "megabytes": LARGEST // 1024 // 1024,
        "data": {"url": f"/api/v1/{things}/import", "texts": _texts()},
    }
    return page(request, "web/import.html", clock.now(), **context)


def _texts() -> dict[str, str]:
    return {
        "choose": _("Choose a file first."),
        "looking": _("The file is being looked at…"),
        "importing": _("The rows are being taken in…"),
        "no_answer": _("No answer. Please try again."),
        "fine": _("All {rows} rows can be taken in. Nothing is written yet."),
        "refused": _("{refused} of {rows} rows cannot be taken in. Mend them and choose it again."),
        "done": _("{created} drafts were made, {existing} rows were there already."),
        "import": _("Take in {rows} rows"),
    }

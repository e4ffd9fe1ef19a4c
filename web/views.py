"""The pages: who is asking, what they may see, which template shows it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.requests import actor_of
from auctions import closing, engines
from auctions.holders import standing_rights
from auctions.models import Bid, Lot
from auctions.rules.phases import BEFORE_OPENING, Phase
from auctions.turnover import turnover
from core import clock
from core.errors import NotFound, all_refusals
from marketplace.queries import picture_of
from web import linked_data, lots, texts
from web.lots import Part, Role
from web.pages import page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """GET /: what is on sale now, and what ended lately."""
    actor, now = actor_of(request), clock.now()
    cards, more = lots.on_sale(actor, now)
    ended = lots.recently_ended(actor, now)
    return page(request, "web/home.html", now, cards=cards, more=more, ended=ended)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """GET /favicon.ico: what browsers ask for beside an answer that is not a page.

    Our page for what is not there would give them a new CSRF cookie, which makes the form worthless
    that was opened meanwhile.
    """
    return redirect(static("web/mark.svg"), permanent=True)


@require_safe
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /lots/{id}: the live page of a lot."""
    actor = actor_of(request)
    seq = lots.last_event(pk)
    shown, now = _visible(actor, pk), clock.now()
    if closing.close_if_over(shown, now):
        shown = _visible(actor, pk)
    part = lots.part_of(actor, shown)
    bids = lots.newest_bids(shown, at_most=_how_many(request))
    context = _lot_context(shown, part, bids, now, seq)
    address = request.build_absolute_uri(reverse("lot", args=[pk]))
    context["linked"] = linked_data.of_lot(shown, context["phase"], address)
    return page(request, "web/lot.html", now, **context)


@require_safe
def lot_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /lots/{id}/ledger?after=N: the newer rows of the ledger, for the live page."""
    actor = actor_of(request)
    shown = _visible(actor, pk)
    bids = lots.newest_bids(shown, after=_number(request, "after"), at_most=lots.BIDS_AT_MOST)
    paddle = lots.part_of(actor, shown).paddle
    return page(request, "web/_bids.html", clock.now(), bids=bids, own_paddle=paddle)


@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """GET /statistics/cycles: turnover by trading cycle, with its exports."""
    found = turnover()
    return page(
        request,
        "web/cycles.html",
        found.as_of,
        as_of=found.as_of,
        since=found.since,
        reports=found.reports,
        export_url=reverse("cycle_figures"),
    )


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """GET /api/docs/errors: where the `type` of every problem points to."""
    sentences = {(int(one.status), one.code): one.message for one in all_refusals()}
    return page(request, "web/errors.html", clock.now(), sentences=sorted(sentences.items()))


def _visible(actor: Actor, lot_id: int) -> Lot:
    try:
        return lots.visible_lot(actor, lot_id)
    except NotFound as error:
        raise Http404 from error


def _lot_context(
    shown: Lot, part: Part, bids: list[Bid], now: datetime, seq: int
) -> dict[str, Any]:
    phase = shown.phase_at(now)
    return {
        "lot": shown,
        "picture": picture_of(shown.achievement),
        "maturity": texts.maturity_text(shown.achievement),
        "part": part,
        "bids": bids,
        "own_paddle": part.paddle,
        "older_bids": shown.bid_count - len(bids),
        "phase": phase,
        "phase_label": texts.phase_labels()[phase],
        "taking_bids": phase in BEFORE_OPENING | {Phase.OPEN},
        "price_caption": texts.price_caption(shown, phase),
        "shown_price": shown.starting_price if shown.price is None else shown.price,
        "minimum": engines.minimum_bid(shown),
        "countdown_caption": texts.countdown_caption(shown, phase, now),
        "counts_down": _counts_down(shown, phase, now),
        "extended": texts.extended_text(shown),
        "called": texts.call_texts()[shown.hall_standing().calls] if phase is Phase.OPEN else "",
        "extension_rule": texts.extension_rule(shown),
        "rights": [texts.priority_text(right) for right in standing_rights(shown)],
        "own_right": texts.priority_text(part.priority) if part.priority else "",
        "record_url": reverse("lot_record", args=[shown.pk]),
        "result": texts.result_text(shown, part.paddle),
        "notice": texts.notice_text(shown),
        "proposal": lots.proposal_to(part, shown, now),
        "standing": texts.standing_text(shown, leading=part.leading, has_bid=part.has_bid),
        "data": _script_data(shown, part, now, seq),
    }


def _counts_down(shown: Lot, phase: Phase, now: datetime) -> bool:
    """Whether the page's script will show how much time is left."""
    if phase in BEFORE_OPENING:
        return now < shown.opens_at
    return phase is Phase.OPEN and not shown.is_sold_in_hall


def _script_data(shown: Lot, part: Part, now: datetime, seq: int) -> dict[str, Any]:
    """What the live page's script starts from."""
    api = f"/api/v1/lots/{shown.pk}"
    registration = part.registration
    return {
        "lot": lots.lot_facts(shown, part, now),
        "seq": seq,
        "signed_in": part.role is not Role.ANONYMOUS,
        "paddle": part.paddle,
        "has_bid": part.has_bid,
        "organization": registration.organization_id if registration else None,
        "urls": {
            "lot": api,
            "page": reverse("lot", args=[0]),
            "stream": f"{api}/stream",
            "bids": f"{api}/bids",
            "maximum": f"{api}/maximum",
            "matches": f"{api}/priority-matches",
            "registrations": f"{api}/registrations",
            "relist": f"{api}/relist",
            "decline": f"{api}/decline-relisting",
            "ledger": reverse("lot_ledger", args=[shown.pk]),
        },
        "texts": texts.script_texts(),
    }


def _how_many(request: HttpRequest) -> int:
    return lots.BIDS_AT_MOST if request.GET.get("bids") == "all" else lots.BIDS_SHOWN


def _number(request: HttpRequest, name: str) -> int:
    """A count in the query; anything else counts as none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

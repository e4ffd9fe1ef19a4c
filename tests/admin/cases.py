"""Every workflow step at the desk: who may take it, on what, from where to where."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Subquery

from accounts.models import ApiClient, Membership, User
from marketplace.models import Landing, NeedCall, Objection
from tests.admin.case import REASON, Case, deal_named, state
from tests.admin.conftest import World
from tests.admin.deal_cases import DEAL_CASES
from tests.conftest import NOW, organization_of

DECIDED = {"state": "lapsed", "decided_at": NOW, "decision": "虚构的处理"}
NOT_IN_REVIEW = {"state": "returned", "review_soon_at": None, "review_due_at": None}
DEPOSIT = {"amount": "¥100.00", "reference": "虚构银行 0001"}


def _submitted(world: World) -> Model:
    return world.submitted_organization


def _bidders(world: World) -> Model:
    return organization_of(world.people["bidder"])


def _draft(world: World) -> Model:
    return world.draft_lot


def _open(world: World) -> Model:
    return world.open_lot


def _applied(world: World) -> Model:
    return world.applied


def _call(world: World) -> Model:
    return NeedCall.objects.get()


def _membership(world: World) -> Model:
    return Membership.objects.get(user=world.people["seller"])


def _client(world: World) -> Model:
    return ApiClient.objects.get()


def _achievement(world: World) -> Model:
    return world.submitted_achievement


def _objection(name: str) -> Callable[[World], Model]:
    return lambda world: Objection.objects.filter(publicity__deal=world.deals[name]).earliest("id")


def _landing(world: World) -> Model:
    return Landing.objects.get(deal=world.deals["landed"])


_REFUSED = {
    "state": "refused",
    "decided_at": NOW,
    "decided_by": Subquery(User.objects.values("pk")[:1]),
}
_NEVER = {"started_at": None, "finished_at": None}
_PLANNED = {"state": "planned", "published_at": None, **_NEVER}
_PUBLISHED = {"state": "published", "published_at": NOW, **_NEVER}
_RUNNING = {**_PUBLISHED, "state": "running", "started_at": NOW}


def _session(step: str, to: str, start: dict[str, Any], data: dict[str, str]) -> Case:
    return Case(
        step,
        "operator",
        lambda world: world.session,
        state(to),
        start,
        {"state": "cancelled", **_NEVER},
        data,
        f"session.{to}" if to != "running" else "session.started",
    )


CASES = [
    *DEAL_CASES,
    _session("publish", "published", _PLANNED, {}),
    _session("start", "running", _PUBLISHED, {}),
    _session("finish", "finished", _RUNNING, {}),
    _session("cancel", "cancelled", _PUBLISHED, REASON),
    Case(
        "confirm",
        "bureau",
        _landing,
        state("confirmed"),
        wrong=_REFUSED,
        event="deal.landing_confirmed",
    ),
    Case(
        "refuse",
        "bureau",
        _landing,
        state("refused"),
        wrong=_REFUSED,
        data=REASON,
        event="deal.landing_refused",
    ),
    Case(
        "verify",
        "cadre",
        _submitted,
        state("verified"),
        wrong=state("draft"),
        event="organization.verified",
    ),
    Case(
        "return",
        "cadre",
        _submitted,
        state("returned"),
        start=state("submitted"),
        wrong=state("draft"),
        data=REASON,
        event="organization.returned",
    ),
    Case(
        "suspend",
        "cadre",
        _bidders,
        state("suspended"),
        wrong=state("draft"),
        data=REASON,
        event="organization.suspended",
    ),
    Case(
        "reinstate",
        "cadre",
        _bidders,
        state("verified"),
        start=state("suspended"),
        wrong=state("draft"),
        event="organization.verified",
    ),
    Case("end", "root", _membership, {}, wrong={"ended_at": "2026-03-02T08:00:00Z"}),
    Case("revoke", "root", _client, {}, wrong={"revoked_at": "2026-03-02T08:00:00Z"}),
    Case("submit", "operator", _draft, state("submitted"), event="lot.submitted"),
    Case("approve", "operator", _draft, state("approved"), state("submitted")),
    Case("return", "operator", _draft, state("returned"), state("submitted"), data=REASON),
    Case("publish", "operator", _draft, state("published"), state("approved")),
    Case(
        "record-deposit",
        "operator",
        _applied,
        state("qualified"),
        state("applied"),
        wrong=state("refused"),
        data=DEPOSIT,
        event="deposit.held",
    ),
    Case(
        "approve",
        "operator",
        _applied,
        state("eligible"),
        state("qualified"),
        wrong=state("refused"),
        event="registration.approved",
    ),
    Case(
        "refuse",
        "operator",
        _applied,
        state("refused"),
        {"state": "qualified", "paddle": "", "approved_at": None},
        wrong=state("refused"),
        data=REASON,
        event="registration.refused",
    ),
    Case(
        "withdraw",
        "operator",
        lambda world: world.upcoming_lot,
        state("withdrawn"),
        wrong=state("closed"),
        data=REASON,
        event="lot.withdrawn",
    ),
    Case(
        "suspend",
        "operator",
        _open,
        state("suspended"),
        data=REASON,
        event="lot.suspended",
    ),
    Case(
        "resume",
        "operator",
        _open,
        state("published"),
        state("suspended"),
        data=REASON,
        event="lot.resumed",
    ),
    Case(
        "void",  # proposed; the second person is in test_afterwards.py
        "operator",
        _open,
        state("suspended"),
        state("suspended"),
        data=REASON,
        event="decision.proposed",
    ),
    Case(
        "default",
        "operator",
        lambda world: world.sold_lot,
        state("defaulted"),
        data={**REASON, "grounds": "refused"},
        event="lot.defaulted",
    ),
    Case(
        "endorse",
        "bureau",
        lambda world: world.need,
        state("endorsed"),
        wrong=NOT_IN_REVIEW,
        event="need.endorsed",
    ),
    Case("publish", "cadre", lambda world: world.endorsed_need, state("published")),
    Case(
        "return",
        "cadre",
        lambda world: world.need,
        state("returned"),
        state("endorsed"),
        wrong=NOT_IN_REVIEW,
        data=REASON,
        event="need.returned",
    ),
    Case(
        "end",
        "operator",
        _call,
        {"end_reason": REASON["reason"]},
        wrong={"ended_at": NOW, "end_reason": "虚构的理由"},
        data=REASON,
        event="call.ended",
    ),
    Case("approve", "operator", _achievement, state("approved")),
    Case("return", "cadre", _achievement, state("returned"), state("submitted"), data=REASON),
    Case("publish", "cadre", _achievement, state("published"), state("approved")),
    Case(
        "publicise",
        "operator",
        deal_named("proposed"),
        state("publicised"),
        wrong=state("stopped"),
        data={"days": "16", "place": "虚构院公告栏", "contact": "虚构成果处"},
        event="deal.publicised",
    ),
    Case(
        "confirm",
        "operator",
        deal_named("listed"),
        state("formed"),
        wrong=state("stopped"),
        data=REASON,
        event="deal.formed",
    ),
    Case(
        "object",
        "cadre",
        deal_named("publicised"),
        state("publicised"),
        wrong=state("stopped"),
        data={**REASON, "on_behalf_of": "虚构来信人", "contact": "虚构地址"},
        event="deal.objected",
    ),
    Case(
        "dismiss",
        "operator",
        _objection("publicised"),
        state("dismissed"),
        wrong=DECIDED,
        data=REASON,
        event="deal.objection_dismissed",
    ),
    Case(
        "uphold",
        "cadre",
        _objection("objected"),
        state("upheld"),
        wrong=DECIDED,
        data=REASON,
        event="deal.stopped",
    ),
    Case(
        "stop",
        "cadre",
        deal_named("publicised"),
        state("stopped"),
        wrong=state("stopped"),
        data=REASON,
        event="deal.stopped",
    ),
]

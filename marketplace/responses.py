"""Responses to a need, and the choice among them that forms a deal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_verified
from core import clock
from core.db import require_transaction, transaction
from core.errors import Conflict, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import holidays
from marketplace import achievements, deals
from marketplace.lifecycle import NEED, RESPONSE, AchievementState, NeedState, ResponseState
from marketplace.locks import (
    lock_need,
    lock_need_answered_by,
    lock_response,
    lock_responses_to,
)
from marketplace.models import Deal, Need, Response, ResponseIndicator
from marketplace.models.responses import ANOTHER_ACCEPTED
from marketplace.panel_queries import panel_of
from marketplace.queries import achievements_visible_to
from marketplace.queries import responses as all_responses
from marketplace.rules.answers import (
    Asked,
    DeclineReason,
    Told,
    Verdict,
    check_answers,
    check_decline,
)
from marketplace.rules.clocks import ANSWER_DAYS, clock_from
from marketplace.rules.disclosure import NdaRequired
from marketplace.rules.panels import ResultStands, check_may_choose
from marketplace.tier_queries import told_poster

_OPEN = (ResponseState.SUBMITTED, ResponseState.SHORTLISTED)


class OwnNeed(Refusal):
    code = "own_need"
    message = "An organization cannot respond to its own need."


class NeedNotOpen(Conflict):
    code = "need_not_open"
    message = "A need that is {current} takes no responses."


class AlreadyResponded(Conflict):
    code = "already_responded"
    message = "Your organization has responded to this need already. Withdraw that response first."


class AchievementNotOffered(Refusal):
    code = "achievement_not_offered"
    message = "A response can only offer a published achievement of your own organization."


def respond(
    *,
    actor: Actor,
    organization_id: int,
    need_id: int,
    once: Once | None = None,
    approach: str,
    price: Decimal,
    months: int,
    achievement: int | None = None,
    indicators: Sequence[Mapping[str, Any]] = (),
    **more: str,
) -> Response:
    """Answer a published need: one open response per organization, never to one's own need.

    `indicators`, where given, answers each of the need's. Refuses who has not accepted the
    undertaking that the need's detail asks for.
    """
    require_agent(actor, organization_id)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return all_responses().get(pk=earlier)
        need = lock_need(need_id, seen_by=actor)
        organization = Organization.objects.get(pk=organization_id)
        _check_may_respond(need, organization)
        _check_offered(actor, organization_id, achievement)
        _check_answers(need, indicators)
        now = clock.now()
        due = clock_from(now, ANSWER_DAYS, holidays())
        response = Response.objects.create(
            need=need,
            organization=organization,
            approach=approach,
            price=price,
            months=months,
            achievement_id=achievement,
            submitted_at=now,
            answer_soon_at=due.soon_at,
            answer_due_at=due.due_at,
            **more,
        )
        ResponseIndicator.objects.bulk_create(
            ResponseIndicator(response=response, indicator_id=row["indicator"], **_said(row))
            for row in indicators
        )
        settle(once, response)
        _record(response, ResponseState.SUBMITTED, actor, now)
    return response


def shortlist_response(*, actor: Actor, response_id: int) -> Response:
    with transaction(by=actor.caller):
        response = lock_response(response_id, seen_by=actor)
        require_agent(actor, response.need.organization_id)
        return _move(response, ResponseState.SHORTLISTED, actor, clock.now())


def decline_response(
    *, actor: Actor, response_id: int, reason_code: str = "", reason: str = ""
) -> Response:
    """Not chosen, for one of the published reasons; `reason` may say more, or be the code."""
    with transaction(by=actor.caller):
        response = lock_response(response_id, seen_by=actor)
        require_agent(actor, response.need.organization_id)
        code, told = check_decline(reason_code, reason)
        return _move(response, ResponseState.DECLINED, actor, clock.now(), reason=told, code=code)


def withdraw_response(*, actor: Actor, response_id: int) -> Response:
    with transaction(by=actor.caller):
        response = lock_response(response_id, seen_by=actor)
        require_agent(actor, response.organization_id)
        return _move(response, ResponseState.WITHDRAWN, actor, clock.now())


def accept_response(*, actor: Actor, response_id: int) -> Response:
    """The poster chooses: a deal is agreed, the others are declined, the need is matched.

    A state-owned respondent publishes the price first; until then the deal is only proposed.

    All responses are locked with the need, so of two choices at once the later one finds
    its response declined.
    """
    with transaction(by=actor.caller):
        need = lock_need_answered_by(response_id, seen_by=actor)
        rivals = lock_responses_to(need)
        (response,) = (row for row in rivals if row.pk == response_id)
        require_agent(actor, need.organization_id)
        RESPONSE.check(ResponseState(response.state), ResponseState.ACCEPTED)
        NEED.check(NeedState(need.state), NeedState.MATCHED)
        _check_judged(need)
        require_verified(need.organization)
        require_verified(response.organization)
        now = clock.now()
        response.deal = _deal(need, response, actor, now)
        _move(response, ResponseState.ACCEPTED, actor, now)
        code = DeclineReason.ANOTHER_ACCEPTED
        _decline(rivals, reason=ANOTHER_ACCEPTED, code=code, at=now, actor=actor)
        _match(need, actor, now)
    return response


def decline_open(need: Need, *, reason: str, at: datetime, actor: Actor) -> None:
    """Decline whatever is still open, because the need, which the caller locked, has ended."""
    require_transaction()
    rows, code = lock_responses_to(need), DeclineReason.NEED_ENDED
    _decline(rows, reason=reason, code=code, at=at, actor=actor)


def _check_may_respond(need: Need, organization: Organization) -> None:
    require_verified(organization)
    if need.organization_id == organization.pk:
        raise OwnNeed
    if need.state != NeedState.PUBLISHED:
        raise NeedNotOpen(current=NeedState(need.state))
    panel = panel_of(need)
    if panel is not None and panel.result() is not None:
        raise ResultStands
    signed = need.undertakings.filter(organization=organization, version=need.nda.version)
    if need.detail_under_nda and not signed.exists():
        raise NdaRequired(version=need.nda.version)
    earlier = Response.objects.filter(need=need, organization=organization)
    if earlier.exclude(state=ResponseState.WITHDRAWN).exists():
        raise AlreadyResponded


def _check_judged(need: Need) -> None:
    """Where experts judge, the choice waits until their result has stood."""
    if (panel := panel_of(need)) is not None:
        check_may_choose(panel.result(), clock.now())


def _check_answers(need: Need, told: Sequence[Mapping[str, Any]]) -> None:
    asked = [
        Asked(one.pk, one.name, one.operator, one.target, one.unit) for one in need.indicators.all()
    ]
    check_answers(
        asked,
        [
            Told(row["indicator"], Verdict(row["verdict"]), row["value"], row["unit"])
            for row in told
        ],
    )


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("verdict", "value", "unit", "evidence")}


def _check_offered(actor: Actor, organization_id: int, achievement_id: int | None) -> None:
    """One refusal for whatever cannot be offered, so that drafts of others stay unknown."""
    if achievement_id is None:
        return
    offered = achievements_visible_to(actor).filter(
        pk=achievement_id, owner=organization_id, state=AchievementState.PUBLISHED
    )
    if not offered.exists():
        raise AchievementNotOffered


def _deal(need: Need, response: Response, actor: Actor, at: datetime) -> Deal:
    """Agree on the deal and keep the achievement it is about, if any, from being sold twice."""
    if response.achievement_id is not None:
        achievement = achievements.reserve(response.achievement_id, at=at, actor=actor)
        if achievement.owner_id != response.organization_id:
            raise AchievementNotOffered
    return deals.agree(
        seller=response.organization,
        buyer_id=need.organization_id,
        price=response.price,
        evidence=f"{need.code} · {need.title}\n{response.approach}",
        at=at,
        actor=actor,
        achievement_id=response.achievement_id,
        need_id=need.pk,
    )


def _match(need: Need, actor: Actor, at: datetime) -> None:
    need.state, need.state_reason = NeedState.MATCHED, ""
    need.save(update_fields=["state", "state_reason"])
    # Which response, and for how much, is between the two parties: the need is public.
    record(
        f"need:{need.pk}",
        "need.matched",
        at=at,
        actor=actor,
        need=need.pk,
        code=need.code,
        organization=told_poster(need),
    )


def _decline(
    rows: list[Response], *, reason: str, code: DeclineReason, at: datetime, actor: Actor
) -> None:
    for row in rows:
        if row.state in _OPEN:
            _move(row, ResponseState.DECLINED, actor, at, reason=reason, code=code)


def _move(
    response: Response,
    wanted: ResponseState,
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    code: str = "",
) -> Response:
    RESPONSE.check(ResponseState(response.state), wanted)
    response.state, response.state_reason, response.reason_code = wanted, reason, code
    if wanted is not ResponseState.WITHDRAWN:
        response.answered_at = response.answered_at or at
    response.save(update_fields=["state", "state_reason", "reason_code", "deal", "answered_at"])
    _record(response, wanted, actor, at)
    return response


def _record(response: Response, state: ResponseState, actor: Actor, at: datetime) -> None:
    record(
        f"response:{response.pk}",
        f"response.{state.value}",
        at=at,
        actor=actor,
        response=response.pk,
        need=response.need_id,
        organization=response.organization_id,
    )

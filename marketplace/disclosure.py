"""The confidential part of a thing: who may read it, on what undertaking, and who did."""

from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_person, require_signed_in, require_verified
from core import clock
from core.db import one_or_none, transaction
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.locks import lock_achievement, lock_need
from marketplace.models import (
    Achievement,
    AchievementUndertaking,
    Need,
    NeedUndertaking,
)
from marketplace.panel_queries import judges
from marketplace.rules.disclosure import Reader, check_nda, check_reads_detail
from marketplace.tier_queries import has_signed, is_insider, is_registered


def accept_undertaking(
    *, actor: Actor, organization_id: int, need_id: int, version: str, once: Once | None = None
) -> NeedUndertaking:
    """Take on the duty of confidence for a need in an organization's name, once per version."""
    require_agent(actor, organization_id)
    person = require_person(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return NeedUndertaking.objects.get(pk=earlier)
        need = lock_need(need_id, seen_by=actor)
        signed: NeedUndertaking = _sign(need, "need", actor, person, organization_id, version)
        settle(once, signed)
    return signed


def accept_achievement_undertaking(
    *,
    actor: Actor,
    organization_id: int,
    achievement_id: int,
    version: str,
    once: Once | None = None,
) -> AchievementUndertaking:
    """The same for an achievement."""
    require_agent(actor, organization_id)
    person = require_person(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return AchievementUndertaking.objects.get(pk=earlier)
        achievement = lock_achievement(achievement_id, seen_by=actor)
        signed: AchievementUndertaking = _sign(
            achievement, "achievement", actor, person, organization_id, version
        )
        settle(once, signed)
    return signed


def read_detail(*, actor: Actor, need_id: int) -> Need:
    """The need with its detail, for who may read it; each reading by an outsider is kept."""
    require_signed_in(actor)
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        _read(need, actor, inside=is_insider(actor, need) or judges(actor, need))
    return need


def read_achievement_detail(*, actor: Actor, achievement_id: int) -> Achievement:
    """The same of an achievement."""
    require_signed_in(actor)
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        _read(achievement, actor, inside=is_insider(actor, achievement))
    return achievement


def _sign(
    thing: Need | Achievement,
    kind: str,
    actor: Actor,
    person: int,
    organization_id: int,
    version: str,
) -> Any:
    """The undertaking of today's text; the one that there is already, if there is one."""
    now = clock.now()
    require_verified(Organization.objects.get(pk=organization_id))
    check_nda(thing.nda, version)
    signed = thing.undertakings.filter(organization=organization_id, version=version)
    if (undertaking := one_or_none(signed)) is not None:
        return undertaking
    undertaking = thing.undertakings.create(
        organization_id=organization_id,
        person_id=person,
        version=version,
        text_hash=thing.nda.text_hash,
        accepted_at=now,
    )
    facts = {kind: thing.pk, "code": thing.code}
    topic = f"{kind}:{thing.pk}"
    record(topic, f"{kind}.undertaking_accepted", at=now, actor=actor, **facts)
    return undertaking


def _read(thing: Need | Achievement, actor: Actor, *, inside: bool) -> None:
    """Refuse, or write down who reads."""
    reader = Reader(
        insider=inside, registered=is_registered(actor), signed=has_signed(actor, thing)
    )
    check_reads_detail(reader, thing.nda, under_nda=thing.detail_under_nda)
    if thing.holder_id not in actor.sees:
        thing.readings.create(
            organization_id=min(actor.acts_for or actor.sees, default=None),
            person_id=actor.user_id,
            client=actor.client_id,
            read_at=clock.now(),
        )

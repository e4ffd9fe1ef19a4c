"""The confidential part of a need: who may read it, on what undertaking, and who did."""

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_person, require_signed_in, require_verified
from core import clock
from core.db import transaction
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.locks import lock_need
from marketplace.models import Need, NeedReading, NeedUndertaking
from marketplace.panel_queries import judges
from marketplace.queries import has_signed, is_insider, is_registered
from marketplace.rules.disclosure import (
    NDA_HASH,
    NDA_VERSION,
    Reader,
    check_nda,
    check_reads_detail,
)


def accept_undertaking(
    *, actor: Actor, organization_id: int, need_id: int, version: str, once: Once | None = None
) -> NeedUndertaking:
    """Take on the duty of confidence for a need in an organization's name, once per version."""
    require_agent(actor, organization_id)
    person = require_person(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return NeedUndertaking.objects.get(pk=earlier)
        need = lock_need(need_id, seen_by=actor)
        require_verified(Organization.objects.get(pk=organization_id))
        check_nda(version)
        signed = NeedUndertaking.objects.filter(
            need=need, organization=organization_id, version=version
        )
        if (undertaking := signed.first()) is None:
            undertaking = NeedUndertaking.objects.create(
                need=need,
                organization_id=organization_id,
                person_id=person,
                version=NDA_VERSION,
                text_hash=NDA_HASH,
                accepted_at=now,
            )
            record(
                f"need:{need.pk}",
                "need.undertaking_accepted",
                at=now,
                actor=actor,
                need=need.pk,
                code=need.code,
            )
        settle(once, undertaking)
    return undertaking


def read_detail(*, actor: Actor, need_id: int) -> Need:
    """The need with its detail, for who may read it; each reading by an outsider is kept."""
    require_signed_in(actor)
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        reader = Reader(
            insider=is_insider(actor, need) or judges(actor, need),
            registered=is_registered(actor),
            signed=has_signed(actor, need),
        )
        check_reads_detail(reader, under_nda=need.detail_under_nda)
        if need.organization_id not in actor.sees:
            NeedReading.objects.create(
                need=need,
                organization_id=min(actor.acts_for or actor.sees, default=None),
                person_id=actor.user_id,
                client=actor.client_id,
                read_at=clock.now(),
            )
    return need

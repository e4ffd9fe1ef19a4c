"""The applicant's consent that a member reads its data: revocable, each reading kept."""

from datetime import datetime

from accounts.actors import Actor
from accounts.permissions import require_agent, require_signed_in
from alliances.finance_queries import (
    applications,
    consents_visible_to,
    financial_members,
    is_applicant,
    own_case,
    read_asked_members,
)
from alliances.lifecycle import FinanceState
from alliances.locks import lock_application
from alliances.models import AllianceMember, DataConsent, DataReading, FinanceApplication
from core import clock
from core.db import column_of, one_or_none, require_transaction, transaction
from core.errors import Conflict, NotFound, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle


class ConsentMissing(PermissionDenied):
    code = "consent_missing"
    message = "The applicant has not consented that you read its data, or has revoked it."


class ConsentRevoked(Conflict):
    code = "consent_revoked"
    message = "This consent was revoked already."


def give_consent(
    *, actor: Actor, application_id: int, member: int, once: Once | None = None
) -> DataConsent:
    """Let one member of the financial alliance read the data; giving it twice is giving it once."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return DataConsent.objects.get(pk=earlier)
        application = lock_application(application_id, seen_by=actor)
        now = clock.now()
        require_agent(actor, application.applicant_id)
        known = one_or_none(financial_members().filter(pk=member))
        if known is None:
            raise NotFound
        consent = give(application, known, now)
        settle(once, consent)
        _record(consent, "consent_given", actor, now)
    return consent


def revoke_consent(*, actor: Actor, consent_id: int) -> DataConsent:
    """From now on the member reads nothing more of it."""
    require_signed_in(actor)
    with transaction():
        consents = consents_visible_to(actor)
        application_id = column_of(consents, consent_id, "application")
        application = lock_application(application_id, seen_by=actor)
        require_agent(actor, application.applicant_id)
        consent = consents.get(pk=consent_id)
        if consent.revoked_at is not None:
            raise ConsentRevoked
        consent.revoked_at = now = clock.now()
        consent.save(update_fields=["revoked_at"])
        _record(consent, "consent_revoked", actor, now)
    return consent


def give(application: FinanceApplication, member: AllianceMember, at: datetime) -> DataConsent:
    """Step: the consent of a locked application, new unless it stands."""
    require_transaction()
    standing = one_or_none(application.consents.filter(member=member, revoked_at=None))
    return standing or application.consents.create(member=member, given_at=at)


def read_data(*, actor: Actor, application_id: int) -> FinanceApplication:
    """The confidential data: for the applicant, and for a routed member while consent stands.

    Each reading by a member is kept, and the applicant sees it.
    """
    require_signed_in(actor)
    with transaction():
        application = lock_application(application_id, seen_by=actor)
        if not is_applicant(actor, application):
            _keep_reading(application, actor)
    return applications().get(pk=application_id)


def _keep_reading(application: FinanceApplication, actor: Actor) -> None:
    """Of a routed member to whom the applicant gave its consent."""
    read_asked_members(application)
    case = own_case(actor, application)
    if case is None or application.state == FinanceState.DRAFT:
        raise ConsentMissing
    if not application.consents.filter(member=case.member_id, revoked_at=None).exists():
        raise ConsentMissing
    DataReading.objects.create(
        application=application,
        member_id=case.member_id,
        person_id=actor.user_id,
        client=actor.client_id,
        read_at=clock.now(),
    )


def _record(consent: DataConsent, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"financing:{consent.application_id}",
        f"financing.{what}",
        at=at,
        actor=actor,
        financing=consent.application_id,
        member=consent.member_id,
    )

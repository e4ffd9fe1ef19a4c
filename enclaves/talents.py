"""People of a park's projects, entered by its operator; counted once a period by their grade."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.actors import Actor
from core import clock
from core.db import transaction
from core.errors import Conflict
from core.events import record
from core.idempotency import Once, claim, settle
from enclaves.locks import lock_project, lock_talent
from enclaves.models import Talent
from enclaves.permissions import require_runs
from enclaves.rules.tenancy import Span, check_span


class TalentKnown(Conflict):
    code = "talent_known"
    message = "This person is on record for the project from {starts_on} on."


def enter_talent(
    *,
    actor: Actor,
    project_id: int,
    document: str,
    starts_on: date,
    ends_on: date | None = None,
    once: Once | None = None,
    **values: Any,
) -> Talent:
    """Enter that a person works in a project from a day on.

    Of the number of the person's document only a key is kept by which the person is known again.
    """
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Talent.objects.get(pk=earlier)
        project = lock_project(project_id, seen_by=actor)
        now = clock.now()
        require_runs(actor, project.park)
        wanted, key = Span(starts_on, ends_on), person_key(document)
        check_span(wanted)
        _check_unknown(wanted, project.talents.filter(person_key=key))
        talent = project.talents.create(
            person_key=key,
            starts_on=starts_on,
            ends_on=ends_on,
            entered_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
            **values,
        )
        settle(once, talent)
        _record(talent, "talent_entered", actor)
    return talent


def end_talent(*, actor: Actor, talent_id: int, ends_on: date) -> Talent:
    """The person has left the project: `ends_on` is the first day without it."""
    with transaction():
        talent = lock_talent(talent_id, seen_by=actor)
        require_runs(actor, talent.project.park)
        wanted = Span(talent.starts_on, ends_on)
        check_span(wanted)
        others = talent.project.talents.filter(person_key=talent.person_key).exclude(pk=talent.pk)
        _check_unknown(wanted, others)
        talent.ends_on = ends_on
        talent.save(update_fields=["ends_on"])
        _record(talent, "talent_left", actor)
    return talent


def person_key(document: str) -> str:
    """The same for the same document, and of no use to who does not hold the key.

    Who is on record under an earlier key of TALENT_KEYS keeps it, so that a person counts once
    across a rotation.
    """
    plain = "".join(document.split()).upper()
    made = [_keyed(plain, secret) for secret in settings.TALENT_KEYS]
    known = Talent.objects.filter(person_key__in=made).order_by("pk")
    return known.values_list("person_key", flat=True).first() or made[0]


def _keyed(plain: str, secret: str) -> str:
    return salted_hmac("enclaves.talent", plain, secret, algorithm="sha256").hexdigest()


def _check_unknown(wanted: Span, others: Iterable[Talent]) -> None:
    """Refuse days of a person that another entry for the project has."""
    for other in others:
        if wanted.overlaps(other.span()):
            raise TalentKnown(starts_on=other.starts_on)


def _record(talent: Talent, what: str, actor: Actor) -> None:
    project = talent.project
    facts = {"project": project.pk, "code": project.code, "park": project.park_id}
    record(f"project:{project.pk}", f"project.{what}", at=clock.now(), actor=actor, **facts)

"""Saved searches: kept, ended, and looked through for what is new to their owner.

Told is only that there is something new, and how much; what it is, the owner sees on the page, of
which everything is there only as long as the owner may see it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Count, QuerySet

from accounts.actors import Actor, actor_of_user
from accounts.models import User
from accounts.permissions import require_person
from core import clock
from core.db import transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from search.lexicon import understood
from search.locks import lock_saved_searches
from search.models import Document, Find, Kind, SavedSearch
from search.news import new_answers
from search.rules.rhythm import Rhythm, is_due
from web.finding import check_only, visible_to

log = structlog.get_logger(__name__)

MOST_SAVED = 50
# Somebody may see a thing only some time after it was published.
_LOOK_BACK = timedelta(days=2)
# Needs, achievements and lots are new when they are published; a park has a day of its own.
_PUBLISHED = (Kind.NEED, Kind.ACHIEVEMENT, Kind.LOT)


class TooManySavedSearches(Conflict):
    code = "too_many_saved_searches"
    message = "You have {most} saved searches already. End one of them first."


class SavedAlready(Conflict):
    code = "saved_already"
    message = "You have saved this search already."


class NothingAsked(Refusal):
    code = "nothing_asked"
    message = "A search is saved by its words; this one has none that could be looked for."


def saved_by(actor: Actor) -> QuerySet[SavedSearch]:
    """The actor's own; nobody sees another person's."""
    mine = SavedSearch.objects.annotate(found=Count("finds"))
    return mine.filter(user=actor.user_id) if actor.user_id is not None else mine.none()


def save_search(
    *,
    actor: Actor,
    question: str,
    rhythm: str,
    only: Mapping[str, str],
    once: Once | None = None,
) -> SavedSearch:
    """Look for this from now on; what is there already is no news."""
    person = require_person(actor)
    said = {name: value for name, value in only.items() if value}
    check_only(said)
    words = " ".join(question.split())
    if not understood(words):
        raise NothingAsked
    with transaction(by=actor.caller):
        mine = lock_saved_searches(person)
        now = clock.now()
        if earlier := claim(once, at=now):
            return saved_by(actor).get(pk=earlier)
        if len(mine) >= MOST_SAVED:
            raise TooManySavedSearches(most=MOST_SAVED)
        if any((one.question, one.only) == (words, said) for one in mine):
            raise SavedAlready
        saved = SavedSearch.objects.create(
            user_id=person,
            question=words,
            only=said,
            rhythm=Rhythm(rhythm),
            created_at=now,
            checked_at=now,
        )
        settle(once, saved)
    return saved_by(actor).get(pk=saved.pk)


def end_search(*, actor: Actor, saved_search_id: int) -> None:
    """Forget one's own saved search and what it found: nothing more is told of it."""
    person = require_person(actor)
    with transaction(by=actor.caller):
        mine = {one.pk: one for one in lock_saved_searches(person)}
        if saved_search_id not in mine:
            raise NotFound
        mine[saved_search_id].delete()


def change_rhythm(*, actor: Actor, saved_search_id: int, rhythm: str) -> SavedSearch:
    """Be told of one's own saved search in another rhythm from now on, or no more."""
    person = require_person(actor)
    with transaction(by=actor.caller):
        mine = {one.pk: one for one in lock_saved_searches(person)}
        if saved_search_id not in mine:
            raise NotFound
        _tell_in(mine[saved_search_id], Rhythm(rhythm))
    return saved_by(actor).get(pk=saved_search_id)


def silence(user_id: int) -> int:
    """No mail and no notice of a person's saved searches from now on; what they find stays on the
    page. Whoever holds the link of such a mail may ask for it. How many searches fell silent."""
    with transaction(by=f"user:{user_id}"):
        told = [one for one in lock_saved_searches(user_id) if one.rhythm != Rhythm.QUIET]
        for one in told:
            _tell_in(one, Rhythm.QUIET)
    return len(told)


def _tell_in(saved: SavedSearch, rhythm: Rhythm) -> None:
    saved.rhythm = rhythm
    saved.save(update_fields=["rhythm"])


def tell_finds() -> int:
    """Look through every saved search that is due; return how many people have something new.

    Each person's in a transaction of its own, so that one that fails stops nobody else.
    """
    now = clock.now()
    rows = SavedSearch.objects.values_list("user_id", "rhythm", "checked_at").order_by("user_id")
    due = {user for user, rhythm, checked in rows if is_due(Rhythm(rhythm), checked, now)}
    return sum(_tell_alone(user_id) for user_id in sorted(due))


def _tell_alone(user_id: int) -> bool:
    try:
        return _tell(user_id)
    except Exception:
        log.exception("web.saved_searches_failed", user_id=user_id)
        return False


def _tell(user_id: int) -> bool:
    with transaction():
        mine = lock_saved_searches(user_id)
        now = clock.now()
        due = [one for one in mine if is_due(Rhythm(one.rhythm), one.checked_at, now)]
        actor = actor_of_user(User.objects.get(pk=user_id), at=now)
        if not due or actor.is_anonymous:
            return False
        found: set[tuple[str, int]] = set()
        for one in due:
            new = _look(one, actor, now)
            found |= new if one.rhythm != Rhythm.QUIET else set()
        if found:
            record(f"searcher:{user_id}", "saved_search.found", at=now, finds=len(found))
    return bool(found)


def _look(saved: SavedSearch, actor: Actor, now: datetime) -> set[tuple[str, int]]:
    since = max(saved.created_at, saved.checked_at - _LOOK_BACK)
    new = new_answers(saved, _fresh(actor, saved.only, since), since=since)
    Find.objects.bulk_create(
        Find(saved_search=saved, kind=kind, object_id=object_id, found_at=now)
        for kind, object_id in new
    )
    saved.checked_at = now
    saved.save(update_fields=["checked_at"])
    return set(new)


def _fresh(actor: Actor, only: Mapping[str, str], since: datetime) -> dict[Kind, QuerySet[Any]]:
    """What the actor may see at this instant and was published since."""
    return {
        kind: things.filter(published_at__gt=since) if kind in _PUBLISHED else things
        for kind, things in visible_to(actor).items()
        if only.get("kind", kind) == kind
    }


def latest_finds(actor: Actor, *, at_most: int = 50) -> list[tuple[Find, Document]]:
    """The newest finds of the actor's that the actor may still see, with their words."""
    finds = Find.objects.filter(saved_search__user=actor.user_id).order_by("-pk")
    newest = list(finds.select_related("saved_search")[: 2 * at_most])
    shown: dict[tuple[str, int], Document] = {}
    for kind, things in visible_to(actor).items():
        ids = [find.object_id for find in newest if find.kind == kind]
        seen = things.filter(pk__in=ids).order_by().values("pk")
        for document in Document.objects.filter(kind=kind, object_id__in=seen).defer("vector"):
            shown[kind, document.object_id] = document
    pairs = [(find, shown.get((find.kind, find.object_id))) for find in newest]
    return [(find, document) for find, document in pairs if document is not None][:at_most]

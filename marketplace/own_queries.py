"""What belongs to the actor's own organizations, in every state."""

from django.db.models import QuerySet

from accounts.actors import Actor
from marketplace.models import Achievement, Need
from marketplace.queries import achievements_visible_to, needs_visible_to


def needs_posted_by(actor: Actor) -> QuerySet[Need]:
    return needs_visible_to(actor).filter(organization__in=actor.sees)


def achievements_owned_by(actor: Actor) -> QuerySet[Achievement]:
    return achievements_visible_to(actor).filter(owner__in=actor.sees)

"""Who hears of one kind of event, and how."""

from dataclasses import dataclass

from core.models import Event
from notifications.hearers import Organizations, People, members_of


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of one kind of event.

    `members` are organizations whose people are told, `people` are told besides them. Who
    did the thing is not told of it, unless `tells_actor`.
    """

    payload: tuple[str, ...]
    members: tuple[Organizations, ...] = ()
    people: tuple[People, ...] = ()
    webhooks: tuple[Organizations, ...] = ()
    streamed: bool = False
    tells_actor: bool = False
    mailed: bool = True

    def hearers(self, event: Event) -> set[int]:
        """The ids of the people to tell."""
        organizations = {key for find in self.members for key in find(event) or ()}
        heard = set(members_of(organizations)) if organizations else set()
        heard.update(key for find in self.people for key in find(event))
        if not self.tells_actor:
            heard.discard(event.actor_user_id or 0)
        return heard

    def subscribers(self, event: Event) -> set[int] | None:
        """The organizations whose endpoints may hear; None if all may."""
        found: set[int] = set()
        for find in self.webhooks:
            if (organizations := find(event)) is None:
                return None
            found.update(organizations)
        return found

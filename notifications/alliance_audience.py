"""Who hears of what in alliances and financing; a part of the table in `audience`."""

from notifications.hearers import everybody, itself, office, secretariat
from notifications.hearing import Audience

_MEMBER = ("member", "alliance", "organization")

ALLIANCE_AUDIENCES: dict[str, Audience] = {
    # Alliances: who is in one is public once it is active; an application is its parties' own.
    "alliance.founded": Audience(("alliance",), webhooks=(everybody,)),
    "alliance.chair_named": Audience(
        ("alliance", "organization", "starts_on", "ends_on"), webhooks=(everybody,)
    ),
    "alliance.activity_entered": Audience(("alliance",), webhooks=(everybody,)),
    "member.applied": Audience(
        _MEMBER, members=(secretariat,), people=(office,), webhooks=(itself, secretariat)
    ),
    "member.admitted": Audience(_MEMBER, members=(itself,), webhooks=(itself, secretariat)),
    "member.activated": Audience(_MEMBER, members=(itself,), webhooks=(everybody,)),
    "member.suspended": Audience(
        _MEMBER, members=(itself,), people=(office,), webhooks=(itself, secretariat)
    ),
    "member.ended": Audience(
        _MEMBER,
        members=(itself, secretariat),
        people=(office,),
        webhooks=(itself, secretariat),
    ),
}

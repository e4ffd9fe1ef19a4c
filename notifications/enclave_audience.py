"""Who hears of what happens in the enclave parks; a part of the one table in `audience`."""

from notifications.enclave_hearers import (
    duty_bound,
    home_city,
    landed_project,
    landing_park,
    park_cities,
    park_operator,
    place_sides,
    project_owner,
    reviewers,
)
from notifications.hearers import everybody, landing_bureau, office
from notifications.hearing import Audience

_PARK = ("park",)
_PROJECT = ("project", "code", "park")
_LANDING = ("landing", "city")
_REPORT = ("report", "park")
_PLACE = ("place",)
_ASSESSMENT = ("place", "assessment")
_DUTY = ("park", "duty", "due_on")
_INSIDERS = (park_operator, park_cities)
_PROJECT_NEWS = Audience(
    _PROJECT,
    members=(park_operator, project_owner),
    webhooks=(park_operator, park_cities, project_owner),
)

ENCLAVE_AUDIENCES: dict[str, Audience] = {
    # A park is public; what its two cities agreed on is for its insiders.
    "park.founded": Audience(_PARK, members=_INSIDERS, webhooks=(everybody,)),
    "park.changed": Audience(_PARK, webhooks=(everybody,)),
    "park.agreement_signed": Audience((*_PARK, "agreement"), members=_INSIDERS, webhooks=_INSIDERS),
    "park.fund_attached": Audience((*_PARK, "fund"), webhooks=_INSIDERS),
    "park.unit_added": Audience((*_PARK, "unit"), webhooks=_INSIDERS),
    "park.unit_let": Audience((*_PARK, "tenancy"), webhooks=_INSIDERS),
    "park.tenancy_ended": Audience((*_PARK, "tenancy"), webhooks=_INSIDERS),
    # Projects: the operator and the project's own organization; what is decided, both cities.
    "project.proposed": Audience(
        _PROJECT,
        members=(park_operator, home_city),
        webhooks=(park_operator, park_cities, project_owner),
    ),
    "project.reviewers_named": Audience(_PROJECT, people=(reviewers,)),
    "project.reviewed": Audience(_PROJECT, members=(park_operator,)),
    "project.admitted": _PROJECT_NEWS,
    "project.incubating": _PROJECT_NEWS,
    "project.pilot": _PROJECT_NEWS,
    "project.landing": Audience(
        _PROJECT,
        members=(park_operator, project_owner, home_city),
        webhooks=(park_operator, park_cities, project_owner),
    ),
    "project.output": _PROJECT_NEWS,
    "project.exited": _PROJECT_NEWS,
    "project.changed": Audience(_PROJECT, webhooks=(park_operator, park_cities)),
    # Who works in it is told to nobody outside.
    "project.agreement_entered": Audience(_PROJECT, webhooks=(park_operator, project_owner)),
    "project.talent_entered": Audience(_PROJECT, webhooks=(park_operator,)),
    "project.talent_left": Audience(_PROJECT, webhooks=(park_operator,)),
    # Reports: both cities confirm, and what one disputes the office settles.
    "report.drawn_up": Audience(_REPORT, webhooks=(park_operator,)),
    "report.corrected": Audience(_REPORT, webhooks=(park_operator,)),
    "report.submitted": Audience(_REPORT, members=(park_cities,), webhooks=_INSIDERS),
    "report.confirmed": Audience((*_REPORT, "side"), members=_INSIDERS, webhooks=_INSIDERS),
    "report.agreed": Audience(_REPORT, members=_INSIDERS, webhooks=_INSIDERS),
    "report.disputed": Audience(_REPORT, members=_INSIDERS, people=(office,), webhooks=_INSIDERS),
    "report.resolved": Audience(_REPORT, members=_INSIDERS, webhooks=_INSIDERS),
    # What is due: whoever must act is reminded; what is overdue the cities and the office hear too.
    "duty.due_soon": Audience(_DUTY, members=(duty_bound,), webhooks=(duty_bound,)),
    "duty.overdue": Audience(
        _DUTY, members=(duty_bound, park_cities), people=(office,), webhooks=(duty_bound,)
    ),
    # Named places: an application is its city's and the office's, a name is public.
    "place.applied": Audience(_PLACE, people=(office,), webhooks=(place_sides,)),
    "place.named": Audience(_PLACE, members=(place_sides,), webhooks=(everybody,)),
    "place.refused": Audience(_PLACE, members=(place_sides,), webhooks=(place_sides,)),
    "place.revoked": Audience(_PLACE, members=(place_sides,), webhooks=(everybody,)),
    "place.assessment_opened": Audience(
        _ASSESSMENT, members=(place_sides,), webhooks=(place_sides,)
    ),
    "place.assessment_advanced": Audience(_ASSESSMENT, webhooks=(place_sides,)),
    "place.assessment_publicised": Audience(
        _ASSESSMENT, members=(place_sides,), webhooks=(everybody,)
    ),
    "place.assessment_concluded": Audience(
        _ASSESSMENT, members=(place_sides,), webhooks=(everybody,)
    ),
    # A landing without a deal: one with a deal is told among the deal's events.
    "landing.reported": Audience(
        _LANDING,
        members=(landing_park,),
        people=(landing_bureau,),
        webhooks=(landing_park, landed_project),
    ),
    **dict.fromkeys(
        ("landing.confirmed", "landing.refused"),
        Audience(
            _LANDING,
            members=(landing_park, landed_project),
            webhooks=(landing_park, landed_project),
        ),
    ),
}

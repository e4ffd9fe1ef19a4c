"""Where a project stands, and on what evidence it may move on. Plain Python."""

from core.errors import Conflict, Refusal
from enclaves.lifecycle import ExitKind, ProjectState
from marketplace.lifecycle import LandingState

_ON_LANDING = frozenset({ProjectState.LANDING, ProjectState.OUTPUT})
_HAS_INCUBATED = frozenset(ProjectState) - {
    ProjectState.CONTACT,
    ProjectState.ADMITTED,
    ProjectState.EXITED,
}


class OriginsTooMany(Refusal):
    code = "origins_too_many"
    message = "A project comes from one deal, one need or one achievement."


class LandingElsewhere(Refusal):
    code = "landing_elsewhere"
    message = "The landing on record lies in {city}, not in the park's home city {home_city}."


class LandingWaits(Conflict):
    code = "landing_waits"
    message = "A landing of this project is {state}; evidence is given anew for a refused one."
    words = tuple(LandingState)


class NotIncubated(Conflict):
    code = "not_incubated"
    message = "Only what was incubated graduates; end this project as terminated."


def standing(state: ProjectState, landing: LandingState | None) -> ProjectState:
    """Where a project stands, by the state that is stored and the state of its landing.

    It has landed when the city confirms the landing, and no longer if that is refused later.
    """
    if state not in _ON_LANDING:
        return state
    if landing is not LandingState.CONFIRMED:
        return ProjectState.LANDING
    return ProjectState.LANDED if state is ProjectState.LANDING else state


def check_origins(*origins: int | None) -> None:
    if sum(origin is not None for origin in origins) > 1:
        raise OriginsTooMany


def check_home(city: str, home_city: str) -> None:
    """A project lands in the city that sent it; both are region codes."""
    if city != home_city:
        raise LandingElsewhere(city=city, home_city=home_city)


def check_may_report(landing: LandingState | None) -> None:
    """One landing waits or stands at a time."""
    if landing is not None and landing is not LandingState.REFUSED:
        raise LandingWaits(state=landing)


def can_land(state: ProjectState, landing: LandingState | None) -> bool:
    """Whether a landing may be reported: for the first time, or anew after a refusal."""
    again = state is ProjectState.LANDING and landing is LandingState.REFUSED
    return again or state is ProjectState.PILOT


def check_exit(kind: ExitKind, state: ProjectState) -> None:
    if kind is ExitKind.GRADUATED and state not in _HAS_INCUBATED:
        raise NotIncubated

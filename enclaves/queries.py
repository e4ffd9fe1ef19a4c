"""What of the enclave parks an actor may see.

Parks are public. What goes on in one is for its insiders: its operator, the science bureaus of
its two cities, and staff; a tenant and a project's organization see their own.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from core.db import one_or_none
from core.errors import InvalidValue, NotFound
from enclaves.lifecycle import RESIDENT, PlaceState, ProjectState, ReportState
from enclaves.models import (
    AdmissionReviewer,
    Agreement,
    Assessment,
    Park,
    ParkFund,
    Place,
    Project,
    Report,
    SignedAgreement,
    Talent,
    Tenancy,
    Unit,
)
from marketplace.lifecycle import LandingState

_NOTHING = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))


def parks_visible_to(actor: Actor) -> QuerySet[Park]:
    return Park.objects.select_related("home_city", "host_district", "operator")


def with_areas(parks: QuerySet[Park], today: date) -> QuerySet[Park]:
    """The same parks with `let_m2` and `taken_m2`: let today, and taken by resident projects."""
    holds = Q(tenancies__starts_on__lte=today) & (
        Q(tenancies__ends_on=None) | Q(tenancies__ends_on__gt=today)
    )
    let = Unit.objects.filter(holds, park=OuterRef("pk")).values("park").annotate(s=Sum("area_m2"))
    taken = Project.objects.filter(park=OuterRef("pk"), state__in=RESIDENT).values("park")
    return parks.annotate(
        let_m2=Coalesce(Subquery(let.values("s")), _NOTHING),
        taken_m2=Coalesce(Subquery(taken.annotate(s=Sum("area_m2")).values("s")), _NOTHING),
    )


def with_outcomes(parks: QuerySet[Park]) -> QuerySet[Any]:
    """The same parks with what came of them: all of it is public.

    `resident` and `landed` projects of today; `confirmed_output` in CNY of the reports that both
    cities have confirmed, which begin on `confirmed_since` and end before `confirmed_until`.
    """
    projects = Project.objects.filter(park=OuterRef("pk")).order_by().values("park")
    reports = Report.objects.filter(park=OuterRef("pk"), state=ReportState.AGREED)
    agreed = reports.order_by().values("park")
    landed = projects.filter(landing__state=LandingState.CONFIRMED)
    return parks.annotate(
        resident=_counted(projects.filter(state__in=RESIDENT)),
        landed=_counted(landed),
        confirmed_output=Coalesce(Subquery(agreed.annotate(s=Sum("output")).values("s")), _NOTHING),
        confirmed_since=Subquery(agreed.annotate(s=Min("starts_on")).values("s")),
        confirmed_until=Subquery(agreed.annotate(s=Max("ends_on")).values("s")),
    )


def _counted(of_park: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(of_park.annotate(n=Count("pk")).values("n")), 0)


def told_park(park_id: int, today: date) -> Park:
    """One park with what its view shows."""
    rows = Park.objects.select_related("home_city", "host_district", "operator")
    return with_areas(rows, today).get(pk=park_id)


def is_insider(actor: Actor, park: Park) -> bool:
    """Whether the actor reads what goes on in the park."""
    cities = {park.home_city_id, park.host_district_id}
    return actor.is_staff or park.operator_id in actor.sees or bool(cities & actor.bureau_cities)


def _inside(actor: Actor, to_park: str) -> Q:
    """The same as a condition on rows that belong to a park."""
    return (
        Q(**{f"{to_park}operator__in": actor.sees})
        | Q(**{f"{to_park}home_city__in": actor.bureau_cities})
        | Q(**{f"{to_park}host_district__in": actor.bureau_cities})
    )


def park_seen_by(park_id: int, actor: Actor) -> Park:
    """A park, which everybody sees."""
    if (park := one_or_none(parks_visible_to(actor).filter(pk=park_id))) is None:
        raise NotFound
    return park


def park_run_by(park_id: int, actor: Actor) -> Park:
    """A park of which the actor is an insider."""
    park = park_seen_by(park_id, actor)
    if not is_insider(actor, park):
        raise NotFound
    return park


def agreements_of(park_id: int, *, seen_by: Actor) -> QuerySet[Agreement]:
    """What the two cities agreed on, for insiders."""
    return Agreement.objects.filter(park=park_run_by(park_id, seen_by))


def funds_visible_to(actor: Actor) -> QuerySet[ParkFund]:
    """All of them: the funds of parks are public."""
    return ParkFund.objects.select_related("park")


def funds_of(park_id: int, *, seen_by: Actor) -> QuerySet[ParkFund]:
    """The funds attached to a park, for everybody."""
    return funds_visible_to(seen_by).filter(park=park_seen_by(park_id, seen_by))


def units_of(park_id: int, *, seen_by: Actor) -> QuerySet[Unit]:
    """The units of a park, for insiders."""
    return Unit.objects.filter(park=park_run_by(park_id, seen_by))


def tenancies_visible_to(actor: Actor) -> QuerySet[Tenancy]:
    """Seen by insiders of the park, and one's own."""
    rows = Tenancy.objects.select_related("unit__park", "tenant")
    if actor.is_staff:
        return rows
    return rows.filter(_inside(actor, "unit__park__") | Q(tenant__in=actor.sees))


def tenancies_of(park_id: int, *, seen_by: Actor) -> QuerySet[Tenancy]:
    """The tenancies of one park that the reader may see."""
    park = park_seen_by(park_id, seen_by)
    return tenancies_visible_to(seen_by).filter(unit__park=park)


def projects() -> QuerySet[Project]:
    """Every project, with what its view shows."""
    rows = Project.objects.select_related("park__home_city", "field", "deal", "landing__city")
    return rows.prefetch_related(
        Prefetch("reviewers", queryset=AdmissionReviewer.objects.order_by("pk"))
    )


def projects_visible_to(actor: Actor) -> QuerySet[Project]:
    """Seen by insiders of the park, by the project's organization, and by who judges it."""
    if actor.is_staff:
        return projects()
    judged = AdmissionReviewer.objects.filter(project=OuterRef("pk"), person=actor.user_id)
    own = Q(Exists(judged)) if actor.user_id is not None else Q(pk__in=[])
    return projects().filter(_inside(actor, "park__") | Q(organization__in=actor.sees) | own)


def admissions_judged_by(actor: Actor) -> QuerySet[AdmissionReviewer]:
    """The seats that a person has on panels, each with its project; a panel names its people."""
    rows = AdmissionReviewer.objects.select_related(
        *("project__park__home_city", "project__park__host_district"),
        *("project__organization", "project__field", "project__landing"),
    )
    return rows.filter(person=actor.user_id) if actor.user_id is not None else rows.none()


def projects_of(park_id: int, *, seen_by: Actor) -> QuerySet[Project]:
    """The projects of one park that the reader may see."""
    park = park_seen_by(park_id, seen_by)
    return projects_visible_to(seen_by).filter(park=park)


def signed_by(project_id: int, *, seen_by: Actor) -> QuerySet[SignedAgreement]:
    """What a project signed, for insiders of its park and for its organization."""
    project = one_or_none(projects_visible_to(seen_by).filter(pk=project_id))
    own = project is not None and project.organization_id in seen_by.sees
    if project is None or not (own or is_insider(seen_by, project.park)):
        raise NotFound
    return SignedAgreement.objects.filter(project=project)


def in_state(rows: QuerySet[Project], state: str) -> QuerySet[Project]:
    """Those that stand there: whether one has landed, its landing says."""
    if state not in list(ProjectState):
        raise InvalidValue(what="state")
    confirmed = Q(landing__state=LandingState.CONFIRMED)
    landing, output = Q(state=ProjectState.LANDING), Q(state=ProjectState.OUTPUT)
    conditions = {
        ProjectState.LANDING: (landing | output) & ~confirmed,
        ProjectState.LANDED: landing & confirmed,
        ProjectState.OUTPUT: output & confirmed,
    }
    return rows.filter(conditions.get(ProjectState(state), Q(state=state)))


def taken_by_residents(park: Park) -> list[Decimal]:
    """The areas of the projects that live in a park, which the caller locked."""
    resident = Project.objects.filter(park=park, state__in=RESIDENT)
    return list(resident.values_list("area_m2", flat=True))


def talents_visible_to(actor: Actor) -> QuerySet[Talent]:
    """People are told to insiders of the park alone."""
    rows = Talent.objects.select_related("project__park")
    return rows if actor.is_staff else rows.filter(_inside(actor, "project__park__"))


def talents_of(project_id: int, *, seen_by: Actor) -> QuerySet[Talent]:
    """The people of one project."""
    project = one_or_none(projects_visible_to(seen_by).filter(pk=project_id))
    if project is None or not is_insider(seen_by, project.park):
        raise NotFound
    return talents_visible_to(seen_by).filter(project=project)


def reports() -> QuerySet[Report]:
    """Every report, with what its view shows."""
    rows = Report.objects.select_related("park")
    return rows.prefetch_related("confirmations", "disputes", "shares")


def reports_visible_to(actor: Actor) -> QuerySet[Report]:
    """Seen by insiders; a draft is its operator's until it is submitted."""
    if actor.office:
        return reports()
    own = Q(park__operator__in=actor.sees)
    submitted = ~Q(state=ReportState.DRAFT)
    if actor.is_staff:
        return reports().filter(own | submitted)
    return reports().filter(own | submitted & _inside(actor, "park__"))


def reports_of(park_id: int, *, seen_by: Actor) -> QuerySet[Report]:
    """The reports of one park, for insiders."""
    return reports_visible_to(seen_by).filter(park=park_run_by(park_id, seen_by))


def places_visible_to(actor: Actor) -> QuerySet[Place]:
    """Named places are public, also when the name was taken back; who applies, its city sees."""
    rows = Place.objects.select_related("city").prefetch_related("assessments")
    if actor.is_staff:
        return rows
    named = Q(state__in=[PlaceState.NAMED, PlaceState.REVOKED])
    return rows.filter(named | Q(operator__in=actor.sees) | Q(city__in=actor.bureau_cities))


def sees_application(actor: Actor, place: Place) -> bool:
    """Whether the actor reads what the place applied with."""
    return actor.is_staff or place.operator_id in actor.sees or place.city_id in actor.bureau_cities


def assessments_visible_to(actor: Actor) -> QuerySet[Assessment]:
    """Seen by whoever sees the place."""
    seen = places_visible_to(actor).prefetch_related(None).order_by()
    return Assessment.objects.select_related("place").filter(place__in=seen.values("pk"))


def assessments_of(place_id: int, *, seen_by: Actor) -> QuerySet[Assessment]:
    """The assessments of one place."""
    if not places_visible_to(seen_by).filter(pk=place_id).exists():
        raise NotFound
    return assessments_visible_to(seen_by).filter(place=place_id)

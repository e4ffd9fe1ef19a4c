"""Whom an event of an enclave park concerns; a docstring is what docs/events.md calls them."""

from accounts.lifecycle import OrganizationState
from accounts.models import Organization, OrganizationKind
from core.db import one_or_none
from core.models import Event
from enclaves.models import AdmissionReviewer, Park, Place, Project
from notifications.hearers import subject


def park_operator(event: Event) -> list[int]:
    """the park's operator"""
    parks = Park.objects.filter(pk=subject(event, "park") or 0, operator__isnull=False)
    return list(parks.values_list("operator_id", flat=True))


def park_cities(event: Event) -> list[int]:
    """the science bureaus of the park's two cities"""
    parks = Park.objects.filter(pk=subject(event, "park") or 0)
    cities = [city for pair in parks.values_list("home_city", "host_district") for city in pair]
    return _bureaus(cities)


def home_city(event: Event) -> list[int]:
    """the science bureau of the park's home city"""
    parks = Park.objects.filter(pk=subject(event, "park") or 0)
    return _bureaus(list(parks.values_list("home_city", flat=True)))


def project_owner(event: Event) -> list[int]:
    """the project's organization"""
    projects = Project.objects.filter(pk=subject(event, "project") or 0, organization__isnull=False)
    return list(projects.values_list("organization_id", flat=True))


def duty_bound(event: Event) -> list[int]:
    """whoever has the duty: the two cities confirm, the operator does the rest"""
    return park_cities(event) if event.payload["duty"] == "confirmation" else park_operator(event)


def place_sides(event: Event) -> list[int]:
    """the place's operator and the science bureau of its city"""
    place = one_or_none(Place.objects.filter(pk=subject(event, "place") or 0))
    if place is None:
        return []
    return [*_bureaus([place.city_id]), *([place.operator_id] if place.operator_id else [])]


def landing_park(event: Event) -> list[int]:
    """the operator of the park whose project landed"""
    projects = Project.objects.filter(landing=subject(event, "landing") or 0)
    return list(
        projects.filter(park__operator__isnull=False).values_list("park__operator_id", flat=True)
    )


def landed_project(event: Event) -> list[int]:
    """the organization of the project that landed"""
    projects = Project.objects.filter(landing=subject(event, "landing") or 0)
    return list(
        projects.filter(organization__isnull=False).values_list("organization_id", flat=True)
    )


def reviewers(event: Event) -> list[int]:
    """the reviewers of the admission"""
    seats = AdmissionReviewer.objects.filter(project=subject(event, "project") or 0)
    return list(seats.values_list("person_id", flat=True))


def _bureaus(cities: list[int]) -> list[int]:
    bodies = Organization.objects.filter(
        kind=OrganizationKind.PUBLIC_BODY, state=OrganizationState.VERIFIED, city__in=cities
    )
    return list(bodies.values_list("pk", flat=True))

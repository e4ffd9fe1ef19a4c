"""Who works with enclave parks at the desk."""

from django.db.models import Model
from django.http import HttpRequest

from accounts.desk.admins import DeskInline
from accounts.desk.roles import DeskRole
from accounts.requests import actor_of
from enclaves.models import Park
from enclaves.queries import is_insider

# Whoever works on what goes on in a park; each sees the parks of its own alone.
INSIDERS = frozenset({DeskRole.PARK, DeskRole.BUREAU, DeskRole.OFFICE, DeskRole.OPERATOR})
RUNNERS = frozenset({DeskRole.PARK, DeskRole.OFFICE})
FOUNDERS = frozenset({DeskRole.BUREAU, DeskRole.OFFICE})


class InsideInline(DeskInline):
    """What belongs to a park, which is public, and is for the park's own insiders."""

    readers = INSIDERS

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Django asks once more without the park, when it looks up the rows of the one it has."""
        may = super().has_view_permission(request, obj)
        return may and (not isinstance(obj, Park) or is_insider(actor_of(request), obj))

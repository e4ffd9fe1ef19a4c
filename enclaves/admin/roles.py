"""Who works with enclave parks at the desk."""

from django.db.models import Model
from django.http import HttpRequest

from accounts.desk.admins import DeskInline
from accounts.desk.roles import DeskRole
from accounts.requests import actor_of
from enclaves.models import Park, Project
from enclaves.queries import is_insider

# Whoever works on what goes on in a park; each sees the parks of its own alone.
INSIDERS = frozenset({DeskRole.PARK, DeskRole.BUREAU, DeskRole.OFFICE, DeskRole.OPERATOR})
RUNNERS = frozenset({DeskRole.PARK, DeskRole.OFFICE})
FOUNDERS = frozenset({DeskRole.BUREAU, DeskRole.OFFICE})


class InsideInline(DeskInline):
    """What belongs to a park or to a project in one, and is for the park's own insiders.

    A park is public; a project is seen by its own organization and by its reviewers, too.
    """

    readers = INSIDERS

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Django asks once more without the park, when it looks up the rows of the one it has."""
        may = super().has_view_permission(request, obj)
        park = obj.park if isinstance(obj, Project) else obj
        return may and (not isinstance(park, Park) or is_insider(actor_of(request), park))

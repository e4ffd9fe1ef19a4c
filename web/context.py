"""What every page may ask about its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.desk.roles import roles_of


def reader(request: HttpRequest) -> dict[str, Any]:
    """`works_at_desk`: whether the operators' pages are open to the reader today.

    Looked up only when a template asks, and never stored: a term may end tomorrow.
    """

    def works_at_desk() -> bool:
        # An error page may be shown before anybody has asked who the reader is.
        user = getattr(request, "user", None)
        return user is not None and user.is_authenticated and bool(roles_of(request))

    return {"works_at_desk": SimpleLazyObject(works_at_desk)}

"""Who is signed in, by prepared statements: Django's own questions, asked at every request.

Having them composed anew each time costs several times what the database takes to answer.
"""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db

from accounts.models import User
from core.db import as_read, run_together

_SESSION = """
    SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()
"""


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        (rows,) = run_together((_SESSION, [self.session_key]))
        if not rows:
            self._session_key = None
            return {}
        content: dict[str, Any] = self.decode(rows[0][0])
        return content


class Backend(AuthenticationBackend):
    """allauth's, which knows how people sign in."""

    def get_user(self, user_id: int) -> User | None:
        names, statement = _person()
        (rows,) = run_together((statement, [user_id]))
        if not rows:
            return None
        user = as_read(User, names, rows[0], related={})
        return user if self.user_can_authenticate(user) else None


@cache
def _person() -> tuple[list[str], str]:
    names = [field.attname for field in User._meta.concrete_fields]
    return names, f"SELECT {', '.join(names)} FROM accounts_user WHERE id = %s"  # noqa: S608 - ours

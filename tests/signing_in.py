"""How does a test client become somebody's, thousands of times over?"""

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils.crypto import get_random_string

from accounts.models import User


def sign_in(client: Client, user: User, backend: str | None = None) -> None:
    """Django's `force_login` with one statement.

    Its own makes a session, makes it anew, and notes in the person's row that it did: ten.
    """
    store = SessionStore()
    store[auth.SESSION_KEY] = str(user.pk)
    store[auth.BACKEND_SESSION_KEY] = backend or settings.AUTHENTICATION_BACKENDS[0]
    store[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    store._session_key = get_random_string(32, VALID_KEY_CHARS)  # nobody has it, none need ask
    store.create_model_instance(store._session).save(force_insert=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key

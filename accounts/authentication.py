"""Reads the bearer token of a partner system.

Only the token's hash is stored. The answer to a bad token is 401 with a challenge, which is
why this class stands first among DRF's authenticators.
"""

from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Actor, actor_of_client
from accounts.queries import api_client_of
from core.errors import CHALLENGE


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …` of a client that has not been revoked."""

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if (actor := actor_of_token(value.strip())) is None:
            raise AuthenticationFailed
        return AnonymousUser(), actor

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def actor_of_token(value: str) -> Actor | None:
    """Who holds this access token; None if it is unknown, expired or its client revoked."""
    if not (value.isascii() and value.isprintable()):
        return None
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
    if token is None or token.client_id is None:
        return None
    if (api_client := api_client_of(token.client_id)) is None:
        return None
    # A scope taken away from the client ends at once, not when the token expires.
    granted = frozenset(token.get_scopes()) & frozenset(token.client.get_scopes())
    return actor_of_client(api_client, granted)

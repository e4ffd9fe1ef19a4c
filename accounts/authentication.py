"""Reads the bearer token of a partner system.

Only the token's hash is stored. The answer to a bad token is 401 with a challenge, which is
why this class stands first among DRF's authenticators.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Actor, actor_of_client
from accounts.models import ApiClient, Organization
from core import clock
from core.db import as_array
from core.errors import CHALLENGE


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …` of a client that has not been revoked."""

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = value.strip()
        actors, at = actors_and_time([token])
        if (actor := actors.get(token)) is None:
            raise AuthenticationFailed
        request.read_at = at  # type: ignore[attr-defined]
        return AnonymousUser(), actor

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def actor_of_token(value: str) -> Actor | None:
    """Who holds this access token; None if it is unknown, expired or its client revoked."""
    actors, _ = actors_and_time([value])
    return actors.get(value)


def actors_and_time(values: Collection[str]) -> tuple[dict[str, Actor], datetime | None]:
    """Who holds these access tokens, and the instant of the answer by the database's clock.

    With one message, or none if there is nothing to ask. Tokens that are unknown or expired, or
    whose client was revoked, are left out.
    """
    hash_of = get_adapter().hash_token
    hashes = {hash_of(value): value for value in values if value.isascii() and value.isprintable()}
    if not hashes:
        return {}, None
    asked = [Token.Type.ACCESS_TOKEN.value, as_array(hashes)]
    (rows,), at = clock.after((_GRANTS, asked))
    return {hashes[hash]: _actor(*grant) for hash, *grant in rows}, at


# Plain SQL: it runs for every request of a partner system, and for every batch of bids.
_GRANTS = """
    SELECT token.hash, token.scopes, client.scopes, client.id,
           organization.id, organization.kind, organization.state, organization.city_id,
           organization.name
    FROM allauth_idp_oidc_token AS token
    JOIN allauth_idp_oidc_client AS client ON client.id = token.client_id
    JOIN accounts_apiclient AS api_client ON api_client.client_id = client.id
    JOIN accounts_organization AS organization ON organization.id = api_client.organization_id
    WHERE token.type = %s AND token.hash = ANY(%s) AND api_client.revoked_at IS NULL
      AND (token.expires_at IS NULL OR token.expires_at > now())
"""


@lru_cache(maxsize=4096)
def _actor(
    scopes: str,
    client_scopes: str,
    client_id: str,
    organization_id: int,
    kind: str,
    state: str,
    city_id: int,
    name: str,
) -> Actor:
    """What such a row means. The row is read at each request; a partner's is mostly the same."""
    organization = Organization(
        id=organization_id, kind=kind, state=state, city_id=city_id, name=name
    )
    # A scope taken away from the client ends at once, not when the token expires.
    granted = frozenset(scopes.split()) & frozenset(client_scopes.split())
    return actor_of_client(ApiClient(client_id=client_id, organization=organization), granted)

"""API clients of partner systems: OAuth 2 client credentials, bound to one organization."""

from dataclasses import dataclass
from http import HTTPStatus
from secrets import token_urlsafe

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password

from accounts.models import ApiClient, Organization
from accounts.scopes import SCOPES
from core import clock
from core.db import transaction
from core.errors import InvalidValue, NotFound
from core.events import record


class UnknownScope(InvalidValue):
    code = "unknown_scope"
    message = "{scope} is not a scope. The scopes are: {known}."


class TokenRequestInvalid(InvalidValue):
    """Why a token was not issued. The codes are those of RFC 6749 §5.2, as far as it has them."""

    code = "invalid_request"
    message = "This is not a request for a token as RFC 6749 (4.4) describes it."


class ClientUnknown(TokenRequestInvalid):
    code = "invalid_client"
    status = HTTPStatus.UNAUTHORIZED
    message = "There is no such client, or this is not its secret."


class ScopeNotGiven(TokenRequestInvalid):
    code = "invalid_scope"
    message = "The client was not given all of the scopes it asks for."


class GrantTypeUnsupported(TokenRequestInvalid):
    code = "unsupported_grant_type"
    message = "Tokens are issued for client_credentials alone."


class TooManyTokenRequests(TokenRequestInvalid):
    code = "throttled"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = "Too many requests for tokens came from this address. Wait for a minute."


class TokensByPost(TokenRequestInvalid):
    code = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    message = "A token is asked for by POST alone."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the partner is told, once; only a hash of the secret is kept."""

    client_id: str
    client_secret: str


def create_api_client(
    *, credit_code: str, scopes: list[str], name: str = "", client_id: str = "", secret: str = ""
) -> Credentials:
    """Give an organization's system its credentials. The secret cannot be shown again.

    Id and secret are made up here; only the demo world, which prints them, names its own.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownScope(scope=scope, known=" ".join(sorted(SCOPES)))
    # URL-safe: a secret with "+" or "&" is broken by every hand-written form body.
    secret = secret or token_urlsafe(32)
    hashed = make_password(secret)  # slow on purpose, so not inside the transaction
    with transaction():
        try:
            organization = Organization.objects.get(credit_code=credit_code)
        except Organization.DoesNotExist:
            raise NotFound(what="organization") from None
        client = Client(
            name=name or str(organization)[:100], type=Client.Type.CONFIDENTIAL, secret=hashed
        )
        if client_id:
            client.id = client_id
        client.set_scopes(scopes)
        client.set_default_scopes(scopes)
        client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
        client.save()
        now = clock.now()
        ApiClient.objects.create(client=client, organization=organization, created_at=now)
        record(f"client:{client.pk}", "client.created", at=now, organization=organization.pk)
    return Credentials(client.pk, secret)


def revoke_api_client(*, client_id: str) -> None:
    """End a client's rights at once; its tokens are refused from the next request on."""
    with transaction():
        now = clock.now()
        if not ApiClient.objects.filter(client_id=client_id, revoked_at=None).update(
            revoked_at=now
        ):
            raise NotFound(what="client")
        record(f"client:{client_id}", "client.revoked", at=now)

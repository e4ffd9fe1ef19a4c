"""Partner systems: their clients, their tokens, and the API as one of them."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.clients import Credentials, create_api_client
from accounts.models import Organization

TOKEN = "/api/v1/oauth/token"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _forgotten_rate_limits():
    cache.clear()


def ask_for_token(credentials: Credentials, **fields: str):
    body = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        **fields,
    }
    return APIClient().post(TOKEN, urlencode(body), content_type=FORM)


def partner(organization: Organization, scopes: str) -> APIClient:
    """The REST API as a system of this organization."""
    credentials = create_api_client(
        credit_code=organization.credit_code, scopes=scopes.split(), name="partner"
    )
    return bearer(ask_for_token(credentials, scope=scopes).json()["access_token"])


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def system() -> Callable[[Organization, str], APIClient]:
    """`system(organization, "lots:read")`: the API as a partner's system."""
    return partner

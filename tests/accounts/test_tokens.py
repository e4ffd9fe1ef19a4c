"""OAuth 2 client credentials: how a partner's system gets a token, and when it loses it."""

import json
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.clients import create_api_client, revoke_api_client
from accounts.models import OrganizationKind
from accounts.scopes import SCOPES
from core.errors import NotFound
from core.models import Event
from tests.accounts.conftest import FORM, TOKEN, ask_for_token, bearer
from tests.conftest import make_organization, organization_of
from tests.factories import draft_lot, make_lot
from tests.properties import fewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ALL = sorted(SCOPES)


@pytest.fixture
def organization():
    return make_organization()


@pytest.fixture
def credentials(organization):
    return create_api_client(credit_code=organization.credit_code, scopes=ALL)


def test_a_token_is_got_by_client_credentials(credentials):
    answer = ask_for_token(credentials, scope="lots:read bids:write")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert set(body["scope"].split()) == {"lots:read", "bids:write"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_token_says_whose_it_is(credentials, organization):
    client = bearer(ask_for_token(credentials, scope="lots:read").json()["access_token"])
    answer = client.get("/api/v1/me").json()
    assert answer["name"] == organization.name
    assert answer["client_id"] == credentials.client_id
    assert answer["scopes"] == ["lots:read"]
    assert answer["username"] is None
    assert answer["memberships"] == []


def test_credentials_may_come_in_the_authorization_header(credentials):
    basic = b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
    answer = APIClient().post(
        TOKEN,
        "grant_type=client_credentials",
        content_type=FORM,
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200


def test_without_a_scope_a_token_has_all_the_client_has(credentials):
    assert set(ask_for_token(credentials).json()["scope"].split()) == SCOPES


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"scope": "lots:read lots:own"}, 400, "invalid_scope"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, None),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"client_id": "a\x00b"}, 400, "invalid_request"),
        ({"client_secret": "\x00"}, 401, None),
        ({"scope": "lots:read\x00"}, 400, None),
        ({"resource": "http://[::1"}, 400, "invalid_request"),
        ({"resource": "nowhere"}, 400, "invalid_request"),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_other_requests_are_refused(credentials, fields, status, error):
    answer = ask_for_token(credentials, **fields)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["error"] == error or error is None
    assert (problem["status"], problem["code"]) == (status, problem["error"])
    assert all(problem[name] for name in ("type", "title", "detail", "request_id"))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert not Token.objects.exists()


def test_a_scope_the_client_was_not_given_is_refused(organization):
    own = create_api_client(credit_code=organization.credit_code, scopes=["lots:read"])
    answer = ask_for_token(own, scope="bids:write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"grant_type": "client_credentials"}), "application/json"),
        ("[" * 100_000, "application/json"),
        ("grant_type=client_credentials", "text/plain"),
        ("grant_type=client_credentials", ""),
        ("grant_type=client_credentials", f"{FORM}; charset=utf-16"),
        ("grant_type=client_credentials", f"{FORM}; charset=base64"),
        ("%ff=%ff&%00=1", FORM),
        ("&&&===", FORM),
        ("a=b&" * 5000, FORM),
        ("--x--", "multipart/form-data"),
        ("--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (
            '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
            "multipart/form-data; boundary=x; charset=base64",
        ),
        (
            "--x\r\nContent-Disposition: form-data; name*=base64''a\r\n\r\nb\r\n--x--",
            "multipart/form-data; boundary=x",
        ),
    ],
    ids=lambda text: ascii(text)[:50],
)
def test_a_body_that_is_no_such_form_is_a_400(body, content_type):
    answer = APIClient().generic("POST", TOKEN, body.encode(), content_type=content_type)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/")


def test_a_body_above_the_limit_is_a_413():
    answer = APIClient().generic("POST", TOKEN, b"a=" + b"b" * 10_000_000, content_type=FORM)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("basic", [b"a\x00b:c", b"\xff:c", b"abc", b":", b"a:b\x00", b"%00:%00"])
def test_a_strange_authorization_header_is_refused(basic):
    answer = APIClient().post(
        TOKEN,
        "grant_type=client_credentials",
        content_type=FORM,
        headers={"Authorization": f"Basic {b64encode(basic).decode()}"},
    )
    assert answer.status_code in (400, 401)


names = st.sampled_from(
    ["grant_type", "client_id", "client_secret", "scope", "resource", "client_assertion", "x"]
)
texts = st.text(max_size=20) | st.sampled_from(
    ["client_credentials", "lots:read", "http://[", "\x00", "https://a/../b", "https://a#b"]
)


@given(st.lists(st.tuples(names, texts), max_size=8), st.binary(max_size=30))
@budget(fewer(0.125), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_and_no_header_breaks_the_endpoint(fields, header):
    from django.core.cache import cache

    cache.clear()
    pairs = [(name, value.encode("utf-8", "surrogatepass")) for name, value in fields]
    answer = APIClient(raise_request_exception=False).post(
        TOKEN,
        urlencode([("grant_type", "client_credentials"), *pairs]),
        content_type=FORM,
        headers={"Authorization": f"Basic {b64encode(header).decode()}"},
    )
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_token_is_asked_for_by_post_alone(method):
    answer = APIClient().generic(method, TOKEN)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert method == "HEAD" or answer.json()["code"] == "method_not_allowed"


def test_who_asks_too_often_is_told_to_slow_down(credentials, settings):
    settings.ACCOUNT_RATE_LIMITS = {"api_token": "3/m/ip"}
    statuses = [ask_for_token(credentials, client_secret="x").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    answer = ask_for_token(credentials)
    assert (answer.headers["Retry-After"], answer.json()["code"]) == ("60", "throttled")


# --- Using it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["", "x", "é", "a b", "Basic", "\x7f", "a" * 10_000, "null", "%00"],
    ids=lambda text: ascii(text)[:12],
)
def test_a_bad_token_is_a_401_with_a_challenge(value):
    headers = {"Authorization": f"Bearer {value}"}
    answer = APIClient().get("/api/v1/cities", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_another_scheme_is_no_token():
    headers = {"Authorization": "Digest x"}
    assert APIClient().get("/api/v1/cities", headers=headers).status_code == 200
    assert APIClient().get("/api/v1/me", headers=headers).status_code == 401


def test_the_token_of_a_revoked_client_is_refused_at_once(credentials):
    client = bearer(ask_for_token(credentials).json()["access_token"])
    assert client.get("/api/v1/lots").status_code == 200
    revoke_api_client(client_id=credentials.client_id)
    answer = client.get("/api/v1/lots")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_client_is_revoked_once(credentials):
    revoke_api_client(client_id=credentials.client_id)
    with pytest.raises(NotFound):
        revoke_api_client(client_id=credentials.client_id)
    with pytest.raises(NotFound):
        revoke_api_client(client_id="nobody")
    kinds = Event.objects.filter(topic=f"client:{credentials.client_id}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == ["client.created", "client.revoked"]


def test_a_token_that_expired_is_refused(credentials):
    client = bearer(ask_for_token(credentials).json()["access_token"])
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/lots").status_code == 401


def test_a_scope_taken_from_the_client_ends_before_the_token_does(credentials):
    client = bearer(ask_for_token(credentials).json()["access_token"])
    row = Client.objects.get(pk=credentials.client_id)
    row.set_scopes(["needs:read"])
    row.save()
    answer = client.get("/api/v1/lots")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "lots", "lots:read"),
        ("POST", "lots", "lots:operate"),
        ("POST", "lots/1/bids", "bids:write"),
        ("GET", "lots/1/bids", "lots:read"),
        ("GET", "needs", "needs:read"),
        ("POST", "needs", "needs:write"),
        ("POST", "achievements", "achievements:write"),
        ("GET", "deals", "deals:read"),
    ],
)
def test_a_request_beyond_the_tokens_scopes_is_a_403_that_names_the_scope(
    credentials, method, path, scope
):
    others = " ".join(SCOPES - {scope})
    client = bearer(ask_for_token(credentials, scope=others).json()["access_token"])
    answer = client.generic(method, f"/api/v1/{path}")
    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["scope"]) == ("scope_missing", scope)


def test_the_system_of_one_organization_does_not_see_anothers_drafts(seller, rival, system):
    draft = draft_lot(seller)
    own = system(organization_of(seller), "lots:read")
    other = system(organization_of(rival), "lots:read")
    url = f"/api/v1/lots/{draft.pk}"
    assert own.get(url).status_code == 200
    assert other.get(url).status_code == 404
    assert other.get("/api/v1/lots").json()["results"] == []
    assert [lot["id"] for lot in own.get("/api/v1/lots").json()["results"]] == [draft.pk]


def test_the_exchanges_system_operates_only_with_the_scope(seller, operator, system):
    lot, exchange = make_lot(seller), organization_of(operator)
    url = f"/api/v1/lots/{lot.pk}/withdraw"
    for scopes, status in [("lots:read", 403), ("lots:read lots:operate", 409)]:
        answer = system(exchange, scopes).post(url, {"reason": "x"})
        assert answer.status_code == status, "the lot has opened; an operator is told so"


def test_a_bureaus_system_answers_for_its_city(system):
    body = make_organization(OrganizationKind.PUBLIC_BODY)
    assert system(body, "needs:read").get("/api/v1/me").json()["bureau_cities"] == ["330100"]


def test_only_a_hash_of_secret_and_token_is_kept(credentials):
    token = ask_for_token(credentials).json()["access_token"]
    rows = [*Client.objects.values(), *Token.objects.values()]
    assert credentials.client_secret not in repr(rows)
    assert token not in repr(rows)

"""No page runs what was written into it; a library's pages get what they need and no more."""

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import Clock

INLINE = re.compile(r"<script(?![^>]*(?:\ssrc=|application/json))|<[^>]+\son[a-z]+=|javascript:")


def policy_at(client: Client, path: str, status: int = 200) -> dict[str, str]:
    response = client.get(path)
    assert response.status_code == status
    assert not INLINE.search(response.content.decode())
    stated = response.headers["Content-Security-Policy"]
    return {name: rest for name, _, rest in (each.partition(" ") for each in stated.split("; "))}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/nothing", 404),
        ("/accounts/login/", 200),
        ("/accounts/2fa/", 302),
        ("/api/v1/lots", 200),
        ("/api/v1/nothing", 404),
    ],
)
def test_pages_and_answers_run_nothing_but_our_own_files(db: None, path: str, status: int) -> None:
    policy = policy_at(Client(), path, status)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_the_admin_may_compile_its_own_attributes_but_runs_no_script_in_a_page(
    operator: User, clock: Clock
) -> None:
    client = Client()
    client.force_login(operator)
    for path in ("/admin/", "/admin/auctions/lot/", "/admin/auctions/lot/add/"):
        policy = policy_at(client, path)
        assert policy["script-src"] == "'self' 'unsafe-eval'"
        assert policy["default-src"] == "'none'"


def test_the_api_documentation_brings_its_script_as_a_file(db: None) -> None:
    client = Client()
    policy = policy_at(client, "/api/docs")
    assert policy["script-src"] == "'self'"
    script = client.get("/api/docs?script=")
    assert script.headers["Content-Type"] == "application/javascript"
    assert "/api/openapi.yaml" in script.content.decode()

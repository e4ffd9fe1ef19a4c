"""The command that gives a partner's system its credentials."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiClient
from tests.accounts.conftest import ask_for_token
from tests.conftest import credit_code, make_organization


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_client", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_it_prints_one_object_for_scripts(clock):
    organization = make_organization()
    printed = run(
        "--organization", organization.credit_code, "--scopes", "lots:read bids:write", "--json"
    )
    fields = json.loads(printed)
    assert set(fields) == {"client_id", "client_secret"}
    client = ApiClient.objects.get(client_id=fields["client_id"])
    assert (client.organization, client.created_at) == (organization, clock.now())
    assert set(client.client.get_scopes()) == {"lots:read", "bids:write"}


@pytest.mark.django_db
def test_what_it_prints_for_people_works_too():
    organization = make_organization()
    lines = run(
        "--organization", organization.credit_code, "--scopes", "lots:read", "--name", "ERP"
    ).splitlines()
    fields = dict(line.split(": ") for line in lines[:2])
    assert ApiClient.objects.get().client.name == "ERP"
    assert "cannot be shown again" in lines[2]
    assert ask_for_token(_Credentials(**fields)).status_code == 200


class _Credentials:
    def __init__(self, client_id: str, client_secret: str) -> None:
        self.client_id, self.client_secret = client_id, client_secret


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "scopes", "complaint"),
    [
        (credit_code(90_000), "lots:read", "nothing here"),
        ("", "lots:read", "nothing here"),
        (None, "lots:own", "lots:own is not a scope"),
        (None, "lots:read,bids:write", "is not a scope"),
    ],
)
def test_it_refuses_an_unknown_organization_or_scope(code, scopes, complaint):
    code = make_organization().credit_code if code is None else code
    with pytest.raises(CommandError, match=complaint):
        run("--organization", code, "--scopes", scopes)
    assert not ApiClient.objects.exists()

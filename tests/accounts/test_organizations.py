from accounts.models import Organization
from tests.conftest import credit_code, organization_of


def test_a_registered_organization_is_a_draft_with_its_founder_as_manager(api, stranger, clock):
    answer = api(stranger).post(
        "/api/v1/organizations",
        {
            "kind": "enterprise",
            "name": "虚构新材料",
            "credit_code": credit_code(99),
            "city": "330100",
        },
        format="json",
    )

    assert answer.status_code == 201, answer.content
    organization = Organization.objects.get(pk=answer.json()["id"])
    assert organization.state == "draft"
    assert organization_of(stranger) == organization

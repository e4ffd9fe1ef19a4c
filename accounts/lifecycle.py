"""How an organization becomes one that may trade."""

from enum import StrEnum

from core.lifecycle import Lifecycle


class OrganizationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


ORGANIZATION = Lifecycle(
    "organization",
    {
        OrganizationState.DRAFT: {OrganizationState.SUBMITTED},
        OrganizationState.SUBMITTED: {OrganizationState.VERIFIED, OrganizationState.RETURNED},
        OrganizationState.RETURNED: {OrganizationState.SUBMITTED},
        OrganizationState.VERIFIED: {OrganizationState.SUSPENDED},
        OrganizationState.SUSPENDED: {OrganizationState.VERIFIED},
    },
)

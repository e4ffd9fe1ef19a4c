"""Enclave parks (科创飞地): one city's park inside another, and what goes on in it."""

from enclaves.models.parks import Agreement, Metric, Park, ParkFund, ParkMode, Period
from enclaves.models.places import Assessment, Place
from enclaves.models.projects import (
    AdmissionReviewer,
    Project,
    ProjectMove,
    SignedAgreement,
)
from enclaves.models.reports import (
    BenefitShare,
    DutyAlarm,
    Report,
    ReportConfirmation,
    ReportDispute,
)
from enclaves.models.talents import Talent
from enclaves.models.tenancies import Tenancy, Unit

__all__ = [
    "AdmissionReviewer",
    "Agreement",
    "Assessment",
    "BenefitShare",
    "DutyAlarm",
    "Metric",
    "Park",
    "ParkFund",
    "ParkMode",
    "Period",
    "Place",
    "Project",
    "ProjectMove",
    "Report",
    "ReportConfirmation",
    "ReportDispute",
    "SignedAgreement",
    "Talent",
    "Tenancy",
    "Unit",
]

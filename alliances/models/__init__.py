"""The tables of the alliances."""

from alliances.models.financing import (
    DataConsent,
    DataReading,
    FinanceApplication,
    FinanceCase,
    FinanceMovement,
    FinanceOffer,
)
from alliances.models.fund import CommitteeSeat, FundProject, FundShare, FundVote
from alliances.models.members import Activity, Alliance, AllianceMember, ChairTerm
from alliances.models.products import FinanceProduct, SupportPolicy

__all__ = [
    "Activity",
    "Alliance",
    "AllianceMember",
    "ChairTerm",
    "CommitteeSeat",
    "DataConsent",
    "DataReading",
    "FinanceApplication",
    "FinanceCase",
    "FinanceMovement",
    "FinanceOffer",
    "FinanceProduct",
    "FundProject",
    "FundShare",
    "FundVote",
    "SupportPolicy",
]

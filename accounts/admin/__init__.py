"""Accounts at the operators' desk; importing registers them."""

from accounts.admin import clients, organizations, people, records, relations

__all__ = ["clients", "organizations", "people", "records", "relations"]

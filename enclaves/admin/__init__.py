"""Enclave parks at the desk: of their operators, their two cities, and the office."""

from enclaves.admin import parks, places, projects, reports, talents, tenancies

__all__ = ["parks", "places", "projects", "reports", "talents", "tenancies"]

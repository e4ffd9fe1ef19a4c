"""Enclave parks at the desk: of their operators, their two cities, and the office."""

from enclaves.admin import parks, projects, reports

__all__ = ["parks", "projects", "reports"]

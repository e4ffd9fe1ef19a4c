"""Real commits, emptied once a module: each test races over a lot of its own."""

from tests.committed import cast, transactional_db

__all__ = ["cast", "transactional_db"]

"""What the views of this app have in common: whose actor the shapes are told."""

from typing import Any

from accounts.requests import Acting


class ForActor(Acting):
    """A mixin for reads: the shape knows who is reading."""

    read_scope, write_scope = "enclaves:read", "enclaves:write"

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "actor": self.actor}  # type: ignore[misc]

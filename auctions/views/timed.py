"""Answers that depend on the clock say which instant they are true for."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting
from core import clock
from core.envelope import stamp


class Timed(Acting):
    """Reads the database's clock once a request: `self.now`, and the Server-Time header."""

    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Whoever came with a token was asked for together with the time.
        self.now = getattr(request, "read_at", None) or clock.now()

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        if hasattr(self, "now"):  # not if the request was refused before
            response.headers["Server-Time"] = stamp(self.now)
        return response

"""Which content a page may load and run; a browser refuses the rest.

What somebody else wrote into a title cannot run, on any page. Where a library's pages need more
than ours, they alone are given it.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.envelope import Respond

Policy = dict[str, str]

# Everything from here and nothing inline: the pages, the sign-in, the answers of the API.
_OURS: Policy = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Unfold writes its colours into the page, brings its fonts, and drives its menus with Alpine,
# which compiles the attributes of its templates. Scripts in the page do not run here either.
_ADMIN: Policy = {
    **_OURS,
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self'",
}
_SWAGGER: Policy = {**_OURS, "style-src": "'self' 'unsafe-inline'"}
_BELOW = {"/admin/": _ADMIN, "/api/docs": _SWAGGER}


def content_policy(get_response: Respond) -> Respond:
    """Send the policy of the part of the product that an address belongs to."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = policy(request.path)
        return response

    return middleware


def policy(path: str) -> str:
    found = next((each for start, each in _BELOW.items() if path.startswith(start)), _OURS)
    return "; ".join(f"{name} {sources}" for name, sources in found.items())

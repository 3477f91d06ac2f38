"""Compresses pages for visitors who are not logged in; a page that may hold a secret is sent as it is.

The length of a compressed page tells those who see it pass, and can put words of theirs into it, what else it holds
(https://breachattack.com). Pages of visitors hold nothing but what anyone may read. A page with a form's token sets its
cookie, and one for a user comes with a session: neither is compressed. Requirement S5.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from lambdaserve.api.responses import takes_gzip

_HTML: Final = "text/html"
_CREDENTIALS: Final = ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY")


class CompressedPages(GZipMiddleware):
    """Django's, for HTML without secrets alone: answers of the API and static files are kept compressed."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Compresses a page if it holds no secret, and the client takes it compressed."""
        if response.streaming or not response.get("Content-Type", "").startswith(_HTML):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        takes_it = takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        if not takes_it or response.cookies or _is_of_a_user(request):
            return response
        return super().process_response(request, response)


def _is_of_a_user(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES or any(name in request.META for name in _CREDENTIALS)

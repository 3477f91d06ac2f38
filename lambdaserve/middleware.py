"""Middleware that stands aside where nobody needs it: API requests without a session are most of all requests.

Each class is the framework's or the package's own; only whether it takes part is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from corsheaders.middleware import CorsMiddleware
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

API_PREFIX = "/api/v1/"


class OutsideTheApi:
    """Takes no part in requests to the API."""

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain alone for such a request, else this middleware with the rest."""
        if request.path_info.startswith(API_PREFIX) and not self.is_needed(request):
            response: HttpResponseBase = self.get_response(request)  # type: ignore[attr-defined]  # of the other base
            return response
        taken_part: HttpResponseBase = super().__call__(request)  # type: ignore[misc]  # of the other base
        return taken_part

    def is_needed(self, request: HttpRequest) -> bool:
        """Whether it takes part in this request to the API all the same."""
        return False


class WithASession(OutsideTheApi):
    """Takes part in requests to the API that carry a session."""

    def is_needed(self, request: HttpRequest) -> bool:
        """Whether there is a session's cookie."""
        cookies: Any = request.META.get("HTTP_COOKIE")
        return cookies is not None and settings.SESSION_COOKIE_NAME in cookies


class CorsWhereWanted(CorsMiddleware):
    """Without origins to admit there is nothing to say about them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)


class PagesCSP(OutsideTheApi, CSPMiddleware):
    """JSON is no page."""


class Session(WithASession, SessionMiddleware):
    """For pages, and for staff who look at the API in their browser."""


class Authentication(WithASession, AuthenticationMiddleware):
    """See ``Session``."""


class Messages(WithASession, MessageMiddleware):
    """See ``Session``."""

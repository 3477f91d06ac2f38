"""Two lanes: requests to the API that carry no session, which is most of all requests, pass few middlewares.

``MIDDLEWARE`` is Django's usual list between ``ApiLane`` and ``Innermost``. The lane leads from the first to behind the
last of them, past all but ``API_MIDDLEWARE``. The API answers JSON and takes no form: what is left out is about pages,
forms, and people who are logged in. Whoever sends a session's cookie takes the usual way. Who may read is decided
behind both, in the viewsets.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed, PermissionDenied
from django.core.handlers.exception import convert_exception_to_response
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

from lambdaserve.access.ratelimit.client_address import is_from, is_proxy

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/v1/"

_PROTO = "HTTP_X_FORWARDED_PROTO"
_LOOPBACK = ("127.0.0.0/8", "::1")
_OF_PAGES = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class _EndOfChain(threading.local):
    """What the innermost middleware of the chain that this thread is building calls: the view."""

    view: GetResponse | None = None


_end = _EndOfChain()


class Innermost:
    """Does nothing but show ``ApiLane``, which is made after it, where the chain ends."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = _end.view = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's response."""
        return self._get_response(request)


class ApiLane:
    """Leads a request to the API past the middlewares that it does not need."""

    def __init__(self, get_response: GetResponse) -> None:
        if _end.view is None:
            raise ImproperlyConfigured("MIDDLEWARE ends with lambdaserve.middleware.Innermost")
        self._usual_way, self._lane, _end.view = get_response, _end.view, None
        for name in reversed(settings.API_MIDDLEWARE):
            try:
                middleware = import_string(name)(self._lane)
            except MiddlewareNotUsed:
                continue
            self._lane = cast("GetResponse", convert_exception_to_response(middleware))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, by the lane or by the usual way."""
        if request.path_info.startswith(API_PREFIX) and (
            settings.SESSION_COOKIE_NAME not in request.META.get("HTTP_COOKIE", "")
        ):
            return self._lane(request)
        return self._usual_way(request)


class PageSecurity:
    """Stands before Django's ``SecurityMiddleware`` and does what that leaves undone: see ``_admit``, and headers."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response with further headers.

        Raises:
            PermissionDenied: as of ``_admit``.
        """
        _admit(request)
        response = self._get_response(request)
        for name, value in _OF_PAGES.items():
            response.headers.setdefault(name, value)
        return response


class ApiSecurity(SecurityMiddleware):
    """Both in one, without the headers that concern documents which a browser shows."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.referrer_policy = self.cross_origin_opener_policy = None

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """A redirect to HTTPS where that is wanted.

        Raises:
            PermissionDenied: as of ``_admit``.
        """
        _admit(request)
        return super().process_request(request)


def _admit(request: HttpRequest) -> None:
    """Believes a trusted proxy alone that a request came over HTTPS (S3, S5).

    Raises:
        PermissionDenied: ``DEBUG`` is on, whose error pages show everything, and this is another machine.
    """
    meta = request.META
    if _PROTO in meta and not _is_over_https(meta[_PROTO], meta.get("REMOTE_ADDR", "")):
        del meta[_PROTO]
    if settings.DEBUG and not is_from(_LOOPBACK, meta.get("REMOTE_ADDR", ""), "", ()):
        raise PermissionDenied


def _is_over_https(forwarded: str, remote: str) -> bool:
    """Whether ``X-Forwarded-Proto`` is a trusted proxy's and says HTTPS of each way that it knows of."""
    ways = {way.strip() for way in forwarded.split(",")}
    return ways == {"https"} and is_proxy(remote, settings.TRUSTED_PROXIES)


class CorsWhereWanted(CorsMiddleware):
    """Without origins to admit there is nothing to say about them."""

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)


class SqlConnections:
    """Closes SQL connections that are broken or have lived long enough, before and after a page.

    Django does so around every request; see ``lambdaserve.apps``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain's response."""
        close_old_connections()
        try:
            return self._get_response(request)
        finally:
            close_old_connections()

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
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/v1/"


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


class ApiSecurity(SecurityMiddleware):
    """Without the headers that concern documents which a browser shows."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.referrer_policy = self.cross_origin_opener_policy = None


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

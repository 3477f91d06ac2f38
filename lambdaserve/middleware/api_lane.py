"""A short lane for API requests without a session cookie, which are most of all requests.

The API answers JSON and takes no forms, so middlewares for pages, forms and logged-in users would only cost it time.
The lane runs ``API_MIDDLEWARE`` and then the view; requests with a session cookie take the whole of ``MIDDLEWARE``.
Permission to read is checked behind both, in the viewsets. What neither has counted, is counted here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from lambdaserve.access.ratelimit.throttle import is_counted
from lambdaserve.middleware.uncounted import count_rest

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/v1/"


class _ViewCaller(BaseHandler):
    """Resolves a request and calls its view, as Django does behind the last middleware.

    It calls no ``process_view`` or similar hook. The only one in ``MIDDLEWARE`` is CSRF's, which leaves views of the
    API alone: all of them are exempt, and without a session there is nothing to forge.
    """

    _view_middleware = _template_response_middleware = _exception_middleware = ()
    _get_response: GetResponse
    """Django's; its type stubs leave it out."""


class ApiLane:
    """Sends a request to the API past the middlewares that it does not need."""

    def __init__(self, get_response: GetResponse) -> None:
        self._all_middlewares = get_response
        # Django offers no public way to what its last middleware calls.
        self._lane = cast("GetResponse", convert_exception_to_response(_ViewCaller()._get_response))  # noqa: SLF001 - see above
        for name in reversed(settings.API_MIDDLEWARE):
            try:
                middleware = import_string(name)(self._lane)
            except MiddlewareNotUsed:
                continue
            self._lane = cast("GetResponse", convert_exception_to_response(middleware))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, through the lane or through all middlewares."""
        if request.path_info.startswith(API_PREFIX) and (
            settings.SESSION_COOKIE_NAME not in request.META.get("HTTP_COOKIE", "")
        ):
            response = self._lane(request)
        else:
            response = self._all_middlewares(request)
        return response if is_counted(request) else count_rest(request, response)

"""SQL connections of pages: closed when they are broken or old enough.

Django does so around every request; ``lambdaserve.apps`` switches that off, since most requests touch no SQL.
"""

from __future__ import annotations

from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lambdaserve.middleware.api_lane import GetResponse


class SqlConnections:
    """Closes SQL connections that are broken or have reached ``CONN_MAX_AGE``, before and after a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain's response."""
        close_old_connections()
        try:
            return self._get_response(request)
        finally:
            close_old_connections()

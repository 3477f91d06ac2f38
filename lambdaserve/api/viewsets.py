"""The base class of every viewset of the REST API."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from lambdaserve.access.credentials.permissions import ExplainAccess, PreviewAccess, ScopeAccess
from lambdaserve.access.ratelimit.throttle import rate_limit_headers
from lambdaserve.api.negotiation import indent, is_indented
from lambdaserve.api.parameters import YES
from merger.request_context import begin_explaining
from merger.standing import preview


class ApiViewSet(ViewSet):
    """Authenticates, authorizes and throttles every request, in REST framework's order."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """``Allow``, for methods that are not served and for ``OPTIONS``."""
        served = (self.request.method or "").lower() in self.action_map
        return {} if served else {"Allow": _allow_header(tuple(self.action_map))}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """REST framework's request, with its most used attributes set directly; its fallback look-up is slow."""
        wrapped = super().initialize_request(request, *args, **kwargs)
        wrapped.META, wrapped.method = request.META, request.method
        wrapped.resolver_match = request.resolver_match
        return wrapped

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Checks whether the request may be answered; ``explain=1`` and ``run`` need a permission of their own.

        Requirements O2 and M14.
        """
        super().initial(request, *args, **kwargs)
        query = request.META.get("QUERY_STRING", "")
        # Their names may be encoded (%65xplain); parsing every query would cost those without them.
        if query and ("explain" in query or "run" in query or "%" in query):
            if request.query_params.get("explain") == YES:
                self._require(ExplainAccess(), request)
                begin_explaining()
            if run := request.query_params.get("run"):
                self._require(PreviewAccess(), request)
                preview(run)

    def _require(self, access: ScopeAccess, request: Request) -> None:
        if not access.has_permission(request, self):
            refusal = PermissionDenied if request.successful_authenticator else NotAuthenticated
            raise refusal(access.message)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Adds the rate limit's headers to the response, and indents it for a browser.

        Requirements S3 and A6.
        """
        final = super().finalize_response(request, response, *args, **kwargs)
        # REST framework indents its own responses, and `respond` those that have an entity tag.
        if is_indented(request) and not isinstance(final, Response) and final.content and "ETag" not in final:
            final.content = indent(final.content)
        for name, value in rate_limit_headers(request):
            final[name] = value
        return final


@cache
def _allow_header(methods: tuple[str, ...]) -> str:
    """The value of ``Allow`` for a view with these methods."""
    served = {*methods, "options"} | ({"head"} if "get" in methods else set())
    return ", ".join(name.upper() for name in ApiViewSet.http_method_names if name in served)

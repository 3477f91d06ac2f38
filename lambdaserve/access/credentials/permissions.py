"""Permissions: who may read the REST API, ask for explanations, and read the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from lambdaserve.access.credentials.scopes import EXPLAIN, METRICS, PREVIEW, READ, AccessGrant, scopes_of
from lambdaserve.access.ratelimit.client_address import is_from

if TYPE_CHECKING:  # the framework imports this module while it is importing its views
    from rest_framework.views import APIView


class ReadAccess(BasePermission):
    """Lets everyone read where ``ANONYMOUS_READ`` is on, else users and keys of scope ``read``.

    Keys and tokens permit their scopes and nothing else, whatever their owner may do and whatever anonymous callers
    may read. Requirements S1 and S6.
    """

    message = "You don't have permission to read this. Log in, or send an API key or an access token."
    methods = SAFE_METHODS

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this request may read.

        Raises:
            MethodNotAllowed: the request would write, which no login permits.
        """
        if request.method not in self.methods:
            raise MethodNotAllowed(request.method or "")
        auth = request.auth
        if isinstance(auth, AccessGrant):
            if READ in auth.scopes:
                return True
            self.message = f"This {auth.kind} may not read: it lacks the scope '{READ}'."
            return False
        return settings.ANONYMOUS_READ or request.user.is_authenticated


class AskAccess(ReadAccess):
    """The same where a question comes as the body of a POST, which writes nothing."""

    methods = ("OPTIONS", "POST")


class ScopeAccess(BasePermission):
    """Lets keys and tokens of a scope, and users whom it is permitted, do what a subclass names.

    Attributes:
        scope: the scope.
        deed: what it permits, as in "may not …".
    """

    scope: str
    deed: str

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this request may do it."""
        auth = request.auth
        if isinstance(auth, AccessGrant):
            self.message = f"This {auth.kind} may not {self.deed}: it lacks the scope '{self.scope}'."
            return self.scope in auth.scopes
        return self.scope in scopes_of(request.user)


class ExplainAccess(ScopeAccess):
    """Lets staff, users with the permission, and keys and tokens of scope ``explain`` use ``explain=1``.

    Requirement O2.
    """

    message = "explain=1 is for staff, users with the permission, and API keys or access tokens of scope 'explain'."
    scope, deed = EXPLAIN, "use explain=1"


class PreviewAccess(ScopeAccess):
    """Lets staff, users with the permission, and keys and tokens of scope ``preview`` see runs that readers don't see.

    Requirement M14.
    """

    message = "run=… is for staff, users with the permission, and API keys or access tokens of scope 'preview'."
    scope, deed = PREVIEW, "use run=…"


class MetricsAccess(ScopeAccess):
    """Lets keys of scope ``metrics``, users with the permission, and addresses in ``METRICS_FROM`` read the metrics.

    Requirement O1.
    """

    message = "You don't have permission to read the metrics."
    scope, deed = METRICS, "read the metrics"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this request may read the metrics."""
        if super().has_permission(request, view):
            return True
        if isinstance(request.auth, AccessGrant):
            return False
        meta = request.META
        remote, forwarded = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")
        return is_from(settings.METRICS_FROM, remote, forwarded, settings.TRUSTED_PROXIES)

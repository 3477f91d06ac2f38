"""Who may read the REST API, and who the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from lambdaserve.access.credentials.scopes import EXPLAIN, METRICS, READ, AccessGrant, scopes_of
from lambdaserve.access.ratelimit.client_address import is_from

if TYPE_CHECKING:  # the framework imports this module while it is importing its views
    from rest_framework.views import APIView


class ReadAccess(BasePermission):
    """Reading is for everyone where ``ANONYMOUS_READ`` is on, else for users and keys of scope ``read`` (S1, S6).

    Keys and tokens are good for their scopes and nothing else, whosever they are and whatever is open to strangers.
    """

    message = "This is not for you."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where this request may read.

        Raises:
            MethodNotAllowed: for one that would write: no login changes that.
        """
        if request.method not in SAFE_METHODS:
            raise MethodNotAllowed(request.method or "")
        auth = request.auth
        if isinstance(auth, AccessGrant):
            if READ in auth.scopes:
                return True
            self.message = f"This {auth.kind} may not read: it lacks the scope '{READ}'."
            return False
        return settings.ANONYMOUS_READ or request.user.is_authenticated


class ExplainAccess(BasePermission):
    """``explain=1`` is for staff, users with the permission, and keys and tokens of scope ``explain`` (O2)."""

    message = "How an answer came about is told to staff, to users with the permission, and to keys of scope 'explain'."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where this request may be told."""
        auth = request.auth
        if isinstance(auth, AccessGrant):
            self.message = f"This {auth.kind} may not ask how an answer came about: it lacks the scope '{EXPLAIN}'."
            return EXPLAIN in auth.scopes
        return EXPLAIN in scopes_of(request.user)


class MetricsAccess(BasePermission):
    """Metrics are for keys of scope ``metrics``, users with the permission, and addresses in ``METRICS_FROM`` (O1)."""

    message = "The metrics are not for you."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where this request may read them."""
        auth = request.auth
        if isinstance(auth, AccessGrant):
            self.message = f"This {auth.kind} may not read the metrics: it lacks the scope '{METRICS}'."
            return METRICS in auth.scopes
        if METRICS in scopes_of(request.user):
            return True
        meta = request.META
        remote, forwarded = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")
        return is_from(settings.METRICS_FROM, remote, forwarded, settings.TRUSTED_PROXIES)

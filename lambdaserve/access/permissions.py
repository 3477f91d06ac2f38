"""Who may read the REST API, and who the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from lambdaserve.access.addresses import is_from
from lambdaserve.access.keys import EXPLAIN, METRICS, READ, KeyGrant

SEE_METRICS = "access.see_metrics"

if TYPE_CHECKING:  # the framework imports this module while it is importing its views
    from rest_framework.views import APIView


class ReadAccess(BasePermission):
    """Reading is for everyone where ``ANONYMOUS_READ`` is on, else for users and for keys of scope ``read`` (S1, S6).

    A key is good for its scopes and nothing else, whoever owns it and whatever is open to those without one.
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
        if isinstance(auth, KeyGrant):
            if READ in auth.scopes:
                return True
            self.message = f"This API key may not read: it lacks the scope '{READ}'."
            return False
        return settings.ANONYMOUS_READ or request.user.is_authenticated


class ExplainAccess(BasePermission):
    """``explain=1`` is for staff, and for keys of scope ``explain`` next to ``read`` (O2)."""

    message = "How an answer came about is told to staff, and to API keys of scope 'explain'."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where this request may be told."""
        auth = request.auth
        if isinstance(auth, KeyGrant):
            self.message = f"This API key may not ask how an answer came about: it lacks the scope '{EXPLAIN}'."
            return EXPLAIN in auth.scopes
        return request.user.is_authenticated and request.user.is_staff


class MetricsAccess(BasePermission):
    """Metrics are for keys of scope ``metrics``, staff with the permission, and addresses in ``METRICS_FROM`` (O1)."""

    message = "The metrics are not for you."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where this request may read them."""
        auth, user = request.auth, request.user
        if isinstance(auth, KeyGrant):
            self.message = f"This API key may not read the metrics: it lacks the scope '{METRICS}'."
            return METRICS in auth.scopes
        if user.is_authenticated and user.is_staff and user.has_perm(SEE_METRICS):
            return True
        meta = request.META
        remote, forwarded = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")
        return is_from(settings.METRICS_FROM, remote, forwarded, settings.TRUSTED_PROXIES)

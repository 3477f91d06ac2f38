"""Base of the admin's site, with the same limits on log-ins and pages as anywhere else.

Requirement S3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from rest_framework.exceptions import Throttled

from lambdaserve.access.ratelimit.login_limits import count_log_in_attempt, limit_page
from lambdaserve.access.ratelimit.throttle import retry_after

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

_WAIT_ATTRIBUTE = "log_in_wait"


class LimitedForm(AuthenticationForm):
    """Log-in form that checks a password only while the caller is within the limits."""

    def clean(self) -> dict[str, Any]:
        """Returns the fields of a user who may log in; raises ``ValidationError`` for any other."""
        request: HttpRequest | None = self.request
        if request is not None:
            wait = count_log_in_attempt(request, self.cleaned_data.get("username", ""))
            if wait is not None:
                raise _refusal(request, wait)
        try:
            return super().clean()
        except Throttled as error:
            raise _refusal(request, retry_after(getattr(error, "wait", None))) from None


class LogInForm(LimitedForm, AdminAuthenticationForm):
    """The admin's log-in form, with limits."""


def _refusal(request: HttpRequest | None, wait: int) -> ValidationError:
    setattr(request, _WAIT_ATTRIBUTE, wait)
    return ValidationError(f"Too many log-in attempts. Try again in {wait} s.", code="limited")


def add_retry_after(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Makes the response a 429 with ``Retry-After`` if a ``LimitedForm`` refused the request."""
    wait = getattr(request, _WAIT_ATTRIBUTE, None)
    if wait is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response


class LimitedSite(AdminSite):
    """Django's admin site, with limits."""

    site_header = site_title = "lambdaserve"
    login_form = LogInForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Shows the log-in page; answers 429 with ``Retry-After`` after too many attempts."""
        response: HttpResponse = limit_page(super().login)(request, extra_context)
        add_retry_after(request, response)
        return response

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        """Wraps a view for staff, with the limit of pages."""
        return super().admin_view(limit_page(_refuse_large_numbers(view)), cacheable)


def _refuse_large_numbers(view: V) -> V:
    """Has a view answer 400 where the address holds a number or a text that the database can't take."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (OverflowError, DataError) as error:
            raise SuspiciousOperation("the address holds a value that the database can't take") from error

    return cast("V", wrapped)

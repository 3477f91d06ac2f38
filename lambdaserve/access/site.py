"""The admin's site: log-ins and pages are limited there as anywhere else (S3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from rest_framework.exceptions import Throttled

from lambdaserve.access.ratelimit.login_limits import count_log_in_attempt, limit_page
from lambdaserve.access.ratelimit.throttle import retry_after

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

_WAIT = "log_in_wait"


class LimitedForm(AuthenticationForm):
    """Looks at the password of those alone who have not tried too often."""

    def clean(self) -> dict[str, Any]:
        """The fields of somebody who may come in."""
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
    """Of the admin."""


def _refusal(request: HttpRequest | None, wait: int) -> ValidationError:
    setattr(request, _WAIT, wait)
    return ValidationError(f"Too many tries to log in; try again in {wait} s.", code="limited")


def with_wait(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response to a ``LimitedForm``; a 429 with ``Retry-After`` where that refused."""
    wait = getattr(request, _WAIT, None)
    if wait is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response


class LimitedSite(AdminSite):
    """Django's, with limits."""

    site_header = site_title = "lambdaserve"
    login_form = LogInForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page to log in on; a 429 with ``Retry-After`` for those who have tried too often."""
        response: HttpResponse = limit_page(super().login)(request, extra_context)
        with_wait(request, response)
        return response

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        """A view for staff."""
        return super().admin_view(limit_page(view), cacheable)

"""Base of the admin's site, with the same limits on log-ins and pages as anywhere else.

Requirement S3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from rest_framework.exceptions import Throttled

from lambdaserve.access.credentials.passwords import hashing_places
from lambdaserve.access.ratelimit.login_limits import count_log_in_attempt, forgive_attempt, limit_page
from lambdaserve.access.ratelimit.throttle import OverLimit, retry_after

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
            values = super().clean()
        except Throttled as error:
            raise _refusal(request, retry_after(getattr(error, "wait", None))) from None
        if request is not None:
            forgive_attempt(request)
        return values


class LogInForm(LimitedForm, AdminAuthenticationForm):
    """The admin's log-in form, with limits."""


class PasswordForm(AdminPasswordChangeForm):
    """The admin's form for a new password: a wrong old one counts as an attempt to log in.

    Args:
        request: that sends the form.
    """

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        """Returns the old password if it is right; raises ``ValidationError`` for a wrong one, or too many of them."""
        wait = count_log_in_attempt(self._request, self.user.get_username())
        if wait is not None:
            raise _refusal(self._request, wait)
        try:
            with hashing_places().take(self._request):
                password: str = super().clean_old_password()
        except Throttled as error:
            raise _refusal(self._request, retry_after(getattr(error, "wait", None))) from None
        forgive_attempt(self._request)
        return password


class PasswordPage(PasswordChangeView):
    """The admin's page for a new password."""

    form_class = PasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Adds the request."""
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        """Stores the new password, whose digest takes as long as a check."""
        with password_place(self.request):
            return super().form_valid(form)


@contextmanager
def password_place(request: HttpRequest) -> Iterator[None]:
    """Takes one of the places for passwords while a form is answered; showing the form takes none.

    Raises:
        OverLimit: none is free.
    """
    with ExitStack() as place:
        if request.method == "POST":
            try:
                place.enter_context(hashing_places().take(request))
            except Throttled as error:
                raise OverLimit(getattr(error, "wait", None) or 0.0) from None
        yield


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
        # An attempt to log in has limits of its own.
        page = super().login if request.method == "POST" else limit_page(super().login)
        response: HttpResponse = page(request, extra_context)
        add_retry_after(request, response)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Shows the page for a new password; answers 429 with ``Retry-After`` after too many wrong old ones."""
        request.current_app = self.name  # as in Django's own
        page = PasswordPage.as_view(
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        response = page(request)
        add_retry_after(request, response)
        return cast("TemplateResponse", response)

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

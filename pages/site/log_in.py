"""Where readers log in and out, as limited as anywhere else (S2, S3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator

from lambdaserve.access.ratelimit.login_limits import limit_page
from lambdaserve.access.site import LimitedForm, add_retry_after
from pages.frame.page import common_context


class LogInForm(LimitedForm, AuthenticationForm):
    """Of anybody who has an account."""


@method_decorator(limit_page, name="dispatch")
class LogIn(LoginView):
    """The page to log in on."""

    template_name = "pages/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    next_page = "start"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the template shows."""
        return {**super().get_context_data(**kwargs), **common_context(self.request)}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A 429 with ``Retry-After`` for those who have tried too often."""
        return add_retry_after(request, super().dispatch(request, *args, **kwargs))


@method_decorator(limit_page, name="dispatch")
class LogOut(LogoutView):
    """Ends the session, back to the first page."""

    next_page = "start"

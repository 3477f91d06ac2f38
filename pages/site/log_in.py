"""Pages to log in and out, with the same login limits as the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator

from lambdaserve.access.ratelimit.login_limits import limit_page
from lambdaserve.access.site import LimitedForm, add_retry_after
from lambdaserve.api.error_pages import method_not_allowed_page
from pages.frame.page import common_context


class LogInForm(LimitedForm, AuthenticationForm):
    """Login form for every account."""


@method_decorator(limit_page, name="get")  # an attempt to log in has limits of its own
class LogIn(LoginView):
    """The login page."""

    template_name = "pages/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    next_page = "start"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what every page needs."""
        return {**super().get_context_data(**kwargs), **common_context(self.request)}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Adds ``Retry-After`` to the 429 after too many attempts."""
        return add_retry_after(request, super().dispatch(request, *args, **kwargs))


@method_decorator(limit_page, name="dispatch")
class LogOut(LogoutView):
    """Ends the session and returns to the overview."""

    next_page = "start"

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers visitors who open the address instead of using the button."""
        reason = "To log out, use the button “Log out” at the top of any page."
        return method_not_allowed_page(request, self.http_method_names, reason)

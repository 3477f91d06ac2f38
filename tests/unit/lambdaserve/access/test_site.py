"""The admin's log-in form and its limits; nothing is counted here but what a test says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.exceptions import Throttled

from lambdaserve.access import site
from lambdaserve.access.site import LogInForm, add_retry_after


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """User names whose passwords were checked."""
    names: list[str] = []

    def check(form: Any) -> dict[str, Any]:
        names.append(form.cleaned_data["username"])
        return dict(form.cleaned_data)

    monkeypatch.setattr(AuthenticationForm, "clean", check)
    return names


def form(request: Any) -> LogInForm:
    made = LogInForm(request, {"username": "ann", "password": "a password"})
    made.cleaned_data = {"username": "ann", "password": "a password"}
    return made


def test_within_the_limits_the_password_is_checked(monkeypatch: pytest.MonkeyPatch, checked: list[str]) -> None:
    monkeypatch.setattr(site, "count_log_in_attempt", lambda *_: None)
    request = RequestFactory().post("/admin/login/")
    form(request).clean()
    assert checked == ["ann"]
    assert add_retry_after(request, HttpResponse("the page")).status_code == 200


def test_beyond_the_limits_no_password_is_checked_and_the_answer_is_429(
    monkeypatch: pytest.MonkeyPatch, checked: list[str]
) -> None:
    monkeypatch.setattr(site, "count_log_in_attempt", lambda *_: 42)
    request = RequestFactory().post("/admin/login/")
    with pytest.raises(ValidationError, match=r"Too many log-in attempts\. Try again in 42 s\."):
        form(request).clean()
    assert checked == []
    response = add_retry_after(request, HttpResponse("the page"))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "42")


def test_busy_password_checks_are_refused_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: Any) -> None:
        raise Throttled(1)

    monkeypatch.setattr(site, "count_log_in_attempt", lambda *_: None)
    monkeypatch.setattr(AuthenticationForm, "clean", busy)
    request = RequestFactory().post("/admin/login/")
    with pytest.raises(ValidationError, match="Try again in 1 s"):
        form(request).clean()
    assert add_retry_after(request, HttpResponse()).status_code == 429

"""The pages to log in and out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import resolve

from lambdaserve.access.site import LimitedForm
from lambdaserve.ops.health.api import EXAMPLE
from pages.frame import fragments
from pages.site.log_in import LogIn, LogInForm, LogOut


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "monitor", lambda: SimpleNamespace(report=lambda: EXAMPLE))


def test_login_form_limits_attempts_like_the_admins() -> None:
    assert issubclass(LogInForm, LimitedForm)
    assert LogIn.authentication_form is LogInForm


def test_login_page_keeps_where_to_go_next() -> None:
    text = Client().get("/login/?next=/trending/").content.decode()
    assert '<input type="hidden" name="next" value="/trending/">' in text


def test_logout_leads_to_the_overview_and_needs_a_post() -> None:
    assert LogOut.next_page == resolve("/").url_name
    assert Client().get("/logout/").status_code == 405

"""Base of the operations pages: permissions, actions and confirmations, with a page of this test's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from lambdaserve.staff import pages
from lambdaserve.staff.actions import ActionRefused
from lambdaserve.staff.pages import PAGES, SEE, Action, Page, pages_for
from merger.errors import StoreUnavailable


def refuse(form: Mapping[str, str]) -> str:
    raise ActionRefused("there is no such thing")


class ExamplePage(Page):
    """A page with an action of each kind."""

    title, slug = "Example", "health"
    actions: ClassVar[Mapping[str, Action]] = {
        "run": Action("may.run", lambda form: f"Ran with {form['value']}."),
        "confirm": Action("may.run", lambda _: "Ran after a confirmation.", lambda _: "Run it?"),
        "refuse": Action("may.run", refuse),
    }

    def content(self, request: Any) -> dict[str, Any]:
        """Raises where the address asks for it."""
        if "away" in request.GET:
            raise StoreUnavailable("MongoDB is not reachable")
        return {"report": "the report"}


class Operator:
    """A user with so many permissions."""

    pk = 1

    def __init__(self, *permissions: str) -> None:
        self._permissions = permissions

    def has_perm(self, permission: str) -> bool:
        return permission in self._permissions


class Shown:
    """Messages of the page, and its entries in the admin's log."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.successes: list[str] = []
        self.logged: list[str] = []


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    found = Shown()
    monkeypatch.setattr(messages, "error", lambda _, text: found.errors.append(text))
    monkeypatch.setattr(messages, "success", lambda _, text: found.successes.append(text))
    monkeypatch.setattr(ExamplePage, "_log", lambda _self, _request, done: found.logged.append(done))
    return found


def send(method: str, form: dict[str, str] | None = None, *permissions: str) -> Any:
    request = getattr(RequestFactory(), method)("/admin/operations/health/", form or {})
    request.user = Operator(*permissions)
    return ExamplePage.as_view()(request)


def test_addresses_come_from_the_slug() -> None:
    assert (ExamplePage.url_name, ExamplePage.address) == ("operations-health", "operations/health/")
    assert [page.slug for page in PAGES] == ["health", "freshness", "cache", "indexes", "runs", "drift", "contract"]


def test_a_page_needs_the_permission_to_see_it() -> None:
    for method in ("get", "post"):
        with pytest.raises(PermissionDenied):
            send(method, {"action": "run"}, "may.run")


def test_a_page_shows_its_report_and_what_the_user_may_do() -> None:
    response = send("get", None, SEE)
    assert response.template_name == "admin/staff/health.html"
    assert response.context_data["report"] == "the report"
    assert response.context_data["may"] == {"run": False, "confirm": False, "refuse": False}
    assert send("get", None, SEE, "may.run").context_data["may"]["run"]


def test_a_page_whose_store_is_away_is_a_503_with_the_reason() -> None:
    response = send("get", {"away": "yes"}, SEE)
    assert (response.status_code, response.template_name) == (503, "admin/staff/unavailable.html")
    assert response.context_data["reason"] == "MongoDB is not reachable"


def test_an_action_runs_and_is_shown_and_logged(shown: Shown) -> None:
    response = send("post", {"action": "run", "value": " 5 "}, SEE, "may.run")
    assert (response.status_code, response["Location"]) == (302, "/admin/operations/health/")
    assert shown.successes == shown.logged == ["Ran with 5."]


def test_an_action_needs_its_own_permission(shown: Shown) -> None:
    with pytest.raises(PermissionDenied):
        send("post", {"action": "run", "value": "5"}, SEE)
    assert shown.logged == []


def test_an_action_with_a_question_runs_only_when_confirmed(shown: Shown) -> None:
    form = {"action": "confirm", "value": "5", "csrfmiddlewaretoken": "secret"}
    response = send("post", form, SEE, "may.run")
    assert response.context_data["question"] == "Run it?"
    assert response.context_data["hidden"] == [("action", "confirm"), ("value", "5")]
    assert shown.logged == []
    send("post", {**form, "confirmed": "yes"}, SEE, "may.run")
    assert shown.logged == ["Ran after a confirmation."]


def test_a_refused_or_unknown_action_is_shown_and_not_logged(shown: Shown) -> None:
    send("post", {"action": "refuse"}, SEE, "may.run")
    send("post", {"action": "unknown"}, SEE, "may.run")
    assert shown.errors == [
        "Nothing was changed: there is no such thing",
        "Unknown action. This page has: run, confirm, refuse.",
    ]
    assert shown.logged == []


def test_tabs_mark_the_current_page() -> None:
    tabs = pages_for(RequestFactory().get("/admin/operations/cache/"))
    assert [tab["title"] for tab in tabs] == [page.title for page in PAGES]
    assert [tab["title"] for tab in tabs if tab["is_current"]] == [pages.CachePage.title]

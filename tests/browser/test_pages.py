"""Pages in a browser: the content security policy refuses nothing, and no other host is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_about_page_shows_state_and_answers_an_example_in_place(
    watched: Watched, indexed_database: Any, redis_client: Any
) -> None:
    page = watched.open("/about/")
    page.wait_for_selector("[data-of=status][data-status]")
    assert page.text_content("[data-of=mongodb]", timeout=5000) != "…"
    page.click("[data-example] >> nth=-1")
    page.wait_for_selector("#answer:not([hidden])")
    assert "GET /api/v1/search/genres" in (page.text_content("#answer-url") or "")
    assert "{" in (page.text_content("#answer-body") or "")
    assert watched.foreign == []
    assert [error for error in watched.errors if "Content Security Policy" in error] == []


def test_swagger_ui_works_under_the_policy(watched: Watched) -> None:
    page = watched.open("/api/docs/")
    page.wait_for_selector("#swagger-ui .opblock-summary-path")
    assert watched.errors == []
    assert watched.foreign == []


def test_redoc_works_and_the_policy_refuses_its_only_foreign_image(watched: Watched) -> None:
    page = watched.open("/api/redoc/")
    page.wait_for_selector("redoc h1")
    assert "lambdaserve" in (page.text_content("redoc h1") or "")
    assert all("cdn.redoc.ly" in error and "Content Security Policy" in error for error in watched.errors)
    assert all("cdn.redoc.ly" in url for url in watched.foreign)


def test_admin_login_works_under_the_policy(watched: Watched, admin_user: Any) -> None:
    page = watched.open("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "password")
    page.click("[type=submit]")
    page.wait_for_selector("#user-tools")
    assert watched.errors == []
    assert watched.foreign == []

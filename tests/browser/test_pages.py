"""Pages in a browser: the content security policy refuses nothing, and no other host is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

READERS = {"/api/docs/": "#swagger-ui .opblock-summary-path", "/api/redoc/": "#redoc h1"}
"""Pages of the API's description, and what is there once they are drawn."""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_about_page_shows_state_and_answers_an_example_in_place(
    watched: Watched, indexed_database: Any, redis_client: Any
) -> None:
    page = watched.open("/about/")
    page.wait_for_selector("[data-of=status][data-status]")
    assert page.text_content("[data-of=mongodb]", timeout=5000) != "…"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for place in (-1, 0):
        example = page.locator("[data-example]").nth(place)
        example.click()
        answer = page.locator("li", has=example).locator("#answer")
        answer.wait_for()
        url = f"{watched.home}{example.get_attribute('href')}"
        expect(page.locator("#answer-curl")).to_have_text(f"curl '{url}'")
        assert page.locator("#answer-curl").is_visible()
        assert "{" in (page.text_content("#answer-body") or "")
        page.click("#answer-copy")
        expect(page.locator("#answer-copy")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == f"curl '{url}'"
    assert watched.foreign == []
    assert [error for error in watched.errors if "Content Security Policy" in error] == []


@pytest.mark.parametrize(("path", "shown"), READERS.items())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readers_of_the_description_work_under_the_policy_and_ask_no_other_host(
    watched: Watched, path: str, shown: str, scheme: Any
) -> None:
    watched.page.emulate_media(color_scheme=scheme)
    page = watched.open(path)
    page.wait_for_selector(shown)
    assert "lambdaserve" in (page.text_content(".swagger-ui .title, #redoc h1") or "")
    assert page.get_attribute(".docs-bar .brand", "href") == "/"
    assert watched.errors == []
    assert watched.foreign == []
    assert findings(page) == []


def findings(page: Page) -> list[str]:
    """What axe finds wrong, and where; both readers leave out levels of headings."""
    options = {"resultTypes": ["violations"], "rules": {"heading-order": {"enabled": False}}}
    found: Any = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']} at {[node['html'][:200] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("path", READERS)
def test_readers_without_scripts_lead_to_the_schema(chromium: Browser, live_server: Any, path: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{live_server}{path}")
    links = page.locator("p.docs-note a")
    assert [links.nth(place).get_attribute("href") for place in range(links.count())] == ["/api/schema/", "/api/v1"]
    page.close()


def test_admin_login_works_under_the_policy(watched: Watched, admin_user: Any) -> None:
    page = watched.open("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "password")
    page.click("[type=submit]")
    page.wait_for_selector("#user-tools")
    assert watched.errors == []
    assert watched.foreign == []


@pytest.mark.parametrize("path", ["/about/", *READERS])
def test_one_choice_of_light_or_dark_holds_for_every_page(watched: Watched, path: str) -> None:
    page = watched.page
    page.emulate_media(color_scheme="light")
    watched.open(path)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    for chosen in ("light", "dark"):
        page.click("[data-theme-switch]")
        expect(page.locator("html")).to_have_attribute("data-theme", chosen)
        assert (page.evaluate(ground) == light) == (chosen == "light")
    for other in ("/about/", *READERS):
        page.goto(watched.home + other)
        assert page.evaluate(ground) != light, other

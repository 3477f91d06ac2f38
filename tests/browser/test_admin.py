"""Staff in a real browser: documents and operations pages, under the content policy and without foreign requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.api.documents import movie, sentiment_total, speed_sentiment

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "views"]),
]


@pytest.fixture
def staff(watched: Watched, own_service: None, indexed_database: Any, redis_client: Any, admin_user: Any) -> Watched:
    """A superuser, logged in, over a few documents of today."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    covers = {"computed_at": hour - timedelta(hours=29), "covers_until": hour - timedelta(hours=30)}
    indexed_database["batch_views"].insert_many(
        [
            {**movie(603, "The <script>alert(1)</script> Matrix"), **covers, "_id": "matrix"},
            {**sentiment_total(603, 10, 0.5), **covers, "_id": "feelings"},
        ]
    )
    indexed_database["speed_views"].insert_many(
        [{**speed_sentiment(603, hour - timedelta(hours=n), 1, 0.5), "synced_at": hour} for n in range(31) if n != 9]
    )
    page = watched.open("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "password")
    page.click("[type=submit]")
    page.wait_for_selector("#user-tools")
    return watched


def go(watched: Watched, path: str) -> Page:
    watched.page.goto(f"{watched.home}/admin/{path}", wait_until="networkidle")
    return watched.page


def is_clean(watched: Watched) -> bool:
    return (watched.errors, watched.foreign) == ([], [])


def test_staff_finds_a_document_and_reads_it(staff: Watched) -> None:
    page = go(staff, "")
    page.click("text=Batch documents >> nth=0")
    page.fill("#searchbar", "matrix")
    page.click("#changelist-search [type=submit]")
    page.click("text=feelings")
    assert '"review_count": 10' in (page.text_content("pre.document") or "")
    page.go_back()
    page.click("#changelist-filter >> text=movie_details")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.click("#result_list tbody a")
    assert "<script>alert(1)</script>" in (page.text_content("pre.document") or "")
    page.click("a[href='/api/v1/movies/603']")
    page.wait_for_url("**/api/v1/movies/603")
    assert '"movie_id":603' in (page.text_content("body") or "").replace(" ", "")
    assert is_clean(staff)


def test_staff_filters_a_day_s_buckets(staff: Watched) -> None:
    page = go(staff, "staff/speeddocument/")
    page.fill("[name=hour_from]", "2001-01-01")
    page.fill("[name=hour_to]", "2001-01-02")
    page.click("[data-filter-title^='hour'] button")
    expect(page.locator(".pages")).to_contain_text("No documents")
    assert "hour_from=2001-01-01" in page.url
    page.click("[data-filter-title^='hour'] a")
    expect(page.locator("#result_list tbody tr")).to_have_count(30)
    assert is_clean(staff)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (820, "dark"), (1400, "light")])
def test_the_pages_fit_screens_of_any_width(staff: Watched, width: int, scheme: Any) -> None:
    staff.page.set_viewport_size({"width": width, "height": 900})
    staff.page.emulate_media(color_scheme=scheme)
    for name in ("health", "freshness", "cache", "indexes", "runs", "drift", "contract"):
        page = go(staff, f"operations/{name}/")
        assert page.locator("h1 >> nth=0").inner_text()
        # Wide content scrolls within itself.
        assert page.evaluate("document.querySelector('.report').getBoundingClientRect().right <= innerWidth + 1")
    assert is_clean(staff)


def test_the_drawing_shows_the_boundary_and_a_gap(staff: Watched) -> None:
    page = go(staff, "operations/freshness/")
    cutoff = page.locator("line.mark >> nth=0").bounding_box()
    bars = [box for box in (each.bounding_box() for each in page.locator(".bar.speed").all()) if box]
    hole = page.locator(".hole >> nth=0").bounding_box()
    assert cutoff
    assert hole
    assert len(bars) == 2
    assert bars[0]["x"] + bars[0]["width"] <= hole["x"] + 1
    assert hole["x"] + hole["width"] <= bars[1]["x"] + 1
    assert is_clean(staff)


def test_staff_action_asks_for_confirmation_then_runs_and_is_logged(staff: Watched, indexed_database: Any) -> None:
    indexed_database["batch_views"].create_index([("theirs", 1)], name="theirs")
    page = go(staff, "operations/indexes/")
    page.click("[aria-label='Drop batch_views.theirs']")
    assert "Drop batch_views.theirs?" in (page.text_content(".question") or "")
    page.click("text=No, go back")
    assert "theirs" in indexed_database["batch_views"].index_information()
    page.click("[aria-label='Drop batch_views.theirs']")
    page.click("text=Yes, continue")
    assert "Dropped the index batch_views.theirs." in (page.text_content(".messagelist .success") or "")
    assert "theirs" not in indexed_database["batch_views"].index_information()
    assert "Indexes" in (go(staff, "").text_content("#recent-actions-module") or "")
    assert is_clean(staff)


def test_staff_inspects_a_cache_entry_and_invalidates_a_movie(staff: Watched) -> None:
    call_command("warm_cache", "--trending", "0", verbosity=0)
    page = go(staff, "operations/cache/")
    page.click("a[href^='?key='] >> nth=0")
    page.wait_for_selector("pre.document")
    assert '"freshness"' in (page.text_content("pre.document") or "")
    page.fill("#movie", "603")
    page.click("text=Invalidate its answers")
    assert "Invalidated the answers about movie 603." in (page.text_content(".messagelist") or "")
    assert is_clean(staff)

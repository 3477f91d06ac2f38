"""Visitors of the pages: a real Chromium on the running service, with its streams and sample data."""

from __future__ import annotations

import csv
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect
from pymongo import MongoClient

from tests.browser.conftest import CHROMIUM, SHIFTS, Watched
from tests.integration.serving.test_serve import Served, descendants, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENS = [(width, scheme) for width in (390, 768, 1280, 1920) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole service, as ``make run`` starts it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    directory = tmp_path_factory.mktemp("browsing")
    with served(directory, MONGODB_TIMEOUT="1", SAMPLE_SCALE="0.25") as found:
        found.wait_until_it_serves()
        yield found


@pytest.fixture
def visitor(chromium: Browser, copy: Served) -> Iterator[Watched]:
    """A new page on the running service, with its own streams."""
    page = chromium.new_page()
    page.set_default_timeout(20_000)
    yield Watched(page, copy.url)
    page.close()


def go(visitor: Watched, path: str) -> Page:
    """Opens a page without waiting for an idle network: a stream never ends."""
    page = visitor.page
    page.on("console", lambda message: visitor.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    page.goto(visitor.home + path, wait_until="load")
    return page


def found_link(page: Page) -> Locator:
    """The link of The Matrix on the search page, whichever letters are marked."""
    return page.locator("#found").get_by_role("link", name="The Matrix", exact=True)


def database(copy: Served) -> MongoClient[dict[str, Any]]:
    found = re.search(r"mongodb://\S+", copy.said())
    assert found
    return MongoClient(found[0], tz_aware=True)


def trending_of(movie_id: int, score: float) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "movie_id": movie_id,
        "data_type": "trending",
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "data": {"trending_score": score, "velocity": 5.0, "acceleration": 0.0},
        "synced_at": now,
    }


def test_new_score_appears_without_reloading_the_page(visitor: Watched, copy: Served) -> None:
    page = go(visitor, "/trending/?window=6h")
    page.wait_for_selector("[data-live=streaming]")
    page.evaluate("window.still = true")
    with database(copy) as client:
        collection = client["moviedb"]["speed_views"]
        known = {movie for movie in collection.distinct("movie_id") if movie != 603}
        collection.insert_one(trending_of(min(known), 99.5))
        expect(page.locator(".ranking tbody tr >> nth=0")).to_contain_text("99.5", timeout=60_000)
        collection.insert_one(trending_of(603, 99.9))
        expect(page.locator(".ranking tbody tr >> nth=0")).to_contain_text("The Matrix", timeout=60_000)
    assert page.evaluate("window.still")
    assert visitor.errors == []


def test_movies_numbers_update_without_reloading_the_page(visitor: Watched, copy: Served) -> None:
    page = go(visitor, "/movies/603/")
    page.wait_for_selector("[data-live=streaming]")
    now = datetime.now(UTC)
    with database(copy) as client:
        client["moviedb"]["speed_views"].insert_one(
            {
                "movie_id": 603,
                "data_type": "stats",
                "hour": now.replace(minute=0, second=0, microsecond=0),
                "data": {"vote_average": 9.87, "vote_count": 12_345, "popularity": 321.5},
                "synced_at": now,
            }
        )
        expect(page.locator(".tiles")).to_contain_text("9.9 of 10", timeout=20_000)
    assert "12,345 votes" in (page.text_content(".tiles") or "")
    assert visitor.errors == []


def test_lost_stream_is_reopened(visitor: Watched, copy: Served) -> None:
    page = go(visitor, "/trending/")
    page.wait_for_selector("[data-live=streaming]")
    workers = [pid for pid, line in descendants(copy.process.pid).items() if "asgi" in line]
    for pid in sorted(workers)[-1:]:
        os.kill(pid, signal.SIGKILL)
    page.wait_for_selector("[data-live=asking]")
    page.wait_for_selector("[data-live=streaming]", timeout=60_000)


def test_page_polls_without_a_stream(visitor: Watched) -> None:
    visitor.page.route(re.compile(r"//[^/]+/[\w-]+:[\w:-]+$"), lambda route: route.abort())
    page = go(visitor, "/trending/?window=24h")
    with page.expect_response(re.compile(r"/fragments/trending/\?.*window=24h"), timeout=40_000) as polled:
        page.wait_for_selector("[data-live=asking]")
    assert polled.value.ok
    assert page.locator(".ranking tbody tr").count() == 20


def test_charts_download_as_csv_and_png(visitor: Watched, tmp_path: Path) -> None:
    page = go(visitor, "/movies/603/?window=30d")
    links = {"#chart-sentiment a": "sentiment.csv", "[data-png=popularity]": "popularity.png"}
    full = {"sentiment.csv": "the-matrix-sentiment-30d.csv", "popularity.png": "the-matrix-1999-popularity.png"}
    for link, name in links.items():
        with page.expect_download() as found:
            page.click(link)
        assert found.value.suggested_filename == full[name]
        found.value.save_as(tmp_path / name)
    with (tmp_path / "sentiment.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    shown = page.locator("#table-sentiment tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.cells].map((cell) => cell.dataset.v))"
    )
    assert rows[1:] == shown
    assert (tmp_path / "popularity.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "popularity.png").stat().st_size > 2_000


def test_search_finds_while_typing_and_keeps_the_query_in_the_url(visitor: Watched) -> None:
    page = go(visitor, "/search/")
    page.locator("main [name=q]").press_sequentially("matri", delay=30)
    expect(found_link(page)).to_have_count(1, timeout=20_000)
    page.wait_for_url(re.compile("q=matri"))
    page.reload()
    assert found_link(page).count() == 1
    found_link(page).click()
    page.wait_for_url("**/movies/603/")
    assert "The Matrix" in (page.text_content("h1") or "")
    assert visitor.errors == []


def test_switches_and_forms_put_their_state_into_the_url(visitor: Watched) -> None:
    visitor.page.add_init_script(SHIFTS)
    page = go(visitor, "/trending/")
    page.click(".switch a:text-is('24h')")
    page.select_option("[name=genre]", "Drama")
    page.wait_for_url(re.compile(r"window=24h&genre=Drama"))
    assert "Trending in Drama" in (page.text_content("h1") or "")
    page.goto(visitor.home + "/analytics/")
    page.evaluate("window.still = true")
    page.set_viewport_size({"width": 390, "height": 900})
    page.locator(".chips a >> nth=-1").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.click(".chips a:text-is('Action')")
    page.wait_for_url(re.compile("compare=Action"))
    page.click(".chips a:text-is('Comedy')")
    page.wait_for_url(re.compile("compare=Action(%2C|,)Comedy"))
    expect(page.locator("#table-comparison tbody tr")).to_have_count(2)
    assert page.evaluate("[scrollY, window.still]") == [place, True]
    page.select_option("[name=metric]", "sentiment")
    page.wait_for_url(re.compile("metric=sentiment"))
    expect(page.locator("#chart-trend")).to_contain_text("Sentiment by day")
    assert page.evaluate("window.still && window.shifts < 0.1")


def test_pages_work_by_keyboard(visitor: Watched) -> None:
    page = go(visitor, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.focus("#chart-trend summary")
    page.keyboard.press("Enter")
    assert page.locator("#table-trend").is_visible()
    page.focus("#find")
    page.keyboard.type("matrix")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=matrix"))


def test_without_javascript_everything_works_except_charts(chromium: Browser, copy: Served) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{copy.url}/")
    assert page.locator(".movers li").count() > 5
    assert page.locator(".spark").count() > 5
    assert page.locator(".bar-list li").count() == 12
    page.click("#chart-trend summary")
    assert page.locator("#table-trend").is_visible()
    page.goto(f"{copy.url}/trending/?window=24h")
    page.select_option("[name=genre]", "Drama")
    page.click("text=Show")
    page.wait_for_url("**genre=Drama**")
    page.goto(f"{copy.url}/search/")
    page.fill("main [name=q]", "matrix")
    page.select_option("main [name=sort_by]", "release_date")
    page.select_option("main [name=direction]", "asc")
    page.click("main button")
    page.wait_for_url("**direction=asc**")
    assert page.locator("#found tbody a").first.inner_text() == "The Matrix"
    assert found_link(page).count() == 1
    page.goto(f"{copy.url}/movies/603/")
    assert page.locator("#partners a").count() > 3
    context.close()


@pytest.mark.parametrize(
    ("path", "next_path"),
    [
        ("/", "/trending/"),
        ("/movies/603/", "/"),
        ("/trending/?window=24h", "/movies/603/"),
        ("/analytics/?genre=Drama", "/trending/"),
        ("/search/?q=the", "/search/?q=man"),
    ],
)
def test_first_visit_is_small_and_the_next_loads_only_the_page(
    chromium: Browser, copy: Served, path: str, next_path: str
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sizes: dict[str, float] = {}
    addresses: dict[str, str] = {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]})
    )
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(copy.url + path, wait_until="load")
    page.wait_for_timeout(500)
    assert 20_000 < sum(sizes.values()) < 200_000, {addresses[key]: size for key, size in sizes.items()}
    for address in [url for url in addresses.values() if "/static/" in url]:
        answer = page.request.get(address)
        assert re.search(r"\.[0-9a-f]{12}\.", address), address
        assert "immutable" in answer.headers["cache-control"]
        assert "max-age=315360000" in answer.headers["cache-control"]
    sizes.clear()
    page.goto(copy.url + next_path, wait_until="load")
    page.wait_for_timeout(500)
    assert sum(sizes.values()) < 60_000
    context.close()


def test_hanging_mongodb_shows_last_known_numbers_with_a_notice(visitor: Watched, copy: Served) -> None:
    page = go(visitor, "/movies/603/?window=90d")
    before = page.text_content("#table-sentiment")
    (store,) = (
        pid for pid, line in descendants(copy.process.pid).items() if "secantusd" in line and "child.py" not in line
    )
    os.kill(store, signal.SIGSTOP)
    try:
        for _ in range(3):  # the first request may be the one that notices
            page.reload()
        page.wait_for_selector("#outage [role=alert]")
        assert page.text_content("#table-sentiment") == before
        assert "Traceback" not in page.content()
    finally:
        os.kill(store, signal.SIGCONT)
    expect(page.locator("#outage [role=alert]")).to_have_count(0, timeout=60_000)


def test_staff_see_the_operations_page(visitor: Watched, copy: Served) -> None:
    found = re.search(r"demo, password (\S+)", copy.said())
    assert found
    page = go(visitor, "/operations/")
    page.fill("#id_username", "demo")
    page.fill("#id_password", found[1])
    page.click("main button")
    page.wait_for_url(re.compile("/operations/$"))
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its literals
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        violations = [
            each["id"] for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")
        ]
        assert violations == []
    assert page.locator("svg .bar.batch").count() > 0
    assert "movies.details" in (page.text_content("main") or "")
    assert visitor.errors == []


def test_the_search_in_the_header_offers_movies_by_keyboard(visitor: Watched) -> None:
    page = go(visitor, "/about/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/search/" in request.url else None)
    field, options = page.locator("#find"), page.locator("#suggestions [role=option]")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("the", delay=20)
    expect(options.first).to_be_visible()
    assert len(asked) == 1
    assert re.search(r"\S+ \d{4}$", options.first.inner_text())
    expect(page.locator(".find [role=status]")).to_have_text(re.compile(r"^\d+ suggestions$"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    assert [each["id"] for each in Axe().run(page).response["violations"] if each["impact"] == "critical"] == []
    wanted = options.nth(1).get_attribute("href")
    page.keyboard.press("End")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-all")
    page.keyboard.press("ArrowDown")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("m")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("the")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")
    assert visitor.errors == []


def test_older_answers_of_the_header_do_not_replace_newer_ones(visitor: Watched) -> None:
    page = go(visitor, "/about/")
    field, box = page.locator("#find"), page.locator("#suggestions")

    def answer(route: Any) -> None:
        words = parse_qs(urlsplit(route.request.url).query)["q"][0]
        time.sleep(0.8 if words == "slow" else 0)
        # An aborted request can't be answered any more.
        with suppress(Error):
            route.fulfill(body=f'<a role="option" id="o" aria-selected="false" href="/">{words}</a>')

    page.route(re.compile(r"/search/\?"), answer)
    with page.expect_request(re.compile("q=slow")):
        field.fill("slow")
    field.fill("quick")
    expect(box).to_have_text("quick")
    with page.expect_request(re.compile("q=slow")):
        field.fill("slow")
    field.press("Escape")
    field.fill("")
    page.wait_for_timeout(1_200)
    expect(box).to_be_hidden()
    assert visitor.errors == []


def test_what_the_header_offers_is_opened_by_a_tap(chromium: Browser, copy: Served) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{copy.url}/about/")
    page.locator("#find").tap()
    page.keyboard.type("matirx")
    option = page.locator("#suggestions [role=option]").first
    expect(option).to_contain_text("The Matrix")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = option.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] >= 40
    option.tap()
    page.wait_for_url(re.compile("/movies/603/$"))
    context.close()


def test_value_that_contradicts_another_is_explained_beside_its_field_until_it_is_mended(visitor: Watched) -> None:
    page = go(visitor, "/search/?q=matrix&year_from=1990")
    expect(found_link(page)).to_have_count(1)
    field, fault = page.locator("main [name=year_to]"), page.locator("#fault-year_to")
    field.fill("1980")
    expect(fault).to_contain_text("must not be before")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("1999")
    expect(fault).to_have_text("")
    expect(found_link(page)).to_have_count(1)


def test_the_header_offers_people_who_lead_to_their_pages(visitor: Watched) -> None:
    page = go(visitor, "/about/")
    page.keyboard.press("/")
    page.keyboard.type("tom hnks")
    people = page.get_by_role("group", name="People").get_by_role("option")
    expect(people.first).to_have_text(re.compile(r"Tom Hanks \d+ movies"))
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/Tom%20Hanks/")
    assert "Tom Hanks" in (page.text_content("h1") or "")
    assert visitor.errors == []

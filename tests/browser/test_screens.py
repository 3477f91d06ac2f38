"""Every page on every screen, without scripts, without motion, by keyboard alone, and as it looked before.

The pages show the sample world at a moment that never changes, so what is seen depends on the code alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SHIFTS
from tests.browser.pictures import DIFFERENCES, KEPT, MOST_BLOCKS, MOST_BYTES, Camera, Picture, difference
from tests.browser.still_world import CHARTS, PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("still"),
]

WIDTHS, SCHEMES = (390, 768, 1280, 1920), ("light", "dark")
STATUS = {"unknown genre": 404, "unknown page": 404}

FITS = "document.documentElement.scrollWidth <= innerWidth"
MOVING = "document.getAnimations().length + (getComputedStyle(document.documentElement).scrollBehavior === 'smooth')"
DRAWN = """() => [...document.querySelectorAll(".plot canvas")].every((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value);
})"""


def violations(page: Page, **rules: Any) -> list[str]:
    """What axe finds wrong, of any weight, and where."""
    options = {"resultTypes": ["violations"], "rules": rules}
    found: Any = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']} at {[node['html'][:200] for node in each['nodes']]}" for each in found]


def errors(watched: Watched, name: str) -> list[str]:
    """What the console says, but for the status that the page must have."""
    return [error for error in watched.errors if not (name in STATUS and str(STATUS[name]) in error)]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window, once charts have followed their frames."""
    for _ in range(10):
        if page.evaluate(FITS):
            return True
        page.wait_for_timeout(50)
    return False


def show(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


@pytest.mark.parametrize("first", [(390, "dark"), (1280, "light")], ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_every_screen_stands_still_and_is_accessible(
    watched: Watched, name: str, first: tuple[int, str]
) -> None:
    page = watched.page
    page.add_init_script(SHIFTS)
    show(page, *first)
    watched.open(PAGES[name])
    assert page.locator("h1").count() == 1
    assert page.locator("[data-chart]:not([hidden])").count() == CHARTS.get(name, 0)
    assert page.evaluate(DRAWN)
    assert page.evaluate("shifts") < 0.1
    assert page.evaluate(MOVING) == 0
    assert violations(page) == []
    for width in WIDTHS:
        for scheme in SCHEMES:
            show(page, width, scheme)
            assert fits(page), (width, scheme)
    assert page.evaluate(DRAWN)
    assert errors(watched, name) == []
    assert watched.foreign == []


@pytest.mark.parametrize("name", PAGES)
def test_page_without_scripts_fits_and_shows_every_table_in_place_of_its_chart(
    chromium: Browser, live_server: Any, name: str
) -> None:
    page = chromium.new_page(java_script_enabled=False, viewport={"width": 390, "height": 900})
    answer = page.goto(f"{live_server}{PAGES[name]}")
    assert answer
    assert answer.status == STATUS.get(name, 200)
    assert page.locator("h1").is_visible()
    assert page.locator("[data-chart]:visible").count() == 0
    for details in page.locator("details:has(table)").all():
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        assert details.locator("table").is_visible()
    assert fits(page)
    page.close()


# Every step of the Tab key: what has the focus, whether one sees that, and whether it lies within the window.
FOCUSED = """() => {
  const now = document.activeElement;
  if (!now || now === document.body) return null;
  const { left, right, top, bottom, width, height } = now.getBoundingClientRect();
  const inside = width > 0 && height > 0 && right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
  const style = getComputedStyle(now);
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return { place: [...document.querySelectorAll("*")].indexOf(now), inside, seen, html: now.outerHTML.slice(0, 120) };
}"""
USABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((each) => !each.disabled && each.tabIndex >= 0 && each.type !== "hidden" && each.checkVisibility())
  .map((each) => [[...document.querySelectorAll("*")].indexOf(each), each.outerHTML.slice(0, 120)])"""


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_reaches_everything_in_order_and_one_sees_where_it_is(watched: Watched, name: str) -> None:
    page = watched.page
    show(page, 1280, "light")
    watched.open(PAGES[name])
    usable = dict(page.evaluate(USABLE))
    reached: list[int] = []
    for _ in range(len(usable) + 20):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now is None:  # the end of the page; the next step is at its start
            continue
        if now["place"] in reached:
            break
        assert now["inside"], now["html"]
        assert now["seen"], now["html"]
        reached.append(now["place"])
    assert [html for place, html in usable.items() if place not in reached] == []
    start = reached.index(min(reached))  # a page may put the focus into its field
    assert reached[start:] + reached[:start] == sorted(reached)
    assert errors(watched, name) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_operation_of_the_api_opened_in_the_browser_fits_and_is_accessible(watched: Watched, scheme: str) -> None:
    page = watched.page
    show(page, 390, scheme)
    watched.open("/api/docs/")
    page.locator(".opblock-summary-control >> nth=0").click()
    page.locator(".opblock .execute").click()
    page.wait_for_selector(".live-responses-table .response")
    assert violations(page, **{"heading-order": {"enabled": False}}) == []
    for width in WIDTHS:
        show(page, width, scheme)
        assert fits(page), width
    assert watched.errors == []
    assert watched.foreign == []


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_pages_of_the_api_fit_every_screen(watched: Watched, path: str) -> None:
    page = watched.page
    show(page, 390, "light")
    watched.open(path)
    for width in WIDTHS:
        show(page, width, "light")
        assert fits(page), width


PICTURES: dict[str, tuple[int, int, str]] = {
    "overview": (1280, 1600, "light"),
    "trending": (384, 1200, "dark"),
    "movie": (1280, 1600, "dark"),
    "genre": (1280, 1600, "light"),
    "decade": (384, 1200, "light"),
    "analytics": (384, 1200, "light"),
    "search": (1280, 1600, "light"),
    "person": (1280, 1600, "dark"),
    "about": (1280, 1600, "dark"),
    "unknown page": (384, 1200, "light"),
}


def take(camera: Camera, home: Any, name: str) -> Picture:
    return camera.take(f"{home}{PAGES[name]}", *PICTURES[name])


@pytest.mark.parametrize("name", PICTURES)
def test_page_looks_as_it_did(chromium: Browser, live_server: Any, name: str, request: pytest.FixtureRequest) -> None:
    camera, kept = Camera(chromium), KEPT / f"{name.replace(' ', '-')}.webp"
    now = take(camera, live_server, name)
    if request.config.getoption("--update-pictures"):
        kept.write_bytes(now.file)
    before = camera.read(kept)
    assert len(kept.read_bytes()) < MOST_BYTES
    far = difference(before.pixels, now.pixels)
    if far > MOST_BLOCKS:
        file = DIFFERENCES / kept.name
        camera.keep_difference(before, now, file)
        pytest.fail(
            f"{far:.1%} of {name} looks different; {file} shows before, now and the difference. If that is meant: "
            'make test-slow ARGS="tests/browser/test_screens.py -k looks --update-pictures"'
        )


CHANGES = {
    "header": "header.bar { display: none; }",
    "colours": ":root { --ground: light-dark(#0e171e, #f6f8f9); --card: light-dark(#16222b, #ffffff); }",
    "space": "section { margin: 1.6rem 0 !important; }",
    "charts": "canvas { display: none !important; }",
    "title cards": ".poster { display: none !important; }",
}


@pytest.mark.parametrize("style", CHANGES.values(), ids=CHANGES)
def test_a_changed_page_looks_different(chromium: Browser, live_server: Any, style: str) -> None:
    before = Camera(chromium).read(KEPT / "overview.webp")
    assert difference(before.pixels, take(Camera(chromium, style), live_server, "overview").pixels) > 2 * MOST_BLOCKS


@pytest.mark.parametrize(
    "style",
    [
        "body { font: 16px/1.55 'DejaVu Serif', monospace; -webkit-font-smoothing: none; }",
        ".mover-list:first-child .movers li:first-child strong { color: transparent; }",
    ],
    ids=["another font", "one number"],
)
def test_a_font_or_a_number_does_not_make_a_page_look_different(
    chromium: Browser, live_server: Any, style: str
) -> None:
    before = Camera(chromium).read(KEPT / "overview.webp")
    assert difference(before.pixels, take(Camera(chromium, style), live_server, "overview").pixels) < MOST_BLOCKS

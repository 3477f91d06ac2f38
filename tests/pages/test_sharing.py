"""What a shared link shows, what search engines read, and the link from a page to its data."""

from __future__ import annotations

import re
import struct
from html import unescape
from typing import Any

import pytest

from tests.api.documents import movie
from tests.api.healthy_world import MOVIE
from tests.pages.reader import PAGES, Reader

HOSTILE = '"><script>alert(1)</script>'


def meta(text: str) -> dict[str, str]:
    pairs = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text)
    return {name: unescape(content) for name, content in pairs}


def test_shared_link_to_a_movie_shows_its_name_and_a_sentence(reader: Reader) -> None:
    text = reader.get(f"/movies/{MOVIE}/?window=7d&utm_source=mail")
    found = meta(text)
    assert found["og:title"].startswith("Fight Club")
    assert found["description"] == found["og:description"]
    assert " of 10 by " in found["description"]
    assert found["og:url"] == f"http://testserver/movies/{MOVIE}/"
    assert f'<link rel="canonical" href="http://testserver/movies/{MOVIE}/">' in text


def test_hostile_titles_stay_text_in_what_is_shared(reader: Reader) -> None:
    reader.api.load(movie(77, HOSTILE, genres=[HOSTILE], directors=[HOSTILE]))
    reader.api.forget()
    text = reader.get("/movies/77/")
    assert "<script>alert" not in text
    assert HOSTILE in meta(text)["og:title"]
    assert HOSTILE in meta(text)["description"]


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/", "/api/v1/trending/movies?limit=50"),
        ("/trending/?window=24h&genre=drama&utm_source=mail", "/api/v1/trending/movies?window=24h&genre=drama"),
        (f"/movies/{MOVIE}/?window=7d", f"/api/v1/movies/{MOVIE}"),
        (
            "/analytics/?genre=Drama&compare=Crime",
            "/api/v1/analytics/trends?metric=rating&genre=Drama",
        ),
        ("/search/?q=fight&year_from=", "/api/v1/search/movies?q=fight"),
        ("/people/?q=norton", "/api/v1/people?q=norton"),
        ("/people/Edward%20Norton/", "/api/v1/people/Edward%20Norton"),
    ],
)
def test_every_page_links_to_its_data(reader: Reader, page: str, address: str) -> None:
    (found,) = re.findall(r'<a href="([^"]*)">This page’s data \(JSON\)', reader.get(page))
    assert unescape(found) == address
    assert reader.client.get(unescape(found)).status_code == 200


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("/fragments/")])
def test_every_page_names_a_picture_that_can_be_had(reader: Reader, page: str) -> None:
    found = meta(reader.get(page))
    picture: Any = reader.client.get(found["og:image"].removeprefix("http://testserver"))
    assert picture["Content-Type"] == found["og:image:type"]
    assert "immutable" in picture["Cache-Control"]
    assert found["twitter:card"] == "summary_large_image"
    width, height = struct.unpack(">II", picture.content[16:24])
    assert (str(width), str(height)) == (found["og:image:width"], found["og:image:height"])
    assert ("/movies/" in found["og:image"]) is ("/movies/" in page)


def test_sitemap_lists_pages_and_movies_where_anyone_may_read(reader: Reader, settings: Any) -> None:
    reader.get(f"/movies/{MOVIE}/")  # the catalogue is read
    assert "http://testserver/sitemap-movies.xml" in reader.get("/sitemap.xml")
    assert f"<loc>http://testserver/movies/{MOVIE}/</loc>" in reader.get("/sitemap-movies.xml")
    assert "<loc>http://testserver/trending/</loc>" in reader.get("/sitemap-pages.xml")
    reader.get("/sitemap-others.xml", 404)
    settings.ANONYMOUS_READ = False
    reader.get("/sitemap.xml", 404)
    reader.get("/sitemap-movies.xml", 404)
    assert "Disallow: /\n" in reader.get("/robots.txt")

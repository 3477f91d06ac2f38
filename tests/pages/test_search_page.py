"""The search page and what the header's field offers: why a movie was found, whatever its title holds."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string

from pages.frame.parts import Part
from tests.api.documents import movie
from tests.pages.reader import Reader

HOSTILE = "<img src=x onerror=alert(1)> & \u202eFilm"


@pytest.fixture
def world(reader: Reader) -> Reader:
    people = {"cast": ["Tom Hanks", '"><script>alert(2)</script>'], "directors": ["Ann Hui"]}
    reader.api.load(
        [
            movie(1, "Forrest Gump", release_date="1994-07-06", **people),
            movie(2, HOSTILE, release_date="2001-01-01"),
            movie(3, "Spirited Away", original_title="千と千尋の神隠し"),
            movie(4, "Stir"),
            movie(5, "Star"),
            *(movie(number, f"Sequel {number}", popularity=float(number)) for number in range(100, 130)),
        ]
    )
    return reader


def offered(world: Reader, q: str) -> str:
    return world.get(f"/search/?q={q}&limit=8", HX_Target="suggestions")


def test_words_that_were_met_are_marked_and_titles_escaped(world: Reader) -> None:
    for text in (world.get("/search/?q=film"), offered(world, "film")):
        assert "&lt;img src=x onerror=alert(1)&gt; &amp; \u202e<mark>Film</mark></bdi>" in text
        assert "<img src=x" not in text
    assert "<script>alert" not in world.get("/search/?q=script+alert")
    assert "<script>alert" not in offered(world, "script+alert")


def test_hits_say_why_they_were_found(world: Reader) -> None:
    for text in (world.get("/search/?q=神隠し"), offered(world, "神隠し")):
        assert "original title <bdi>千と千尋の<mark>神隠し</mark></bdi>" in text
    for text in (world.get("/search/?q=hanks+hui"), offered(world, "hanks+hui")):
        assert "<bdi>Tom Hanks</bdi>" in text
        assert "<bdi>Ann Hui</bdi>" in text
    assert "<mark>06 Jul 1994</mark>" in world.get("/search/?q=gump+1994")


def test_what_is_shown_instead_is_said_with_the_words_typed(world: Reader) -> None:
    text = world.get("/search/?q=forest+<gump")
    assert "Showing results for <bdi>forrest gump</bdi>" in text
    assert "You typed <bdi>forest &lt;gump</bdi>" in text
    assert "Movies for <bdi>forrest gump</bdi>" in offered(world, "forest+gump")
    assert "Showing results" not in world.get("/search/?q=forrest+gump")


def test_other_movies_are_offered_where_few_are_found(world: Reader) -> None:
    _, others = world.get("/search/?q=stir").split("Others with a similar title:")
    assert '<a href="/movies/5/"><bdi>Star</bdi></a>' in others
    assert "Others with" not in world.get("/search/?q=sequel")


def test_without_hits_the_filters_may_be_left_out(world: Reader) -> None:
    text = world.get("/search/?q=gump&year_from=2020")
    assert "No movie matches your search" in text
    assert '<a href="/search/?q=gump">Search without filters</a>' in text
    assert "Search without filters" not in world.get("/search/?q=qqxzy")
    assert not offered(world, "qqxzy").strip()


def test_order_has_a_direction_and_pages_keep_every_parameter(world: Reader) -> None:
    asked = "q=sequel&sort_by=popularity&direction=asc&rating_max=9.5&limit=10"
    text = world.get(f"/search/?{asked}")
    assert re.findall(r'href="/movies/(\d+)/"', text)[:2] == ["100", "101"]
    assert '<option value="asc" selected>Lowest first</option>' in text
    assert '<input type="hidden" name="limit" value="10">' in text
    (after,) = re.findall(r'href="/search/\?([^"]*)">Next page', text)
    assert parse_qs(after.replace("&amp;", "&")) == {**parse_qs(asked), "offset": ["10"]}


def test_what_the_header_offers_is_a_list_of_options_with_addresses(world: Reader) -> None:
    text = offered(world, "gump")
    assert re.findall(r'role="option" id="([^"]+)"', text) == ["suggestion-1", "suggestion-all"]
    assert 'href="/movies/1/"' in text
    assert "1994" in text
    assert 'href="/search/?q=gump"' in text


def test_people_are_a_group_of_their_own_where_the_header_offers_them(world: Reader) -> None:
    world.api.load([movie(200 + number, f"Other {number}", cast=["Tom Hanks"]) for number in range(2)])
    text = offered(world, "tom+hanks")
    assert re.findall('role="group" aria-label="([^"]+)"', text) == ["People", "Movies"]
    assert re.search(r'href="/people/Tom%20Hanks/"><bdi>Tom Hanks</bdi> <span class="soft">3 movies<', text)
    assert re.findall('aria-label="([^"]+)"', offered(world, "forrest")) == ["Movies"]
    assert re.findall('aria-label="([^"]+)"', offered(world, "hui")) == ["People", "Movies"]


def test_people_with_a_similar_name_are_not_offered_beside_movies_found_as_typed(world: Reader) -> None:
    world.api.load([movie(300, "Hanko")])
    assert "Tom Hanks" not in offered(world, "hanko")
    assert "/people/Tom%20Hanks/" in offered(world, "tom+hnks")


def test_names_of_people_are_escaped_where_they_are_offered(world: Reader) -> None:
    text = offered(world, "alert")
    assert "&lt;script&gt;" in text
    assert "%3Cscript%3E" in text


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (
            [{"movie_id": 1, "title": "The Matrix", "matched": [], "highlights": {"title": []}}],
            "At least 9,000 movies, page 1: very",
        ),
        ([], "none of the best matches passes the filters"),
    ],
)
def test_a_total_that_is_not_exact_is_said(results: list[Any], said: str) -> None:
    data = {"results": results, "total_results": 9_000, "total_is_exact": False, "page": 1, "total_pages": 450}
    text = render_to_string("pages/parts/results.html", {"found": Part(data)})
    assert said in text
    assert "No movie matches" not in text
    assert "of 450" not in text

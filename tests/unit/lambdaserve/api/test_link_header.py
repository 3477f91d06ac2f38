"""Links of an answer: its page, and the next and the previous part of a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import orjson
import pytest
from django.test import RequestFactory
from django.urls import get_resolver, resolve

from lambdaserve.api.link_header import PAGES, link_header
from merger.answers.answer import Answer
from merger.cache.entry import Entry
from movies.selectors import DETAILS, Movie


def links(path: str, body: Any = None, sent: str = "", **query: Any) -> dict[str, str]:
    """Targets by relation, of an answer at this address; ``sent`` is a query string as a client sent it."""
    environ: Any = {"QUERY_STRING": sent} if sent else {}
    request = RequestFactory().get(path, query, **environ)
    request.resolver_match = resolve(request.path_info)
    entry = Entry.of("k", orjson.dumps(body or {"a": 1}), made=0.0, ttl=300)
    value = link_header(request, Answer(entry, "HIT", 0, DETAILS, Movie(1), is_local=False))
    found = {}
    for part in filter(None, value.split(", <")):
        target, _, relation = part.lstrip("<").partition('>; rel="')
        found[relation.partition('"')[0]] = target
    return found


def page_of(total: int, limit: int = 20, offset: int = 0) -> dict[str, Any]:
    hostile = {"title": '"total_results":7,"limit":1,"offset":5', "limit": 9}
    return {"results": [hostile], "total_results": total, "limit": limit, "offset": offset, "freshness": {"a": []}}


@pytest.mark.parametrize(
    ("path", "query", "page"),
    [
        ("movies/603", {}, "/movies/603/"),
        ("movies/603/sentiment", {"window": "7d"}, "/movies/603/?window=7d"),
        ("movies/603/stats", {}, "/movies/603/"),
        ("recommendations/movies/603/similar", {}, "/movies/603/"),
        ("trending/movies", {"window": "24h", "genre": "Drama"}, "/trending/?window=24h&genre=Drama"),
        ("trending/genres/Sci%2FFi", {}, "/trending/?genre=Sci%2FFi"),
        ("analytics/genre/Drama", {"year": 1999}, "/analytics/?year=1999&genre=Drama"),
        ("analytics/actors/Tom%20Hanks", {}, "/people/Tom%20Hanks/"),
        ("people/Tom%20Hanks", {}, "/people/Tom%20Hanks/"),
    ],
)
def test_answer_names_its_page(path: str, query: dict[str, Any], page: str) -> None:
    assert links(f"/api/v1/{path}", **query) == {"alternate": page}


def test_answer_without_a_page_has_no_link() -> None:
    assert links("/api/v1/search/genres") == {}
    assert links("/api/v1/analytics/overview") == {}


def test_every_address_and_every_page_exists() -> None:
    assert {*PAGES, *PAGES.values()} <= set(get_resolver().reverse_dict)


@pytest.mark.parametrize(
    ("total", "limit", "offset", "expected"),
    [
        (0, 20, 0, {}),
        (20, 20, 0, {}),
        (21, 20, 0, {"next": 20}),
        (41, 20, 20, {"next": 40, "prev": 0}),
        (40, 20, 20, {"prev": 0}),
        (40, 20, 10, {"next": 30, "prev": 0}),
        (5, 20, 100, {"prev": 80}),
        (99_999, 100, 9_900, {"next": 10_000, "prev": 9_800}),
        (99_999, 100, 10_000, {"prev": 9_900}),
    ],
)
@pytest.mark.parametrize("path", ["search/movies", "people", "people/Tom%20Hanks/movies"])
def test_part_of_a_list_names_its_neighbours(
    path: str, total: int, limit: int, offset: int, expected: dict[str, int]
) -> None:
    asked: dict[str, Any] = {"limit": limit, "offset": offset}
    found = links(f"/api/v1/{path}", page_of(total, limit, offset), **asked)
    assert found.pop("alternate")
    assert found == {
        name: f"/api/v1/{path}?{urlencode({**asked, 'offset': place})}" for name, place in expected.items()
    }


@pytest.mark.parametrize("text", ['<script>">, </evil>; rel="next"', "a\r\nSet-Cookie: b=c", "é ü 千と千尋", "%00"])
def test_hostile_text_stays_inside_its_link(text: str) -> None:
    found = links("/api/v1/search/movies", page_of(100), q=text)
    assert set(found) == {"alternate", "next"}
    assert found["alternate"] == f"/search/?{urlencode({'q': text})}"
    assert found["next"] == f"/api/v1/search/movies?{urlencode({'q': text, 'offset': 20})}"
    clean = text.replace("\r\n", "")
    assert links(f"/api/v1/people/{quote(clean, safe='')}")["alternate"].isascii()


@pytest.mark.parametrize("sent", ['q=>, </evil>; rel="next"', "q=a b", "q=\xc3\xa9", "q=a\r\nSet-Cookie: b=c"])
def test_a_query_that_is_not_escaped_is_escaped_in_the_link(sent: str) -> None:
    found = links("/api/v1/trending/movies", sent=sent)
    assert found == {"alternate": f"/trending/?q={quote_plus(sent[2:].encode('latin-1'))}"}


def test_link_that_is_too_long_for_proxies_is_left_out() -> None:
    assert links("/api/v1/search/movies", page_of(100), q="千" * 200) == {}
    assert set(links("/api/v1/search/movies", page_of(100), q="a" * 600)) == {"alternate", "next"}

"""``search/movies``: matching, filters, orders, pages; numbers are those of ``movies/{id}``."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR, beat, movie, speed_stats

PATH = "search/movies"


def titles(api: Api, **parameters: Any) -> list[str]:
    return [hit["title"] for hit in api.body(PATH, parameters)["results"]]


def world() -> list[dict[str, Any]]:
    return [
        movie(1, "Alien", popularity=30.0, vote_average=8.0, release_date="1979-05-25", genres=["Horror"]),
        movie(2, "Aliens", popularity=40.0, vote_average=7.5, release_date="1986-07-18", genres=["Action"]),
        movie(3, "My Alien Friend", popularity=90.0, vote_average=5.0, release_date="2001-01-01"),
        movie(4, "Amélie", popularity=20.0, vote_average=8.3, release_date="2001-04-25", genres=["Comedy"]),
        movie(5, "Schindler's List", popularity=20.0, vote_average=8.6, release_date="1993-11-29"),
        movie(6, "WALL·E", popularity=60.0, vote_average=8.1, release_date=""),
        *beat(["stats"], movie_id=99),
    ]


def test_the_fields_of_old_clients_are_there(api: Api) -> None:
    api.load(world())
    body = api.body(PATH, {"q": "amelie"})
    assert {"results", "total_results", "page", "total_pages", "limit", "offset"} <= set(body)
    hit = {"movie_id", "title", "genres", "release_date", "vote_average", "popularity"}
    assert hit <= set(body["results"][0])


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("alien", ["Alien", "My Alien Friend", "Aliens"]),
        ("ALIENS", ["Aliens"]),
        ("friend al", ["My Alien Friend"]),
        ("lie", []),
        ("lien", ["Alien", "My Alien Friend"]),
        ("xqzvxqzv", []),
        ("wall e", ["WALL·E"]),
        ("walle", ["WALL·E"]),
        ("1986 aliens", ["Aliens"]),
        ("amelie", ["Amélie"]),
        ("AMÉL", ["Amélie"]),
        ("schindlers list", ["Schindler's List"]),
        ("Schindler’s", ["Schindler's List"]),
        ("wall-e", ["WALL·E"]),
        (".*", []),
        ("$ne", []),
        ("<script>", []),
    ],
)
def test_words_match_words_of_the_title_and_the_last_one_a_beginning(api: Api, q: str, found: list[str]) -> None:
    api.load(world())
    assert titles(api, q=q) == found


def test_without_a_query_the_most_popular_come_first(api: Api) -> None:
    api.load(world())
    assert titles(api) == ["My Alien Friend", "WALL·E", "Aliens", "Alien", "Amélie", "Schindler's List"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("rating", ["Schindler's List", "Amélie", "WALL·E", "Alien", "Aliens", "My Alien Friend"]),
        ("release_date", ["Amélie", "My Alien Friend", "Schindler's List", "Aliens", "Alien", "WALL·E"]),
        ("title", ["Alien", "Aliens", "Amélie", "My Alien Friend", "Schindler's List", "WALL·E"]),
        ("popularity", ["My Alien Friend", "WALL·E", "Aliens", "Alien", "Amélie", "Schindler's List"]),
    ],
)
def test_hits_are_in_the_requested_order(api: Api, order: str, found: list[str]) -> None:
    api.load(world())
    assert titles(api, sort_by=order) == found


def test_intervals_include_both_ends(api: Api) -> None:
    api.load(world())
    assert titles(api, year_from=1986, year_to=1993) == ["Aliens", "Schindler's List"]
    assert titles(api, rating_min=8.1, rating_max="8.3") == ["WALL·E", "Amélie"]
    assert titles(api, year_from=1800) == ["My Alien Friend", "Aliens", "Alien", "Amélie", "Schindler's List"]


def test_a_genre_matches_in_any_case(api: Api) -> None:
    api.load(world())
    assert titles(api, genre=" hORROR ") == ["Alien"]


def test_an_unknown_genre_is_a_404_with_similar_ones(api: Api) -> None:
    api.load(world())
    problem = api.body(PATH, {"genre": "Horor"}, 404)
    assert (problem["type"], problem["near"]) == ("urn:problem-type:lambdaserve:unknown-genre", ["Horror"])


def test_filters_order_and_results_use_the_speed_layers_numbers(api: Api) -> None:
    api.load(
        world(),
        speed_stats(3, OPEN_HOUR - 5 * HOUR, 1.0, 1, 1.0),
        speed_stats(3, OPEN_HOUR - HOUR, 9.5, 2000, 5.0),
    )
    body = api.body(PATH, {"rating_min": 9})
    (hit,) = body["results"]
    assert (hit["vote_average"], hit["vote_count"], hit["popularity"]) == (9.5, 2000, 5.0)
    assert body["data_source"] == "merged"
    assert titles(api, q="alien", sort_by="popularity") == ["Aliens", "Alien", "My Alien Friend"]
    details = api.body("movies/3")
    assert {name: details[name] for name in hit if name in details} | {"original_title": None} == {
        name: value for name, value in hit.items() if name not in ("matched", "highlights")
    }


def test_pages_are_cut_from_one_order(api: Api) -> None:
    api.load(world())
    body = api.body(PATH, {"limit": 4, "offset": 4})
    assert [hit["movie_id"] for hit in body["results"]] == [4, 5]
    assert {key: body[key] for key in ("total_results", "page", "total_pages", "limit", "offset")} == {
        "total_results": 6,
        "page": 2,
        "total_pages": 2,
        "limit": 4,
        "offset": 4,
    }
    assert api.body(PATH, {"offset": 10_000})["results"] == []


def test_a_movie_stored_twice_is_one_hit(api: Api) -> None:
    api.load(world(), world())
    assert titles(api, q="amelie") == ["Amélie"]


def test_unreadable_documents_are_left_out_with_a_warning(api: Api) -> None:
    spoilt = {**movie(7, "Broken"), "computed_at": "soon", "covers_until": None}
    api.load(world(), spoilt, {"view_type": "movie_details", "movie_id": 9})
    body = api.body(PATH, {"q": "broken"})
    assert body["results"] == []
    assert any(text.startswith("documents_skipped:") for text in body["freshness"]["warnings"])


def test_a_movie_with_values_that_can_not_be_read_is_a_hit_without_them(api: Api) -> None:
    api.load(world(), movie(7, "Broken", popularity=float("nan"), genres="Drama"))
    (hit,) = api.body(PATH, {"q": "broken"})["results"]
    assert (hit["movie_id"], hit["title"], hit["genres"], hit["popularity"]) == (7, "Broken", [], None)


def test_empty_collections_have_no_hits(api: Api) -> None:
    body = api.body(PATH, {"q": "alien"})
    assert (body["results"], body["total_results"], body["total_pages"], body["page"]) == ([], 0, 0, 1)
    assert any(text.startswith("batch_empty:") for text in body["freshness"]["warnings"])


def test_strict_refuses_numbers_that_may_be_old(api: Api) -> None:
    api.load(document for document in world() if "hour" not in document)
    problem = api.body(PATH, {"completeness": "strict"}, 503)
    assert problem["missing"] == [{"start": "2031-03-10T00:00:00Z", "end": "2031-03-10T12:00:00Z"}]


def test_an_answer_is_cached_for_the_stable_lifetime(api: Api, settings: Any) -> None:
    api.load(world())
    response = api.get(PATH, {"q": "Alien"})
    assert api.get(PATH, {"q": "alien "})["X-Cache"] == "HIT"
    assert api.get(PATH, {"q": "alien"}, If_None_Match=response["ETag"]).status_code == 304
    assert api.keeps(settings.CACHE_TTL_STABLE, PATH, {"q": "Alien"})


@pytest.mark.parametrize(
    ("name", "bad", "takes"),
    [
        ("q", "", "words of titles, people and years of 1 to 200 characters"),
        ("q", "x" * 201, "words of titles, people and years of 1 to 200 characters"),
        ("q", "a\x00b", "words of titles, people and years of 1 to 200 characters"),
        ("genre", " ", "the name of a genre of 1 to 100 characters"),
        ("year_from", "MCMXCIX", "a whole number from 1800 to 2200"),
        ("year_to", "99999", "a whole number from 1800 to 2200"),
        ("rating_min", "nan", "a number from 0 to 10"),
        ("rating_max", "10.1", "a number from 0 to 10"),
        ("rating_max", "1e1", "a number from 0 to 10"),
        ("sort_by", "$natural", "one of relevance, popularity, rating, release_date, title"),
        ("limit", "101", "a whole number from 1 to 100"),
        ("limit", "0", "a whole number from 1 to 100"),
        ("offset", "10001", "a whole number from 0 to 10000"),
        ("offset", "-1", "a whole number from 0 to 10000"),
    ],
)
def test_a_bad_parameter_is_named_with_what_it_takes(api: Api, name: str, bad: str, takes: str) -> None:
    messages = api.refused(PATH, {name: bad})
    assert set(messages) == {name}
    assert messages[name].startswith(f"{name} takes {takes}; got ")


def test_intervals_that_end_before_they_start_are_refused(api: Api) -> None:
    assert set(api.refused(PATH, {"year_from": 2001, "year_to": 2000})) == {"year_to"}
    assert set(api.refused(PATH, {"rating_min": 5.5, "rating_max": 5.4})) == {"rating_max"}
    assert api.get(PATH, {"year_from": 2000, "year_to": 2000}).status_code == 200


def test_unescaped_words_are_read_as_utf_8(api: Api) -> None:
    api.load(world())
    sent = "q=Amélie".encode().decode("iso-8859-1")  # bytes as WSGI passes them
    found = Client().get(f"/api/v1/{PATH}", QUERY_STRING=sent).json()
    assert [hit["title"] for hit in found["results"]] == ["Amélie"]


CREW = [{"job": "Editor", "name": "Zach Staenberg"}, {"job": "Director", "name": "Lana Wachowski"}]


@pytest.mark.parametrize(
    "written",
    [
        {"directors": ["Lana Wachowski"]},
        {"directors": [{"id": 9340, "name": "Lana Wachowski"}]},
        {"director": "Lana Wachowski"},
        {"director": ["Lana Wachowski"]},
        {"director": {"name": "Lana Wachowski"}},
        {"crew": CREW},
        {"directors": None, "crew": CREW},
    ],
)
def test_movie_is_found_by_its_director_however_the_producer_writes_it(api: Api, written: dict[str, Any]) -> None:
    document = movie(603, "The Matrix")
    document["data"].pop("directors", None)
    document["data"] |= written
    api.load([document, movie(2, "Bound")])
    assert api.body("movies/603")["directors"] == ["Lana Wachowski"]
    (hit,) = api.body(PATH, {"q": "wachowski"})["results"]
    assert hit["matched"] == ["person"]
    assert hit["highlights"]["people"] == ["Lana Wachowski"]
    assert titles(api, q="staenberg") == []

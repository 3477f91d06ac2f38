"""``people`` and ``people/{name}``: who is in the movies, and what they did.

Requirements A1, A8, D1, D2 and M6.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Api
from tests.api.documents import (
    DAY,
    HOUR,
    OPEN_HOUR,
    actor,
    beat,
    movie,
    sentiment_total,
    speed_stats,
    speed_trending,
)
from tests.hostile_questions import QUESTIONS

_CREDITED: dict[int, dict[str, Any]] = {
    1: {"title": "Philadelphia", "cast": ["Tom Hanks", "Antonio Banderas"], "release_date": "1993-12-22"},
    2: {"title": "That Thing", "cast": ["Tom Hanks", "Liv Tyler"], "directors": ["Tom Hanks"]},
    3: {"title": "Volver", "cast": ["Penélope Cruz"], "release_date": "2006-03-17"},
    4: {"title": "Blow", "cast": ["Penélope Cruz", "Johnny Depp"], "release_date": "2001-04-04"},
    5: {"title": "Nine", "cast": ["Penelope Cruz"], "release_date": None},
    6: {"title": "Lost", "cast": ["J.J. Abrams", "Antonio Banderas", "Tom Hanks"]},
}


def usual() -> list[dict[str, Any]]:
    return [
        *(movie(number, **facts) for number, facts in _CREDITED.items()),
        actor("Meg Ryan", ("Tom Hanks", 3)),
        sentiment_total(1, 30, 0.5),
        sentiment_total(2, 10, -0.5),
        *(sentiment_total(number, 0, 0.0) for number in (3, 4, 5, 6)),
        *beat(movie_id=77),
    ]


def names(body: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["name"], each["total_movies"]) for each in body["results"]]


def test_people_are_found_by_beginnings_of_their_names(api: Api) -> None:
    api.load(usual())
    body = api.body("people", {"q": "ha to"})
    freshness = body.pop("freshness")
    assert body == {
        "results": [{"name": "Tom Hanks", "other_spellings": [], "total_movies": 3}],
        "total_results": 1,
        "is_corrected": False,
        "page": 1,
        "total_pages": 1,
        "limit": 20,
        "offset": 0,
        "data_source": "batch",
    }
    assert (freshness["complete"], freshness["batch_as_of"]) == (True, "2031-03-10T00:00:00Z")
    assert names(api.body("people", {"q": "penelope cruz"})) == [("Penélope Cruz", 3)]
    assert names(api.body("people", {"q": "meg"})) == [("Meg Ryan", 0)]


def test_people_come_in_pages_those_with_most_movies_first(api: Api) -> None:
    api.load(usual())
    everybody = names(api.body("people"))
    assert everybody[:3] == [("Penélope Cruz", 3), ("Tom Hanks", 3), ("Antonio Banderas", 2)]
    found = [names(api.body("people", {"limit": 1, "offset": place}))[0] for place in range(len(everybody))]
    assert found == everybody
    assert api.body("people", {"limit": 2, "offset": 2})["page"] == 2


def test_errors_count_only_where_nobody_is_found(api: Api) -> None:
    api.load(usual())
    body = api.body("people", {"q": "tom hanjs"})
    assert (names(body), body["is_corrected"]) == ([("Tom Hanks", 3)], True)
    assert api.body("people", {"q": "zzzzzzzz"})["results"] == []


def test_a_person_has_movies_roles_means_partners_and_what_trends(api: Api) -> None:
    api.load(
        usual(),
        speed_stats(1, OPEN_HOUR - HOUR, 8.0, 300, 70.0),
        speed_trending(2, OPEN_HOUR, 90.0),
    )
    body = api.body("people/tom hanks")
    freshness = body.pop("freshness")
    ranked = api.body("trending/movies")["trending_movies"][1]
    numbers = {"vote_average": 7.0, "vote_count": 100, "popularity": 10.0}
    common: dict[str, Any] = {"genres": ["Drama"], "year": 1999, "release_date": "1999-10-15", **numbers}
    first = {"movie_id": 2, "title": "That Thing", "roles": ["cast", "director"]}
    newer: dict[str, Any] = {"vote_average": 8.0, "vote_count": 300, "popularity": 70.0}
    last = {"movie_id": 1, "title": "Philadelphia", "roles": ["cast"], "year": 1993, "release_date": "1993-12-22"}
    assert body == {
        "name": "Tom Hanks",
        "other_spellings": [],
        "total_movies": 3,
        "movies": [
            {**common, **first},
            {**common, "movie_id": 6, "title": "Lost", "roles": ["cast"]},
            {**common, **last, **newer},
        ],
        "mean_rating": {"value": (8.0 * 300 + 7.0 * 200) / 500, "movies": 3, "votes": 500, "weighted_by": "votes"},
        "mean_sentiment": {"value": 0.25, "movies": 2, "reviews": 40, "weighted_by": "reviews"},
        "works_with": [
            {"name": "Antonio Banderas", "movies": 2},
            {"name": "J.J. Abrams", "movies": 1},
            {"name": "Liv Tyler", "movies": 1},
        ],
        "trending": [
            {"movie_id": 2, "title": "That Thing", "rank": 1, "trending_score": 90.0},
            {"movie_id": 1, "title": "Philadelphia", "rank": 2, "trending_score": ranked["trending_score"]},
        ],
        "notes": body["notes"],
        "data_source": "merged",
    }
    assert "two people with the same name" in body["notes"][0]
    assert (freshness["complete"], freshness["missing"]) == (True, [])
    for each in body["movies"]:
        said = api.body(f"movies/{each['movie_id']}")
        assert {name: each[name] for name in numbers} == {name: said[name] for name in numbers}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("PENELOPE cruz", "Penélope Cruz"),
        ("penelope-cruz", "Penélope Cruz"),
        ("jj abrams", "J.J. Abrams"),
        ("  Tom   Hanks ", "Tom Hanks"),
        ("\u202eTom Hanks", "Tom Hanks"),
    ],
)
def test_a_name_is_found_in_any_spelling(api: Api, typed: str, stored: str) -> None:
    api.load(usual())
    assert api.body(f"people/{typed}")["name"] == stored
    assert api.body(f"people/{typed}/movies")["name"] == stored


def test_the_usual_spelling_is_the_name_and_movies_without_a_day_come_last(api: Api) -> None:
    api.load(usual())
    body = api.body("people/Penelope Cruz")
    assert (body["name"], body["other_spellings"]) == ("Penélope Cruz", ["Penelope Cruz"])
    assert [each["title"] for each in body["movies"]] == ["Volver", "Blow", "Nine"]
    assert body["movies"][2]["year"] is None
    assert body["mean_sentiment"] == {"value": None, "movies": 0, "reviews": 0, "weighted_by": "reviews"}


def test_somebody_of_a_network_alone_has_no_movies(api: Api) -> None:
    api.load(usual())
    body = api.body("people/meg ryan")
    assert (body["movies"], body["works_with"], body["trending"], body["total_movies"]) == ([], [], [], 0)
    assert body["mean_rating"]["value"] is None


@pytest.mark.parametrize("end", ["", "/movies"])
def test_an_unknown_name_lists_similar_ones(api: Api, end: str) -> None:
    api.load(usual())
    problem = api.body(f"people/Tom Hankz{end}", status=404)
    assert (problem["title"], problem["near"]) == ("Unknown person", ["Tom Hanks"])
    assert "'Tom Hankz'" in problem["detail"]
    assert api.body(f"people/Tom{end}", status=404)["title"] == "Unknown person"


@pytest.mark.parametrize("name", ["%00", "%20", "!", "$gt", "<b>", "a/b", "..%2f", "a" * 10_000, "%ED%A0%80", "\u200b"])
def test_names_that_are_none_are_unknown(api: Api, name: str) -> None:
    api.load(usual())
    for end in ("", "/movies"):
        problem = api.body(f"people/{name}{end}", status=404)
        assert problem["title"] == "Unknown person"
        assert len(problem["detail"]) < 400


def test_hostile_questions_and_names_have_a_clear_answer(api: Api) -> None:
    api.load(usual())
    for kind, text in QUESTIONS.items():
        found: Any = api.get("people", {"q": text.encode("utf-8", "replace").decode()})
        assert found.status_code in (200, 400), (kind, found.content)
        for end in ("", "/movies"):
            problem: Any = api.get(f"people/{quote(text, safe='', errors='replace')}{end}")
            assert problem.status_code == 404, (kind, problem.content)


def test_names_of_signs_slashes_and_operators_are_names(api: Api) -> None:
    odd = ["$gt", "AC/DC", "<script>alert(1)</script>", "!!!", "كامل \u202eYusuf", "x" * 500]
    api.load(movie(1, "Odd", cast=odd), *beat(movie_id=77))
    for name in odd:
        typed = name.replace("<", "%3C")
        assert api.body(f"people/{typed}")["movies"][0]["title"] == "Odd"
        assert api.body(f"people/{typed}/movies")["total_results"] == 1


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ({}, ["Volver", "Blow", "Nine"]),
        ({"direction": "asc"}, ["Blow", "Volver", "Nine"]),
        ({"sort_by": "title"}, ["Blow", "Nine", "Volver"]),
        ({"sort_by": "rating"}, ["Nine", "Blow", "Volver"]),
        ({"sort_by": "popularity", "direction": "asc"}, ["Volver", "Blow", "Nine"]),
    ],
)
def test_movies_of_a_person_come_in_orders_of_merged_numbers(
    api: Api, order: dict[str, str], titles: list[str]
) -> None:
    api.load(
        usual(),
        speed_stats(5, OPEN_HOUR - HOUR, 9.5, 10, 99.0),
        speed_stats(4, OPEN_HOUR - HOUR, 8.5, 10, 55.0),
    )
    found = api.body("people/penelope cruz/movies", order)
    assert [each["title"] for each in found["results"]] == titles
    pages = [api.body("people/penelope cruz/movies", {**order, "limit": "1", "offset": str(n)}) for n in range(3)]
    assert [page["results"][0]["title"] for page in pages] == titles
    assert [(page["page"], page["total_pages"], page["total_results"]) for page in pages] == [
        (1, 3, 3),
        (2, 3, 3),
        (3, 3, 3),
    ]


def test_lost_details_make_answers_incomplete(api: Api) -> None:
    api.load(usual(), {**movie(9, "Bad"), "data": [], "version": 9})
    for path in ("people?q=tom", "people/tom hanks", "people/tom hanks/movies"):
        freshness = api.body(path)["freshness"]
        assert not freshness["complete"], path
        assert any(text.startswith("documents_skipped:") for text in freshness["warnings"]), path
        assert api.get(f"{path}{'&' if '?' in path else '?'}completeness=strict").status_code == 503


def test_missing_hours_are_missing_in_the_numbers_of_a_person(api: Api) -> None:
    api.load([each for each in usual() if each.get("hour", OPEN_HOUR) >= OPEN_HOUR - 2 * HOUR])
    for path in ("people/tom hanks", "people/tom hanks/movies"):
        assert api.body(path)["freshness"]["missing"], path
    assert api.body("people?q=tom")["freshness"]["missing"] == []


def test_a_persons_reviews_beyond_the_totals_are_assumed_or_missing(api: Api) -> None:
    older = {**sentiment_total(3, 5, 0.5), "covers_until": OPEN_HOUR - 3 * DAY, "computed_at": OPEN_HOUR - 2 * DAY}
    api.load([each for each in usual() if each.get("movie_id") != 3 or each["view_type"] != "sentiment"], older)
    freshness = api.body("people/penelope cruz")["freshness"]
    assert not freshness["proven"]
    assert api.body("people/tom hanks")["freshness"]["proven"]


def test_parameters_are_checked(api: Api) -> None:
    assert set(api.refused("people", {"q": "x" * 201, "limit": "0", "sort_by": "name"})) == {"q", "limit", "sort_by"}
    assert set(api.refused("people/Tom/movies", {"sort_by": "votes", "direction": "up"})) == {"sort_by", "direction"}
    assert set(api.refused("people/Tom", {"limit": "3"})) == {"limit"}


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual())
    first: Any = api.get("people/Tom Hanks")
    again: Any = api.get("people/tom-hanks", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["X-Cache"] == "HIT"

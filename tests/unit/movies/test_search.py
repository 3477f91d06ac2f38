"""The search of movies, compared with a plain filter."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.catalogue.title_text import normalise_words
from merger.core.windows import HOUR
from merger.errors import NotFound
from movies.search import MovieSearch, SortBy, movie_search
from tests.effort import examples
from tests.unit.inputs import Raw, at, bucket, details, view_inputs

NOW = at("2026-03-10 10:30")
OPEN = at("2026-03-10 10:00")
COVERED = at("2026-03-10 00:00")

_RATINGS = st.one_of(st.none(), st.integers(0, 20).map(lambda half: half / 2))
MOVIES = st.dictionaries(
    st.integers(1, 12),
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["Alien", "Aliens", "My Alien", "Éa", "B", "b"]),
            "genres": st.lists(st.sampled_from(["Drama", "drama", "Horror"]), max_size=2),
            "release_date": st.sampled_from(["1979-05-25", "1986-01-01", "2001-12-31", None]),
            "vote_average": _RATINGS,
            "popularity": _RATINGS,
        }
    ),
    max_size=8,
)
_BUCKETS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 60), st.integers(0, 20), st.integers(0, 20)), max_size=12
)


def stored(movies: dict[int, dict[str, Any]], buckets: list[tuple[int, int, int, int]]) -> tuple[list[Raw], list[Raw]]:
    catalogue = [details(movie_id, COVERED, **facts) for movie_id, facts in movies.items()]
    hours = [
        bucket(
            movie_id,
            "stats",
            OPEN - age * HOUR,
            {"vote_average": rating / 2, "vote_count": 5, "popularity": popularity / 2},
            synced_at=OPEN - age * HOUR + timedelta(minutes=29),
        )
        for movie_id, age, rating, popularity in buckets
    ]
    return catalogue, hours


def ask(wanted: MovieSearch, catalogue: list[Raw], hours: list[Raw]) -> dict[str, Any]:
    made = view_inputs(NOW, catalogue=catalogue, hours=hours, question=wanted.q)
    return movie_search(wanted, made).body


def merged(movies: dict[int, dict[str, Any]], buckets: list[tuple[int, int, int, int]]) -> dict[int, dict[str, Any]]:
    """The catalogue with the numbers that must show: the newest bucket's of the last 48 hours."""
    result = {movie_id: dict(facts) for movie_id, facts in movies.items()}
    lagging = not any(age == 0 for _, age, _, _ in buckets)
    newest: dict[int, int] = {}
    for movie_id, age, _, _ in buckets:
        if age <= 48:
            newest[movie_id] = min(age, newest.get(movie_id, age))
    for movie_id, age, rating, popularity in buckets:
        # A lagging layer's bucket from before the batch run (at 01:00, nine and a half hours ago) is outdated.
        outdated = lagging and OPEN - age * HOUR + timedelta(minutes=29) < COVERED + HOUR
        if movie_id in result and newest.get(movie_id) == age and not outdated:
            result[movie_id] |= {"vote_average": rating / 2, "popularity": popularity / 2}
    return result


@settings(max_examples=examples(300), deadline=None)
@given(MOVIES, _BUCKETS, _RATINGS, st.sampled_from([None, 1979, 1986, 2002]), st.sampled_from(list(SortBy)))
def test_hits_are_those_of_a_plain_filter(
    movies: dict[int, dict[str, Any]],
    buckets: list[tuple[int, int, int, int]],
    rating: float | None,
    year: int | None,
    order: SortBy,
) -> None:
    unique = list({(movie_id, age): (movie_id, age, r, p) for movie_id, age, r, p in buckets}.values())
    wanted = MovieSearch(q="alien", rating_min=rating, year_from=year, sort_by=order, limit=100)
    hits = ask(wanted, *stored(movies, unique))["results"]
    expected = {
        movie_id
        for movie_id, facts in merged(movies, unique).items()
        if any(word.startswith("alien") for word in normalise_words(facts["title"]))
        and (rating is None or (facts["vote_average"] is not None and facts["vote_average"] >= rating))
        and (year is None or (facts["release_date"] is not None and int(facts["release_date"][:4]) >= year))
    }
    assert {hit["movie_id"] for hit in hits} == expected
    for hit in hits:
        facts = merged(movies, unique)[hit["movie_id"]]
        assert (hit["vote_average"], hit["popularity"]) == (facts["vote_average"], facts["popularity"])
    assert hits == sorted(hits, key=lambda hit: _expected_order(order, hit))


def _expected_order(order: SortBy, hit: dict[str, Any]) -> tuple[Any, ...]:
    popularity = float("inf") if hit["popularity"] is None else -hit["popularity"]
    rating = float("inf") if hit["vote_average"] is None else -hit["vote_average"]
    released = 0 if hit["release_date"] is None else -int(hit["release_date"].replace("-", ""))
    first = {
        SortBy.POPULARITY: 0,
        SortBy.RATING: rating,
        SortBy.RELEASE_DATE: released,
        SortBy.TITLE: normalise_words(hit["title"]),
        SortBy.RELEVANCE: {"Alien": 0, "My Alien": 1}.get(hit["title"], 2),
    }[order]
    return (first, popularity, hit["movie_id"])


@settings(max_examples=examples(100), deadline=None)
@given(MOVIES, _BUCKETS, st.randoms(use_true_random=False), st.sampled_from(list(SortBy)))
def test_order_and_duplicates_of_documents_change_nothing(
    movies: dict[int, dict[str, Any]],
    buckets: list[tuple[int, int, int, int]],
    shuffling: random.Random,
    order: SortBy,
) -> None:
    catalogue, hours = stored(movies, buckets)
    wanted = MovieSearch(sort_by=order, limit=100)
    first = ask(wanted, catalogue, hours)
    catalogue, hours = catalogue * 2, hours * 2
    shuffling.shuffle(catalogue)
    shuffling.shuffle(hours)
    assert ask(wanted, catalogue, hours) == first


@settings(max_examples=examples(100), deadline=None)
@given(MOVIES, st.integers(1, 5), st.sampled_from(list(SortBy)))
def test_all_pages_together_are_all_hits(movies: dict[int, dict[str, Any]], limit: int, order: SortBy) -> None:
    catalogue, _ = stored(movies, [])
    whole = ask(MovieSearch(sort_by=order, limit=100), catalogue, [])
    pages: list[Any] = []
    for number in range(whole["total_results"] // limit + 1):
        page = ask(MovieSearch(sort_by=order, limit=limit, offset=number * limit), catalogue, [])
        assert page["page"] == number + 1
        assert page["total_pages"] == -(-len(movies) // limit)
        pages += page["results"]
    assert pages == whole["results"]


def test_an_unknown_genre_is_refused_with_similar_ones() -> None:
    catalogue, hours = stored({1: {"title": "Alien", "genres": ["Horror"]}}, [])
    with pytest.raises(NotFound) as caught:
        ask(MovieSearch(genre="horor"), catalogue, hours)
    assert caught.value.near == ("Horror",)


def lacked_by(wanted: MovieSearch, catalogue: list[Raw], hours: list[Raw]) -> list[tuple[str, str]]:
    found = movie_search(wanted, view_inputs(NOW, hours=hours, catalogue=catalogue)).freshness.missing
    return [(f"{start:%d %H:%M}" if start else "", f"{end:%d %H:%M}") for start, end in found]


def held(first: int, last: int, movie_id: int = 9) -> list[Raw]:
    """The buckets of a movie in the hours that began so many hours before the open one, newest first."""
    numbers = {"vote_average": 7.0, "vote_count": 5, "popularity": 1.0}
    return [bucket(movie_id, "stats", OPEN - age * HOUR, numbers, synced_at=NOW) for age in range(first, last)]


def test_the_movie_whose_details_cover_least_decides_what_a_search_lacks() -> None:
    catalogue = [details(1, COVERED), details(2, COVERED - 5 * HOUR, genres=["War"])]
    hours = [each for each in held(0, 40) if each["hour"] != COVERED - 3 * HOUR]
    assert lacked_by(MovieSearch(), catalogue, hours) == [("09 21:00", "09 22:00")]
    assert lacked_by(MovieSearch(genre="war"), catalogue, hours) == [("09 21:00", "09 22:00")]
    assert lacked_by(MovieSearch(genre="drama"), catalogue, hours) == []


def test_a_search_lacks_what_is_unknown_after_the_oldest_of_the_newest_buckets() -> None:
    catalogue = [details(1, COVERED), details(2, COVERED)]
    hours = [each for each in held(0, 40) if each["hour"] != COVERED - 3 * HOUR]
    assert lacked_by(MovieSearch(), catalogue, [*hours, *held(1, 2, 1), *held(1, 2, 2)]) == []
    assert lacked_by(MovieSearch(), catalogue, [*hours, *held(15, 16, 1)]) == [("09 21:00", "09 22:00")]


def test_details_that_are_stamped_in_the_future_leave_a_hole_in_a_search() -> None:
    ahead = {**details(2, COVERED), "computed_at": NOW + timedelta(days=900)}
    assert lacked_by(MovieSearch(), [details(1, COVERED), ahead], held(0, 40)) == [("", "10 10:00")]

"""A genre's statistics: what counts, weights, top movies, trends.

Requirements A3 and M7.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.genres import TOP_MOVIES, GenrePeriod, genre_analytics
from merger.errors import NotFound
from merger.views.reading import ViewResult
from tests.unit.inputs import Raw, at, batch_view, details, view_inputs

NOW = at("2026-03-10 10:30")
RUN = at("2026-03-10 00:00")


def month(year: int, number: int | None, rating: float, movies: int, **data: Any) -> Raw:
    """A document of a month of dramas, or of a year."""
    covers = data.pop("covers", RUN)
    payload = {"genre": "Drama", "year": year, "avg_rating": rating, "total_movies": movies, "total_revenue": 0}
    return batch_view("genre_analytics", {**payload, **({"month": number} if number else {}), **data}, covers)


def ask(
    documents: Iterable[Raw], genre: str = "drama", year: int | None = None, number: int | None = None
) -> ViewResult:
    return genre_analytics(GenrePeriod(genre, year, number), view_inputs(NOW, catalogue=documents))


def statistics(built: ViewResult) -> dict[str, Any]:
    found: dict[str, Any] = built.body["statistics"]
    return found


def top(built: ViewResult) -> list[int]:
    return [entry["movie_id"] for entry in built.body["top_movies"]]


def test_months_are_summed_and_averages_weighted_by_their_movies() -> None:
    found = statistics(ask([month(1999, 1, 5, 30, total_revenue=7), month(1999, 2, 9, 10, total_revenue=5)]))
    assert (found["total_movies"], found["avg_rating"], found["total_revenue"]) == (40, 6.0, 12)


def test_an_average_rests_on_the_documents_that_carry_it() -> None:
    found = statistics(ask([month(1999, 1, 5, 30, avg_budget=100, avg_sentiment=0.5), month(1999, 2, 9, 10)]))
    assert (found["avg_budget"], found["avg_sentiment"], found["avg_runtime"]) == (100.0, 0.5, None)


def test_a_whole_year_counts_only_where_the_year_has_no_months() -> None:
    documents = [month(1999, None, 1, 500), month(1999, 3, 5, 30), month(1998, None, 7, 10)]
    built = ask(documents)
    assert statistics(built)["total_movies"] == 40
    assert [(p["year"], p["month"]) for p in built.body["trends"]["points"]] == [(1998, None), (1999, 3)]
    assert statistics(ask(documents, year=1999))["total_movies"] == 30


def test_a_month_is_answered_by_its_own_document_alone() -> None:
    documents = [month(1999, 1, 5, 30), month(1999, 2, 9, 10), month(1998, None, 7, 10)]
    assert statistics(ask(documents, year=1999, number=2))["total_movies"] == 10
    assert statistics(ask(documents, year=1998, number=2))["total_movies"] == 0


def test_known_genre_without_documents_in_the_period_has_no_averages() -> None:
    built = ask([month(1999, 1, 5, 30)], year=2001)
    assert statistics(built) == {
        "total_movies": 0,
        "avg_rating": None,
        "avg_sentiment": None,
        "avg_popularity": None,
        "total_revenue": 0,
        "avg_budget": None,
        "avg_runtime": None,
    }
    assert built.body["trends"] == {
        "rating_trend": "stable",
        "sentiment_trend": "stable",
        "popularity_trend": "stable",
        "points": [],
    }


def test_a_genre_that_only_movies_name_is_known() -> None:
    assert ask([details(1, RUN, genres=["War"])], genre="war").body["genre"] == "War"


def test_an_unknown_genre_is_not_found_and_near_ones_are_named() -> None:
    with pytest.raises(NotFound) as caught:
        ask([month(1999, 1, 5, 30)], genre="dramma")
    assert caught.value.near == ("Drama",)


def test_spellings_of_a_genre_are_one_and_its_newest_document_counts() -> None:
    newer = month(1999, 1, 9, 10, genre="DRAMA")
    older = month(1999, 1, 5, 30, covers=at("2026-03-09 00:00"))
    assert statistics(ask([newer, older]))["avg_rating"] == 9.0


def test_trends_follow_the_months_weighted_by_their_movies() -> None:
    documents = [
        month(year, number, 5 + year - 1999, 10, avg_popularity=50 - 10 * (year - 1999), avg_sentiment=0.1)
        for year in (1999, 2000)
        for number in (1, 7)
    ]
    found = ask(documents).body["trends"]
    assert (found["rating_trend"], found["popularity_trend"], found["sentiment_trend"]) == (
        "increasing",
        "decreasing",
        "stable",
    )
    without_weight = [*documents, month(2001, 1, 1, 0)]
    assert ask(without_weight).body["trends"]["rating_trend"] == "increasing"


def test_top_movies_are_each_named_once_by_popularity_then_votes_then_id() -> None:
    entries = [
        {"movie_id": 4, "popularity": 5, "vote_count": 9},
        {"movie_id": 3, "popularity": 5, "vote_count": 9},
        {"movie_id": 2, "popularity": 5, "vote_count": 10},
        {"movie_id": 9, "popularity": 50},
        {"movie_id": 1},
    ]
    again = month(1999, 2, 5, 1, top_movies=entries[2:4])
    assert top(ask([month(1999, 1, 5, 5, top_movies=entries), again])) == [9, 2, 3, 4, 1]


def test_movie_listed_twice_is_independent_of_the_order() -> None:
    entries = [{"movie_id": 1, "popularity": 3}, {"movie_id": 1, "popularity": 8}]
    one, other = (ask([month(1999, 1, 5, 5, top_movies=order)]).body for order in (entries, entries[::-1]))
    assert one == other


def test_top_movies_are_at_most_ten() -> None:
    entries = [{"movie_id": number, "popularity": number} for number in range(30)]
    assert top(ask([month(1999, 1, 5, 5, top_movies=entries)])) == [29 - n for n in range(TOP_MOVIES)]


def test_top_movie_is_described_by_newest_document_or_else_the_catalogue() -> None:
    old = month(1999, 1, 5, 5, top_movies=[{"movie_id": 1, "popularity": 99}], covers=at("2026-03-09 00:00"))
    new = month(1999, 2, 5, 5, top_movies=[{"movie_id": 1, "popularity": 7}])
    built = ask([old, new, details(1, RUN, vote_average=8.5)])
    assert built.body["top_movies"] == [
        {
            "movie_id": 1,
            "title": "Movie 1",
            "vote_average": 8.5,
            "vote_count": None,
            "popularity": 7,
            "revenue": None,
            "release_date": None,
        }
    ]


months = st.builds(
    month,
    st.integers(1998, 2000),
    st.one_of(st.none(), st.integers(1, 12)),
    st.integers(0, 100).map(lambda tenths: tenths / 10),
    st.integers(0, 50),
    covers=st.integers(1, 9).map(lambda day: at(f"2026-03-0{day} 00:00")),
    genre=st.sampled_from(("Drama", "drama", "War")),
    top_movies=st.lists(
        st.fixed_dictionaries({"movie_id": st.integers(1, 4), "popularity": st.integers(0, 9)}), max_size=3
    ),
)


@settings(deadline=None)
@given(st.lists(months, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_neither_order_nor_duplicates_change_the_answer(documents: list[Raw], chance: random.Random) -> None:
    documents.append(month(1990, 1, 5, 5))
    again = documents + chance.sample(documents, len(documents) // 2)
    chance.shuffle(again)
    assert ask(again).body == ask(documents).body


@settings(deadline=None)
@given(st.lists(st.integers(0, 100).map(lambda tenths: tenths / 10), min_size=1, max_size=60))
def test_the_average_over_months_is_that_over_their_movies(ratings: list[float]) -> None:
    parts = [ratings[start : start + 5] for start in range(0, len(ratings), 5)]
    documents = [month(1999, number, sum(part) / len(part), len(part)) for number, part in enumerate(parts, start=1)]
    found = statistics(ask(documents))
    assert found["total_movies"] == len(ratings)
    assert found["avg_rating"] == pytest.approx(sum(ratings) / len(ratings))


@pytest.mark.parametrize(
    ("year", "number", "expected"),
    [
        (1999, 2, [("1999-02-01", "1999-03-01")]),
        (1999, None, [("1999-02-01", "1999-03-01")]),
        (None, None, [("1999-02-01", "1999-03-01")]),
        (1999, 1, []),
        (1998, None, []),
    ],
)
def test_an_unreadable_month_is_missing_where_it_would_have_counted(
    year: int | None, number: int | None, expected: list[tuple[str, str]]
) -> None:
    documents = [month(1999, 1, 5, 30), month(1999, 2, 5, -1), month(1998, 3, 5, 3)]
    freshness = ask(documents, year=year, number=number).freshness
    assert [(f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}") for start, end in freshness.missing if start] == expected
    assert freshness.complete is not bool(expected)


def test_a_genre_whose_documents_cannot_be_read_is_known_and_incomplete() -> None:
    built = ask([month(1999, 2, 5, -1)])
    assert (built.body["genre"], statistics(built)["total_movies"], built.freshness.complete) == ("Drama", 0, False)


def test_a_period_with_releases_and_no_document_is_missing() -> None:
    documents = [month(1999, 1, 5, 30), details(1, RUN, release_date="2001-05-06")]
    assert not ask(documents, year=2001).freshness.complete
    assert not ask(documents, year=2001, number=5).freshness.complete
    assert ask(documents, year=2001, number=6).freshness.complete
    assert not ask(documents[1:]).freshness.complete

"""Ranking of movies: scores, order, limits and missing hours.

Requirements A3, A4, M7, M8, M10.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.core.windows import HOUR, parse_span
from merger.errors import NotFound
from merger.views.reading import ViewResult
from tests.unit.inputs import Raw, at, bucket, details, stats, view_inputs
from trending.scoring import (
    CHANGE_WEIGHT,
    POPULARITY_WEIGHT,
    USUAL_CHANGE,
    USUAL_POPULARITY,
    RankingParameters,
    popularity_score,
    ranking,
)

NOW = at("2026-03-10 10:30")
OPEN = at("2026-03-10 10:00")
RUN = at("2026-03-10 00:00")


def trending(movie_id: int, hours_ago: int, score: float, **more: Any) -> Raw:
    data = {"trending_score": score, **more.pop("data", {})}
    return bucket(movie_id, "trending", OPEN - hours_ago * HOUR, data, **{"synced_at": NOW, **more})


def popular(movie_id: int, hours_ago: int, popularity: float, **data: Any) -> Raw:
    return bucket(movie_id, "stats", OPEN - hours_ago * HOUR, stats(popularity, **data), synced_at=NOW)


def rank(
    hours: Iterable[Raw],
    *,
    catalogue: Iterable[Raw] = (),
    window: str = "6h",
    limit: int = 20,
    genre: str | None = None,
) -> ViewResult:
    params = RankingParameters(parse_span(window), limit, genre)
    return ranking(params, view_inputs(NOW, hours=hours, catalogue=catalogue))


def ranks(result: ViewResult) -> list[tuple[int, int]]:
    return [(entry["rank"], entry["movie_id"]) for entry in result.body["trending_movies"]]


def first(result: ViewResult) -> dict[str, Any]:
    entry: dict[str, Any] = result.body["trending_movies"][0]
    return entry


def missing(result: ViewResult) -> list[tuple[str, str]]:
    return [(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in result.freshness.missing if start]


def test_usual_popularity_and_usual_change_each_score_half_their_weight() -> None:
    assert popularity_score(USUAL_POPULARITY, None) == POPULARITY_WEIGHT / 2
    assert popularity_score(USUAL_POPULARITY, USUAL_CHANGE) == (POPULARITY_WEIGHT + CHANGE_WEIGHT) / 2


def test_falling_popularity_lowers_the_score_but_not_below_zero() -> None:
    assert popularity_score(80, -1) < popularity_score(80, 0)
    assert popularity_score(1, -50) == 0.0


@given(
    st.floats(-1e15, 1e15, allow_nan=False),
    st.one_of(st.none(), st.floats(-1e15, 1e15, allow_nan=False)),
)
def test_score_stays_between_0_and_100_for_any_input(popularity: float, change: float | None) -> None:
    assert 0.0 <= popularity_score(popularity, change) <= 100.0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_more_popularity_or_a_faster_rise_never_scores_less(one: float, two: float, slow: float, fast: float) -> None:
    lower, higher = sorted((one, two))
    slower, faster = sorted((slow, fast))
    assert popularity_score(lower, slower) <= popularity_score(higher, faster)


def test_newest_hour_counts_even_if_an_older_hour_synced_later() -> None:
    late = trending(1, 3, 90, synced_at=NOW)
    newest = trending(1, 1, 40, synced_at=NOW - HOUR, data={"velocity": 2.0, "acceleration": -1.0})
    entry = first(rank([late, newest]))
    assert (entry["trending_score"], entry["velocity"], entry["acceleration"]) == (40, 2.0, -1.0)


def test_newest_sync_wins_among_duplicates_of_an_hour() -> None:
    old, new = trending(1, 1, 90, synced_at=NOW - HOUR), trending(1, 1, 40, synced_at=NOW)
    assert first(rank([old, new]))["trending_score"] == 40
    assert first(rank([new, old]))["trending_score"] == 40


def test_fields_missing_from_the_document_are_null() -> None:
    entry = first(rank([trending(1, 1, 40)]))
    assert (entry["velocity"], entry["acceleration"], entry["popularity"], entry["title"]) == (None,) * 4
    assert entry["genres"] == []


def test_movie_with_only_stats_is_scored_by_the_formula() -> None:
    entry = first(rank([popular(1, 4, 44), popular(1, 1, 50)]))
    assert entry["velocity"] == 2.0
    assert entry["trending_score"] == popularity_score(50, 2.0)
    assert entry["acceleration"] is None


def test_with_one_hour_of_stats_the_documents_own_velocity_counts() -> None:
    assert first(rank([popular(1, 1, 50, popularity_velocity=3.0)]))["velocity"] == 3.0
    entry = first(rank([popular(1, 1, 50)]))
    assert entry["velocity"] is None
    assert entry["trending_score"] == popularity_score(50, None)


def test_popularity_and_votes_come_from_newest_stats_else_the_catalogue() -> None:
    catalogue = [
        details(1, RUN, popularity=10, vote_average=5.5, vote_count=3),
        details(2, RUN, popularity=20, vote_average=6.5, vote_count=4),
    ]
    result = rank([trending(1, 1, 9), trending(2, 1, 8), popular(1, 2, 30), popular(1, 1, 40)], catalogue=catalogue)
    one, two = result.body["trending_movies"]
    assert (one["popularity"], one["vote_average"], one["vote_count"]) == (40, 7.0, 100)
    assert (two["popularity"], two["vote_average"], two["vote_count"]) == (20, 6.5, 4)
    assert two["title"] == "Movie 2"


def test_ranking_sorts_by_score_then_popularity_then_smaller_id() -> None:
    hours = [trending(movie, 1, 50) for movie in (7, 3, 5, 8, 9)] + [trending(4, 1, 60)]
    hours += [popular(9, 1, 80), popular(5, 1, 20), popular(3, 1, 20), popular(8, 1, 0)]
    assert ranks(rank(hours)) == [(1, 4), (2, 9), (3, 3), (4, 5), (5, 8), (6, 7)]


def test_movie_that_leads_no_hour_still_ranks_under_a_small_limit() -> None:
    # Movie 9 is third in each hour but first by newest scores: cutting to the limit before the merge would lose it.
    hours = [trending(1, 2, 90), trending(2, 2, 80), trending(9, 2, 70)]
    hours += [trending(3, 0, 69), trending(4, 0, 68), trending(1, 0, 10), trending(2, 0, 5)]
    assert ranks(rank(hours, limit=2)) == [(1, 9), (2, 3)]


def test_genre_filter_ignores_case_and_applies_before_the_limit() -> None:
    catalogue = [details(n, RUN, genres=["Drama", "WAR"] if n % 2 else ["Comedy"]) for n in range(1, 9)]
    hours = [trending(n, 1, 100 - n) for n in range(1, 9)]
    result = rank(hours, catalogue=catalogue, genre="war", limit=3)
    assert ranks(result) == [(1, 1), (2, 3), (3, 5)]
    assert (result.body["genre"], result.body["count"]) == ("WAR", 3)


def test_unknown_genre_raises_not_found_with_similar_names() -> None:
    with pytest.raises(NotFound) as caught:
        rank([trending(1, 1, 5)], catalogue=[details(1, RUN)], genre="dramma")
    assert (caught.value.kind, caught.value.near) == ("genre", ("Drama",))


def test_documents_before_the_window_or_in_the_future_are_ignored() -> None:
    hours = [trending(1, 7, 99), trending(2, -1, 99), trending(3, 6, 1)]
    assert ranks(rank(hours)) == [(1, 3)]


def test_full_window_is_complete_and_a_lost_hour_is_missing() -> None:
    hours = [trending(1, n, 5) for n in range(7)]
    assert rank(hours).freshness.complete
    assert missing(rank([h for h in hours if h["hour"] != at("2026-03-10 07:00")])) == [("07:00", "08:00")]


def test_the_open_hour_is_never_missing() -> None:
    assert rank([trending(1, n, 5) for n in range(1, 7)]).freshness.complete


def test_missing_hours_follow_stats_when_the_layer_has_no_scores() -> None:
    assert missing(rank([popular(1, n, 5) for n in (0, 1, 2, 3, 5, 6)])) == [("06:00", "07:00")]


def test_empty_layer_gives_an_empty_ranking_missing_every_closed_hour() -> None:
    result = rank([])
    assert (result.body["trending_movies"], result.body["count"]) == ([], 0)
    assert missing(result) == [("04:00", "10:00")]


def test_a_genres_ranking_is_incomplete_while_details_of_a_movie_cannot_be_read() -> None:
    hours = [trending(1, n, 5) for n in range(7)]
    catalogue = [details(1, RUN), {**details(2, RUN), "data": None}]
    assert rank(hours, catalogue=catalogue[:1], genre="drama").freshness.complete
    assert rank(hours, catalogue=catalogue).freshness.complete
    found = rank(hours, catalogue=catalogue, genre="drama").freshness
    assert found.missing == ((None, at("2026-03-10 01:00")),)
    assert [warning for warning in found.warnings if warning.startswith("documents_skipped:")]


def test_unreadable_documents_leave_the_ranking_unchanged() -> None:
    good = [trending(1, 1, 40), popular(2, 1, 50)]
    bad: list[Raw] = [
        trending(1, 0, float("nan")),
        {**popular(2, 0, 5), "data": None},
        {**trending(3, 0, 5), "hour": "year 99999"},
        bucket(4, "trending", OPEN, {"trending_score": "9"}),
    ]
    assert rank(good + bad).body == rank(good).body


documents = st.one_of(
    st.builds(
        trending,
        st.integers(1, 4),
        st.integers(0, 8),
        st.integers(0, 5).map(float),
        synced_at=st.integers(0, 3).map(lambda hours: NOW - hours * HOUR),
    ),
    st.builds(popular, st.integers(1, 6), st.integers(0, 8), st.integers(0, 90).map(float)),
)


@settings(deadline=None)
@given(st.lists(documents, max_size=30), st.randoms(use_true_random=False), st.integers(1, 6))
def test_document_order_and_duplicates_do_not_change_the_ranking(
    hours: list[Raw], rng: random.Random, limit: int
) -> None:
    again = hours + rng.sample(hours, len(hours) // 2)
    rng.shuffle(again)
    assert rank(again, limit=limit).body == rank(hours, limit=limit).body


@settings(deadline=None)
@given(st.lists(documents, max_size=30), st.integers(1, 6))
def test_limit_only_cuts_off_the_end(hours: list[Raw], limit: int) -> None:
    everything = ranks(rank(hours, limit=100))
    assert ranks(rank(hours, limit=limit)) == everything[:limit]
    assert [rank for rank, _ in everything] == list(range(1, len(everything) + 1))


def test_a_genres_ranking_lacks_its_window_where_a_movie_in_it_may_be_of_the_genre() -> None:
    hours = [trending(1, n, 5) for n in range(7)]
    catalogue = [details(1, RUN), {**details(2, RUN), "data": None}]
    found = rank([*hours, trending(2, 1, 9)], catalogue=catalogue, genre="drama")
    assert missing(found) == [("04:00", "10:00")]


def test_a_document_of_the_open_hour_that_cannot_be_read_is_missing_in_a_ranking() -> None:
    hours = [trending(1, n, 5) for n in range(7)]
    found = rank([*hours, trending(2, 0, 9, data={"trending_score": None})])
    assert missing(found) == [("10:00", "11:00")]

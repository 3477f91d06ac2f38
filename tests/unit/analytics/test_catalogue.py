"""The whole catalogue: overview, and sentiment by tier.

Requirements A3, D4 and M7.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.catalogue import Comparison, overview, sentiment_comparison
from merger.core.evidence import Absence
from merger.errors import NotFound
from merger.views.reading import ViewResult
from tests.unit.inputs import Raw, at, batch_view, details, view_inputs

NOW = at("2026-03-10 10:30")
RUN = at("2026-03-10 00:00")


def total(movie_id: int, reviews: int, average: float, **data: Any) -> Raw:
    covers = data.pop("covers", RUN)
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": 0}
    payload = {"avg_sentiment": average, "review_count": reviews, **counts, **data}
    return batch_view("sentiment", payload, covers, movie_id=movie_id)


def survey(*documents: Raw) -> dict[str, Any]:
    return overview(None, view_inputs(NOW, catalogue=documents)).body


def compare(
    catalogue: Iterable[Raw], totals: Iterable[Raw] = (), *, genre: str | None = None, year: int | None = None
) -> ViewResult:
    return sentiment_comparison(Comparison(genre, year), view_inputs(NOW, catalogue=[*catalogue, *totals]))


def tiers(built: ViewResult, name: str) -> list[Any]:
    return [tier[name] for tier in built.body["tiers"].values()]


def test_the_overview_counts_each_movie_and_genre_once() -> None:
    body = survey(
        details(1, RUN, genres=["Drama", "drama", "War"], vote_average=8, popularity=10),
        details(1, at("2026-03-09 00:00"), genres=["Comedy"], vote_average=1),
        details(2, RUN, genres=["DRAMA"], vote_average=6, popularity=20),
        details(3, RUN, genres=["Drama"]),
    )
    assert (body["total_movies"], body["total_genres"], body["genres"]) == (3, 2, ["Drama", "War"])
    assert body["overall_stats"] == {"avg_rating": 7.0, "avg_popularity": 15.0}
    assert body["by_genre"] == [
        {"genre": "Drama", "movie_count": 3, "avg_rating": 7.0},
        {"genre": "War", "movie_count": 1, "avg_rating": 8.0},
    ]


def test_a_movie_without_votes_has_no_rating() -> None:
    body = survey(details(1, RUN, vote_average=8, vote_count=5), details(2, RUN, vote_average=0, vote_count=0))
    assert body["overall_stats"]["avg_rating"] == 8.0
    assert body["by_genre"] == [{"genre": "Drama", "movie_count": 2, "avg_rating": 8.0}]


def test_a_genre_without_movies_is_listed_with_none() -> None:
    data = {"genre": "War", "year": 1999, "month": 1, "avg_rating": 5, "total_movies": 1, "total_revenue": 1}
    body = survey(batch_view("genre_analytics", data, RUN))
    assert body["by_genre"] == [{"genre": "War", "movie_count": 0, "avg_rating": None}]
    assert body["overall_stats"] == {"avg_rating": None, "avg_popularity": None}


def test_the_borders_of_the_tiers_belong_to_the_lower_one() -> None:
    catalogue = [
        details(number, RUN, popularity=popularity)
        for number, popularity in enumerate((80.01, 80, 50.01, 50, 20.01, 20, 0), start=1)
    ]
    built = compare(catalogue)
    assert tiers(built, "count") == [1, 2, 2, 2]
    assert tiers(built, "popularity_range") == [[80.01, 80.01], [50.01, 80], [20.01, 50], [0, 20]]
    assert list(built.body["tiers"]) == ["blockbuster", "popular", "moderate", "niche"]


def test_sentiment_is_weighted_by_reviews_and_unknown_where_there_are_none() -> None:
    catalogue = [details(1, RUN, popularity=90), details(2, RUN, popularity=95), details(3, RUN, popularity=60)]
    built = compare(catalogue, [total(1, 30, 0.5), total(2, 10, -0.5), total(3, 0, 0.0)])
    assert tiers(built, "avg_sentiment") == [0.25, None, None, None]
    assert tiers(built, "total_reviews") == [40, 0, 0, 0]


def test_only_the_newest_total_counts_and_no_days_point() -> None:
    catalogue = [details(1, RUN, popularity=90)]
    totals = [
        total(1, 10, 0.5),
        total(1, 99, -1.0, covers=at("2026-03-09 00:00")),
        total(1, 50, -1.0, date="2026-03-01"),
    ]
    assert tiers(compare(catalogue, totals), "avg_sentiment")[0] == 0.5


def test_genre_and_year_choose_the_movies() -> None:
    catalogue = [
        details(1, RUN, popularity=90, genres=["War"], release_date="1999-10-15"),
        details(2, RUN, popularity=91, genres=["Drama"], release_date="1999-01-01"),
        details(3, RUN, popularity=92, genres=["war"], release_date="2000-01-01"),
        details(4, RUN, popularity=93, genres=["War"], release_date=""),
    ]
    assert tiers(compare(catalogue, genre="war"), "count")[0] == 3
    assert tiers(compare(catalogue, genre="war", year=1999), "popularity_range")[0] == [90, 90]
    assert tiers(compare(catalogue, year=1950), "popularity_range") == [None] * 4


def test_a_movie_of_unknown_popularity_is_in_no_tier() -> None:
    assert tiers(compare([details(1, RUN)], [total(1, 5, 0.5)]), "count") == [0, 0, 0, 0]


def test_an_unknown_genre_is_not_found_and_near_ones_are_named() -> None:
    with pytest.raises(NotFound) as caught:
        compare([details(1, RUN)], genre="dramma")
    assert caught.value.near == ("Drama",)


totals_of_movies = st.builds(
    total,
    st.integers(1, 5),
    st.integers(0, 9),
    st.integers(-10, 10).map(lambda tenths: tenths / 10),
    covers=st.integers(1, 9).map(lambda day: at(f"2026-03-0{day} 00:00")),
)


@settings(deadline=None)
@given(st.lists(totals_of_movies, max_size=20), st.randoms(use_true_random=False))
def test_neither_order_nor_duplicates_change_the_answer(totals: list[Raw], chance: random.Random) -> None:
    catalogue = [details(number, RUN, popularity=number * 20) for number in range(1, 6)]
    again = totals + chance.sample(totals, len(totals) // 2)
    chance.shuffle(again)
    assert compare(catalogue[::-1], again).body == compare(catalogue, totals).body


def test_documents_that_cannot_be_read_make_the_answers_that_use_them_incomplete() -> None:
    nameless = {**details(1, RUN), "data": None}
    spoilt_total = {**total(2, 5, 0.5), "data": {"review_count": "many"}}
    known = details(2, RUN, popularity=90)
    assert not overview(None, view_inputs(NOW, catalogue=[known, nameless])).freshness.complete
    assert not compare([known], [spoilt_total]).freshness.complete
    assert compare([known], [spoilt_total, total(2, 5, 0.5)]).freshness.complete
    assert overview(None, view_inputs(NOW, catalogue=[known, nameless, details(1, RUN)])).freshness.complete


def test_a_catalogue_without_stated_coverage_is_complete_but_unproven() -> None:
    unstated = details(2, RUN, popularity=90)
    del unstated["covers_until"]
    built = overview(None, view_inputs(NOW, catalogue=[unstated]))
    assert (built.freshness.complete, built.freshness.proven) == (True, False)
    assert overview(None, view_inputs(NOW, catalogue=[details(2, RUN)])).freshness.proven


def test_a_comparison_says_that_movies_have_no_total() -> None:
    movies = [details(1, RUN, popularity=90), details(2, RUN, popularity=10)]

    def judge(genre: str | None, absence: Absence, *totals: Raw) -> tuple[bool, bool]:
        inputs = view_inputs(NOW, catalogue=[*movies, *totals])
        layers = replace(inputs.layers, absence={"sentiment": absence})
        freshness = sentiment_comparison(Comparison(genre), replace(inputs, layers=layers)).freshness
        return freshness.complete, freshness.proven

    both, one = (total(1, 5, 0.5), total(2, 5, 0.5)), (total(1, 5, 0.5),)
    unrecorded, recorded = Absence(unrecorded_until=RUN), Absence(proven_until=RUN)
    assert judge(None, unrecorded, *both) == (True, True)
    assert judge(None, unrecorded, *one) == (True, False), "the run may be half written"
    assert judge(None, recorded, *one) == (True, True), "the run names all that had reviews"
    assert judge(None, unrecorded) == (False, False), "the job writes points of days"
    assert judge(None, Absence()) == (True, False), "there is no sentiment at all"


def test_a_comparison_says_that_a_movie_s_total_covers_less_than_the_others() -> None:
    movies, older = (
        (details(1, RUN, popularity=9), details(2, RUN, popularity=9, genres=["War"])),
        at("2026-03-09 00:00"),
    )
    totals = total(1, 5, 0.5), total(2, 5, 0.5, covers=older)

    def judge(absence: Absence, *more: Raw, genre: str | None = None) -> list[Any]:
        inputs = view_inputs(NOW, catalogue=[*movies, *totals, *more])
        layers = replace(inputs.layers, absence={"sentiment": absence})
        freshness = sentiment_comparison(Comparison(genre), replace(inputs, layers=layers)).freshness
        assert freshness.complete
        return [(each.start, each.end) for each in freshness.assumed]

    recorded = Absence(proven_until=RUN)
    assert judge(Absence()) == [(older, RUN)]
    assert judge(Absence(), genre="drama") == []
    assert judge(recorded) == [], "the run names all that had reviews"
    ahead = batch_view("sentiment", totals[0]["data"], RUN, movie_id=2) | {"computed_at": at("2028-01-01 00:00")}
    assert judge(recorded, ahead) == [(older, RUN)], "the run names the movie in a document that is left out"

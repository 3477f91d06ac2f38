"""Gates about what documents say: distributions, typical numbers, facts."""

from __future__ import annotations

from typing import Any

import pytest

from merger.core.windows import DAY
from merger.gates.contents import distribution, facts, level
from tests.unit.merger.documents import Raw, batch_view
from tests.unit.merger.gates.runs import DAYS, NEW, OLD, details, faults, points, totals

TODAY = "2026-03-09"


def rated(covers: Any, factor: float = 1, number: int = 200) -> list[Raw]:
    return details(number, covers, vote_average=lambda movie: factor * (5 + movie % 40 / 10))


def trend(covers: Any, days: list[str], metric: str = "rating", count: int = 100, value: float = 7) -> list[Raw]:
    genres = [f"Genre {number}" for number in range(30)]
    return [
        batch_view(
            "temporal_analytics",
            {"metric": metric, "date": day, "value": value + place / 50, "count": count + place, "genre": genre},
            covers,
        )
        for day in days
        for place, genre in enumerate(genres)
    ]


def test_ratings_are_distributed_as_they_were() -> None:
    assert faults(distribution, rated(NEW), rated(OLD)) == []
    assert faults(distribution, rated(NEW, 0.5), rated(OLD)) == [
        (
            "vote_average of movie_details is distributed otherwise than in run old: the distance is 0.80 "
            "(mean 3.48, formerly 6.95)"
        )
    ]


def test_few_ratings_have_no_distribution() -> None:
    assert faults(distribution, rated(NEW, 0.1, 19), rated(OLD, 1, 19)) == []


def test_sentiments_of_movies_without_reviews_do_not_count() -> None:
    reviewed, unreviewed = totals(100, OLD, average=0.5), totals(300, NEW, reviews=0, average=0.0)
    assert faults(distribution, [*unreviewed, *totals(100, NEW, average=0.5)], reviewed) == []


def test_a_new_day_is_distributed_as_one_of_the_days_before() -> None:
    before = [*trend(OLD, DAYS[:1], value=2), *trend(OLD, DAYS[1:], value=7)]
    for value in (2, 7):
        assert faults(distribution, trend(NEW, [TODAY], value=value), before) == []
    assert faults(distribution, trend(NEW, [TODAY], value=70), before)[0].startswith(
        "value of temporal_analytics of rating on 2026-03-09 is distributed otherwise"
    )


@pytest.mark.parametrize(("reviews", "fails"), [(10, False), (15, False), (16, True), (5, True), (7, False)])
def test_typical_numbers_differ_by_less_than_the_limit(reviews: int, fails: bool) -> None:
    # The limit is 1.5; with a history of some years lifetime totals grow by nothing in a day.
    history = [f"{OLD - number * DAY:%Y-%m-%d}" for number in range(1, 600)]
    before, new = [*points(1, OLD, history), *totals(30, OLD)], [*points(1, NEW, history), *totals(30, NEW, reviews)]
    found = [fault for fault in faults(level, new, before) if fault.startswith("review_count")]
    assert bool(found) is fails
    if fails:
        assert found[0] == f"review_count of sentiment is typically {reviews / 10:.2f} times what it was in run old"


def test_lifetime_totals_of_a_short_history_may_grow_but_not_double() -> None:
    before = [*points(1, OLD, DAYS[:1]), *totals(30, OLD)]
    new = points(1, NEW, [*DAYS[:1], TODAY])
    assert faults(level, [*new, *totals(30, NEW, 19)], before) == []
    assert faults(level, [*new, *totals(30, NEW, 20)], before) != []


def test_movies_that_surge_do_not_move_the_typical_number() -> None:
    surging = details(100, NEW, vote_count=lambda movie: 900_000 if movie <= 20 else 31_000)
    assert faults(level, surging, details(100, OLD)) == []


def test_numbers_of_a_new_day_are_like_those_of_one_of_the_days_before() -> None:
    before = [*trend(OLD, DAYS[:1], count=300), *trend(OLD, DAYS[1:], count=100)]
    for count in (300, 100):
        assert faults(level, trend(NEW, [TODAY], count=count), before) == []
    assert faults(level, trend(NEW, [TODAY], count=1000), before)[0].startswith(
        "count of temporal_analytics of rating on 2026-03-09 is typically 3."
    )


def test_a_days_sentiment_about_zero_has_no_factor() -> None:
    before = trend(OLD, DAYS, "sentiment", value=0.01)
    assert faults(level, trend(NEW, [TODAY], "sentiment", value=0.1), before) == []


def test_facts_hardly_change() -> None:
    assert (
        faults(
            facts,
            details(100, NEW, title=lambda movie: "New" if movie <= 20 else "<b>Fight</b> Club"),
            details(100, OLD),
        )
        == []
    )
    found = faults(facts, details(100, NEW, release_date="1999-10-16"), details(100, OLD))
    assert found == ["release_date of movie_details differs from run old in 100 % of the documents"]


def test_facts_of_few_documents_are_not_compared() -> None:
    assert faults(facts, details(19, NEW, title="New"), details(19, OLD)) == []

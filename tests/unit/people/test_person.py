"""What is said of a person, and what is missing of it."""

from __future__ import annotations

import pytest

from merger.core.windows import HOUR
from merger.errors import NotFound
from people.person import (
    RANKED,
    Lookup,
    Person,
    PersonMovies,
    movies_plan,
    person_details,
    person_movies,
    person_plan,
)
from tests.unit.inputs import Raw, batch_view, bucket, details, stats
from tests.unit.people.persons import COVERED, NOW, hours_ago, inputs_of

NETWORK = Lookup("ann", 20)
NO_REVIEWS = {"avg_sentiment": 0.0, "review_count": 0, "positive_count": 0, "negative_count": 0, "neutral_count": 0}


def catalogue(number: int = 3) -> list[Raw]:
    return [
        *(details(each, COVERED, cast=["Ann", "Bea"][: 1 + each % 2]) for each in range(1, number + 1)),
        *(batch_view("sentiment", NO_REVIEWS, COVERED, movie_id=each) for each in range(1, number + 1)),
    ]


def complete_hours() -> list[Raw]:
    kinds = ("stats", "sentiment", "trending")
    payloads = (stats(1.0), NO_REVIEWS, {"trending_score": 1.0})
    return [
        bucket(77, kind, hours_ago(ago), payload, synced_at=min(NOW, hours_ago(ago - 1)))
        for kind, payload in zip(kinds, payloads, strict=True)
        for ago in range(49)
    ]


def test_plans_need_hours_catalogue_and_index() -> None:
    from merger.contract.documents import Aliases
    from merger.core.boundary import Boundary, Layers, Policy
    from merger.views.plans import PlanContext

    boundary = Boundary(NOW, Policy())
    person = person_plan(PlanContext(Person("ann"), boundary, Layers(), Aliases()))
    movies = movies_plan(PlanContext(PersonMovies("ann"), boundary, Layers(), Aliases()))
    assert person.hours is not None
    assert movies.hours is not None
    assert (person.hours.types, movies.hours.types) == (("trending", "stats"), ("stats",))
    assert person.hours.window.bounded_start == movies.hours.window.bounded_start == boundary.cutoff
    assert (person.lookup, movies.lookup) == (Lookup("ann", 20), Lookup("ann", 0))
    assert person.catalogue


def test_partners_and_trending_movies() -> None:
    hours = [*complete_hours(), bucket(2, "trending", hours_ago(1), {"trending_score": 50.0})]
    body = person_details(Person("ann"), inputs_of(NETWORK, catalogue(), hours)).body
    assert body["works_with"] == [{"name": "Bea", "movies": 2}]
    assert body["trending"] == [{"movie_id": 2, "title": "Movie 2", "rank": 1, "trending_score": 50.0}]
    assert (body["total_movies"], body["data_source"]) == (3, "merged")


def test_a_movie_behind_the_leading_ones_does_not_trend() -> None:
    others = [bucket(1000 + each, "trending", hours_ago(1), {"trending_score": 90.0}) for each in range(RANKED)]
    hours = [*complete_hours(), *others, bucket(2, "trending", hours_ago(1), {"trending_score": 50.0})]
    body = person_details(Person("ann"), inputs_of(NETWORK, catalogue(), hours)).body
    assert (body["trending"], body["data_source"]) == ([], "batch")


def test_an_unknown_person_is_not_found() -> None:
    inputs = inputs_of(Lookup("anm"), catalogue())
    with pytest.raises(NotFound, match="no person 'anm'"):
        person_details(Person("anm"), inputs)
    with pytest.raises(NotFound, match="no person 'anm'"):
        person_movies(PersonMovies("anm"), inputs)


def test_page_of_movies() -> None:
    wanted = PersonMovies("ann", limit=2, offset=2)
    body = person_movies(wanted, inputs_of(Lookup("ann"), catalogue(), complete_hours())).body
    assert [each["movie_id"] for each in body["results"]] == [3]
    assert (body["page"], body["total_pages"], body["total_results"]) == (2, 2, 3)


def test_complete_layers_make_a_complete_answer() -> None:
    freshness = person_details(Person("ann"), inputs_of(NETWORK, catalogue(), complete_hours())).freshness
    assert freshness.missing == ()
    assert freshness.batch_as_of == COVERED


def test_hours_that_the_layer_lacks_are_missing() -> None:
    hours = [each for each in complete_hours() if each["hour"] != hours_ago(3)]
    freshness = person_details(Person("ann"), inputs_of(NETWORK, catalogue(), hours)).freshness
    assert (hours_ago(3), hours_ago(2)) in freshness.missing
    # Without a sync of the stats after the coverage, numbers may be old.
    hours = [each for each in complete_hours() if each["hour"] < COVERED + HOUR]
    assert person_movies(PersonMovies("ann"), inputs_of(Lookup("ann"), catalogue(), hours)).freshness.missing


def test_movies_without_totals_make_the_mean_sentiment_doubtful() -> None:
    documents = [each for each in catalogue() if each["view_type"] == "movie_details" or each["movie_id"] == 1]
    freshness = person_details(Person("ann"), inputs_of(NETWORK, documents, complete_hours())).freshness
    assert freshness.assumed
    unread = {**catalogue()[-1], "data": [], "version": 9}
    freshness = person_details(Person("ann"), inputs_of(NETWORK, [*catalogue(), unread], complete_hours())).freshness
    assert freshness.missing

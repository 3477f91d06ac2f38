"""The movies of a person in any order, and means over them, compared with plain sums."""

from __future__ import annotations

import random
from typing import Any

import pytest

from movies.search import Direction
from people.works import SAME_NAME, Filmography, OrderBy
from search.people import MOST_MOVIES, Person, Works
from tests.unit.inputs import Raw, batch_view, bucket, details, stats
from tests.unit.people.persons import COVERED, hours_ago, inputs_of

FACTS: list[dict[str, Any]] = [
    {"release_date": "1999-01-01", "vote_average": 8.0, "vote_count": 10, "popularity": 3.0, "title": "B"},
    {"release_date": None, "vote_average": 6.0, "vote_count": 0, "popularity": 9.0, "title": "C"},
    {"release_date": "2005-05-05", "vote_average": None, "vote_count": 40, "popularity": None, "title": "A"},
    {"release_date": "1999-01-01", "vote_average": 5.0, "vote_count": 30, "popularity": 4.0, "title": "D"},
]


def catalogue() -> list[Raw]:
    return [details(number, COVERED, cast=["Ann"], **facts) for number, facts in enumerate(FACTS, 1)]


def filmography(documents: list[Raw], hours: list[Raw] | None = None, unknown: list[Raw] | None = None) -> Filmography:
    found = inputs_of(lambda index: index.people.works("ann"), documents, hours or [], unknown or [])
    return Filmography.of(found.found, found)


@pytest.mark.parametrize(
    ("order", "direction", "ids"),
    [
        (OrderBy.RELEASE_DATE, None, [3, 4, 1, 2]),
        (OrderBy.RELEASE_DATE, Direction.ASCENDING, [4, 1, 3, 2]),
        (OrderBy.POPULARITY, None, [2, 4, 1, 3]),
        (OrderBy.RATING, None, [1, 2, 4, 3]),
        (OrderBy.RATING, Direction.ASCENDING, [4, 2, 1, 3]),
        (OrderBy.TITLE, None, [3, 1, 2, 4]),
        (OrderBy.TITLE, Direction.DESCENDING, [4, 2, 1, 3]),
    ],
)
def test_order(order: OrderBy, direction: Direction | None, ids: list[int]) -> None:
    films = filmography(catalogue())
    assert [each["movie_id"] for each in films.describe(films.ordered(order, direction).tolist())] == ids


def test_a_movie_has_its_year_roles_and_newest_numbers() -> None:
    documents = [details(1, COVERED, cast=["Bea"], directors=["Ánn"], release_date="1999-01-01")]
    films = filmography(documents, [bucket(1, "stats", hours_ago(1), stats(70.0))])
    (movie,) = films.describe([0])
    assert (movie["year"], movie["roles"]) == (1999, ["director"])
    assert (movie["popularity"], movie["vote_count"]) == (70.0, 100)


def test_mean_rating_counts_every_vote_once_and_uses_the_newest_numbers() -> None:
    assert filmography(catalogue()).mean_rating() == {
        "value": (8.0 * 10 + 5.0 * 30) / 40,
        "movies": 2,
        "votes": 40,
        "weighted_by": "votes",
    }
    newer = bucket(3, "stats", hours_ago(1), {"vote_average": 9.0, "vote_count": 60})
    assert filmography(catalogue(), [newer]).mean_rating()["value"] == (8.0 * 10 + 5.0 * 30 + 9.0 * 60) / 100
    assert filmography([details(1, COVERED, cast=["Ann"])]).mean_rating()["value"] is None


def test_mean_sentiment_counts_every_review_once() -> None:
    dice = random.Random(7)
    totals = {number: (dice.randrange(0, 50), dice.uniform(-1, 1)) for number in range(1, 5)}
    payloads = {
        number: {
            "avg_sentiment": score,
            "review_count": n,
            "positive_count": n,
            "negative_count": 0,
            "neutral_count": 0,
        }
        for number, (n, score) in totals.items()
    }
    documents = [batch_view("sentiment", payload, COVERED, movie_id=number) for number, payload in payloads.items()]
    found = filmography([*catalogue(), *documents]).mean_sentiment()
    reviews = sum(n for n, _ in totals.values())
    assert found["reviews"] == reviews
    assert found["value"] == pytest.approx(sum(n * score for n, score in totals.values()) / reviews)
    assert filmography(catalogue()).mean_sentiment() == {
        "value": None,
        "movies": 0,
        "reviews": 0,
        "weighted_by": "reviews",
    }


def test_movies_that_the_catalogue_has_not_yet_are_left_out() -> None:
    films = filmography(catalogue(), unknown=[details(9, COVERED, cast=["Ann"])])
    assert (films.total, sorted(films.ids.tolist())) == (4, [1, 2, 3, 4])
    assert films.notes == [SAME_NAME]


def test_several_spellings_are_said_to_count_as_one_name() -> None:
    documents = [details(1, COVERED, cast=["Ann"]), details(2, COVERED, cast=["Ánn"])]
    (same_name, spellings) = filmography(documents).notes
    assert same_name == SAME_NAME
    assert "accents" in spellings


def test_of_very_many_movies_some_are_listed_and_a_note_says_so() -> None:
    films = filmography(catalogue())
    many = Works(Person(("Ann",), MOST_MOVIES + 5), films.works.ids, *_hidden(films.works))
    cut = Filmography(many, films.movies, films.rows, films.places, films.merged)
    assert cut.total == MOST_MOVIES + 5
    assert any(f"{MOST_MOVIES:,}" in note for note in cut.notes)


def _hidden(works: Works) -> tuple[Any, Any]:
    return works._searcher, works._addresses

"""Groups of documents that can be compared, and what is kept of each document."""

from __future__ import annotations

import math

import pytest

from merger.contract.documents import BatchDocument, Contract
from merger.gates.groups import FACTS, NUMBERS, entry_of, group_of, keys_of, list_fields
from tests.unit.merger.documents import Raw, at, batch_view, point, total
from tests.unit.merger.examples import DETAILS

RUN = at("2026-03-10 02:00")


def read(raw: Raw) -> BatchDocument:
    return Contract().read_batch(raw)


def trend(metric: str, **more: object) -> BatchDocument:
    return read(
        batch_view("temporal_analytics", {"metric": metric, "date": "2026-03-09", "value": 1, "count": 2, **more}, RUN)
    )


def genre(**more: object) -> BatchDocument:
    return read(batch_view("genre_analytics", {"genre": "Drama", "year": 2025, "total_movies": 3, **more}, RUN))


def test_points_months_and_metrics_are_groups_of_their_own() -> None:
    assert group_of(read(total(1, RUN))) == "sentiment"
    assert group_of(read(point("2026-03-09", 1, RUN))) == "sentiment by day"
    assert (group_of(genre()), group_of(genre(month=2))) == (
        "genre_analytics by year",
        "genre_analytics by month",
    )
    assert group_of(trend("rating")) == "temporal_analytics of rating"
    assert group_of(read(batch_view("movie_details", DETAILS, RUN))) == "movie_details"


def test_points_of_two_days_are_about_the_same() -> None:
    one, other = read(point("2026-03-08", 1, RUN)), read(point("2026-03-09", 1, RUN))
    assert keys_of(one)[0] != keys_of(other)[0]
    assert keys_of(one)[1] == keys_of(other)[1]
    assert keys_of(trend("rating", genre="Drama"))[1] != keys_of(trend("rating", genre="Horror"))[1]
    key, series = keys_of(read(total(1, RUN)))
    assert key == series


def test_numbers_and_facts_are_the_contracts() -> None:
    assert "vote_count" in NUMBERS["movie_details"]
    assert "top_movies.vote_average" in NUMBERS["genre_analytics"]
    assert {"title", "release_date", "runtime"} <= set(FACTS["movie_details"])
    assert FACTS["temporal_analytics"] == ()
    assert FACTS["actor_collaboration"] == ("collaborators",)
    assert not {"movie_id", "date", "month"} & {name for names in NUMBERS.values() for name in names}


def test_a_mean_of_nothing_is_no_number() -> None:
    reviewed, unreviewed = entry_of(read(total(5, RUN, 0.25))), entry_of(read(total(0, RUN, 0.0)))
    place = NUMBERS["sentiment"].index("avg_sentiment")
    assert reviewed.numbers[place] == 0.25
    assert math.isnan(unreviewed.numbers[place])


def test_numbers_of_a_list_are_means_of_its_entries() -> None:
    entry = entry_of(
        genre(top_movies=[{"title": "A", "vote_count": 10}, {"title": "B", "vote_count": 30}, {"title": "C"}])
    )
    numbers = dict(zip(NUMBERS["genre_analytics"], entry.numbers, strict=True))
    assert numbers["top_movies.vote_count"] == 20
    assert math.isnan(numbers["top_movies.popularity"])


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"vote_count": 5}, False),
        ({"genres": ["$where", "Drama"]}, False),
        ({"title": "Other"}, True),
        ({"runtime": 140}, True),
        ({"overview": None}, True),
    ],
)
def test_facts_differ_where_they_say_something_else(changes: dict[str, object], differs: bool) -> None:
    one, other = (entry_of(read(batch_view("movie_details", {**DETAILS, **more}, RUN))) for more in ({}, changes))
    assert (one.facts != other.facts) is differs


def test_absent_fields_are_listed_also_inside_lists() -> None:
    found = {
        name: (possible, absent)
        for name, possible, absent in list_fields(
            "genre_analytics", genre(avg_rating=7, top_movies=[{"title": "A"}, {"title": "B", "revenue": 1}]).data
        )
    }
    assert found["avg_rating"] == (1, False)
    assert found["avg_budget"] == (1, True)
    assert found["top_movies.revenue"] == (2, 1)
    assert "genre" not in found
    empty = list_fields("movie_details", {"cast": (), "overview": ""})
    assert all(absent for _, _, absent in empty)

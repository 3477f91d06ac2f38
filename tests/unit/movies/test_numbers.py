"""Numbers of all movies are merged as those of one movie are, and first rows are those of a full sort."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from merger.core.windows import HOUR
from movies.details import SPEED_FIELDS, movie_details
from movies.numbers import find_unseen, first_rows, match_ascending, merge_numbers
from tests.unit.inputs import at, bucket, details, stats, view_inputs

NOW = at("2026-03-10 10:30")
OPEN, COVERED = at("2026-03-10 10:00"), at("2026-03-10 00:00")
_VALUES = st.sampled_from([0.0, -0.0, 1.0, 2.0, float("inf"), float("-inf")])
_TABLES = st.lists(st.tuples(st.booleans(), _VALUES, st.integers(0, 2)), max_size=30)

FACTS = {"vote_average": 6.0, "vote_count": 10, "popularity": 5.0}


def test_numbers_of_a_movie_are_those_of_its_own_answer() -> None:
    known = [details(1, COVERED, **FACTS), details(2, COVERED, **FACTS), details(3, COVERED)]
    hours = [bucket(2, "stats", OPEN - age * HOUR, stats(40.0 - age)) for age in range(3)]
    inputs = view_inputs(NOW, known, hours, catalogue=known, hours=hours)
    movies, merged = inputs.catalogue.movies, merge_numbers(inputs)
    for row, movie_id in enumerate(movies.ids):
        own = movie_details(movie_id, inputs)
        assert own is not None
        shown = merged.of(row, movies.facts(row))
        assert shown == {name: own.body[name] for name in SPEED_FIELDS}
        for name, value in shown.items():
            column = float(merged.at(name, np.array([row]))[0])
            assert math.isnan(column) if value is None else column == value


def test_merging_leaves_the_catalogues_columns_alone() -> None:
    known = [details(1, COVERED, **FACTS)]
    inputs = view_inputs(NOW, catalogue=known, hours=[bucket(1, "stats", OPEN, stats(40.0), synced_at=NOW)])
    assert merge_numbers(inputs).at("popularity", np.array([0])).tolist() == [40.0]
    assert inputs.catalogue.movies.popularity.at(0) == 5.0


def test_only_the_wanted_movies_decide_what_is_unseen() -> None:
    known = [details(1, COVERED, **FACTS), details(2, COVERED - 48 * HOUR, **FACTS)]
    hours = [bucket(1, "stats", OPEN, stats(40.0), synced_at=NOW)]
    inputs = view_inputs(NOW, catalogue=known, hours=hours)
    newer = merge_numbers(inputs).newer
    both, first = np.array([True, True]), np.array([True, False])
    assert [each.missing for each in find_unseen(first, newer, inputs)] == [()]
    assert any(each.missing for each in find_unseen(both, newer, inputs))


def test_buckets_of_movies_that_the_catalogue_lacks_decide_nothing() -> None:
    known = [details(1, COVERED, **FACTS)]
    old = bucket(99, "stats", OPEN - 40 * HOUR, stats(40.0), synced_at=NOW)
    new = bucket(1, "stats", OPEN, stats(40.0), synced_at=NOW)
    inputs = view_inputs(NOW, catalogue=known, hours=[old, new])
    of_both = find_unseen(np.array([True]), merge_numbers(inputs).newer, inputs)
    alone = view_inputs(NOW, catalogue=known, hours=[new])
    assert [each.missing for each in of_both] == [
        each.missing for each in find_unseen(np.array([True]), merge_numbers(alone).newer, inputs)
    ]


def test_the_most_votes_are_those_of_merged_numbers_where_any_are_known() -> None:
    known = [details(1, COVERED, **FACTS), details(2, COVERED)]
    assert merge_numbers(view_inputs(NOW, catalogue=known)).most_votes == 10.0
    hours = [bucket(2, "stats", OPEN, stats(40.0, vote_count=12), synced_at=NOW)]
    assert merge_numbers(view_inputs(NOW, catalogue=known, hours=hours)).most_votes == 12.0
    assert merge_numbers(view_inputs(NOW, catalogue=known[1:])).most_votes == 0.0


@given(_TABLES, st.integers(1, 35))
def test_first_rows_equal_those_of_a_full_sort(table: list[tuple[bool, float, int]], count: int) -> None:
    rows = [row for row, (chosen, _, _) in enumerate(table) if chosen]
    columns = [np.array([value for _, value, _ in table]), np.array([number for _, _, number in table])]
    expected = sorted(rows, key=lambda row: (table[row][1], table[row][2], row))[:count]
    assert first_rows(np.array(rows, dtype=np.int64), columns, count).tolist() == expected


_IDS = st.sets(st.integers(0, 20)).map(lambda found: np.array(sorted(found), np.int64))


@given(_IDS, _IDS)
def test_equal_numbers_of_two_lists_are_found(
    some: np.ndarray[tuple[int], np.dtype[np.int64]], others: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    own, there = match_ascending(some, others)
    assert some[own].tolist() == others[there].tolist() == sorted({*some.tolist()} & {*others.tolist()})

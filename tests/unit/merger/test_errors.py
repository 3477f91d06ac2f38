"""The errors' messages, which quote what callers and documents say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from merger.errors import (
    BadQueries,
    BadQuery,
    Incomplete,
    NotFound,
    StoreError,
    StoreFault,
    StoreUnavailable,
    Unreadable,
)


def test_bad_query_quotes_the_value_and_shortens_a_long_one() -> None:
    assert str(BadQuery("limit", "x", "a whole number")) == "limit takes a whole number; got 'x'"
    assert len(str(BadQuery("q", "x" * 10_000, "words"))) < 120


def test_first_of_several_bad_queries_stands_for_all() -> None:
    errors = [BadQuery("a", 1, "one"), BadQuery("b", 2, "two")]
    found = BadQueries(errors)
    assert (found.parameter, str(found), found.errors) == ("a", str(errors[0]), tuple(errors))


def test_not_found_shortens_a_long_key_and_keeps_close_matches() -> None:
    error = NotFound("genre", "x" * 10_000, ["Drama"])
    assert len(str(error)) < 100
    assert error.near == ("Drama",)


def test_unreadable_shortens_a_reason_that_quotes_a_document() -> None:
    error = Unreadable("stats.data", "y" * 10_000)
    assert len(error.reason) == 200
    assert str(error).startswith("stats.data: yyy")


@pytest.mark.parametrize("kind", [StoreUnavailable, StoreFault])
def test_store_errors_say_their_detail(kind: type[StoreError]) -> None:
    error = kind("disk full")
    assert isinstance(error, StoreError)
    assert str(error) == "disk full"


def test_incomplete_counts_missing_intervals() -> None:
    assert str(Incomplete([])).startswith("0 interval")


def test_incomplete_names_the_layers_that_are_away() -> None:
    assert (
        str(Incomplete([], {"speed", "batch"}))
        == "the batch layer is not answering and the speed layer is not answering"
    )
    both = str(Incomplete([(None, datetime(2031, 3, 1, tzinfo=UTC))], {"batch"}))
    assert both == "the batch layer is not answering and 1 interval is missing from both layers"

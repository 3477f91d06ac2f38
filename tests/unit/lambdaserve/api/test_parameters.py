"""Which values each kind of parameter takes, and that its description says the same."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from lambdaserve.api.parameters import (
    ChoiceField,
    GenreField,
    NumberField,
    QueryParameters,
    SpanField,
    WholeNumberField,
    number_in_path,
)
from lambdaserve.api.problems import problem_of
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import parse_span


class Sample(QueryParameters):
    """One parameter of each kind."""

    window = SpanField(most=timedelta(hours=168), default=parse_span("6h"))
    genre = GenreField(required=False)
    limit = WholeNumberField(least=-5, most=100, default=20)
    rating = NumberField(least=0, most=10, required=False)
    metric = ChoiceField(("rating", "sentiment"))


def read(query: str) -> dict[str, Any]:
    return Sample.of(Request(APIRequestFactory().get(f"/?{query}")))


def refused(query: str) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(query)
    problem = problem_of(caught.value)
    assert problem is not None
    return {entry["parameter"]: entry["detail"] for entry in problem.extensions["errors"]}


def test_values_are_typed_and_have_defaults() -> None:
    assert read("metric=rating") == {
        "window": parse_span("6h"),
        "limit": 20,
        "metric": "rating",
        "completeness": PARTIAL,
    }
    given_values = read("metric=sentiment&window=2d&genre=%20Drama%20&limit=-5&rating=7.50&completeness=strict")
    assert given_values == {
        "window": parse_span("2d"),
        "genre": "Drama",
        "limit": -5,
        "rating": 7.5,
        "metric": "sentiment",
        "completeness": Completeness.STRICT,
    }


def test_missing_parameter_is_named_with_what_it_takes() -> None:
    assert refused("") == {"metric": "metric is required; it takes one of rating, sentiment"}


@pytest.mark.parametrize(
    "query",
    ["limit=101", "limit=-6", "limit=1.0", "limit=%201", "limit=1_0", "rating=inf", "rating=-0.1", "rating=.5"],
)
def test_numbers_out_of_range_or_oddly_written_are_refused(query: str) -> None:
    assert set(refused(f"metric=rating&{query}")) == {query.partition("=")[0]}


def test_window_longer_than_allowed_is_refused() -> None:
    takes = "a number of hours or days such as `6h` or `7d`, at most 7d"
    for bad in ("169h", "8d", "all", "0h"):
        assert refused(f"metric=rating&window={bad}") == {"window": f"window takes {takes}; got {bad!r}"}
    assert read("metric=rating&window=168")["window"] == parse_span("168h")


@given(
    most=st.integers(1, 4000),
    allow_all=st.booleans(),
    text=st.one_of(
        st.from_regex(r"[1-9][0-9]{0,5}[hd]?", fullmatch=True), st.sampled_from(["all", "0", "07d", "1w", ""])
    ),
)
def test_described_pattern_matches_exactly_the_accepted_values(most: int, allow_all: bool, text: str) -> None:
    most = min(most, 3660)
    field = SpanField(most=timedelta(days=most), allow_all=allow_all)
    described = re.fullmatch(field.pattern, text) is not None
    try:
        taken = field.run_validation(text) is not None
    except ValidationError:
        taken = False
    # Leading zeros are accepted, though not described.
    assert described == taken or (taken and text.startswith("0"))


@pytest.mark.parametrize("text", ["0", "550", "1000000000000", "007"])
def test_whole_number_in_a_path_is_read(text: str) -> None:
    assert number_in_path("movie_id", text) == int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "٥", "1000000000001", "9" * 5000, "1\n"])
def test_other_text_in_place_of_a_number_in_a_path_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        number_in_path("movie_id", text)
    assert isinstance(caught.value.detail, dict)
    assert set(caught.value.detail) == {"movie_id"}

"""Ranges that find dates stored as text."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from merger.core.windows import HOUR
from merger.layers.text_dates import text_ranges
from tests.unit.merger.documents import at

START = at("2026-03-10 00:00")
FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M")


def is_in(text: str, hours: int, length: int) -> bool:
    start = START + hours * HOUR
    return any(each["$gt"] < text < each["$lt"] for each in text_ranges(start, start + length * HOUR))


@given(st.integers(0, 60), st.integers(0, 61 * 60 - 1), st.sampled_from(FORMS))
def test_ranges_of_an_hour_are_exact_except_at_midnight(hours: int, minutes: int, form: str) -> None:
    found = is_in((START + timedelta(minutes=minutes)).strftime(form), hours, 1)
    assert found is (hours * 60 <= minutes < hours * 60 + 60) or (found and hours % 24 == 0)


@given(st.integers(0, 60), st.integers(2, 40), st.data(), st.sampled_from(FORMS))
def test_the_range_of_several_hours_contains_all_their_texts(
    hours: int, length: int, data: st.DataObject, form: str
) -> None:
    moment = START + hours * HOUR + timedelta(minutes=data.draw(st.integers(0, length * 60 - 1)))
    assert is_in(moment.strftime(form), hours, length)


def test_no_bound_is_the_beginning_of_a_text_in_the_range() -> None:
    for hours in range(48):
        for each in text_ranges(START + hours * HOUR, START + (hours + 1) * HOUR):
            text = (START + hours * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
            assert not text.startswith((each["$gt"], each["$lt"]))

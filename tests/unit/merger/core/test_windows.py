"""Windows, the parameters that name them, and ISO 8601."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.windows import (
    DAY,
    HOUR,
    Granularity,
    Window,
    buckets,
    floor_day,
    floor_hour,
    isoformat,
    parse_moment,
    parse_span,
)
from merger.errors import BadQuery
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30:15")


@pytest.mark.parametrize(
    ("text", "label", "length", "unit"),
    [
        ("6", "6h", 6 * HOUR, Granularity.HOUR),
        ("6h", "6h", 6 * HOUR, Granularity.HOUR),
        (" 30D ", "30d", 30 * DAY, Granularity.DAY),
        ("007d", "7d", 7 * DAY, Granularity.DAY),
        ("3660d", "3660d", 3660 * DAY, Granularity.DAY),
        ("87840h", "87840h", 3660 * DAY, Granularity.HOUR),
        ("ALL", "all", None, Granularity.DAY),
    ],
)
def test_a_window_is_parsed_from_hours_days_or_all(
    text: str, label: str, length: timedelta | None, unit: Granularity
) -> None:
    span = parse_span(text)
    assert (span.label, span.length, span.unit) == (label, length, unit)


@pytest.mark.parametrize(
    "text", ["", "0", "0d", "-1h", "3661d", "87841h", "1.5h", "7 d", "7w", "١h", "1e3", "9999999h", "all ever", "1h\n2"]
)
def test_any_other_text_is_refused_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(BadQuery, match=r"^span takes `all`, or a number of hours or days") as caught:
        parse_span(text, "span")
    assert caught.value.parameter == "span"


def test_window_all_is_refused_unless_allowed() -> None:
    with pytest.raises(BadQuery, match=r"^window takes a number of hours or days"):
        parse_span("all", allow_all=False)


def test_a_window_includes_all_of_its_oldest_and_open_buckets() -> None:
    assert parse_span("6h").ending(NOW, Granularity.HOUR) == Window(at("2026-03-10 04:00"), at("2026-03-10 11:00"))
    assert parse_span("2d").ending(NOW, Granularity.DAY) == Window(at("2026-03-08 00:00"), at("2026-03-11 00:00"))
    assert parse_span("all").ending(NOW, Granularity.DAY) == Window(None, at("2026-03-11 00:00"))


def test_window_requested_on_the_hour_includes_the_new_hour() -> None:
    now = at("2026-03-10 10:00")
    assert parse_span("1h").ending(now, Granularity.HOUR) == Window(at("2026-03-10 09:00"), at("2026-03-10 11:00"))


def test_a_window_contains_its_start_but_not_its_end() -> None:
    window = Window(at("2026-03-10 04:00"), at("2026-03-10 06:00"))
    assert window.holds(at("2026-03-10 04:00"))
    assert not window.holds(at("2026-03-10 03:59:59"))
    assert not window.holds(at("2026-03-10 06:00"))
    assert Window(None, window.end).holds(at("1900-01-01 00:00"))
    assert list(buckets(window, Granularity.HOUR)) == [at("2026-03-10 04:00"), at("2026-03-10 05:00")]


def test_a_window_without_a_start_has_no_buckets() -> None:
    window = Window(None, NOW)
    assert list(buckets(window, Granularity.DAY)) == []
    with pytest.raises(ValueError, match="no start"):
        _ = window.bounded_start


def test_buckets_begin_with_the_one_that_contains_the_start() -> None:
    window = Window(at("2026-03-08 23:59"), at("2026-03-10 00:00"))
    assert list(buckets(window, Granularity.DAY)) == [at("2026-03-08 00:00"), at("2026-03-09 00:00")]


@given(st.integers(0, 10**7), st.integers(-14 * 60, 14 * 60))
def test_hours_and_days_are_in_utc_for_any_zone(minutes: int, offset: int) -> None:
    moment = at("2020-01-01 00:00") + minutes * timedelta(minutes=1)
    elsewhere = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert floor_hour(elsewhere) == floor_hour(moment) <= moment < floor_hour(moment) + HOUR
    assert floor_day(elsewhere) == floor_day(moment) <= moment < floor_day(moment) + DAY
    assert isoformat(elsewhere) == isoformat(moment) == f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("text", ["2026-03-10T10:30:15Z", "2026-03-10T12:30:15+02:00", "2026-03-10 10:30:15"])
def test_iso_8601_text_becomes_utc(text: str) -> None:
    moment = parse_moment(text)
    assert (moment, moment.utcoffset()) == (NOW, timedelta(0))


def test_text_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        parse_moment("yesterday")

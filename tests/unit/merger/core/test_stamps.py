"""Ranges that find stored moments in every form."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import ObjectId, Timestamp
from hypothesis import given
from hypothesis import strategies as st

from merger.core.stamps import (
    ABSENT,
    DATE,
    MILLISECONDS,
    NO_MOMENTS,
    SECONDS,
    TEXT,
    StampForm,
    StampKind,
    form_of,
    stamp_ranges,
)
from merger.core.windows import HOUR
from merger.stores.store import Find
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import at

START = at("2026-03-10 00:00")


def text(pattern: str, offset: timedelta = timedelta(0)) -> Callable[[datetime], str]:
    zone = timezone(offset)
    return lambda moment: moment.astimezone(zone).strftime(pattern)


OFFSETS = (timedelta(hours=7), timedelta(hours=-5), timedelta(hours=5, minutes=45))
WRITTEN: dict[str, tuple[StampForm, Callable[[datetime], Any]]] = {
    "date": (DATE, lambda moment: moment),
    "Z": (TEXT, text("%Y-%m-%dT%H:%M:%SZ")),
    "blank": (TEXT, text("%Y-%m-%d %H:%M:%S")),
    "milliseconds in text": (TEXT, text("%Y-%m-%dT%H:%M:%S.000+00:00")),
    "without seconds": (TEXT, text("%Y-%m-%dT%H:%M")),
    "UTC": (TEXT, text("%Y-%m-%d %H:%M:%S UTC")),
    "blank before the offset": (StampForm(StampKind.TEXT, OFFSETS[0]), text("%Y-%m-%dT%H:%M:%S %z", OFFSETS[0])),
    "compact": (StampForm(StampKind.COMPACT_TEXT), text("%Y%m%dT%H%M%SZ")),
    "seconds": (SECONDS, lambda moment: int(moment.timestamp())),
    "fractional seconds": (SECONDS, lambda moment: moment.timestamp()),
    "milliseconds": (MILLISECONDS, lambda moment: int(moment.timestamp() * 1000)),
    **{f"offset {o}": (StampForm(StampKind.TEXT, o), text("%Y-%m-%dT%H:%M:%S%z", o)) for o in OFFSETS},
    **{f"blank, offset {o}": (StampForm(StampKind.TEXT, o), text("%Y-%m-%d %H:%M:%S%z", o)) for o in OFFSETS},
}


def is_found(stored: Any, start: datetime, end: datetime | None, *forms: StampForm) -> bool:
    store = MemoryStore(all=[{"at": stored}])
    return any(store.find(Find("all", {"at": each})) for each in stamp_ranges(start, end, forms))


@pytest.mark.parametrize("name", WRITTEN)
def test_the_form_of_a_stored_moment_is_told(name: str) -> None:
    form, write = WRITTEN[name]
    assert form_of(write(START + 7 * HOUR)) == form


@pytest.mark.parametrize("value", [None, True, "soon", "", 7, 10**20, float("nan"), float("inf"), {}, b"2026-03-10"])
def test_what_is_no_moment_has_no_form(value: Any) -> None:
    assert form_of(value) is None


@given(st.integers(0, 60 * 60), st.integers(1, 3000), st.integers(-2000, 9000), st.sampled_from(sorted(WRITTEN)))
def test_ranges_hold_exactly_the_minutes_between_their_ends(first: int, length: int, minute: int, name: str) -> None:
    form, write = WRITTEN[name]
    start, end = START + timedelta(minutes=first), START + timedelta(minutes=first + length)
    moment = START + timedelta(minutes=minute)
    found = is_found(write(moment), start, end, form)
    # Days that the range holds whole have one range for both separators.
    assert found is (start <= moment < end)


@given(st.integers(0, 3600), st.integers(-600, 20_000), st.sampled_from(sorted(WRITTEN)))
def test_ranges_without_an_end_hold_all_later_moments(first: int, minute: int, name: str) -> None:
    form, write = WRITTEN[name]
    start, moment = START + timedelta(minutes=first), START + timedelta(minutes=minute)
    assert moment < start or is_found(write(moment), start, None, form)


def test_moments_within_a_minute_are_in_the_range() -> None:
    start, end = START + timedelta(seconds=7), START + timedelta(seconds=8)
    for _, write in WRITTEN.values():
        form = form_of(write(start))
        assert form is not None
        assert is_found(write(start), start, end, form)


def test_absent_moments_are_found_by_equality() -> None:
    assert is_found(None, START, START + HOUR, ABSENT)
    assert is_found(None, START, None, ABSENT)
    assert not is_found(START, START + HOUR, None, ABSENT)
    assert not is_found(None, START, START + HOUR, TEXT, SECONDS)


ODD_TEXTS = ["garbage", "", " ", "~", "29/11/2026 12:00", "1795953600"]
ODD_NUMBERS = [1795953600 * 10**6, 7, -1, True, math.nan, math.inf, -math.inf]
ODD_OTHERS = [
    {"$date": "2026-05-04"},
    {},
    [],
    [START],
    b"",
    b"1" * 16,
    ObjectId("6b0c80fea190e49a9335b356"),
    Timestamp(1, 1),
]
ODD_DATES = [datetime(1960, 1, 1, tzinfo=UTC), datetime(1970, 1, 21, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("stored", [*ODD_TEXTS, *ODD_NUMBERS, *ODD_OTHERS, *ODD_DATES], ids=repr)
def test_what_is_no_moment_is_found(stored: Any) -> None:
    store = MemoryStore(all=[{"at": stored}])
    assert form_of(stored) is None
    assert any(store.find(Find("all", {"at": each})) for each in NO_MOMENTS)


@pytest.mark.parametrize("name", WRITTEN)
def test_no_moment_is_found_among_them(name: str) -> None:
    store = MemoryStore(all=[{"at": WRITTEN[name][1](START)}])
    assert not any(store.find(Find("all", {"at": each})) for each in NO_MOMENTS)


def test_dates_alone_take_one_range() -> None:
    assert stamp_ranges(START, START + HOUR, ()) == [{"$gte": START, "$lt": START + HOUR}]
    assert stamp_ranges(START, None, ()) == [{"$gte": START}]


@given(st.integers(0, 100), st.integers(1, 80))
def test_no_bound_is_the_beginning_of_a_text_in_the_range(first: int, length: int) -> None:
    start = START + first * HOUR
    bounds = [each[key] for each in stamp_ranges(start, start + length * HOUR, {TEXT})[1:] for key in each]
    for hour in range(length):
        for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
            assert not (start + hour * HOUR).strftime(form).startswith(tuple(bounds))

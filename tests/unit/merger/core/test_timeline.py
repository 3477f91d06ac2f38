"""The timeline: each hour is in one piece, missing, or known to have had no events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.core.boundary import Boundary, Policy, SpeedCoverage, SpeedLayer
from merger.core.evidence import Assumption, EmptySpan, Reason
from merger.core.timeline import DayPoint, Series, Timeline, group_into_buckets
from merger.core.windows import DAY, HOUR, Granularity, Window, floor_day, floor_hour
from tests.effort import examples
from tests.unit.merger.documents import at

FIRST = at("2026-03-01 00:00")
SPAN_OF_HOURS = 12 * 24


@dataclass(frozen=True)
class Hours:
    """A state that records the hours it contains and refuses to count one twice."""

    seen: frozenset[datetime] = frozenset()

    def __add__(self, other: Hours) -> Hours:
        assert not self.seen & other.seen, "an hour is counted twice"
        return Hours(self.seen | other.seen)


def hours_between(start: datetime, end: datetime) -> frozenset[datetime]:
    return frozenset(start + index * HOUR for index in range(max(0, int((end - start) / HOUR))))


@st.composite
def series(draw: st.DrawFn) -> Series[Hours]:
    """A series with an event in every hour; the layers hold any days, cut anywhere, and any hours."""
    now = FIRST + draw(st.integers(5 * 24 * 60, SPAN_OF_HOURS * 60 - 1)) * timedelta(minutes=1)
    boundary = Boundary(now, Policy(grace=draw(st.sampled_from((0, 24, 72))) * HOUR))
    cuts = draw(st.dictionaries(st.integers(0, 11), st.one_of(st.just(24), st.integers(0, 30)), max_size=12))
    points = {}
    for number, cut in cuts.items():
        day = FIRST + number * DAY
        watermark = min(day + cut * HOUR, boundary.open_hour)
        points[day] = DayPoint(day, watermark, Hours(hours_between(day, min(watermark, day + DAY))))
    lost = draw(st.one_of(st.just(frozenset()), st.frozensets(st.integers(0, SPAN_OF_HOURS), max_size=40)))
    alive = hours_between(boundary.speed_from, boundary.open_hour + HOUR) - {FIRST + hour * HOUR for hour in lost}
    stopped = now - draw(st.one_of(st.just(0), st.integers(0, 4000))) * timedelta(minutes=1)
    alive = frozenset(hour for hour in alive if hour <= stopped)
    return Series(
        boundary=boundary,
        points=points,
        hours={hour: Hours(frozenset({hour})) for hour in alive},
        coverage=SpeedCoverage(boundary, SpeedLayer(alive, stopped)),
        empty=tuple(EmptySpan(None, point.end) for point in points.values()),
    )


def check(found: Timeline[Hours], held: Series[Hours], start: datetime, end: datetime) -> Hours:
    """Checks that pieces are ordered, disjoint and hold only their own hours, and that all other hours are missing."""
    seen = Hours()
    last = FIRST - DAY
    for piece in found.pieces:
        assert last <= piece.start < piece.end
        assert piece.state.seen == hours_between(piece.start, piece.end)
        last = piece.end
        seen += piece.state
    lacking = Hours(frozenset(hour for first, after in found.missing for hour in hours_between(first or FIRST, after)))
    for hour in hours_between(start, min(end, held.boundary.open_hour)):
        assert hour in seen.seen or hour in lacking.seen or _is_taken_as_quiet(held, hour)
    assert seen.seen <= hours_between(start, end)
    assert lacking.seen <= hours_between(start, min(end, held.boundary.open_hour))
    return seen


def _is_taken_as_quiet(held: Series[Hours], hour: datetime) -> bool:
    """Whether the day has no point but lies before the end of the batch coverage."""
    return floor_day(hour) not in held.points and any(hour < span.end for span in held.empty)


@settings(max_examples=examples(150))
@given(series(), st.integers(0, SPAN_OF_HOURS))
def test_every_hour_of_a_window_is_in_one_piece_or_missing(held: Series[Hours], age: int) -> None:
    start = held.boundary.open_hour - age * HOUR
    end = held.boundary.open_hour + HOUR
    check(held.resolve(Window(start, end)), held, start, end)


@settings(max_examples=examples(150))
@given(series(), st.integers(0, SPAN_OF_HOURS))
def test_time_after_a_total_is_filled_by_speed_hours_and_whole_days(held: Series[Hours], age: int) -> None:
    watermark = held.boundary.open_hour - age * HOUR
    found = held.resolve_after(watermark)
    seen = check(found, held, watermark, held.boundary.open_hour + HOUR)
    by_day = {floor_day(piece.start): piece for piece in found.pieces if piece.source == "batch"}
    for hour in held.hours:
        if hour >= watermark and floor_day(hour) not in by_day:
            assert hour in seen.seen, "a speed hour after the total is left out"
    for day in by_day:
        closed = hours_between(day, min(day + DAY, held.boundary.open_hour))
        assert not all(held.coverage.holds(hour) for hour in closed), "a batch point hides speed hours"


@settings(max_examples=examples(150))
@given(series(), st.integers(0, 11), st.sampled_from(Granularity))
def test_grouping_into_buckets_keeps_order_and_loses_nothing(
    held: Series[Hours], days: int, granularity: Granularity
) -> None:
    start = floor_day(held.boundary.now) - days * DAY
    found = held.resolve(Window(start, held.boundary.open_hour + HOUR))
    buckets = group_into_buckets(found.pieces, granularity)
    assert sum((bucket.state for bucket in buckets), Hours()) == sum((p.state for p in found.pieces), Hours())
    keys = [(bucket.start, bucket.width) for bucket in buckets]
    assert len(keys) == len(set(keys))
    assert [bucket.start for bucket in buckets] == sorted(bucket.start for bucket in buckets)
    for bucket in buckets:
        assert all(bucket.start <= hour < bucket.start + bucket.width.width for hour in bucket.state.seen)
        sources = {piece.source for piece in found.pieces if piece.state.seen & bucket.state.seen}
        assert bucket.source == (sources.pop() if len(sources) == 1 else "merged")


@settings(max_examples=examples(100))
@given(series())
def test_days_after_the_cutoff_come_from_the_speed_layer_if_it_holds_them(held: Series[Hours]) -> None:
    found = held.resolve(Window(None, held.boundary.open_hour + HOUR))
    for piece in found.pieces:
        closed = hours_between(piece.start, min(floor_day(piece.start) + DAY, held.boundary.open_hour))
        held_by_speed = all(held.coverage.holds(hour) for hour in closed)
        if piece.source == "batch":
            assert floor_day(piece.start) < held.boundary.cutoff or not held_by_speed
        else:
            assert floor_hour(piece.start) >= held.boundary.speed_from


def test_an_empty_series_has_no_pieces() -> None:
    boundary = Boundary(at("2026-03-10 10:30"))
    empty: Series[Hours] = Series(boundary, {}, {}, SpeedCoverage(boundary, SpeedLayer()))
    assert empty.resolve(Window(None, boundary.open_hour)) == Timeline((), ())


def test_lost_points_take_from_a_gap_what_is_proven_or_assumed_to_be_empty() -> None:
    boundary, end = Boundary(FIRST + 10 * DAY), FIRST + 8 * DAY
    empty = (EmptySpan(None, FIRST + 4 * DAY), EmptySpan(None, end, Reason.ABSENT))
    found: Series[Hours] = Series(boundary, {}, {}, SpeedCoverage(boundary, SpeedLayer()), empty)
    assert found.judge_gap((FIRST, end)) == ((), (Assumption(FIRST + 4 * DAY, end, Reason.ABSENT),))
    one_day = replace(found, unreadable_days=frozenset({FIRST + DAY}))
    assert one_day.judge_gap((FIRST, end))[0] == ((FIRST + DAY, FIRST + 2 * DAY),)
    undated = replace(found, undated_until=FIRST + 6 * DAY)
    assert undated.judge_gap((FIRST, end)) == (
        ((FIRST, FIRST + 6 * DAY),),
        (Assumption(FIRST + 6 * DAY, end, Reason.ABSENT),),
    )
    assert undated.judge_past()[0] == ((None, FIRST + 4 * DAY),)
    assert found.judge_past() == ((), ())


def test_the_open_hour_is_missing_where_a_document_of_it_cannot_be_read() -> None:
    now = at("2026-03-10 07:34")
    boundary = Boundary(now)
    held = hours_between(boundary.speed_from, boundary.open_hour + HOUR)
    coverage = SpeedCoverage(boundary, SpeedLayer(held, now))
    whole = Series[Hours](boundary, {}, {hour: Hours(frozenset({hour})) for hour in held}, coverage)
    window = Window(floor_day(now), boundary.open_hour + HOUR)
    assert whole.resolve(window).missing == ()
    open_hour = (boundary.open_hour, boundary.open_hour + HOUR)
    unreadable = replace(whole, coverage=replace(coverage, unreadable=frozenset({boundary.open_hour})))
    assert unreadable.resolve(window).missing == (open_hour,)
    assert unreadable.resolve(Window(boundary.open_hour - HOUR, open_hour[1])).missing == (open_hour,)
    undated = replace(whole, coverage=replace(coverage, undated_until=open_hour[1]))
    assert undated.resolve(Window(boundary.open_hour - HOUR, open_hour[1])).missing == (
        (boundary.open_hour - HOUR, open_hour[1]),
    )

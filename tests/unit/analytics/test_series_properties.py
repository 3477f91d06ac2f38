"""Trends against a recomputation from the events.

The ``i``-th event of a log stands for ``3**i`` reviews. The number of reviews in a point, written in base 3, then
tells of every single event how often it was counted: a loss can't hide behind a double count.

Requirement M10.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.series import trends
from analytics.series_reads import TrendParameters
from merger.contract.collections import BATCH, SPEED
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.windows import DAY, HOUR, Granularity, floor_day, floor_hour, parse_span
from merger.layers.state import without_layers
from merger.views.plans import series_hours_from
from merger.views.reading import ViewResult
from tests.effort import examples
from tests.unit.inputs import Raw, at, batch_view, bucket, details, view_inputs

NOW = at("2026-03-10 10:30")
MOVIES = (1, 2, 3)
GENRES = {1: ["Drama"], 2: ["drama", "War"], 3: ["War"]}
BACKGROUND = 99
"""A movie of no genre that is in every hour of the speed layer: with it, no hour is without a trace."""

MOST_EVENTS = 24
SERIES: tuple[dict[str, Any], ...] = ({"genre": "drama"}, {"genre": "War"}, {"movie_id": 1})


@dataclass(frozen=True, slots=True)
class Event:
    movie_id: int
    at: datetime
    score: float
    weight: int


@dataclass(frozen=True, slots=True)
class World:
    """Events, and the state of the layers.

    Args:
        events: oldest first.
        runs: of the batch job: the end of its input, on the hour, and when it was done.
        retention: a speed bucket is deleted this many hours after its hour began.
        lost: hours of which every bucket is gone.
    """

    events: tuple[Event, ...]
    runs: tuple[tuple[datetime, datetime], ...]
    retention: int
    lost: frozenset[datetime]

    def batch(self) -> list[Raw]:
        return [
            _point(series, day, events, covers, done)
            for covers, done in self.runs
            if done <= NOW
            for series in SERIES
            for day, events in _by_day(e for e in self.of(series) if e.at < covers).items()
        ]

    def speed(self) -> list[Raw]:
        grouped: dict[tuple[int, datetime], list[Event]] = {}
        for event in self.events:
            grouped.setdefault((event.movie_id, floor_hour(event.at)), []).append(event)
        quiet = [(BACKGROUND, floor_hour(NOW) - n * HOUR) for n in range(self.retention)]
        buckets = [
            *((key, _payload(events)) for key, events in grouped.items()),
            *((key, _payload([])) for key in quiet),
        ]
        return [
            bucket(movie_id, "sentiment", hour, data, synced_at=NOW)
            for (movie_id, hour), data in buckets
            if hour not in self.lost and hour + self.retention * HOUR > NOW
        ]

    def of(self, series: dict[str, Any]) -> list[Event]:
        """The events of a series."""
        wanted = str(series.get("genre", "")).casefold()
        return [
            event
            for event in self.events
            if event.movie_id == series.get("movie_id")
            or wanted in [genre.casefold() for genre in GENRES[event.movie_id]]
        ]


def _by_day(events: Iterable[Event]) -> dict[datetime, list[Event]]:
    result: dict[datetime, list[Event]] = {}
    for event in events:
        result.setdefault(floor_day(event.at), []).append(event)
    return result


def _point(series: dict[str, Any], day: datetime, events: list[Event], covers: datetime, done: datetime) -> Raw:
    weight = sum(event.weight for event in events)
    value = sum(event.score * event.weight for event in events) / weight
    data = {"metric": "sentiment", "date": f"{day:%Y-%m-%d}", "value": value, "count": weight, **series}
    return batch_view("temporal_analytics", data, covers, computed_at=done)


def _payload(events: list[Event]) -> dict[str, Any]:
    weight = sum(event.weight for event in events)
    average = sum(event.score * event.weight for event in events) / weight if weight else 0.0
    return {
        "avg_sentiment": max(-1.0, min(1.0, average)),
        "review_count": weight,
        "positive_count": 0,
        "negative_count": 0,
        "neutral_count": 0,
    }


def ask(
    world: World,
    series: dict[str, Any],
    window: str = "9d",
    chance: random.Random | None = None,
    away: str | None = None,
) -> ViewResult:
    """The answer from what the plan would read; with ``chance`` in another order and with duplicates.

    The collection that is ``away`` does not answer.
    """
    batch, speed = world.batch(), world.speed()
    if chance is not None:
        batch, speed = _disturbed(batch, chance), _disturbed(speed, chance)
    is_one = "movie_id" in series
    layer = SpeedLayer(frozenset(d["hour"] for d in speed), NOW if speed else None)
    layers = Layers(max((d["computed_at"] for d in batch), default=None), {"sentiment": layer})
    if away:
        layers = without_layers(layers, {away})
        batch, speed = ([] if away == name else found for name, found in ((BATCH, batch), (SPEED, speed)))
    start = series_hours_from(Boundary(NOW), layers)
    own = [d for d in speed if d["movie_id"] == series.get("movie_id")]
    shared = [d for d in speed if d["hour"] >= start]
    catalogue = [details(movie, at("2026-01-01 00:00"), genres=genres) for movie, genres in GENRES.items()]
    found = view_inputs(NOW, batch, own if is_one else [], hours=[] if is_one else shared, catalogue=catalogue)
    params = TrendParameters("sentiment", parse_span(window), series.get("genre"), series.get("movie_id"))
    return trends(params, replace(found, layers=layers))


def _disturbed(documents: list[Raw], chance: random.Random) -> list[Raw]:
    result = documents + chance.sample(documents, len(documents) // 2)
    chance.shuffle(result)
    return result


def _is_missing(moment: datetime, built: ViewResult) -> bool:
    return any((start is None or start <= moment) and moment < end for start, end in built.freshness.missing)


def _counted(count: int, events: list[Event]) -> list[Event]:
    """The events in a sum of weights; fails where one is in it twice or one that never happened."""
    result = []
    for event in sorted(events, key=lambda event: -event.weight):
        times, count = divmod(count, event.weight)
        assert times <= 1, "an event is counted twice"
        result += [event] * times
    assert count == 0, "the answer counts events that never happened"
    return result


def check(built: ViewResult, events: list[Event], window: str) -> None:
    """Each event of the window once in the point of its day, or inside an interval that is reported missing."""
    span = parse_span(window).ending(NOW, Granularity.DAY)
    seen: list[Event] = []
    for point in built.body["data_points"]:
        counted = _counted(point["count"], events)
        assert {f"{event.at:%Y-%m-%d}" for event in counted} == {point["date"]}
        total = sum(event.score * event.weight for event in counted)
        assert point["value"] * point["count"] == pytest.approx(total, rel=1e-9, abs=1e-6 * point["count"])
        seen += counted
    for event in events:
        if span.holds(event.at):
            assert event in seen or _is_missing(event.at, built), f"{event} is lost without a word"


@st.composite
def worlds(draw: st.DrawFn) -> World:
    ages = st.integers(1, 9 * 24 * 60)
    scores = st.integers(-100, 100).map(lambda hundredths: hundredths / 100)
    drawn = draw(st.lists(st.tuples(ages, st.sampled_from(MOVIES), scores), max_size=MOST_EVENTS))
    hours = st.integers(0, 220)
    # The open hour is never reported missing, so what is lost of it is not counted here.
    closed = st.integers(1, 220)
    return World(
        events=tuple(
            Event(movie, NOW - timedelta(minutes=age), score, 3**index)
            for index, (age, movie, score) in enumerate(sorted(drawn, reverse=True))
        ),
        runs=tuple(
            (floor_hour(NOW) - age * HOUR, floor_hour(NOW) - (age - took) * HOUR)
            for age, took in draw(st.lists(st.tuples(hours, st.integers(0, 80)), max_size=3))
        ),
        retention=draw(st.integers(48, 130)),
        lost=frozenset(floor_hour(NOW) - ago * HOUR for ago in draw(st.lists(closed, max_size=30))),
    )


windows = st.sampled_from(("all", "9d", "4d", "2d", "30h", "5h"))
series_of = st.sampled_from(SERIES)


@settings(deadline=None, max_examples=examples(250))
@given(worlds(), series_of, windows)
def test_every_event_is_in_the_answer_once_or_reported_missing(
    world: World, series: dict[str, Any], window: str
) -> None:
    check(ask(world, series, window), world.of(series), window)


@settings(deadline=None, max_examples=examples(150))
@given(worlds(), series_of, windows, st.sampled_from((BATCH, SPEED)))
def test_half_an_answer_counts_nothing_twice_and_reports_all_that_it_lacks(
    world: World, series: dict[str, Any], window: str, away: str
) -> None:
    """While one collection does not answer. The open hour is never reported missing.

    Requirement F5.
    """
    closed = [event for event in world.of(series) if event.at < floor_hour(NOW) or away == BATCH]
    check(ask(world, series, window, away=away), closed, window)


@settings(deadline=None, max_examples=examples(150))
@given(worlds(), series_of, windows, st.integers(0, 47), st.integers(0, 24))
def test_without_losses_or_delays_the_answer_is_complete_and_equal(
    world: World, series: dict[str, Any], window: str, age: int, took: int
) -> None:
    # A series that has ended long ago can't be told from one that the batch job has stopped writing.
    first = Event(series.get("movie_id", 2), NOW - 9 * DAY, 0.5, 3**MOST_EVENTS)
    covers = floor_hour(NOW) - age * HOUR
    run = (covers, min(covers + took * HOUR, NOW))
    healthy = replace(world, events=(first, *world.events), runs=(run,), lost=frozenset())
    built = ask(healthy, series, window)
    assert built.freshness.complete
    check(built, healthy.of(series), window)


@settings(deadline=None, max_examples=examples(100))
@given(worlds(), series_of, windows, st.randoms(use_true_random=False))
def test_neither_order_nor_duplicates_change_the_answer(
    world: World, series: dict[str, Any], window: str, chance: random.Random
) -> None:
    again, once = ask(world, series, window, chance), ask(world, series, window)
    assert (again.body, again.freshness) == (once.body, once.freshness)

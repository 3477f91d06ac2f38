"""Hypothesis strategies for worlds, and documents as other producers spell them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import Decimal128
from hypothesis import strategies as st

from merger.core.windows import HOUR, floor_hour
from tests.unit.merger.documents import Raw
from tests.unit.merger.world import BACKGROUND, MOVIES, Review, Run, SpeedJob, World

PAST = timedelta(days=10)
LONGEST_RETENTION_HOURS = 130
MOST_REVIEWS = 24
"""Of one movie: ``3**25`` is the largest count below the contract's 10**12."""
_MINUTE = timedelta(minutes=1)


def respelled(document: Raw, chance: random.Random) -> Raw:
    """The same document as another producer writes it."""
    result = dict(document)
    if chance.random() < 0.3:
        result["stats"] = result.pop("data")
    if "data_type" in result and chance.random() < 0.3:
        result["view_type"] = result.pop("data_type")
    for key in ("hour", "synced_at", "computed_at", "covers_until"):
        if key in result:
            result[key] = chance.choice((_as_is, _naive, _as_text, _with_offset))(result[key])
    payload = "stats" if "stats" in result else "data"
    result[payload] = {
        key: chance.choice((_as_is, float, _as_decimal))(value) if key.endswith("_count") else value
        for key, value in result[payload].items()
    }
    return result


def _as_is(value: Any) -> Any:
    return value


def _naive(value: datetime) -> datetime:
    return value.replace(tzinfo=None)


def _as_text(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _with_offset(value: datetime) -> str:
    return value.astimezone(_SUMMER).isoformat()


def _as_decimal(value: int) -> Decimal128:
    return Decimal128(str(value))


_SUMMER = datetime.fromisoformat("2026-07-01T00:00:00+05:30").tzinfo

nows = st.integers(0, 40 * 24 * 60 - 1).map(
    lambda minutes: datetime(2026, 3, 10, tzinfo=UTC) + timedelta(minutes=minutes)
)


@st.composite
def reviews_of_movie(draw: st.DrawFn, movie_id: int, now: datetime) -> list[Review]:
    """Up to 24 reviews in the ten days before ``now``, oldest first."""
    longest = int(PAST / timedelta(minutes=1))
    ages = st.one_of(st.integers(1, longest), st.integers(1, 180), st.integers(40 * 60, 75 * 60))
    scores = st.integers(-100, 100).map(lambda hundredths: hundredths / 100)
    drawn = draw(st.lists(st.tuples(ages, scores), max_size=MOST_REVIEWS))
    return [
        Review(movie_id, now - timedelta(minutes=age), score, 3**index)
        for index, (age, score) in enumerate(sorted(drawn, reverse=True))
    ]


def background(now: datetime) -> list[Review]:
    """One review at the start of every hour that may have a speed bucket, up to the open one."""
    hours = LONGEST_RETENTION_HOURS
    return [Review(BACKGROUND, floor_hour(now) - index * HOUR, 0.0, 1) for index in range(hours, -1, -1)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """All that honest producers can leave: late, lost, replaced and half-written runs, outages, lag."""
    now = draw(nows)
    reviews = [review for movie in MOVIES for review in draw(reviews_of_movie(movie, now))]
    busy = draw(st.booleans())
    hours_ago = st.integers(0, 240)
    since_last_run = draw(st.one_of(st.just(0), st.integers(0, 200)))
    return World(
        now=now,
        reviews=tuple(reviews + (background(now) if busy else [])),
        runs=tuple(draw(st.lists(runs(now, since_last_run), max_size=4))),
        speed=SpeedJob(
            retention=draw(st.integers(48, LONGEST_RETENTION_HOURS)) * HOUR,
            stopped=now - draw(st.one_of(st.just(0), st.integers(0, 3 * 60), st.integers(0, 9000))) * _MINUTE,
            lost=frozenset(
                floor_hour(now) - ago * HOUR for ago in draw(st.one_of(st.just([]), st.lists(hours_ago, max_size=40)))
            ),
        ),
        replaces_in_place=draw(st.booleans()),
        skips_movie=draw(st.sampled_from((None, None, None, MOVIES[0]))),
        chance=draw(st.randoms(use_true_random=False)),
    )


@st.composite
def runs(draw: st.DrawFn, now: datetime, since_last_run: int) -> Run:
    """A run, complete or aborted, whose documents may not exist yet; ``since_last_run`` is in hours."""
    covers = floor_hour(now) - (since_last_run + draw(st.integers(0, 60))) * HOUR
    return Run(
        covers=covers,
        took=timedelta(minutes=draw(st.integers(0, 60 * 30))),
        written=draw(st.one_of(st.none(), st.none(), st.integers(0, 30))),
        says_coverage=draw(st.booleans()),
    )


@st.composite
def healthy_worlds(draw: st.DrawFn) -> World:
    """Worlds with nothing lost or late: the newest run covers the time up to the oldest speed bucket."""
    world = draw(worlds())
    retention = draw(st.integers(48, 120))
    age = draw(st.integers(0, retention - 1))
    newest = Run(floor_hour(world.now) - age * HOUR, timedelta(0))
    earlier = tuple(replace(run, written=None) for run in world.runs if run.computed_at <= newest.computed_at)
    return replace(
        world,
        reviews=tuple(r for r in world.reviews if r.movie_id != BACKGROUND) + tuple(background(world.now)),
        runs=(*earlier, newest),
        speed=SpeedJob(retention * HOUR, world.now + _MINUTE),
        skips_movie=None,
    )

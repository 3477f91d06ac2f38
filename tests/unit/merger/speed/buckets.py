"""Strategies for speed buckets and skipped documents of the type ``stats``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from merger.contract.documents import Skipped, SpeedDocument
from merger.core.boundary import CLOCK_SKEW, Boundary
from merger.core.windows import HOUR

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
TOP = NOW.replace(minute=0)
BOUNDARY = Boundary(NOW)


def stats(movie_id: int, hours_ago: int, synced_ago: timedelta, **fields: Any) -> SpeedDocument:
    data = {"vote_average": 7.5, "vote_count": 3, "popularity": 20, **fields}
    return SpeedDocument("stats", movie_id, TOP - hours_ago * HOUR, data, NOW - synced_ago)


def skip(hours_ago: int, synced_ago: timedelta | None, movie_id: int | None = 1) -> Skipped:
    written_at = None if synced_ago is None else NOW - synced_ago
    return Skipped("speed", "stats.data", "bad", "stats", movie_id, TOP - hours_ago * HOUR, None, written_at)


ages = st.sampled_from([timedelta(minutes=m) for m in (0, 1, 70, 300)] + [-2 * CLOCK_SKEW, -CLOCK_SKEW / 2])
buckets = st.builds(
    stats,
    st.integers(1, 5),
    st.integers(-1, 6),
    ages,
    popularity=st.integers(0, 3),
    vote_average=st.floats(0, 10).map(lambda value: round(value, 1)),
)
worlds = st.lists(buckets, max_size=25)
skips = st.lists(
    st.builds(skip, st.integers(-1, 6), st.one_of(st.none(), ages), st.one_of(st.none(), st.integers(1, 5))), max_size=4
)

"""The documents that an answer may use, and the hours that they cover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.core.timeline import Piece
from merger.views.coverage import overlap_warnings, speed_coverage, usable_batch, usable_speed

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
TOP = NOW.replace(minute=0)
HOUR = timedelta(hours=1)
BOUNDARY = Boundary(NOW)


def bucket(hours_ago: int, **more: Any) -> dict[str, Any]:
    data = {"vote_average": 7.5, "vote_count": 10, "popularity": 20.0}
    hour = TOP - hours_ago * HOUR
    return {"movie_id": 1, "data_type": "stats", "hour": hour, "synced_at": NOW, "data": data} | more


def test_batch_documents_from_the_future_are_not_used() -> None:
    def details(computed_at: datetime) -> dict[str, Any]:
        return {"movie_id": 1, "view_type": "movie_details", "computed_at": computed_at, "data": {"title": "M"}}

    documents = Contract().read(batch=[details(NOW - 9 * HOUR), details(NOW + 9 * HOUR)])
    assert [d.computed_at for d in usable_batch(documents, "movie_details", BOUNDARY)] == [NOW - 9 * HOUR]
    assert usable_batch(documents, "genre_analytics", BOUNDARY) == []


def test_expired_and_future_buckets_are_not_used() -> None:
    raw = [bucket(1), bucket(200), bucket(-5), bucket(2, synced_at=NOW + 9 * HOUR), bucket(3, data_type="trending")]
    found = usable_speed(Contract().read(speed=raw), "stats", BOUNDARY)
    assert [d.hour for d in found] == [TOP - HOUR]


def test_unreadable_bucket_leaves_its_hour_uncovered() -> None:
    documents = Contract().read(speed=[bucket(1), bucket(2, data=None)])
    coverage = speed_coverage(documents, "stats", BOUNDARY, Layers())
    assert coverage.own == {TOP - HOUR}
    assert coverage.unreadable == {TOP - 2 * HOUR}


def test_batch_coverage_that_ends_inside_a_used_hour_is_warned_of() -> None:
    def warned(covers_until: datetime, *pieces: Piece[int]) -> bool:
        data = {"title": "M"}
        raw = {"movie_id": 1, "view_type": "movie_details", "computed_at": NOW, "covers_until": covers_until}
        return bool(overlap_warnings(Contract().read(batch=[raw | {"data": data}]).batch, pieces, BOUNDARY))

    end, inside = TOP - 2 * HOUR, TOP - 1.5 * HOUR
    batch, speed = Piece(end - HOUR, end, 1, "batch"), Piece(end, end + HOUR, 1, "speed")
    assert warned(inside, batch, speed)
    assert not warned(end, batch, speed)
    assert not warned(inside, speed)
    assert not warned(inside, batch, Piece(end + HOUR, end + 2 * HOUR, 1, "speed"))

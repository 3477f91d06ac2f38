"""Documents that can't be read and leave a hole in the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from merger.catalogue.losses import MOST_UNFOUND, UnfoundPoints, lost_documents
from merger.contract.values import Skipped

WRITTEN = datetime(2026, 3, 10, tzinfo=UTC)
SKIP = Skipped("batch", "movie_details.title", "it is missing", "movie_details", 7, written_at=WRITTEN)


def test_a_document_that_a_readable_one_replaces_leaves_no_hole() -> None:
    assert lost_documents([SKIP], lambda _: None) == (SKIP,)
    assert lost_documents([SKIP], lambda _: (WRITTEN - timedelta(hours=1), 9, 0)) == (SKIP,)
    assert lost_documents([SKIP], lambda _: (WRITTEN, 0, 0)) == ()
    assert lost_documents([replace(SKIP, version=2)], lambda _: (WRITTEN, 1, 0))
    assert lost_documents([replace(SKIP, written_at=None)], lambda _: (WRITTEN, 0, 0))


def test_the_newest_of_each_type_genre_and_date_is_kept() -> None:
    newer = replace(SKIP, movie_id=8, written_at=WRITTEN + timedelta(hours=1))
    ageless = replace(SKIP, movie_id=9, written_at=None)
    assert lost_documents([SKIP, newer], lambda _: None) == (newer,)
    assert lost_documents([newer, ageless, SKIP], lambda _: None) == (ageless,)
    month = replace(SKIP, type="genre_analytics", genre="Drama", date="2026-02")
    assert len(lost_documents([SKIP, month, replace(month, genre="drama")], lambda _: None)) == 2


def test_a_days_point_of_sentiment_is_not_the_catalogues() -> None:
    assert lost_documents([replace(SKIP, type="sentiment", has_date=True)], lambda _: None) == ()


def unfound(*skipped: Skipped) -> tuple[Skipped, ...]:
    points = UnfoundPoints()
    points.add(skipped)
    return points.finish()


def test_of_points_only_those_are_unfound_whose_metric_cannot_be_read() -> None:
    without_payload = replace(SKIP, type="temporal_analytics", kind="temporal_analytics.data")
    assert unfound(without_payload) == (without_payload,)
    assert unfound(replace(without_payload, kind="temporal_analytics.date")) == ()


def test_of_very_many_unfound_points_the_newest_of_each_movie_is_kept_without_its_day() -> None:
    point = replace(SKIP, type="temporal_analytics", kind="temporal_analytics.data")
    many = [replace(point, date="2026-03-08", id=str(n), written_at=WRITTEN + timedelta(hours=n)) for n in range(500)]
    found = unfound(*many)
    assert len(found) == MOST_UNFOUND + 1
    assert found[-1] == replace(many[-1], id=None, date=None)

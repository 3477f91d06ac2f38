"""Documents that can't be read and leave a hole in the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from merger.catalogue.losses import lost_documents
from merger.contract.values import Skipped

WRITTEN = datetime(2026, 3, 10, tzinfo=UTC)
SKIP = Skipped("batch", "movie_details.title", "it is missing", "movie_details", 7, written_at=WRITTEN)


def test_a_document_that_a_readable_one_replaces_leaves_no_hole() -> None:
    assert lost_documents([SKIP], lambda _: None) == (SKIP,)
    assert lost_documents([SKIP], lambda _: WRITTEN - timedelta(hours=1)) == (SKIP,)
    assert lost_documents([SKIP], lambda _: WRITTEN) == ()
    assert lost_documents([replace(SKIP, written_at=None)], lambda _: WRITTEN)


def test_the_newest_of_each_type_genre_and_date_is_kept() -> None:
    newer = replace(SKIP, movie_id=8, written_at=WRITTEN + timedelta(hours=1))
    ageless = replace(SKIP, movie_id=9, written_at=None)
    assert lost_documents([SKIP, newer], lambda _: None) == (newer,)
    assert lost_documents([newer, ageless, SKIP], lambda _: None) == (ageless,)
    month = replace(SKIP, type="genre_analytics", genre="Drama", date="2026-02")
    assert len(lost_documents([SKIP, month, replace(month, genre="drama")], lambda _: None)) == 2


def test_a_days_point_of_sentiment_is_not_the_catalogues() -> None:
    assert lost_documents([replace(SKIP, type="sentiment", has_date=True)], lambda _: None) == ()

"""What the contract makes of stored documents."""

from __future__ import annotations

from dataclasses import replace

from merger.contract.documents import Contract, Skipped
from merger.core.windows import HOUR
from tests.unit.merger.documents import MOVIE, bucket, point, total
from tests.unit.merger.examples import RUN


def test_documents_are_found_by_type_movie_and_hour() -> None:
    found = Contract().read(
        [total(1, RUN), point("2026-03-09", 1, RUN)],
        [bucket(RUN, 1), bucket(RUN, 2, data_type="stats", data={"vote_count": 1}), bucket(RUN + HOUR, 3)],
    )
    assert [len(found.batch_of(each)) for each in ("sentiment", "movie_details")] == [2, 0]
    assert [len(found.speed_of(each)) for each in ("sentiment", "stats", "trending")] == [2, 1, 0]
    assert {hour: len(documents) for hour, documents in found.speed_by_hour.items()} == {RUN: 2, RUN + HOUR: 1}
    assert found.of_movie(MOVIE).speed == found.speed
    assert found.of_movie(MOVIE + 1).speed == ()


def test_an_unreadable_document_gives_way_to_a_readable_one_that_is_as_new() -> None:
    skip = Skipped("batch", "sentiment.data", "there is no payload", written_at=RUN, version=2, inserted=100)
    assert skip.is_superseded_by((RUN + HOUR, 0, 0))
    assert skip.is_superseded_by((RUN, 3, 0))
    assert not skip.is_superseded_by((RUN, 1, 900))
    assert not skip.is_superseded_by((RUN, 2, 98))
    assert skip.is_superseded_by((RUN, 2, 99))
    assert skip.is_superseded_by((RUN, 2, 0))
    assert not skip.is_superseded_by(None)
    assert not replace(skip, written_at=None).is_superseded_by((RUN, 9, 900))

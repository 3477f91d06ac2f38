"""What the contract makes of stored documents."""

from __future__ import annotations

from merger.contract.documents import Contract
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

"""The log of documents that could not be read."""

from __future__ import annotations

import pytest

from merger.answers.skipped_log import SkippedLog
from merger.contract.documents import Dropped, Skipped
from tests.unit.merger.answers.served import VIEW, ByMovie, Served, details, stats


def test_each_kind_of_unreadable_document_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    served = Served([details()], [stats(), stats(2, data=None), stats(3, data=None)])
    served.service.fetch(VIEW, ByMovie(1))
    served.cache.local_tier.clear()
    served.service.fetch(VIEW, ByMovie(1))
    assert len([record for record in caplog.records if "could not be read" in record.message]) == 1


def test_note_counts_each_document_by_layer_and_kind() -> None:
    log, skip = SkippedLog(), Skipped("speed", "stats.data", "data is missing")
    log.note((skip, skip))
    log.note((skip,))
    assert log.counts == {("speed", "stats.data"): 3}


def test_the_log_names_the_id_of_an_example(caplog: pytest.LogCaptureFixture) -> None:
    log = SkippedLog()
    log.note(tuple(Skipped("speed", "stats.data", "there is no payload", id=each) for each in ("b7", "b8")))
    assert [record.message.endswith("its _id is b7") for record in caplog.records] == [True]


def test_dropped_values_are_counted_and_each_kind_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    log, drop = SkippedLog(), Dropped("batch", "movie_details.runtime", "the number is not finite")
    log.note_dropped({drop: 2})
    log.note_dropped({drop: 1})
    assert log.dropped == {("batch", "movie_details.runtime"): 3}
    assert len(caplog.records) == 1


def test_values_that_an_answer_and_its_catalogue_lack_are_counted() -> None:
    served = Served([details(data={"title": "A", "runtime": "long"})], [stats()])
    served.service.fetch(VIEW, ByMovie(1))
    # In the answer's own read, and once in the copy of the catalogue.
    assert served.service.skipped.dropped == {("batch", "movie_details.runtime"): 2}
    served.cache.local_tier.clear()
    served.service.fetch(VIEW, ByMovie(1))
    assert served.service.skipped.dropped[("batch", "movie_details.runtime")] == 3

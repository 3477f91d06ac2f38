"""The log of documents that could not be read."""

from __future__ import annotations

import pytest

from merger.answers.skipped_log import SkippedLog
from merger.contract.documents import Skipped
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

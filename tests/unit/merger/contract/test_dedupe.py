"""One of several duplicates is kept, whatever their order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

from merger.contract.dedupe import newest_batch, newest_speed, tie_break
from merger.contract.documents import BatchDocument, Contract, SpeedDocument
from merger.core.windows import HOUR
from tests.unit.merger.documents import batch_view, bucket
from tests.unit.merger.examples import DETAILS, RUN


def batch(**more: Any) -> BatchDocument:
    data = {**DETAILS, "title": more.pop("title", "A")}
    return Contract().read_batch(batch_view("movie_details", data, RUN, **more))


def kept(*documents: BatchDocument) -> set[str]:
    """The titles kept from some documents of one movie, over every order of them."""
    found = [newest_batch(order, lambda d: d.movie_id).values() for order in permutations(documents)]
    assert all(len(documents) == 1 for documents in found)
    return {document.data["title"] for documents in found for document in documents}


def test_the_newest_computed_at_is_kept() -> None:
    assert kept(batch(computed_at=RUN + HOUR, version=9), batch(computed_at=RUN + 2 * HOUR, title="B")) == {"B"}


def test_of_equally_new_documents_the_highest_version_is_kept() -> None:
    assert kept(batch(version=1), batch(version=3, title="B"), batch(version=2, title="C")) == {"B"}


def test_of_equal_versions_one_is_kept_in_any_order() -> None:
    assert len(kept(batch(title="B"), batch(title="A"), batch(title="C"))) == 1


def test_documents_of_different_keys_are_all_kept() -> None:
    found = newest_batch([batch(movie_id=1), batch(movie_id=2)], lambda d: d.movie_id)
    assert set(found) == {1, 2}


def test_the_newest_speed_document_of_an_hour_is_kept() -> None:
    def speed(reviews: int, minutes: int) -> SpeedDocument:
        return Contract().read_speed(bucket(RUN, reviews, synced_at=RUN + timedelta(minutes=minutes)))

    for order in permutations([speed(1, 5), speed(2, 9), speed(3, 7)]):
        (found,) = newest_speed(order, lambda d: d.hour).values()
        assert found.data["review_count"] == 2


def test_the_tie_break_ignores_fields_that_the_catalogue_drops() -> None:
    assert tie_break({"title": "A", "overview": "x"}) == tie_break({"title": "A", "overview": "y"})
    assert tie_break({"title": "A"}) != tie_break({"title": "B"})

"""One of several duplicates is kept, whatever their order."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import permutations
from typing import Any

from bson import ObjectId

from merger.contract.dedupe import newest_batch, newest_speed, tie_break
from merger.contract.documents import BatchDocument, Contract, SpeedDocument
from merger.core.windows import HOUR
from tests.unit.merger.documents import batch_view, bucket, total
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


def total_of(reviews: int, **more: Any) -> BatchDocument:
    return Contract().read_batch(total(reviews, RUN, **more))


def object_id(second: int) -> ObjectId:
    """An id made in a second, by any host."""
    return ObjectId(bytes([0x5F, 0, 0, second]) + secrets.token_bytes(8))


def chosen(*documents: BatchDocument) -> set[tuple[int, bool]]:
    """What is kept of some totals in every order of them: the reviews, and whether that is contested."""
    found = [newest_batch(order, lambda d: d.movie_id).values() for order in permutations(documents)]
    return {(document.data["review_count"], document.is_contested) for kept in found for document in kept}


def test_a_retry_with_the_same_stamp_is_told_by_its_object_id() -> None:
    first, retry = total_of(100, _id=object_id(1)), total_of(40, _id=object_id(3))
    assert chosen(first, retry) == {(40, False)}
    assert chosen(first, retry, total_of(9, _id=object_id(0))) == {(40, False)}


def test_where_nothing_tells_the_retry_the_choice_is_contested() -> None:
    assert chosen(total_of(100, _id=object_id(1)), total_of(40, _id=object_id(2))) == {(40, True)}
    assert {contested for _, contested in chosen(total_of(100, _id="a"), total_of(40, _id="b"))} == {True}
    assert {contested for _, contested in chosen(total_of(100), total_of(40, _id=object_id(9)))} == {True}
    assert {contested for _, contested in chosen(total_of(9), total_of(9, covers_until=None))} == {True}


def test_equal_documents_and_older_ones_contest_nothing() -> None:
    assert chosen(total_of(40, _id="a"), total_of(40, _id="b")) == {(40, False)}
    assert chosen(total_of(40, version=2), total_of(7), total_of(9)) == {(40, False)}


def test_a_document_that_is_contested_no_more_is_plain() -> None:
    newer = Contract().read_batch(total(1, RUN + HOUR))
    assert chosen(total_of(40), total_of(7), newer) == {(1, False)}


def test_buckets_that_are_equally_new_and_differ_are_assumed() -> None:
    def found(*reviews: int) -> set[bool]:
        documents = [Contract().read_speed(bucket(RUN, each)) for each in reviews]
        kept = [newest_speed(order, lambda d: d.hour).values() for order in permutations(documents)]
        return {document.is_assumed for each in kept for document in each}

    assert (found(3, 3), found(3, 4), found(3, 4, 3)) == ({False}, {True}, {True})

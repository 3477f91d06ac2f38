"""Plain sentences about holes and assumptions.

Requirement M8.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from merger.contract.values import Skipped
from merger.core.evidence import Assumption, Reason
from merger.core.windows import HOUR
from merger.views.sentences import sentences
from tests.unit.merger.documents import at

TWO, SEVEN = at("2026-11-29 02:00"), at("2026-11-29 07:00")
HOURS = [(TWO, SEVEN)]
UNREAD = [
    Skipped("speed", "sentiment.data", "there is no payload", "sentiment", 1, TWO + HOUR * number, id=str(number))
    for number in range(3)
]


def test_hours_that_cannot_be_read_are_told_with_the_number_of_documents_and_the_reason() -> None:
    (text,) = sentences(HOURS, (), [*UNREAD, UNREAD[0]])
    assert text.startswith("hours_unreadable: 2026-11-29 02:00 to 07:00 UTC is missing: 3 documents could not be read")
    assert text.endswith("(sentiment.data: there is no payload)")


def test_hours_that_nobody_holds_are_told_apart() -> None:
    later = (SEVEN + HOUR, SEVEN + 30 * HOUR)
    unread, unheld = sentences([*HOURS, later], (), UNREAD[:1])
    assert "02:00 to 07:00 UTC is missing: 1 document could" in unread
    assert unheld == "hours_missing: 2026-11-29 08:00 to 2026-11-30 13:00 UTC is missing: neither layer holds it"


def test_a_document_without_a_time_may_stand_for_any_hole() -> None:
    undated = replace(UNREAD[0], hour=None)
    assert [text.partition(":")[0] for text in sentences([(None, TWO)], (), [undated])] == ["hours_unreadable"]
    assert list(sentences((), (), [undated])) == []


def test_a_point_stands_for_its_day() -> None:
    day = Skipped("batch", "sentiment.review_count", "it is missing", "sentiment", 1, date="2026-11-29")
    assert next(sentences(HOURS, (), [day])).startswith("hours_unreadable")
    assert next(sentences([(None, at("2026-11-29 00:00"))], (), [day])).startswith("hours_missing: everything before")


def test_only_the_first_intervals_are_named() -> None:
    many = [(TWO + 2 * number * HOUR, TWO + (2 * number + 1) * HOUR) for number in range(6)]
    assert " UTC and 3 more is missing" in next(sentences(many, (), ()))


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_to_assume_has_a_sentence_except_absence(reason: Reason) -> None:
    found = list(sentences((), [Assumption(TWO, SEVEN, reason)], ()))
    assert len(found) == (reason is not Reason.ABSENT)
    assert all("2026-11-29 02:00 to 07:00 UTC" in text for text in found)

"""What every answer says about itself (M8, F3, F4, A7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.intervals import intervals_as_list
from merger.core.windows import HOUR
from merger.views.freshness import Freshness, describe, source_of
from tests.unit.merger.documents import at, total
from tests.unit.merger.examples import NOW, RUN

BOUNDARY = Boundary(NOW)
HEALTHY = Layers(NOW - HOUR, {"sentiment": SpeedLayer(synced_at=NOW), "stats": SpeedLayer(synced_at=NOW)})


def codes(freshness: Freshness) -> list[str]:
    return [warning.partition(":")[0] for warning in freshness.warnings]


def test_a_healthy_answer_has_no_warnings_and_is_complete() -> None:
    freshness = describe(BOUNDARY, HEALTHY, speed_types=("sentiment",), batch_as_of=RUN)
    assert freshness.as_dict() == {
        "cutoff": "2026-03-08T10:00:00Z",
        "batch_as_of": "2026-03-10T02:00:00Z",
        "speed_as_of": "2026-03-10T10:30:00Z",
        "complete": True,
        "missing": [],
        "warnings": [],
    }


def test_an_answer_is_no_fresher_than_the_slowest_type_it_needs() -> None:
    slow = NOW - timedelta(minutes=11)
    layers = Layers(NOW, {"sentiment": SpeedLayer(synced_at=NOW), "stats": SpeedLayer(synced_at=slow)})
    both = describe(BOUNDARY, layers, speed_types=("sentiment", "stats"))
    assert both.speed_as_of == slow
    assert codes(both) == ["speed_lagging"]
    assert codes(describe(BOUNDARY, layers, speed_types=("sentiment",))) == []


def test_a_batch_only_answer_does_not_speak_of_the_speed_layer() -> None:
    freshness = describe(BOUNDARY, Layers(NOW), batch_as_of=RUN)
    assert freshness.speed_as_of is None
    assert codes(freshness) == []


def test_empty_and_stale_layers_are_told() -> None:
    assert codes(describe(BOUNDARY, Layers(), speed_types=("stats",))) == ["speed_empty", "batch_empty"]
    stale = Layers(NOW - timedelta(hours=36, seconds=1), HEALTHY.speed)
    assert codes(describe(BOUNDARY, stale, speed_types=("stats",))) == ["batch_stale"]


def test_groups_of_missing_intervals_are_united() -> None:
    freshness = describe(BOUNDARY, HEALTHY, missing=(((RUN, RUN + HOUR),), ((None, RUN),)))
    assert freshness.missing == ((None, RUN + HOUR),)
    assert not freshness.complete
    assert freshness.as_dict()["missing"] == [{"start": None, "end": "2026-03-10T03:00:00Z"}]


def test_skipped_documents_are_told_by_kind_and_not_by_number() -> None:
    broken = [total(-1, RUN), {**total(1, RUN), "data": None}]
    once, twice = (describe(BOUNDARY, HEALTHY, documents=Contract().read(broken * times)) for times in (1, 2))
    assert once == twice
    assert once.warnings == (
        "documents_skipped: some stored documents could not be read (sentiment.data, sentiment.review_count)",
    )


def test_many_kinds_of_skipped_documents_are_shortened() -> None:
    fields = ("avg_sentiment", "review_count", "positive_count", "negative_count", "neutral_count", "date")
    broken = [{**total(1, RUN), "data": {**total(1, RUN)["data"], field: "?"}} for field in fields]
    warning = describe(BOUNDARY, HEALTHY, documents=Contract().read(broken)).warnings[0]
    assert warning.endswith("sentiment.neutral_count, sentiment.positive_count, …)")


def test_the_same_warning_is_given_once() -> None:
    assert describe(BOUNDARY, HEALTHY, warnings=("a: b", "c: d", "a: b")).warnings == ("a: b", "c: d")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [(["batch"], "batch"), (["speed", "speed"], "speed"), (["speed", "batch"], "merged"), ([], "merged")],
)
def test_a_source_is_a_layer_or_both(sources: list[str], expected: str) -> None:
    assert source_of(sources) == expected


def test_an_interval_from_the_beginning_has_no_start() -> None:
    assert intervals_as_list([(None, at("2026-03-10 02:00"))]) == [{"start": None, "end": "2026-03-10T02:00:00Z"}]

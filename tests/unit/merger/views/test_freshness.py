"""The freshness of every answer.

Requirements M8, F3, F4 and A7.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.evidence import Assumption, Reason
from merger.core.intervals import intervals_as_list
from merger.core.windows import HOUR
from merger.views.freshness import Freshness, describe, source_of
from tests.unit.merger.documents import at, total
from tests.unit.merger.examples import NOW, RUN

BOUNDARY = Boundary(NOW)
HEALTHY = Layers(NOW - HOUR, {"sentiment": SpeedLayer(synced_at=NOW), "stats": SpeedLayer(synced_at=NOW)})


def codes(freshness: Freshness) -> list[str]:
    return [warning.partition(":")[0] for warning in freshness.warnings]


def test_healthy_answer_is_complete_without_warnings() -> None:
    freshness = describe(BOUNDARY, HEALTHY, speed_types=("sentiment",), batch_as_of=RUN)
    assert freshness.as_dict() == {
        "cutoff": "2026-03-08T10:00:00Z",
        "batch_as_of": "2026-03-10T02:00:00Z",
        "speed_as_of": "2026-03-10T10:30:00Z",
        "complete": True,
        "missing": [],
        "proven": True,
        "assumed": [],
        "warnings": [],
    }


def test_answer_is_as_old_as_its_slowest_type() -> None:
    slow = NOW - timedelta(minutes=11)
    layers = Layers(NOW, {"sentiment": SpeedLayer(synced_at=NOW), "stats": SpeedLayer(synced_at=slow)})
    both = describe(BOUNDARY, layers, speed_types=("sentiment", "stats"))
    assert both.speed_as_of == slow
    assert codes(both) == ["speed_lagging"]
    assert codes(describe(BOUNDARY, layers, speed_types=("sentiment",))) == []


def test_syncs_that_bring_no_new_hour_are_told() -> None:
    since = NOW - timedelta(hours=3)
    layers = Layers(NOW, {"sentiment": SpeedLayer(synced_at=NOW, known_until=since)})
    freshness = describe(BOUNDARY, layers, speed_types=("sentiment",))
    assert freshness.speed_as_of == since
    assert freshness.warnings == (
        "speed_lagging: the speed layer was synced, but has no new hour since 2026-03-10T07:30:00Z",
    )


def test_batch_only_answer_has_no_speed_warnings() -> None:
    freshness = describe(BOUNDARY, Layers(NOW), batch_as_of=RUN)
    assert freshness.speed_as_of is None
    assert codes(freshness) == []


def test_empty_and_stale_layers_give_warnings() -> None:
    assert codes(describe(BOUNDARY, Layers(), speed_types=("stats",))) == ["speed_empty", "batch_empty"]
    stale = Layers(NOW - timedelta(hours=36, seconds=1), HEALTHY.speed)
    assert codes(describe(BOUNDARY, stale, speed_types=("stats",))) == ["batch_stale"]


def test_missing_intervals_are_united() -> None:
    freshness = describe(BOUNDARY, HEALTHY, missing=(((RUN, RUN + HOUR),), ((None, RUN),)))
    assert freshness.missing == ((None, RUN + HOUR),)
    assert not freshness.complete
    assert freshness.as_dict()["missing"] == [{"start": None, "end": "2026-03-10T03:00:00Z"}]


def test_an_assumption_leaves_an_answer_complete_but_unproven() -> None:
    guess = Assumption(RUN, RUN + HOUR, Reason.QUIET)
    freshness = describe(BOUNDARY, HEALTHY, assumed=[guess, replace(guess, start=RUN - HOUR), guess])
    assert (freshness.complete, freshness.proven) == (True, False)
    assert freshness.as_dict()["assumed"] == [
        {"start": "2026-03-10T01:00:00Z", "end": "2026-03-10T03:00:00Z", "reason": "quiet"}
    ]


def test_an_incomplete_answer_is_not_proven() -> None:
    assert not describe(BOUNDARY, HEALTHY, missing=(((RUN, RUN + HOUR),),)).proven


def test_warning_of_skipped_documents_names_kinds_not_numbers() -> None:
    broken = [total(-1, RUN), {**total(1, RUN), "data": None}]
    once, twice = (describe(BOUNDARY, HEALTHY, documents=Contract().read(broken * times)) for times in (1, 2))
    assert once == twice
    assert once.warnings == (
        "documents_skipped: some stored documents could not be read (sentiment.data, sentiment.review_count)",
    )


def test_long_list_of_skipped_kinds_is_shortened() -> None:
    fields = ("review_count", "positive_count", "negative_count", "neutral_count", "date")
    broken = [{**total(1, RUN), "data": {**total(1, RUN)["data"], field: "?"}} for field in fields]
    broken.append({**total(1, RUN), "movie_id": "?"})
    warning = describe(BOUNDARY, HEALTHY, documents=Contract().read(broken)).warnings[0]
    assert warning.endswith("sentiment.neutral_count, sentiment.positive_count, …)")


def test_equal_warnings_appear_once() -> None:
    assert describe(BOUNDARY, HEALTHY, warnings=("a: b", "c: d", "a: b")).warnings == ("a: b", "c: d")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [(["batch"], "batch"), (["speed", "speed"], "speed"), (["speed", "batch"], "merged"), ([], "merged")],
)
def test_source_is_one_layer_or_merged(sources: list[str], expected: str) -> None:
    assert source_of(sources) == expected


def test_interval_from_the_beginning_has_a_null_start() -> None:
    assert intervals_as_list([(None, at("2026-03-10 02:00"))]) == [{"start": None, "end": "2026-03-10T02:00:00Z"}]

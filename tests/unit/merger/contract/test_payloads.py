"""The tables of payload fields agree with each other and with the examples of every kind."""

from __future__ import annotations

import pytest

from merger.contract.payloads import METRICS, SPEED_TYPES, VIEWS
from tests.unit.merger.documents import Raw
from tests.unit.merger.examples import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.get("view_type") or example["data_type"])
def test_every_kind_has_a_table_with_the_fields_of_its_example(example: Raw) -> None:
    fields = VIEWS[example["view_type"]] if "view_type" in example else SPEED_TYPES[example["data_type"]]
    assert set(example["data"]) <= set(fields)
    assert {name for name, field in fields.items() if field.required} <= set(example["data"])


def test_a_metric_accepts_the_words_of_the_table_alone() -> None:
    read = VIEWS["temporal_analytics"]["metric"].read
    assert [read(metric) for metric in METRICS] == list(METRICS)
    with pytest.raises(ValueError, match="rating"):
        read("revenue")


def test_both_layers_count_sentiment_in_the_same_fields() -> None:
    assert set(VIEWS["sentiment"]) - {"date"} == set(SPEED_TYPES["sentiment"]) - {"sentiment_velocity"}

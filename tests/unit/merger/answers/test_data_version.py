"""The version of the data that an answer stands on.

Requirement M14.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from merger.answers.data_version import PROVISIONAL, encode
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.views.freshness import describe
from merger.views.reading import ViewResult

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
LAYERS = Layers(NOW - timedelta(hours=9), {"stats": SpeedLayer(synced_at=NOW - timedelta(minutes=1))}, runs="a1")


def version(body: dict[str, Any], now: datetime = NOW, layers: Layers = LAYERS, *, is_current: bool = True) -> str:
    boundary = Boundary(now)
    freshness = describe(boundary, layers, speed_types=("stats",))
    encoded, found = encode(ViewResult(body, freshness), boundary, layers, is_current=is_current)
    assert orjson.loads(encoded) == {**body, "freshness": {**freshness.as_dict(), "data_version": found}}
    return found


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=9), st.integers(0, 9), max_size=3))
def test_a_version_stays_while_data_and_hour_do_and_is_part_of_the_answer(body: dict[str, Any]) -> None:
    assert version(body) == version(body, NOW + timedelta(minutes=2))
    assert version(body) != version({**body, "one more": 1})


def test_a_version_names_the_batch_the_hour_and_the_rest() -> None:
    batch, hour, rest = version({"a": 1}).split("-")
    assert hour == "2026050415"
    for other in (replace(LAYERS, runs="b2"), replace(LAYERS, batch_computed_at=NOW)):
        assert version({"a": 1}, layers=other).split("-")[0] != batch
    synced = replace(LAYERS, speed={"stats": SpeedLayer(synced_at=NOW)})
    assert version({"a": 1}, layers=synced).split("-")[::2] != [batch, rest]
    assert version({"a": 1}, NOW + timedelta(hours=1)).split("-")[1] == "2026050416"


def test_an_answer_from_data_that_are_being_replaced_is_provisional() -> None:
    assert version({}, is_current=False) == version({}) + PROVISIONAL

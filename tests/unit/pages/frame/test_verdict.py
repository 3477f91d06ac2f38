"""The dot in the header: whether the numbers are up to date."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.ops.health.report import BATCH_STATES, SPEED_STATES
from pages.frame.verdict import LAYER_WORDS, judge, speed_lag


def services(**changes: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        "mongodb": {"status": "healthy"},
        "redis": {"status": "healthy"},
        "batch_layer": {"status": "healthy"},
        "speed_layer": {"status": "healthy", "lag_seconds": 19},
    }
    for name, change in changes.items():
        found[name] |= {"status": change} if isinstance(change, str) else change
    return found


@pytest.mark.parametrize(
    ("changes", "state", "text", "age"),
    [
        ({}, "good", "Up to date", "19 s ago"),
        ({"redis": "unhealthy"}, "good", "Up to date", "19 s ago"),
        ({"mongodb": "unhealthy"}, "bad", "Database not answering", ""),
        (
            {"mongodb": "unhealthy", "batch_layer": "unknown", "speed_layer": "unknown"},
            "bad",
            "Database not answering",
            "",
        ),
        ({"batch_layer": "unknown"}, "late", "Freshness not known", ""),
        ({"speed_layer": {"status": "lagging", "lag_seconds": 1500}}, "late", "Live data late", "25 min ago"),
        ({"batch_layer": "stale"}, "late", "History out of date", ""),
        ({"batch_layer": "empty"}, "late", "No history yet", ""),
        ({"speed_layer": {"status": "empty", "lag_seconds": None}}, "late", "No live data", ""),
        ({"batch_layer": "empty", "speed_layer": {"status": "empty", "lag_seconds": None}}, "late", "No data yet", ""),
    ],
)
def test_a_few_words_say_whether_numbers_are_up_to_date(changes: Any, state: str, text: str, age: str) -> None:
    verdict = judge(services(**changes))
    assert (verdict.state, verdict.text, verdict.age) == (state, text, age)


@pytest.mark.parametrize("batch", BATCH_STATES)
@pytest.mark.parametrize("speed", SPEED_STATES)
def test_only_two_healthy_layers_are_up_to_date(batch: str, speed: str) -> None:
    verdict = judge(services(batch_layer=batch, speed_layer=speed))
    assert (verdict.state == "good") == (batch == speed == "healthy")


def test_every_state_of_a_layer_has_words() -> None:
    assert LAYER_WORDS.keys() == {*BATCH_STATES, *SPEED_STATES}


def test_unknown_lag_is_left_out() -> None:
    found = services(speed_layer={"lag_seconds": None})
    assert speed_lag(found) == ""
    assert judge(found).age == ""

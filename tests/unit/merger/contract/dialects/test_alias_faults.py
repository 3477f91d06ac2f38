"""What is wrong with a deployment's aliases is said, and what is right is not."""

from __future__ import annotations

from typing import Any

import pytest

from merger.contract.dialects.alias_faults import PARTS, alias_faults

GOOD: dict[str, Any] = {
    "payload": ["body"],
    "flat_views": ["actor_collaboration"],
    "speed_type_keys": ["kind"],
    "view_types": {"mood": "sentiment"},
    "data_types": {"clicks": "trending"},
    "fields": {"reviews": "review_count", "sentiment": {"compound": "avg_sentiment", "speed": "sentiment_velocity"}},
    "stamps": {"bucket": "hour", "written": "computed_at"},
}


def test_every_part_may_be_given() -> None:
    assert set(GOOD) == set(PARTS)
    assert list(alias_faults(GOOD)) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"names": {}}, "'names' is unknown"),
        ({"payload": "body"}, "takes a list"),
        ({"payload": [1]}, "takes a list"),
        ({"payload": ["stats"]}, "'stats' is built in"),
        ({"flat_views": ["stats"]}, "'stats' is no view type"),
        ({"speed_type_keys": ["view_type"]}, "built in"),
        ({"view_types": ["mood"]}, "takes an object"),
        ({"view_types": {"mood": "stats"}}, "'stats' is none of"),
        ({"view_types": {"temporal_trends": "sentiment"}}, "built in"),
        ({"data_types": {"clicks": "movie_details"}}, "none of"),
        ({"fields": {"reviews": "reviewcount"}}, "'reviewcount' is none of"),
        ({"fields": {"review_count": "review_count"}}, "built in"),
        ({"fields": {"updated_at": "synced_at"}}, 'use "stamps"'),
        ({"fields": {"mood": {"compound": "avg_sentiment"}}}, "'mood' is no type"),
        ({"fields": {"stats": {"compound": "avg_sentiment"}}}, "none of"),
        ({"fields": {"reviews": 1}}, "takes a name"),
        ({"stamps": {"expires": "ttl_expires_at"}}, "none of"),
        ({"stamps": {"window_start": "synced_at"}}, "built in"),
        ({"stamps": {"hour": "synced_at"}}, "'hour' is a name of ours, so it can't stand for 'synced_at'"),
        ({"data_types": {"sentiment": "stats"}}, "'sentiment' is a name of ours"),
        ({"view_types": {"sentiment": "movie_details"}}, "'sentiment' is a name of ours"),
        ({"payload": [""]}, "'' is no name of one field"),
        ({"speed_type_keys": ["$kind"]}, "'$kind' is no name of one field"),
        ({"stamps": {"meta.hour": "hour"}}, "'meta.hour' is no name of one field"),
        ({"fields": {"a.b": "title"}}, "'a.b' is no name of one field"),
        ({"fields": {"sentiment": {" ": "avg_sentiment"}}}, "' ' is no name of one field"),
    ],
)
def test_each_fault_is_said_once(given: dict[str, Any], fault: str) -> None:
    (found,) = alias_faults(given)
    assert fault in found

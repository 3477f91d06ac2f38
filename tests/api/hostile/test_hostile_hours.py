"""Hours that are no moments leave holes in every answer that would have used their document.

Requirement D2.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId

from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR, Document, speed_sentiment, speed_stats, speed_trending
from tests.api.healthy_world import MOVIE, OTHER, load_healthy

ODD: list[Any] = [
    None,
    "",
    {"$date": "2030-03-05T12:00:00Z"},
    [],
    ObjectId("6b0c80fea190e49a9335b356"),
    datetime(1970, 1, 21, tzinfo=UTC),
]
DOCUMENTS = {
    "sentiment": speed_sentiment(MOVIE, OPEN_HOUR, 5, 0.5),
    "stats": speed_stats(MOVIE, OPEN_HOUR, 8.0, 5, 1.0),
    "trending": speed_trending(MOVIE, OPEN_HOUR, 3.0),
}
LACKING = {
    f"movies/{MOVIE}/sentiment": "sentiment",
    f"movies/{MOVIE}/stats": "stats",
    "search/movies": "stats",
    "trending/movies": "trending",
    "trending/genres/drama": "trending",
}


@pytest.mark.parametrize("hour", ODD, ids=repr)
def test_a_document_whose_hour_is_none_makes_answers_incomplete(api: Api, hour: Any) -> None:
    _load(api)
    complete = {address: api.body(address)["freshness"]["complete"] for address in LACKING}
    assert all(complete.values()), complete
    api.forget()
    api.database["speed_views"].insert_many({**document, "hour": hour} for document in DOCUMENTS.values())
    _assert_lacking(api)


def test_so_does_one_without_an_hour(api: Api) -> None:
    _load(api)
    api.database["speed_views"].insert_many(map(_without_hour, DOCUMENTS.values()))
    _assert_lacking(api)


def _load(api: Api) -> None:
    """Loads a world whose movies have no numbers of the last hours, which those of others prove to have been quiet."""
    load_healthy(api)
    recent = {"data_type": "stats", "movie_id": {"$in": [MOVIE, OTHER]}, "hour": {"$gte": OPEN_HOUR - 3 * HOUR}}
    api.database["speed_views"].delete_many(recent)
    api.forget()


def _without_hour(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "hour"}


def _assert_lacking(api: Api) -> None:
    for address, data_type in LACKING.items():
        freshness = api.body(address)["freshness"]
        assert not freshness["complete"], address
        assert freshness["missing"], address
        assert f"{data_type}.hour" in str(freshness["warnings"]), (address, freshness["warnings"])
        assert api.get(address, {"completeness": "strict"}).status_code == 503, address

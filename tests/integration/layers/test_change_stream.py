"""Change streams of MongoDB, reading by reading."""

from __future__ import annotations

from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from merger.invalidation.change_stream import RETRY_SECONDS, ChangeStream, StreamBatch

Held = Database[dict[str, Any]]


def movies(batch: StreamBatch) -> list[int]:
    return [event["fullDocument"]["movie_id"] for event in batch.events]


def test_first_reading_opens_the_stream_and_later_ones_are_complete(indexed_database: Held) -> None:
    stream = ChangeStream(lambda: indexed_database.speed_views, has_documents=True)
    assert stream.read() == StreamBatch()
    indexed_database.speed_views.insert_many([{"movie_id": number, "title": "First"} for number in (1, 2)])
    found = stream.read()
    assert (movies(found), found.is_complete, found.has_more) == ([1, 2], True, False)
    assert found.events[0]["fullDocument"]["title"] == "First"
    assert stream.read() == StreamBatch(is_complete=True)
    stream.close()


def test_another_process_goes_on_from_the_token(indexed_database: Held) -> None:
    first, second = (ChangeStream(lambda: indexed_database.speed_views, has_documents=True) for _ in range(2))
    first.read()
    first.read()
    first.close()
    indexed_database.speed_views.insert_one({"movie_id": 3})
    second.token = first.token
    found = second.read()
    assert (movies(found), found.is_complete) == ([3], True)
    second.close()


def test_token_refused_by_the_server_reports_further_changes(indexed_database: Held) -> None:
    stream = ChangeStream(lambda: indexed_database.speed_views, has_documents=True)
    stream.token = {"_data": "no such token"}
    found = stream.read()
    assert (found.is_complete, found.has_more) == (False, True)
    assert stream.read().is_complete
    stream.close()


def test_server_that_refuses_is_asked_again_after_a_minute() -> None:
    seconds, asked = [0.0], list[float]()

    def refuse() -> Collection[dict[str, Any]]:
        asked.append(seconds[0])
        raise OperationFailure("The $changeStream stage is only supported on replica sets", 40573)

    stream = ChangeStream(refuse, monotonic=lambda: seconds[0])
    for seconds[0] in (0.0, 1.0, RETRY_SECONDS - 1, RETRY_SECONDS):
        assert stream.read() == StreamBatch()
    assert asked == [0.0, RETRY_SECONDS]

"""Events of the change streams, as the invalidations that follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.contract.documents import Contract, SpeedDocument
from merger.invalidation.change_stream import MAX_EVENTS, StreamBatch
from merger.invalidation.pending import PendingInvalidations
from merger.invalidation.stream_events import StreamEvents, StreamNews, readable_movie

TYPES = ("sentiment", "stats", "trending")
ALL_TYPES = {f"changed:{name}" for name in TYPES}


class FakeStream:
    """A change stream whose next reading a test sets."""

    def __init__(self) -> None:
        self.token: Any = {"_data": "1"}
        self.next = StreamBatch(is_complete=True)
        self.closed = 0

    def read(self) -> StreamBatch:
        return self.next

    def close(self) -> None:
        self.closed += 1


class Streams:
    """Both streams, and what their events make due."""

    def __init__(self) -> None:
        batch: Any = FakeStream()
        speed: Any = FakeStream()
        self.batch, self.speed = batch, speed
        self.pending = PendingInvalidations(TYPES, lambda: 0.0)
        self.unchanged: list[SpeedDocument] = []
        self.events = StreamEvents(
            batch, speed, Contract(), self._is_unchanged, self._is_found, self.pending, lambda: 0.0
        )

    def _is_found(self, _data_type: str, stamp: datetime | None) -> bool:
        return stamp is not None and stamp >= NOW

    def _is_unchanged(self, document: SpeedDocument, _since: float) -> bool:
        return document in self.unchanged

    def due_after(self, *events: dict[str, Any], **more: Any) -> set[str]:
        self.speed.next = StreamBatch(events, is_complete=True, **more)
        self.events.read()
        return set(self.pending.due_names())


NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
DELETED = {"operationType": "delete", "documentKey": {"_id": 1}}


def stats(movie_id: int) -> dict[str, Any]:
    data = {"vote_average": 7.0, "vote_count": 10, "popularity": 20.0}
    return {
        "movie_id": movie_id,
        "data_type": "stats",
        "hour": NOW,
        "synced_at": NOW - timedelta(hours=1),
        "data": data,
    }


def changed(**document: Any) -> dict[str, Any]:
    return {"operationType": "update", "fullDocument": document}


@pytest.mark.parametrize(
    ("event", "due"),
    [
        (changed(movie_id=7, data_type="stats"), {"changed:movie:7", "changed:stats"}),
        (changed(movie_id=7, view_type="trending"), {"changed:movie:7", "changed:trending"}),
        (changed(movie_id=7), {"changed:movie:7", *ALL_TYPES}),
        (changed(movie_id={"bad": 1}, data_type="stats"), {"changed:stats"}),
        (changed(movie_id=7, data_type="unknown"), {"changed:movie:7"}),
        ({"operationType": "delete", "documentKey": {"movie_id": 7}}, {"changed:movie:7", *ALL_TYPES}),
        ({"operationType": "delete", "documentKey": {"_id": 1}}, {"changed:movies", *ALL_TYPES}),
    ],
)
def test_speed_event_invalidates_its_movie_and_type(event: dict[str, Any], due: set[str]) -> None:
    assert Streams().due_after(event) == due


def test_lost_place_in_the_stream_invalidates_every_movie() -> None:
    assert Streams().due_after(changed(movie_id=7), has_more=True) == {"changed:movies", *ALL_TYPES}


def test_flood_of_events_is_left_to_the_copies_unless_something_was_deleted() -> None:
    flood = [changed(movie_id=7, data_type="stats")] * MAX_EVENTS
    assert Streams().due_after(*flood, has_more=True) == set()
    streams = Streams()
    assert streams.due_after(*flood[1:], DELETED, has_more=True) == {"changed:movies", *ALL_TYPES}
    assert streams.events.take_rewritten() == {(name, None) for name in TYPES}


def test_document_that_says_what_is_known_is_no_change() -> None:
    streams, known = Streams(), stats(7)
    assert streams.due_after(changed(**known)) == {"changed:movie:7", "changed:stats"}
    streams = Streams()
    streams.unchanged = [Contract().read_speed(known)]
    assert streams.due_after(changed(**known)) == set()


@pytest.mark.parametrize(
    ("updated", "removed", "due"),
    [
        ({"synced_at": 1}, [], set()),
        ({"synced_at": 1, "ttl_expires_at": 2}, [], set()),
        ({"synced_at": 1, "data.popularity": 2}, [], {"changed:movie:7", "changed:stats"}),
        ({"synced_at": 1}, ["data.popularity"], {"changed:movie:7", "changed:stats"}),
        ({}, [], {"changed:movie:7", "changed:stats"}),
    ],
)
def test_update_of_stamps_alone_is_no_change(updated: dict[str, Any], removed: list[str], due: set[str]) -> None:
    event = changed(**stats(7)) | {"updateDescription": {"updatedFields": updated, "removedFields": removed}}
    assert Streams().due_after(event) == due


def test_news_say_whether_anything_changed_or_may_have() -> None:
    streams = Streams()
    assert streams.events.read() == StreamNews(batch_changed=False, may_have_changed=False)
    streams.batch.next = StreamBatch((changed(movie_id=1),), is_complete=True)
    assert streams.events.read() == StreamNews(batch_changed=True, may_have_changed=True)
    streams.batch.next, streams.speed.next = StreamBatch(is_complete=True), StreamBatch()
    assert streams.events.read() == StreamNews(batch_changed=False, may_have_changed=True)


@pytest.mark.parametrize(
    ("tokens", "resumed"),
    [([{"a": 1}, None], [{"a": 1}, None]), ([{"a": 1}, "x"], [{"a": 1}, None]), ({"a": 1}, [None, None])],
)
def test_streams_resume_from_tokens_and_from_now_on_without(tokens: object, resumed: list[Any]) -> None:
    streams = Streams()
    streams.events.resume(tokens)
    assert streams.events.tokens == resumed
    assert streams.batch.closed == streams.speed.closed == 1


def test_movie_that_cannot_be_read_is_none() -> None:
    assert [readable_movie({"movie_id": value}) for value in (7, "7", -1, None)] == [7, 7, None, None]


@pytest.mark.parametrize(
    ("event", "rewritten"),
    [
        (changed(**stats(7)), {("stats", NOW)}),
        (changed(**stats(7) | {"synced_at": NOW}), set()),
        (changed(**stats(7) | {"synced_at": None, "hour": EARLIER}), {("stats", EARLIER)}),
        (changed(**stats(7) | {"data": "unreadable"}), {("stats", NOW)}),
        (changed(**stats(7) | {"hour": "unreadable"}), set()),
        (DELETED, {(name, None) for name in TYPES}),
    ],
)
def test_what_no_find_of_newer_stamps_finds_is_rewritten(event: dict[str, Any], rewritten: set[Any]) -> None:
    streams = Streams()
    streams.due_after(event)
    assert streams.events.take_rewritten() == rewritten
    assert streams.events.take_rewritten() == frozenset()


def test_document_that_says_what_is_known_rewrites_nothing() -> None:
    streams = Streams()
    streams.unchanged = [Contract().read_speed(stats(7))]
    streams.due_after(changed(**stats(7)))
    assert streams.events.take_rewritten() == frozenset()

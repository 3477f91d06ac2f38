"""Events of the change streams, as the invalidations that follow."""

from __future__ import annotations

from typing import Any

import pytest

from merger.invalidation.change_stream import StreamBatch
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
        self.events = StreamEvents(batch, speed, ("data_type", "view_type"), self.pending)

    def due_after(self, *events: dict[str, Any], **more: Any) -> set[str]:
        self.speed.next = StreamBatch(events, is_complete=True, **more)
        self.events.read()
        return set(self.pending.due_names())


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


def test_more_events_than_are_read_invalidate_every_movie() -> None:
    assert Streams().due_after(changed(movie_id=7), has_more=True) == {"changed:movies", *ALL_TYPES}


def test_news_say_whether_anything_changed_or_may_have() -> None:
    streams = Streams()
    assert streams.events.read() == StreamNews(covers_speed=True, batch_changed=False, may_have_changed=False)
    streams.batch.next = StreamBatch((changed(movie_id=1),), is_complete=True)
    assert streams.events.read() == StreamNews(covers_speed=True, batch_changed=True, may_have_changed=True)
    streams.batch.next, streams.speed.next = StreamBatch(is_complete=True), StreamBatch()
    assert streams.events.read() == StreamNews(covers_speed=False, batch_changed=False, may_have_changed=True)


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
    assert [readable_movie({"movie_id": value}) for value in (7, "7", -1, None)] == [7, None, None, None]

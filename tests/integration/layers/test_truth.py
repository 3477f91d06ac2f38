"""The service's answers compared with the events themselves: sample jobs, embedded stores, the API.

The sample world's events can be made again at any time, so what the API says of a movie is compared with a
recomputation from them: with both layers in order, with duplicates, with a late batch, and with hours lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django_redis import get_redis_connection
from pymongo.collection import Collection
from pymongo.database import Database

from merger import configuration, wiring
from merger.core.windows import DAY, HOUR, floor_day, floor_hour, isoformat
from merger.stores.mongo.client import database as configured
from sample_data.world import Event, Kind, World

SCALE = 0.02


@dataclass
class SampleWorld:
    """The sample world in a database at ``now``, up to which its speed layer has every event."""

    database: Database[dict[str, Any]]
    world: World
    now: datetime
    batch_until: datetime

    def reviews(self, start: datetime, end: datetime) -> list[Event]:
        end = min(end, self.now)
        hours = int((end - floor_hour(start)) / HOUR) + 1
        events = [event for n in range(hours) for event in self.world.events(floor_hour(start) + n * HOUR)]
        return [event for event in events if event.kind is Kind.REVIEW and start <= event.at < end]

    def ask(self, path: str, *, status: int = 200) -> dict[str, Any]:
        get_redis_connection("default").flushdb()
        response = Client().get(f"/api/v1/{path}")
        assert response.status_code == status, response.content
        answer: dict[str, Any] = response.json()
        return answer


@pytest.fixture(scope="module")
def loaded(mongo_uri: str, redis_url: str) -> Iterator[Database[dict[str, Any]]]:
    """A database with the sample world, whose batch is a day late."""
    with override_settings(MONGODB_DATABASE="truth", SAMPLE_SCALE=SCALE):
        database = configured()
        until = floor_hour(configuration.utc_now()) - 29 * HOUR
        call_command("create_indexes", verbosity=0)
        call_command("sample_batch", scale=SCALE, covers_until=until)
        call_command("sample_speed")
        yield database
        database.client.drop_database("truth")


@pytest.fixture
def sample(loaded: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleWorld]:
    """The sample world at its last sync; later events are in no document yet."""
    held = loaded["sample_world"].find_one({"_id": "world"})
    newest = loaded["speed_views"].find_one(sort=[("synced_at", -1)])
    total = loaded["batch_views"].find_one({"view_type": "sentiment"})
    assert held is not None
    assert newest is not None
    assert total is not None
    monkeypatch.setattr(configuration, "utc_now", lambda: newest["synced_at"])
    wiring.service.cache_clear()
    world = World(held["epoch"], seed=held["seed"], scale=held["scale"])
    yield SampleWorld(loaded, world, newest["synced_at"], total["covers_until"])
    wiring.service.cache_clear()


@contextmanager
def removed(collection: Collection[dict[str, Any]], wanted: dict[str, Any]) -> Iterator[None]:
    """Removes the matching documents within the context."""
    documents = list(collection.find(wanted))
    assert documents
    collection.delete_many(wanted)
    try:
        yield
    finally:
        collection.insert_many(documents)


@contextmanager
def added(collection: Collection[dict[str, Any]], documents: list[dict[str, Any]]) -> Iterator[None]:
    """Adds documents within the context."""
    collection.insert_many(documents)
    try:
        yield
    finally:
        for document in documents:
            collection.delete_one({"_id": document["_id"]})


def by_movie(events: list[Event]) -> dict[int, list[float]]:
    result: dict[int, list[float]] = {}
    for event in events:
        result.setdefault(event.movie_id, []).append(event.value)
    return result


def assert_is(sentiment: dict[str, Any], scores: list[float]) -> None:
    assert sentiment["total_reviews"] == len(scores)
    assert sentiment["overall_score"] == (pytest.approx(sum(scores) / len(scores), abs=1e-3) if scores else None)


def assert_lifetime_and_week_are_true(sample: SampleWorld, movies: int) -> None:
    lifetime = by_movie(sample.reviews(sample.world.epoch, sample.now))
    week = by_movie(sample.reviews(floor_day(sample.now - 7 * DAY), sample.now))
    for movie in sample.world.movies[:movies]:
        answer = sample.ask(f"movies/{movie.movie_id}/sentiment")
        assert answer["freshness"]["complete"], answer["freshness"]
        assert_is(answer["sentiment"], lifetime.get(movie.movie_id, []))
        answer = sample.ask(f"movies/{movie.movie_id}/sentiment?window=7d")
        assert_is(answer["sentiment"], week.get(movie.movie_id, []))


def test_totals_and_windows_equal_the_events(sample: SampleWorld) -> None:
    assert sample.batch_until < sample.now - 28 * HOUR
    assert_lifetime_and_week_are_true(sample, movies=40)


def test_every_day_of_the_timeline_equals_its_events(sample: SampleWorld) -> None:
    for movie in sample.world.movies[:10]:
        answer = sample.ask(f"movies/{movie.movie_id}/sentiment?window=14d&completeness=strict")
        found = {point["date"]: point["review_count"] for point in answer["breakdown"]}
        days = [floor_day(sample.now) - n * DAY for n in range(15)]
        for day in days:
            expected = len(by_movie(sample.reviews(day, day + DAY)).get(movie.movie_id, []))
            assert found.get(day.date().isoformat(), 0) == expected


def test_every_hour_of_a_short_window_equals_its_events(sample: SampleWorld) -> None:
    for movie in sample.world.movies[:10]:
        answer = sample.ask(f"movies/{movie.movie_id}/sentiment?window=12h&completeness=strict")
        found = {point["hour"]: point["review_count"] for point in answer["breakdown"]}
        for n in range(13):
            hour = floor_hour(sample.now) - n * HOUR
            expected = len(by_movie(sample.reviews(hour, hour + HOUR)).get(movie.movie_id, []))
            assert found.get(isoformat(hour), 0) == expected


def test_duplicates_change_nothing(sample: SampleWorld) -> None:
    ids = [movie.movie_id for movie in sample.world.movies[:10]]
    batch, speed = sample.database["batch_views"], sample.database["speed_views"]
    with added(batch, copies(batch, ids, "computed_at")), added(speed, copies(speed, ids, "synced_at")):
        assert_lifetime_and_week_are_true(sample, movies=10)


def copies(collection: Collection[dict[str, Any]], ids: list[int], stamp: str) -> list[dict[str, Any]]:
    """A copy of each sentiment document, and an older one with other numbers."""
    result = []
    for document in collection.find({"movie_id": {"$in": ids}, "data.review_count": {"$gt": 0}}):
        result.append(document | {"_id": f"same:{document['_id']}"})
        older = document | {"_id": f"older:{document['_id']}", stamp: document[stamp] - timedelta(minutes=1)}
        result.append(older | {"data": document["data"] | {"review_count": 10**6}})
    return result


def test_only_a_lost_hour_is_reported_missing(sample: SampleWorld) -> None:
    hour = floor_hour(sample.now) - 3 * HOUR
    lost = by_movie(sample.reviews(hour, hour + HOUR))
    lifetime = by_movie(sample.reviews(sample.world.epoch, sample.now))
    missing = [{"start": isoformat(hour), "end": isoformat(hour + HOUR)}]
    with removed(sample.database["speed_views"], {"hour": hour}):
        for movie in sample.world.movies[:10]:
            answer = sample.ask(f"movies/{movie.movie_id}/sentiment")
            assert answer["freshness"]["missing"] == missing
            expected = len(lifetime.get(movie.movie_id, [])) - len(lost.get(movie.movie_id, []))
            assert answer["sentiment"]["total_reviews"] == expected
            problem = sample.ask(f"movies/{movie.movie_id}/sentiment?completeness=strict", status=503)
            assert problem["missing"] == missing


def test_without_batch_documents_of_a_movie_its_past_is_assumed_to_be_empty(sample: SampleWorld) -> None:
    movie_id = sample.world.movies[0].movie_id
    with removed(sample.database["batch_views"], {"movie_id": movie_id, "view_type": "sentiment"}):
        freshness = sample.ask(f"movies/{movie_id}/sentiment")["freshness"]
        assert freshness["proven"] is False
        first = freshness["assumed"][0]
        assert (first["start"], first["reason"]) == (None, "absent")
        assert sample.ask(f"movies/{movie_id}/sentiment?completeness=proven", status=503)


def test_without_any_batch_documents_the_past_is_reported_missing(sample: SampleWorld) -> None:
    with removed(sample.database["batch_views"], {"view_type": "sentiment"}):
        freshness = sample.ask(f"movies/{sample.world.movies[0].movie_id}/sentiment")["freshness"]
        assert freshness["complete"] is False
        assert freshness["missing"][0]["start"] is None


def test_an_empty_speed_layer_is_reported(sample: SampleWorld) -> None:
    with removed(sample.database["speed_views"], {}):
        answer = sample.ask(f"movies/{sample.world.movies[0].movie_id}/sentiment")
        assert answer["freshness"]["missing"] == [
            {"start": isoformat(sample.batch_until), "end": isoformat(floor_hour(sample.now))}
        ]
        assert answer["data_source"] == "batch"


def test_trends_of_all_movies_count_every_review_once(sample: SampleWorld) -> None:
    answer = sample.ask("analytics/trends?metric=sentiment&window=7d&completeness=strict")
    for point in answer["data_points"]:
        day = datetime.fromisoformat(f"{point['date']}T00:00:00+00:00")
        reviews = sample.reviews(day, day + DAY)
        assert point["count"] == len(reviews)
        assert point["value"] == pytest.approx(sum(event.value for event in reviews) / len(reviews), abs=1e-3)

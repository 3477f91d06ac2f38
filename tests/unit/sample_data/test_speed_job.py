"""The speed job's documents follow from the events, and agree with the batch job's."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES
from merger.core.windows import DAY, HOUR, Granularity, floor_day, floor_hour, parse_span
from movies.sentiment import movie_sentiment
from sample_data.replay import Replay
from sample_data.speed_job import heartbeats, speed_documents, trending_score
from tests.unit.merger.documents import missing_of, view_inputs
from tests.unit.sample_data.streams import CUT, EPOCH, NOW, Raw, batch, events, of_type, scores, small_world, speed


@pytest.fixture(scope="module")
def documents() -> list[Raw]:
    return speed(small_world(), CUT)


def test_the_contract_reads_every_document_of_all_three_data_types(documents: list[Raw]) -> None:
    read = Contract().read(speed=documents)
    assert read.skipped == ()
    assert {document.data_type for document in read.speed} == set(SPEED_TYPES)


def test_a_movie_has_documents_for_the_hours_with_events(documents: list[Raw]) -> None:
    expected = {(event.movie_id, floor_hour(event.at)) for event in events(small_world(), CUT, NOW)}
    for data_type in ("stats", "trending"):
        assert {(d["movie_id"], d["hour"]) for d in of_type(documents, data_type)} == expected


def test_ids_are_unique_and_sort_by_time(documents: list[Raw]) -> None:
    ids = [document["_id"] for document in documents]
    assert len(set(ids)) == len(ids)
    hours = [document["hour"] for document in sorted(documents, key=lambda document: document["_id"])]
    assert hours == sorted(hours)


def test_a_document_expires_two_days_after_its_hour(documents: list[Raw]) -> None:
    assert {document["ttl_expires_at"] - document["hour"] for document in documents} == {2 * DAY}


def test_reviews_are_those_of_the_hour(documents: list[Raw]) -> None:
    world = small_world()
    for document in of_type(documents, "sentiment")[:100]:
        expected = scores(world, document["hour"], min(document["hour"] + HOUR, NOW), document["movie_id"])
        assert document["data"]["review_count"] == len(expected)
        assert document["data"]["avg_sentiment"] == pytest.approx(sum(expected) / len(expected))


def test_batch_before_a_cut_and_speed_after_it_add_up_to_all_reviews(documents: list[Raw]) -> None:
    world = small_world()
    counted: dict[int, int] = defaultdict(int)
    for document in of_type(batch(world), "sentiment"):
        if "date" not in document["data"]:
            counted[document["movie_id"]] += document["data"]["review_count"]
    for document in of_type(documents, "sentiment"):
        counted[document["movie_id"]] += document["data"]["review_count"]
    assert counted == {movie.movie_id: len(scores(world, EPOCH, NOW, movie.movie_id)) for movie in world.movies}


@pytest.mark.parametrize("rank", range(0, 90, 15))
def test_the_merge_of_both_jobs_equals_the_sums_over_events(documents: list[Raw], rank: int) -> None:
    world = small_world()
    movie_id = world.movies[rank].movie_id
    read = view_inputs(NOW, batch(world), documents)
    for window, start in (("all", EPOCH), ("2d", floor_day(NOW - 2 * DAY))):
        built = movie_sentiment(movie_id, parse_span(window), Granularity.DAY, read)
        assert built is not None
        expected = scores(world, start, NOW, movie_id)
        assert built.body["sentiment"]["total_reviews"] == len(expected)
        assert (built.body["sentiment"]["overall_score"] or 0) * len(expected) == pytest.approx(sum(expected), abs=1e-4)
        assert missing_of(built) == []


def test_the_mean_of_a_days_stats_equals_its_batch_point() -> None:
    world = small_world()
    day = EPOCH + DAY
    points = {
        document["data"]["metric"]: document["data"]
        for document in of_type(batch(world), "temporal_analytics")
        if document["data"]["date"] == "2026-10-11" and not {"genre", "movie_id"} & document["data"].keys()
    }
    stats = [document["data"] for document in of_type(speed(world, day, day + DAY), "stats")]
    for metric, name in (("rating", "vote_average"), ("popularity", "popularity")):
        assert points[metric]["count"] == len(stats)
        assert points[metric]["value"] == pytest.approx(sum(data[name] for data in stats) / len(stats))


def test_stats_change_by_their_velocities() -> None:
    documents = sorted(of_type(speed(small_world(), EPOCH), "stats"), key=lambda document: document["hour"])
    last: dict[int, Raw] = {}
    for document in documents:
        data, before = document["data"], last.get(document["movie_id"])
        if before is not None:
            assert data["vote_count"] - before["vote_count"] == data["vote_velocity"]
            assert data["vote_average"] - before["vote_average"] == pytest.approx(data["rating_velocity"])
        last[document["movie_id"]] = data
    assert len(last) > 50


def test_trending_repeats_the_score_of_stats_and_adds_its_velocity() -> None:
    documents = speed(small_world(), EPOCH + DAY)
    scored = {(d["movie_id"], d["hour"]): d["data"]["trending_score"] for d in of_type(documents, "stats")}
    checked = 0
    for document in of_type(documents, "trending"):
        movie_id, hour, data = document["movie_id"], document["hour"], document["data"]
        assert 0 < data["trending_score"] < 100
        assert data["trending_score"] == scored[movie_id, hour]
        if (movie_id, hour - HOUR) in scored and hour + HOUR <= NOW:
            assert data["velocity"] == pytest.approx(data["trending_score"] - scored[movie_id, hour - HOUR], abs=0.5)
            checked += 1
    assert checked > 50


def test_an_events_weight_halves_every_three_hours_and_later_events_are_ignored() -> None:
    assert trending_score([EPOCH] * 40, EPOCH + timedelta(microseconds=1)) == 50
    assert trending_score([EPOCH] * 80, EPOCH + 3 * HOUR) == 50
    assert trending_score([EPOCH], EPOCH) == 0
    assert trending_score([], EPOCH) == 0


def test_a_refresh_writes_only_movies_with_new_events() -> None:
    replay = Replay(small_world())
    first, second = EPOCH + timedelta(minutes=20), EPOCH + timedelta(minutes=40)
    changed = {d["movie_id"] for d in speed_documents(replay, second, second, since=first)}
    assert changed == {event.movie_id for event in replay.world.events(EPOCH) if first <= event.at < second}
    assert changed < {d["movie_id"] for d in speed_documents(replay, second, second)}


def test_sentiment_velocity_is_the_change_since_the_last_hour_with_reviews(documents: list[Raw]) -> None:
    world, found = small_world(), 0
    for document in of_type(documents, "sentiment"):
        hour, movie_id = document["hour"], document["movie_id"]
        earlier = [
            expected
            for age in range(1, 25)
            if (expected := scores(world, hour - age * HOUR, hour - (age - 1) * HOUR, movie_id))
        ]
        velocity = document["data"].get("sentiment_velocity")
        if not earlier:
            assert velocity is None
            continue
        before = sum(earlier[0]) / len(earlier[0])
        assert velocity == pytest.approx(document["data"]["avg_sentiment"] - before, abs=1e-3)
        found += 1
        if found == 40:
            break
    assert found == 40


def test_the_contract_reads_a_heartbeat_of_each_type() -> None:
    hour = floor_hour(NOW)
    read = Contract().read(speed=heartbeats(hour, NOW))
    assert read.skipped == ()
    assert {(beat.data_type, beat.hour, beat.synced_at) for beat in read.heartbeats} == {
        (data_type, hour, NOW) for data_type in SPEED_TYPES
    }

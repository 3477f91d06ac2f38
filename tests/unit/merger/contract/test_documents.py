"""Reading documents: each kind of error has a stable name, and every alias is understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bson import Code

from merger.contract.dialects.aliases import Aliases
from merger.contract.dialects.coverage_rule import CoverageRule
from merger.contract.documents import Contract, Heartbeat
from merger.core.windows import HOUR
from tests.unit.merger.documents import MOVIE, Raw, batch_view, bucket, point, sentiment, total
from tests.unit.merger.examples import BAD_VALUES, DETAILS, EXAMPLES, RUN


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.get("view_type") or example["data_type"])
def test_a_healthy_document_of_every_kind_is_read(example: Raw) -> None:
    read = Contract().read(*(([example], []) if "computed_at" in example else ([], [example])))
    assert read.skipped == ()
    assert len(read.batch) + len(read.speed) == 1


@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda value: repr(value)[:40])
def test_an_invalid_count_skips_the_document_and_names_the_field(value: Any) -> None:
    broken = {**total(100, RUN), "data": sentiment(1) | {"review_count": value}}
    read = Contract().read([broken, total(5, RUN)], [])
    kinds = [skip.kind for skip in read.skipped]
    assert kinds == ["sentiment.review_count"]
    assert [document.data["review_count"] for document in read.batch] == [5]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"view_type": None}, "batch.view_type"),
        ({"view_type": ["sentiment"]}, "batch.view_type"),
        ({"view_type": "Sentiment"}, "batch.view_type"),
        ({"movie_id": None}, "sentiment.movie_id"),
        ({"movie_id": "603x"}, "sentiment.movie_id"),
        ({"movie_id": -1}, "sentiment.movie_id"),
        ({"movie_id": 550.5}, "sentiment.movie_id"),
        ({"data": None}, "sentiment.data"),
        ({"data": []}, "sentiment.data"),
        ({"data": "{}"}, "sentiment.data"),
        ({"data": {}}, "sentiment.review_count"),
        ({"data": sentiment(1, date="yesterday")}, "sentiment.date"),
        ({"data": sentiment(1, date=float("nan"))}, "sentiment.date"),
        ({"data": sentiment(1, date="99999-01-01")}, "sentiment.date"),
        ({"data": sentiment(1, date="1800-12-31")}, "sentiment.date"),
        ({"data": sentiment(1, date="2200-01-01")}, "sentiment.date"),
        ({"computed_at": None, "covers_until": None}, "sentiment.computed_at"),
        ({"computed_at": "soon", "covers_until": None}, "sentiment.computed_at"),
        ({"computed_at": 1_700, "covers_until": "later"}, "sentiment.computed_at"),
    ],
)
def test_an_error_in_a_batch_document_has_a_stable_name(change: Raw, kind: str) -> None:
    read = Contract().read([{**total(100, RUN), **change}], [])
    assert [skip.kind for skip in read.skipped] == [kind]
    assert read.skipped[0].layer == "batch"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"data_type": None}, "speed.data_type"),
        ({"data_type": {"$ne": 1}}, "speed.data_type"),
        ({"movie_id": None}, "sentiment.movie_id"),
        ({"hour": None}, "sentiment.hour"),
        ({"hour": RUN + timedelta(microseconds=1)}, "sentiment.hour"),
        ({"hour": RUN + timedelta(seconds=1)}, "sentiment.hour"),
        ({"hour": "noon"}, "sentiment.hour"),
        ({"window_start": RUN + 2 * HOUR}, "sentiment.hour"),
        ({"data": {**sentiment(1), "negative_count": -1}}, "sentiment.negative_count"),
    ],
)
def test_an_error_in_a_speed_document_has_a_stable_name(change: Raw, kind: str) -> None:
    read = Contract().read([], [{**bucket(RUN, 1), **change}])
    assert [skip.kind for skip in read.skipped] == [kind]
    assert read.skipped[0].layer == "speed"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"data": sentiment(1) | {"avg_sentiment": 1.0000001}}, "sentiment.avg_sentiment"),
        ({"data": sentiment(1) | {"avg_sentiment": float("nan")}}, "sentiment.avg_sentiment"),
        ({"computed_at": "soon"}, "sentiment.computed_at"),
        ({"covers_until": "99999-01-01T00:00:00Z"}, "sentiment.covers_until"),
        ({"version": "latest"}, "sentiment.version"),
    ],
)
def test_any_other_value_of_a_batch_document_is_dropped_alone(change: Raw, kind: str) -> None:
    read = Contract().read([{**total(100, RUN), **change}], [])
    assert len(read.batch) == 1
    assert [(drop.layer, drop.kind) for drop in read.dropped] == [("batch", kind)]


def test_any_other_value_of_a_speed_document_is_dropped_alone() -> None:
    data = sentiment(1) | {"sentiment_velocity": "fast"}
    read = Contract().read([], [{**bucket(RUN, 1), "data": data, "synced_at": float("nan")}])
    assert read.speed[0].data == sentiment(1)
    assert [drop.kind for drop in read.dropped] == ["sentiment.synced_at", "sentiment.sentiment_velocity"]


def test_a_null_average_is_no_error() -> None:
    read = Contract().read([{**total(0, RUN), "data": sentiment(0) | {"avg_sentiment": None}}], [])
    assert (read.skipped, read.dropped) == ((), ())


def test_a_bucket_without_synced_at_counts_as_synced_when_its_hour_began() -> None:
    assert Contract().read_speed(bucket(RUN, 1, synced_at=None)).synced_at == RUN


def test_coverage_is_stated_by_the_document_or_by_the_deployment() -> None:
    stated, unstated = total(1, RUN), total(1, RUN, covers_until=None)
    found = [Contract().read_batch(raw) for raw in (stated, unstated)]
    assert [(d.covers_until, d.is_coverage_stated) for d in found] == [(RUN, True), (RUN + HOUR, False)]
    ruled = Contract(coverage=CoverageRule(2 * HOUR)).read_batch(unstated)
    assert (ruled.covers_until, ruled.is_coverage_stated) == (RUN - HOUR, True)


def test_a_document_that_tells_its_coverage_alone_was_computed_then_at_the_earliest() -> None:
    found = Contract().read_batch(total(1, RUN, computed_at=None))
    assert (found.computed_at, found.covers_until) == (RUN, RUN)


def test_a_heartbeat_holds_an_hour_and_is_about_no_movie() -> None:
    beat = {"data_type": "stats", "hour": "2026-03-10T02:00Z", "heartbeat": True, "synced_at": RUN + HOUR}
    read = Contract().read([], [beat, bucket(RUN, 1)])
    assert (read.skipped, len(read.speed)) == ((), 1)
    assert read.heartbeats == (Heartbeat("stats", RUN, RUN + HOUR),)
    assert read.of_movie(MOVIE).heartbeats == read.heartbeats


@pytest.mark.parametrize(
    "change",
    [{"heartbeat": 1}, {"heartbeat": False}, {"hour": None}, {"hour": RUN + HOUR / 2}, {"data_type": "clicks"}],
)
def test_what_tells_no_hour_of_a_type_is_no_heartbeat(change: Raw) -> None:
    beat = {"data_type": "stats", "hour": RUN, "heartbeat": True, "synced_at": RUN + HOUR, **change}
    read = Contract().read([], [beat])
    assert (read.heartbeats, len(read.skipped)) == ((), 1)


def test_a_skipped_document_has_the_readable_parts_of_its_key() -> None:
    read = Contract().read([point("2026-03-09", -1, RUN)], [{**bucket(RUN, -1), "movie_id": "?"}])
    batch, speed = read.skipped
    assert (batch.type, batch.movie_id, batch.date) == ("sentiment", MOVIE, "2026-03-09")
    assert (speed.type, speed.movie_id, speed.hour) == ("sentiment", None, RUN)


def test_every_built_in_alias_is_understood() -> None:
    flat = {"view_type": "genre_analytics", "computed_at": RUN, **EXAMPLES[3]["data"]}
    trends = {**EXAMPLES[4], "view_type": "temporal_trends"}
    payload = dict(total(100, RUN))
    payload["stats"] = payload.pop("data")
    speed = dict(bucket(RUN, 1))
    speed["view_type"] = speed.pop("data_type")
    named = batch_view("movie_details", {**DETAILS, "genres": [{"id": 18, "name": "Drama"}]}, RUN)
    read = Contract().read([flat, trends, payload, named], [speed])
    assert read.skipped == ()
    assert [document.view_type for document in read.batch] == [
        "genre_analytics",
        "temporal_analytics",
        "sentiment",
        "movie_details",
    ]
    assert read.batch[3].data["genres"] == ("Drama",)
    assert read.speed[0].data_type == "sentiment"


def test_a_deployment_can_add_aliases() -> None:
    aliases = Aliases().with_extra(
        {
            "payload": ["body"],
            "view_types": {"mood": "sentiment", "temporal_trends": "sentiment"},
            "fields": {"reviews": "review_count"},
            "speed_type_keys": ["kind"],
        }
    )
    body = sentiment(3)
    body["reviews"] = body.pop("review_count")
    raw = {"movie_id": MOVIE, "view_type": "mood", "body": body, "computed_at": RUN}
    read = Contract(aliases).read(
        [raw], [{"movie_id": MOVIE, "kind": "sentiment", "hour": RUN, "synced_at": RUN, "body": body}]
    )
    assert read.skipped == ()
    assert read.batch[0].data["review_count"] == read.speed[0].data["review_count"] == 3
    assert aliases.view_types["temporal_trends"] == "temporal_analytics"
    assert aliases.payload[0] == "data"


def test_a_fields_own_name_wins_over_an_alias() -> None:
    aliases = Aliases(fields={"reviews": "review_count"})
    for data in ({"reviews": 9, **sentiment(3)}, {**sentiment(3), "reviews": 9}):
        assert Contract(aliases).read([{**total(1, RUN), "data": data}], []).batch[0].data["review_count"] == 3


def test_unknown_fields_are_left_out() -> None:
    read = Contract().read([{**total(1, RUN), "data": sentiment(1) | {"$where": "1", "extra": [1]}}], [])
    assert set(read.batch[0].data) == set(sentiment(1))


@pytest.mark.parametrize("name", [Code("sentiment"), Code("no such type"), ["sentiment"], {"sentiment": 1}])
def test_a_type_that_is_not_plain_text_skips_the_document(name: Any) -> None:
    found = Contract().read([{**total(100, RUN), "view_type": name}], [{**bucket(RUN, 1), "data_type": name}])
    assert (found.batch, found.speed) == ((), ())
    assert {entry.kind for entry in found.skipped} == {"batch.view_type", "speed.data_type"}


def test_documents_of_a_movie_are_those_that_name_it() -> None:
    other = MOVIE + 1
    found = Contract().read(
        [total(1, RUN), total(1, RUN, movie_id=other), total(-1, RUN), total(-1, RUN, movie_id=other)],
        [bucket(RUN, 1), bucket(RUN, 1, movie_id=other)],
    )
    own = found.of_movie(MOVIE)
    for documents in (own.batch, own.speed, own.skipped):
        assert [each.movie_id for each in documents] == [MOVIE]


def test_documents_of_other_known_types_are_left_out_and_doubtful_ones_stay() -> None:
    types: tuple[Any, ...] = ("stats", "sentiment", "trending", "clicks", None, 5, ["sentiment"])
    raw = [bucket(RUN, 1, data_type=each) for each in types]
    found = Contract().speed_of_types(raw, ("stats",))
    assert [each["data_type"] for each in found] == ["stats", "clicks", None, 5, ["sentiment"]]
    assert Contract().speed_of_types(raw, ()) == raw


@pytest.mark.parametrize(
    ("data", "has_date", "date"),
    [
        (sentiment(-1), False, None),
        (sentiment(-1, date="2026-03-09"), True, "2026-03-09"),
        (sentiment(-1, date="soon"), True, None),
    ],
)
def test_a_skipped_point_is_told_from_a_skipped_total(data: Raw, has_date: bool, date: str | None) -> None:
    (skip,) = Contract().read([{**total(1, RUN), "data": data}]).skipped
    assert (skip.has_date, skip.date) == (has_date, date)


@pytest.mark.parametrize(("month", "date"), [(3, "2025-03"), (None, "2025"), (13, "2025")])
def test_a_skipped_genre_document_tells_its_period(month: int | None, date: str) -> None:
    data = {"genre": "Drama", "year": 2025, "month": month, "total_movies": -1}
    (skip,) = Contract().read([batch_view("genre_analytics", data, RUN)]).skipped
    assert (skip.genre, skip.date, skip.has_date) == ("Drama", date, False)


@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda value: repr(value)[:40])
@pytest.mark.parametrize("name", ["movie_id", "genre", "month", "date", "computed_at", "covers_until", "view_type"])
def test_any_value_of_what_identifies_a_document_is_read_or_skipped(name: str, value: Any) -> None:
    for example in EXAMPLES:
        layer = "batch" if "view_type" in example else "speed"
        inside = {**example, "data": {**example["data"], name: value}}
        read = Contract().read(**{layer: [{**example, name: value}, inside]})
        assert len(read.batch) + len(read.speed) + len(read.skipped) == 2

"""Reading documents: each kind of error has a stable name, and every alias is understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bson import Code

from merger.contract.documents import Aliases, Contract
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
        ({"movie_id": "550"}, "sentiment.movie_id"),
        ({"movie_id": -1}, "sentiment.movie_id"),
        ({"movie_id": 550.5}, "sentiment.movie_id"),
        ({"data": None}, "sentiment.data"),
        ({"data": []}, "sentiment.data"),
        ({"data": "{}"}, "sentiment.data"),
        ({"data": {}}, "sentiment.avg_sentiment"),
        ({"data": sentiment(1, date="yesterday")}, "sentiment.date"),
        ({"data": sentiment(1, date="99999-01-01")}, "sentiment.date"),
        ({"data": sentiment(1, date="1800-12-31")}, "sentiment.date"),
        ({"data": sentiment(1, date="2200-01-01")}, "sentiment.date"),
        ({"data": sentiment(1) | {"avg_sentiment": 1.0000001}}, "sentiment.avg_sentiment"),
        ({"data": sentiment(1) | {"avg_sentiment": None}}, "sentiment.avg_sentiment"),
        ({"computed_at": None}, "sentiment.computed_at"),
        ({"computed_at": "soon"}, "sentiment.computed_at"),
        ({"computed_at": 1_700_000_000}, "sentiment.computed_at"),
        ({"covers_until": "99999-01-01T00:00:00Z"}, "sentiment.covers_until"),
        ({"version": "latest"}, "sentiment.version"),
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
        ({"hour": RUN + timedelta(minutes=30)}, "sentiment.hour"),
        ({"synced_at": None}, "sentiment.synced_at"),
        ({"synced_at": float("nan")}, "sentiment.synced_at"),
        ({"data": {**sentiment(1), "negative_count": -1}}, "sentiment.negative_count"),
    ],
)
def test_an_error_in_a_speed_document_has_a_stable_name(change: Raw, kind: str) -> None:
    read = Contract().read([], [{**bucket(RUN, 1), **change}])
    assert [skip.kind for skip in read.skipped] == [kind]
    assert read.skipped[0].layer == "speed"


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

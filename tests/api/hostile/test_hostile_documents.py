"""Unreadable documents never change what is answered from the healthy ones and never cause a 500.

Every endpoint is asked before and after hostile documents arrive, over the real stores. An unreadable document may
show in ``freshness.warnings``; only where what it said is lost, say the newest refresh of an hour, ``missing`` names
the hour.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from merger.contract.documents import Contract
from tests.api.conftest import Api
from tests.api.documents import (
    COMPUTED,
    HOUR,
    NOW,
    OPEN_HOUR,
    Document,
    actor,
    batch,
    genre_month,
    movie,
    sentiment_day,
    speed,
    speed_sentiment,
    speed_stats,
    speed_trending,
    trend_point,
)
from tests.api.healthy_world import (
    ADDRESSES,
    LAST_SYNC,
    MOVIE,
    OTHER,
    answers,
    content,
    load_healthy,
    parsed,
    without_warnings,
)
from tests.api.spoiled import KINDS, spoiled
from tests.deep_documents import nested

TEN_MEGABYTES = "x" * 10_000_000


@pytest.fixture(autouse=True)
def _fresh_monitor() -> Iterator[None]:
    from lambdaserve.ops.health.monitor import monitor

    monitor.cache_clear()
    yield
    monitor.cache_clear()


def test_answers_about_the_healthy_world_are_complete_without_warnings(api: Api) -> None:
    for address, body in load_healthy(api).items():
        assert body["freshness"]["warnings"] == [], address
        # No document says when the lifetime of a genre's series began.
        assert body["freshness"]["complete"] or "window=all" in address, (address, body["freshness"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_reads_none_of_the_spoiled_documents(kind: str) -> None:
    documents = list(spoiled(kind))
    layer = kind.split()[0]
    read = Contract().read(**{layer: documents})
    assert not [*read.batch, *read.speed]
    assert len(read.skipped) == len(documents) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_unreadable_documents_change_no_answer(api: Api, kind: str) -> None:
    before = load_healthy(api)
    _load_spoiled(api, kind)
    after = answers(api)
    assert_unchanged(before, after)
    assert any("documents_skipped" in str(body["freshness"]["warnings"]) for body in after.values())


def test_unreadable_documents_of_every_kind_change_no_running_answer(api: Api) -> None:
    before = load_healthy(api)
    for kind in KINDS:
        _load_spoiled(api, kind)
    api.redis.flushdb()
    found = {address: parsed(content(api, address)) for address in ADDRESSES}
    assert_unchanged(before, found)


def assert_unchanged(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Checks that every answer is as it was, apart from warnings."""
    earlier, later = without_warnings(before), without_warnings(after)
    for address in earlier:
        for part in earlier[address].keys() | later[address].keys():
            assert later[address].get(part) == earlier[address].get(part), (address, part)


def _load_spoiled(api: Api, kind: str) -> None:
    """Stores them by the kind's layer, since a spoiled speed document may lack its ``hour``."""
    api.database[f"{kind.split()[0]}_views"].insert_many(spoiled(kind))


LOST = [
    ("sentiment", speed_sentiment(MOVIE, OPEN_HOUR - HOUR, 9, -1.0), f"movies/{MOVIE}/sentiment?window=36h"),
    ("stats", speed_stats(MOVIE, OPEN_HOUR - HOUR, 1.0, 1, 1.0), f"movies/{MOVIE}/stats?hours=72"),
    ("stats", speed_stats(MOVIE, OPEN_HOUR - HOUR, 1.0, 1, 1.0), "analytics/trends?metric=rating"),
    ("trending", speed_trending(MOVIE, OPEN_HOUR - HOUR, 1.0), "trending/movies?window=24h"),
]


@pytest.mark.parametrize(("data_type", "whole", "address"), LOST)
def test_an_hour_with_an_unreadable_newest_bucket_is_missing_but_counts(
    api: Api, data_type: str, whole: Document, address: str
) -> None:
    before = load_healthy(api)[address]
    api.load({**whole, "data": {**whole["data"], _a_number(data_type): "NaN"}, "synced_at": LAST_SYNC})
    after = answers(api, address)[address]
    hour = {"start": "2031-03-10T11:00:00Z", "end": "2031-03-10T12:00:00Z"}
    assert (after["freshness"]["complete"], after["freshness"]["missing"]) == (False, [hour])
    assert {**after, "freshness": None} == {**before, "freshness": None}


@pytest.mark.parametrize(("data_type", "whole", "address"), LOST)
def test_an_hour_with_a_readable_newest_bucket_is_complete(
    api: Api, data_type: str, whole: Document, address: str
) -> None:
    before = load_healthy(api)
    api.load({**whole, "data": {**whole["data"], _a_number(data_type): "NaN"}})
    assert_unchanged(before, answers(api))


def _a_number(data_type: str) -> str:
    return {"sentiment": "review_count", "stats": "popularity", "trending": "trending_score"}[data_type]


def test_a_day_with_only_an_unreadable_document_is_missing(api: Api) -> None:
    load_healthy(api)
    address = f"movies/{MOVIE}/sentiment"
    api.database["batch_views"].delete_one({"view_type": "sentiment", "data.date": "2031-03-04"})
    before = answers(api, address)[address]
    assert before["freshness"]["complete"]
    api.load(sentiment_day(MOVIE, "2031-03-04", 5, 7.0))
    after = answers(api, address)[address]
    assert after["freshness"]["missing"] == [{"start": "2031-03-04T00:00:00Z", "end": "2031-03-05T00:00:00Z"}]
    assert {**after, "freshness": None} == {**before, "freshness": None}


def test_a_date_in_a_list_hides_neither_layer(api: Api) -> None:
    before = load_healthy(api)
    api.load(
        *(speed(name, 9, OPEN_HOUR, {}, synced_at=[NOW - timedelta(seconds=1), 7]) for name in ("sentiment", "stats")),
        speed("trending", 9, OPEN_HOUR, {}, synced_at=[NOW - timedelta(seconds=1)]),
        batch("movie_details", {}, movie_id=9, computed_at=[NOW - timedelta(seconds=1)]),
        batch("sentiment", {}, movie_id=9, computed_at=[NOW - timedelta(seconds=1)]),
    )
    assert_unchanged(before, answers(api))


def test_a_document_too_deep_to_decode_hides_no_other(api: Api) -> None:
    before = load_healthy(api)
    whole = [movie(MOVIE, "Hostile"), movie(4711, "Hostile"), trend_point("rating", "2031-03-08", 1.0, 9999)]
    newer = ({**each, "computed_at": COMPUTED + HOUR} for each in whole)
    deep = [nested(960, {name: value for name, value in each.items() if name != "data"}) for each in newer]
    api.database["batch_views"].insert_many(deep)
    assert_unchanged(before, answers(api))


def test_strings_of_ten_megabytes_change_no_answer(api: Api) -> None:
    before = load_healthy(api)
    for document in (
        movie(MOVIE, TEN_MEGABYTES),
        movie(4711, "Hostile", overview=TEN_MEGABYTES),
        movie(OTHER, "Hostile", genres=["Drama", TEN_MEGABYTES]),
        genre_month(TEN_MEGABYTES, 2030, 1, 1.0, 9999),
        actor(TEN_MEGABYTES, ("Edward Norton", 9)),
        actor("Edward Norton", (TEN_MEGABYTES, 9)),
        trend_point("rating", TEN_MEGABYTES, 1.0, 9999),
        batch(TEN_MEGABYTES, {"title": "Hostile"}, movie_id=MOVIE),
        speed(TEN_MEGABYTES, MOVIE, OPEN_HOUR, {"vote_average": 1.0}),
        speed_stats(MOVIE, OPEN_HOUR, 1.0, 1, 1.0, synced_at=TEN_MEGABYTES),
    ):
        if "computed_at" in document:
            document["computed_at"] = COMPUTED + HOUR
        api.load(document)
    assert_unchanged(before, answers(api))


def test_a_document_reference_is_not_a_title(api: Api) -> None:
    before = load_healthy(api)
    for title in ({"$ref": "batch_views", "$id": 1}, {"$ref": 7}):
        api.load(batch("movie_details", {"title": title}, movie_id=MOVIE, computed_at=COMPUTED + HOUR))
    assert_unchanged(before, answers(api))


def test_every_kind_of_skipped_document_is_counted_and_logged_once(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    load_healthy(api)
    api.load(movie(MOVIE, "", popularity="NaN"), genre_month("Drama", 2030, 3, 7.0, -1))
    caplog.set_level(logging.WARNING)
    answers(api)
    messages = [record.getMessage() for record in caplog.records if "could not be read" in record.getMessage()]
    assert len([text for text in messages if "(movie_details.title)" in text]) == 1
    assert len([text for text in messages if "(genre_analytics.total_movies)" in text]) == 1


def test_unreadable_documents_do_not_change_health(api: Api) -> None:
    load_healthy(api)
    for kind in KINDS:
        _load_spoiled(api, kind)
    # The first report may come before the probes have answered, since it does not wait for them.
    end = time.monotonic() + 20
    while (found := parsed(content(api, "health")))["status"] != "healthy" and time.monotonic() < end:
        time.sleep(0.2)
    assert found["status"] == "healthy", found
    assert {service["status"] for service in found["services"].values()} == {"healthy"}
    assert parsed(content(api, "health/live")) == {"status": "alive"}
    assert parsed(content(api, "health/ready")) == {"status": "ready", "reasons": []}


def test_serving_changes_no_stored_document(api: Api) -> None:
    load_healthy(api)
    for kind in KINDS:
        _load_spoiled(api, kind)
    before = _dump(api)
    answers(api)
    for address in (*ADDRESSES, "health", "health/live", "health/ready", "movies/1", "movies/-1", "search/movies?q="):
        api.get(address)
    assert _dump(api) == before


def _dump(api: Api) -> dict[str, list[bytes]]:
    """Every collection as stored bytes."""
    options: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    names = api.database.list_collection_names()
    assert {"batch_views", "speed_views"} <= set(names)
    found = {name: api.database[name].with_options(codec_options=options).find() for name in names}
    return {name: sorted(bytes(each.raw) for each in documents) for name, documents in found.items()}

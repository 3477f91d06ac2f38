"""Unreadable documents never change what is answered from the healthy ones and never cause a 500.

Every endpoint is asked before and after hostile documents arrive, over the real stores. An answer that would have used
an unreadable document is not complete, and ``missing`` names the time that the document stood for. Values that can't
be read are in ``test_hostile_values.py``. Requirements D2 and M8.
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
    sentiment_total,
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
    answers,
    content,
    load_healthy,
    parsed,
    without_warnings,
)
from tests.api.holes import (
    DETAILS,
    GENRE,
    HOLES,
    HOURLY,
    OVERVIEW,
    PERSON,
    RANKINGS,
    RATINGS,
    RECOMMENDED,
    SCORES,
    SENTIMENT,
    TOTALS,
    TRENDS,
    UNDATED_HOLES,
    assert_holes,
    assert_only_batch_fills,
    assert_same_bodies,
    without,
)
from tests.api.spoiled import KINDS, has_an_hour, spoiled
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
def test_unreadable_documents_change_no_number_and_leave_holes(api: Api, kind: str) -> None:
    before = load_healthy(api)
    _load_spoiled(api, kind)
    after = answers(api)
    # A movie whose details can't be read may be of the genre, so that hours of its series are in doubt.
    assert_same_bodies(without(before, SCORES) if kind == "batch movie_details" else before, after)
    assert_only_batch_fills(before, after)
    assert_holes(before, after, HOLES[kind])
    assert any("documents_skipped" in str(body["freshness"]["warnings"]) for body in after.values())


@pytest.mark.parametrize("kind", UNDATED_HOLES)
def test_unreadable_hours_leave_holes_that_only_the_batch_layer_fills(api: Api, kind: str) -> None:
    before = load_healthy(api)
    documents = [each for each in spoiled(kind) if not has_an_hour(each)]
    assert len(documents) > 50
    api.database["speed_views"].insert_many(documents)
    after = answers(api)
    assert_holes(before, after, UNDATED_HOLES[kind])
    assert_only_batch_fills(before, after)
    assert_same_bodies(without(before, *SENTIMENT, HOURLY, *TRENDS), after)
    assert after[SENTIMENT[0]]["sentiment"] == before[SENTIMENT[0]]["sentiment"]


def test_unreadable_documents_of_every_kind_change_no_running_answer(api: Api) -> None:
    before = load_healthy(api)
    for kind in KINDS:
        _load_spoiled(api, kind)
    api.redis.flushdb()
    found = {address: parsed(content(api, address)) for address in ADDRESSES}
    assert_same_bodies(without(before, SCORES), found)
    assert_only_batch_fills(before, found)


def assert_unchanged(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Checks that every answer is as it was, apart from warnings."""
    earlier, later = without_warnings(before), without_warnings(after)
    for address in earlier:
        for part in earlier[address].keys() | later[address].keys():
            assert later[address].get(part) == earlier[address].get(part), (address, part)


def _load_spoiled(api: Api, kind: str) -> None:
    """Stores them by the kind's layer; not those of the speed layer that may be of any hour."""
    documents = (each for each in spoiled(kind) if kind.startswith("batch") or has_an_hour(each))
    api.database[f"{kind.split()[0]}_views"].insert_many(documents)


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
    api.load({**_without_numbers(data_type, whole), "synced_at": LAST_SYNC})
    after = answers(api, address)[address]
    hour = {"start": "2031-03-10T11:00:00Z", "end": "2031-03-10T12:00:00Z"}
    assert (after["freshness"]["complete"], after["freshness"]["missing"]) == (False, [hour])
    assert {**after, "freshness": None} == {**before, "freshness": None}


@pytest.mark.parametrize(("data_type", "whole", "address"), LOST)
def test_an_hour_with_a_readable_newest_bucket_is_complete(
    api: Api, data_type: str, whole: Document, address: str
) -> None:
    before = load_healthy(api)
    api.load(_without_numbers(data_type, whole))
    assert_unchanged(before, answers(api))


def _without_numbers(data_type: str, whole: Document) -> Document:
    """A document of which what is counted can't be read; of stats nothing is counted, so theirs has no payload."""
    required = {"sentiment": "review_count", "trending": "trending_score"}.get(data_type)
    return {**whole, "data": None if required is None else {**whole["data"], required: "NaN"}}


def test_a_day_with_only_an_unreadable_document_is_missing(api: Api) -> None:
    load_healthy(api)
    address = f"movies/{MOVIE}/sentiment"
    api.database["batch_views"].delete_one({"view_type": "sentiment", "data.date": "2031-03-04"})
    before = answers(api, address)[address]
    assert before["freshness"]["complete"]
    api.load(sentiment_day(MOVIE, "2031-03-04", -5, 0.5))
    after = answers(api, address)[address]
    assert after["freshness"]["missing"] == [{"start": "2031-03-04T00:00:00Z", "end": "2031-03-05T00:00:00Z"}]
    assert {**after, "freshness": None} == {**before, "freshness": None}


def test_a_date_in_a_list_hides_neither_layer(api: Api) -> None:
    before, listed = load_healthy(api), [NOW - timedelta(seconds=1)]
    api.load(
        *(speed(name, 9, OPEN_HOUR, {}, synced_at=[*listed, 7]) for name in ("sentiment", "stats")),
        speed("trending", 9, OPEN_HOUR, {}, synced_at=listed),
        batch("movie_details", {}, movie_id=9, computed_at=listed, covers_until=listed),
        batch("sentiment", {}, movie_id=9, computed_at=listed, covers_until=listed),
    )
    after = answers(api)
    assert_same_bodies(without(before, SCORES), after)
    assert_only_batch_fills(before, after)
    assert_holes(before, after, (*HOLES["batch movie_details"][1:], RANKINGS[0], RATINGS))


def test_a_document_too_deep_to_decode_hides_no_other(api: Api) -> None:
    before = load_healthy(api)
    _load_deep(api, sentiment_total(MOVIE, 9999, -1.0), trend_point("rating", "2031-03-08", 1.0, 9999))
    after = answers(api)
    assert_same_bodies(before, after)
    assert_holes(before, after, (SENTIMENT[0], *TOTALS, PERSON, *RECOMMENDED, *TRENDS))


def test_details_too_deep_to_decode_leave_a_hole(api: Api) -> None:
    before = load_healthy(api)
    _load_deep(api, movie(MOVIE, "Hostile"))
    after = answers(api, DETAILS)
    assert_same_bodies({DETAILS: before[DETAILS]}, after)
    assert_holes(before, after, (DETAILS,))


def _load_deep(api: Api, *documents: Document) -> None:
    newer = ({**each, "computed_at": COMPUTED + HOUR} for each in documents)
    deep = [nested(960, {name: value for name, value in each.items() if name != "data"}) for each in newer]
    api.database["batch_views"].insert_many(deep)


def test_strings_of_ten_megabytes_change_no_number(api: Api) -> None:
    before = load_healthy(api)
    for document in (
        genre_month(TEN_MEGABYTES, 2030, 1, 1.0, 9999),
        actor(TEN_MEGABYTES, ("Edward Norton", 9)),
        actor("Edward Norton", (TEN_MEGABYTES, 9)),
        trend_point("rating", TEN_MEGABYTES, 1.0, 9999),
        batch(TEN_MEGABYTES, {"title": "Hostile"}, movie_id=MOVIE),
        speed(TEN_MEGABYTES, MOVIE, OPEN_HOUR, {"vote_average": 1.0}),
    ):
        if "computed_at" in document:
            document["computed_at"] = COMPUTED + HOUR
        api.load(document)
    after = answers(api)
    assert_same_bodies(before, after)
    assert_holes(
        before, after, (GENRE[0], OVERVIEW, "search/genres?q=dra", *HOLES["batch actor_collaboration"], RATINGS)
    )


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

"""The payload is found in whatever form a producer wrote it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from merger.contract.dialects.payload import FOUND_BY_PAYLOAD
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES, VIEWS
from tests.unit.merger.documents import MOVIE, Raw, batch_view, bucket, total
from tests.unit.merger.examples import EXAMPLES, RUN

GENRE = {"genre": "Drama", "year": 2025, "month": 3, "total_movies": 3}
COLUMNS = {"col1": 0.5, "col2": 10, "col3": 6, "col4": 3, "col5": 1}


def skipped_kind(raw: Raw) -> str:
    (skip,) = Contract().read([raw]).skipped
    return skip.kind


SEARCHED = [each for each in EXAMPLES if each.get("view_type") in FOUND_BY_PAYLOAD]
OTHERS = [each for each in EXAMPLES if each not in SEARCHED]


@pytest.mark.parametrize("example", OTHERS, ids=lambda example: example.get("view_type") or example["data_type"])
def test_a_payload_may_be_json_text(example: Raw) -> None:
    layer = "batch" if "computed_at" in example else "speed"
    raw = {**example, "data": json.dumps(example["data"])}
    assert Contract().read(**{layer: [raw]}) == Contract().read(**{layer: [example]})


@pytest.mark.parametrize("example", SEARCHED, ids=lambda example: str(example["view_type"]))
def test_a_payload_that_queries_look_into_may_not_be_text(example: Raw) -> None:
    assert skipped_kind({**example, "data": json.dumps(example["data"])}) == f"{example['view_type']}.data"


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "{}x", '["a"]', "{" * 100_000])
def test_other_text_is_no_payload(text: str) -> None:
    assert skipped_kind({**total(1, RUN), "data": text}) == "sentiment.data"


def test_nan_in_json_text_stands_for_an_absent_value() -> None:
    text = json.dumps({**GENRE, "month": float("nan"), "avg_rating": float("nan")})
    assert Contract().read_batch(batch_view("genre_analytics", text, RUN)).data == {
        name: value for name, value in GENRE.items() if name != "month"
    }


@pytest.mark.parametrize("view_type", ["genre_analytics", "movie_details", "sentiment"])
def test_these_views_may_be_flat(view_type: str) -> None:
    (example,) = [each for each in EXAMPLES if each.get("view_type") == view_type and "date" not in each["data"]]
    flat = {key: value for key, value in example.items() if key != "data"} | example["data"]
    assert Contract().read_batch(flat) == Contract().read_batch(example)


@pytest.mark.parametrize("name", ["data_type", "view_type"])
@pytest.mark.parametrize(
    ("theirs", "ours"), [("review_sentiment", "sentiment"), ("movie_stats", "stats"), ("trending", "trending")]
)
def test_speed_documents_may_be_flat_and_have_other_types(name: str, theirs: str, ours: str) -> None:
    (example,) = [each for each in EXAMPLES if each.get("data_type") == ours]
    flat = {key: value for key, value in example.items() if key not in ("data", "data_type")} | example["data"]
    assert Contract().read_speed({name: theirs, **flat}) == Contract().read_speed(example)


@pytest.mark.parametrize("view_type", [*VIEWS])
def test_a_document_without_any_field_of_the_payload_has_none(view_type: str) -> None:
    assert skipped_kind({"movie_id": MOVIE, "view_type": view_type, "computed_at": RUN}) == f"{view_type}.data"


@pytest.mark.parametrize("data_type", [*SPEED_TYPES])
def test_a_speed_document_without_any_field_of_the_payload_has_none(data_type: str) -> None:
    (skip,) = Contract().read(speed=[bucket(RUN, 1, data_type=data_type, data=None)]).skipped
    assert skip.kind == f"{data_type}.data"


def test_unnamed_columns_of_counts_are_read_in_their_order() -> None:
    expected = {"avg_sentiment": 0.5, "review_count": 10, "positive_count": 6, "negative_count": 3, "neutral_count": 1}
    assert Contract().read_batch({**total(1, RUN), "data": COLUMNS}).data == expected
    assert Contract().read_speed(bucket(RUN, 1, data=COLUMNS)).data == expected


@pytest.mark.parametrize("change", [{"col2": 11}, {"col3": None}, {"col4": "3"}])
def test_unnamed_columns_that_do_not_add_up_are_not_guessed(change: dict[str, Any]) -> None:
    assert skipped_kind({**total(1, RUN), "data": {**COLUMNS, **change}}) == "sentiment.data"


def test_the_genre_may_stand_where_other_views_have_the_movie() -> None:
    elsewhere = {key: value for key, value in GENRE.items() if key != "genre"}
    for data in (GENRE, elsewhere, json.dumps(elsewhere)):
        found = Contract().read_batch({**batch_view("genre_analytics", data, RUN), "movie_id": "Drama"})
        assert (found.data, found.movie_id) == (GENRE, None)


def test_a_skipped_document_tells_its_genre_and_id_in_any_form() -> None:
    for data in ({**GENRE, "year": 0}, json.dumps({**GENRE, "year": 0})):
        (skip,) = Contract().read([{**batch_view("genre_analytics", data, RUN), "_id": 7}]).skipped
        assert (skip.genre, skip.id, skip.written_at) == ("Drama", "7", RUN.replace(hour=3))


def test_what_a_document_is_about_may_stand_in_its_id_alone() -> None:
    point = {**total(3, RUN), "_id": {"movie_id": MOVIE, "date": "2026-03-07"}}
    assert Contract().read_batch(point).data["date"] == "2026-03-07", "it is no lifetime total"
    month = {key: value for key, value in GENRE.items() if key not in ("genre", "month")}
    raw = {**batch_view("genre_analytics", month, RUN), "_id": {"genre": "Drama", "month": 3}}
    assert Contract().read_batch(raw).data == GENRE
    value = {"metric": "rating", "value": 7.0, "count": 2}
    raw = {"view_type": "temporal_analytics", "data": value, "_id": {"genre": "War", "date": "2026-03-07"}}
    assert Contract().read_batch({**raw, "computed_at": RUN}).data["genre"] == "War", "it is no point of all movies"
    other = {**total(3, RUN), "data": {**total(3, RUN)["data"], "date": "2026-03-08"}, "_id": point["_id"]}
    assert Contract().read_batch(other).data["date"] == "2026-03-08"


CREW = [{"job": "Director", "name": "Lana Wachowski"}, {"job": "Editor", "name": "Zach Staenberg"}]


@pytest.mark.parametrize(
    ("data", "directors"),
    [
        ({"director": "Lana Wachowski"}, ("Lana Wachowski",)),
        ({"director": ["Lana Wachowski", "Lilly Wachowski"]}, ("Lana Wachowski", "Lilly Wachowski")),
        ({"director": {"id": 9340, "name": "Lana Wachowski"}}, ("Lana Wachowski",)),
        ({"crew": CREW}, ("Lana Wachowski",)),
        ({"crew": CREW, "directors": ["Lilly Wachowski"]}, ("Lilly Wachowski",)),
        ({"crew": CREW[1:]}, ()),
        ({"crew": ["Lana Wachowski"]}, None),
        ({"crew": [{"name": "Lana Wachowski"}]}, None),
        ({"crew": "Lana Wachowski"}, None),
    ],
)
def test_directors_may_stand_under_other_names(data: Raw, directors: tuple[str, ...] | None) -> None:
    (document,) = Contract().read([batch_view("movie_details", {"title": "The Matrix", **data}, RUN)]).batch
    assert document.data.get("directors") == directors

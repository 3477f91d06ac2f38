"""JSON Schemas for producers: what they accept is read whole, and the files in docs/schemas are these."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from merger.contract.dialects.table import dialects_of
from merger.contract.documents import Contract, Dropped
from merger.contract.importing import LineReader, is_heartbeat
from merger.producers.extended_json import parse_extended_json
from merger.producers.report import kind_of
from merger.producers.schemas import schemas

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "producers.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def schema_name(raw: dict[str, Any]) -> str:
    if "status" in raw:
        return "batch_run"
    if is_heartbeat(raw):
        return "speed.heartbeat"
    return f"{kind_of(raw)}.{raw.get('view_type') or raw['data_type']}"


def accepts(name: str, raw: Any) -> bool:
    return bool(Draft202012Validator(schemas()[name]).is_valid(raw))


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_valid_and_lies_in_the_documents(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    text = (DOCS / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(schema, indent=2, ensure_ascii=False) + "\n", (
        f"write it with manage.py check_views --schema {name} > docs/schemas/{name}.schema.json"
    )


def test_no_other_schemas_lie_there_and_the_page_names_each() -> None:
    assert {path.name for path in (DOCS / "schemas").iterdir()} == {f"{name}.schema.json" for name in schemas()}
    assert set(re.findall(r"\]\(schemas/(.*?)\.schema\.json\)", PAGE)) == set(schemas())


@pytest.mark.parametrize("raw", EXAMPLES, ids=schema_name)
def test_the_examples_of_the_page_pass_and_are_read_whole(raw: dict[str, Any]) -> None:
    assert accepts(schema_name(raw), raw)
    if "status" in raw:
        return
    stored = LineReader(kind_of(raw), Contract(), parse_extended_json).read_value(raw).document
    dropped: list[Dropped] = []
    if is_heartbeat(stored):
        Contract().read_heartbeat(stored)
    elif kind_of(raw) == "batch":
        data = Contract().read_batch(stored, dropped).data
        assert json.loads(json.dumps(data)) == raw["data"]
    else:
        assert Contract().read_speed(stored, dropped).data == raw["data"]
    assert dropped == []
    assert dialects_of(stored) == []


ODD: dict[str, Any] = {
    "covers_until": None,
    "computed_at": "2026-11-28",
    "synced_at": 1_795_824_000_000,
    "hour": "2026-11-28T07:35:00Z",
    "movie_id": "603",
    "data": "{}",
    "heartbeat": 1,
    "view_type": "movies",
    "data_type": "movies",
    "batch_run_id": "",
}


@pytest.mark.parametrize("field", ODD)
def test_what_is_only_a_dialect_is_refused(field: str) -> None:
    about = [raw for raw in EXAMPLES if field in raw]
    assert about
    for raw in about:
        assert not accepts(schema_name(raw), {**raw, field: ODD[field]}), raw


DETAILS = next(raw for raw in EXAMPLES if raw.get("view_type") == "movie_details")
POINT = next(raw for raw in EXAMPLES if raw.get("data", {}).get("date"))
PAYLOADS: list[tuple[dict[str, Any], str, Any]] = [
    (DETAILS, "runtime", "95"),
    (DETAILS, "release_date", "1999-03-31T00:00:00Z"),
    (DETAILS, "genres", [{"id": 1, "name": "Action"}]),
    (DETAILS, "title", 1917),
    (POINT, "review_count", -1),
    (POINT, "review_count", None),
    (POINT, "avg_sentiment", 1.5),
    (POINT, "date", "28.11.2026"),
]


@pytest.mark.parametrize(("raw", "field", "value"), PAYLOADS)
def test_odd_values_of_a_payload_are_refused(raw: dict[str, Any], field: str, value: Any) -> None:
    assert not accepts(schema_name(raw), {**raw, "data": {**raw["data"], field: value}})


def test_a_value_that_nobody_knows_may_be_null_and_more_fields_may_be_there() -> None:
    assert accepts("batch.movie_details", {**DETAILS, "data": {**DETAILS["data"], "runtime": None, "director": "X"}})


DAY_OF_A_METRIC = {
    **{name: value for name, value in POINT.items() if name != "movie_id"},
    "view_type": "temporal_analytics",
    "data": {"metric": "rating", "date": "2026-11-27", "value": 7.5, "count": 3},
}


@pytest.mark.parametrize(("movie", "is_read"), [(603, True), (None, True), ("all", False), (1.5, False), (-1, False)])
def test_a_day_of_a_metric_may_name_a_movie_that_can_be_read(movie: Any, is_read: bool) -> None:
    assert accepts("batch.temporal_analytics", DAY_OF_A_METRIC)
    assert accepts("batch.temporal_analytics", {**DAY_OF_A_METRIC, "movie_id": movie}) is is_read


@pytest.mark.parametrize(("year", "is_read"), [(1800, False), (1801, True), (1899, True), (2199, True), (2200, False)])
def test_dates_are_of_the_years_that_the_contract_reads(year: int, is_read: bool) -> None:
    at = f"{year}-11-28T02:10:00Z"
    assert accepts(schema_name(POINT), {**POINT, "covers_until": at}) is is_read
    dropped: list[Dropped] = []
    Contract().read_batch({**POINT, "covers_until": at}, dropped)
    assert (not dropped) is is_read

"""The contract as tables: every field of the contract's file, in words, with the names that a deployment adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from lambdaserve.ops.reports import contract
from lambdaserve.ops.reports.contract import Field, contract_report
from merger.contract.dialects.aliases import Aliases
from merger.contract.documents import Contract
from merger.producers.odcs import odcs_document


def fields_of(kind: str, collection: str) -> dict[str, Field]:
    (found,) = (each for each in contract_report() if (each.name, each.collection) == (kind, collection))
    return {field.path: field for field in found.fields}


def names(properties: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in properties:
        yield each["name"]
        inner = each.get("items", each)
        yield from names(inner.get("properties", ()))


def test_every_field_of_the_file_has_a_row() -> None:
    schemas = odcs_document("1.0")["schema"]
    kinds = contract_report()
    assert len(kinds) == len(schemas)
    for kind, schema in zip(kinds, schemas, strict=True):
        named = [field.path.rpartition(".")[2].removesuffix("[]") for field in kind.fields if field.path[-2:] != "[]"]
        assert named == list(names(schema["properties"])), kind.name
        assert kind.collection == schema["physicalName"]


def test_types_limits_and_duties_are_words() -> None:
    details = fields_of("movie_details", "batch_views")
    cast, item = details["data.cast"], details["data.cast[]"]
    assert (cast.kind, cast.is_required, cast.limits) == ("list", False, "at most 1,000 entries")
    assert (item.kind, item.limits) == ("text", "1 to 500 characters; not of blanks alone")
    assert (details["view_type"].limits, details["view_type"].is_required) == ("only movie_details", True)
    assert details["data.release_date"].kind == "date"
    assert details["data.vote_count"].limits == "at least 0", "a bound that only keeps nonsense out says nothing"
    assert details["computed_at"].kind == "time"
    assert "wrote" in details["computed_at"].description
    partners = fields_of("actor_collaboration", "batch_views")
    assert partners["data.collaborators[].movies[]"].kind == "text or whole number"
    assert fields_of("sentiment", "speed_views")["data.avg_sentiment"].limits == "-1 to 1"


def test_other_names_of_types_fields_payloads_and_stamps_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"fields": {"film": "title", "movie_details": {"votes": "vote_count"}}, "stamps": {"made": "computed_at"}}
    monkeypatch.setattr(contract, "configured_contract", lambda: Contract(Aliases().with_extra(extra)))
    details = fields_of("movie_details", "batch_views")
    assert details["data.title"].others == ("film",)
    assert details["data.vote_count"].others == ("votes",)
    assert details["computed_at"].others == ("made",)
    assert details["data"].others == ("stats",)
    bucket = fields_of("sentiment", "speed_views")
    assert (bucket["data_type"].others, bucket["hour"].others) == (("view_type",), ("window_start",))
    assert {each.name: each.others for each in contract_report()}["temporal_analytics"] == ("temporal_trends",)

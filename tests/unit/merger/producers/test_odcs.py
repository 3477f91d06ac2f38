"""The contract as an ODCS file: valid by the standard's own schema, and as complete as the contract."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.producers.odcs import odcs_document, odcs_file
from merger.producers.schemas import schemas

STANDARD = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))
"""The standard's official JSON Schema, as its own package ships it."""

VALID = jsonschema.validators.validator_for(STANDARD)(STANDARD)


def objects() -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in odcs_document("1.2.3")["schema"]}


def named(properties: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in properties}


def payload(kind: str) -> dict[str, dict[str, Any]]:
    return named(named(objects()[kind]["properties"])["data"]["properties"])


def test_the_file_is_valid_by_the_standards_schema() -> None:
    assert [error.message for error in VALID.iter_errors(odcs_document("1.2.3"))] == []


@pytest.mark.parametrize("wrong", [{"kind": "Contract"}, {"apiVersion": "v9"}, {"schema": [{"logicalType": "table"}]}])
def test_the_check_can_fail(wrong: dict[str, Any]) -> None:
    assert [*VALID.iter_errors({**odcs_document("1.2.3"), **wrong})]


def test_the_file_is_read_by_the_standards_own_library() -> None:
    found = OpenDataContractStandard.from_string(odcs_file("1.2.3"))
    assert (found.version, found.status) == ("1.2.3", "active")
    assert {each.name for each in found.schema_ or ()} == set(objects())


def test_the_yaml_says_what_the_document_says() -> None:
    assert yaml.safe_load(odcs_file("1.2.3")) == odcs_document("1.2.3")


def test_every_kind_and_every_field_of_the_contract_is_there() -> None:
    assert set(objects()) == {kind.replace(".", "_") for kind in schemas()}
    for layer, kinds in (("batch", VIEWS), ("speed", SPEED_TYPES)):
        for kind, table in kinds.items():
            found = payload(f"{layer}_{kind}")
            assert set(found) == set(table)
            assert {name for name, each in found.items() if each["required"]} == {
                name for name, field in table.items() if field.required
            }


def test_types_and_limits_are_the_contracts() -> None:
    sentiment = payload("batch_sentiment")
    assert sentiment["review_count"]["logicalType"] == "integer"
    assert sentiment["review_count"]["logicalTypeOptions"]["minimum"] == 0
    assert sentiment["avg_sentiment"]["logicalTypeOptions"] == {"minimum": -1, "maximum": 1}
    assert sentiment["date"]["logicalType"] == "date"
    metric = payload("batch_temporal_analytics")["metric"]
    assert metric["quality"][0]["arguments"]["validValues"] == ["rating", "sentiment", "popularity"]
    network = payload("batch_actor_collaboration")["collaborators"]
    assert named(network["items"]["properties"])["count"]["required"]
    assert named(objects()["speed_sentiment"]["properties"])["hour"]["logicalType"] == "timestamp"
    assert named(objects()["speed_heartbeat"]["properties"])["heartbeat"]["logicalType"] == "boolean"


def test_objects_name_their_collection() -> None:
    places = {each["physicalName"] for each in objects().values()}
    assert places == {"batch_views", "speed_views", "batch_runs"}

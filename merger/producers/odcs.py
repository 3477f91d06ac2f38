"""The contract as an Open Data Contract Standard file (ODCS v3), for catalogues of data and their tools.

It is made from the JSON Schemas of ``schemas.py``, which are made from the contract's tables: so there is one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from merger.contract.collections import BATCH, SPEED
from merger.producers.schemas import Schema, schemas

API_VERSION: Final = "v3.1.0"
"""Version of the standard."""


_COLLECTION_OF: Final[Mapping[str, str]] = {"batch": BATCH, "speed": SPEED, "batch_run": "batch_runs"}


_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "string": {"minLength": "minLength", "maxLength": "maxLength", "pattern": "pattern"},
    "integer": {"minimum": "minimum", "maximum": "maximum"},
    "number": {"minimum": "minimum", "maximum": "maximum"},
    "array": {"minItems": "minItems", "maxItems": "maxItems"},
}
"""Keywords of JSON Schema that the standard has as options of a logical type."""


def odcs_document(version: str) -> dict[str, Any]:
    """Builds the file's content.

    Args:
        version: of the service, whose contract this is.
    """
    return {
        "kind": "DataContract",
        "apiVersion": API_VERSION,
        "id": "lambdaserve-views",
        "name": "Views of movies that lambdaserve serves",
        "version": version,
        "status": "active",
        "description": {
            "purpose": "What a batch job and a streaming job write to MongoDB, from which lambdaserve answers.",
            "usage": "Write documents as this says, and try them with `manage.py check_views`. "
            "The service also reads other spellings and forms; those are for data that exists, not for new producers.",
            "limitations": "Fields that are not named here are ignored.",
        },
        "schema": [_object(kind, schema) for kind, schema in schemas().items()],
    }


def odcs_file(version: str) -> str:
    """The file, as YAML."""
    return yaml.safe_dump(odcs_document(version), sort_keys=False, allow_unicode=True, width=110)


def _object(kind: str, schema: Schema) -> dict[str, Any]:
    layer = kind.partition(".")[0]
    return {
        "name": kind.replace(".", "_"),
        "logicalType": "object",
        "physicalType": "collection",
        "physicalName": _COLLECTION_OF[layer],
        "description": f"A document of the kind `{kind}` in the collection `{_COLLECTION_OF[layer]}`.",
        "properties": _properties(schema),
    }


def _properties(schema: Schema) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {"name": name, **_property(value), "required": name in required}
        for name, value in schema.get("properties", {}).items()
    ]


def _property(schema: Schema) -> dict[str, Any]:
    """A property's type, limits and description."""
    found = _typed(schema)
    return found | {"description": schema["description"]} if "description" in schema else found


def _typed(schema: Schema) -> dict[str, Any]:
    choices = [schema["const"]] if "const" in schema else [each for each in schema.get("enum", ()) if each is not None]
    if choices:
        return {"logicalType": "boolean" if choices == [True] else "string", "quality": [_only(choices)]}
    if any(each.get("format") == "date-time" for each in schema.get("anyOf", ())):
        return {"logicalType": "timestamp", "physicalType": "date"}
    if "anyOf" in schema:
        # Names or ids: the standard knows no alternatives.
        return {"logicalType": "string", "physicalType": "string or integer"}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(each for each in kinds if each != "null")
    if schema.get("format") == "date":
        return {"logicalType": "date", "physicalType": "string", "logicalTypeOptions": {"format": "yyyy-MM-dd"}}
    options = {name: schema[key] for key, name in _OPTIONS.get(kind, {}).items() if key in schema}
    found: dict[str, Any] = {"logicalType": kind, **({"logicalTypeOptions": options} if options else {})}
    if kind == "object":
        found["properties"] = _properties(schema)
    if kind == "array":
        found["items"] = _property(schema["items"])
    return found


def _only(choices: list[Any]) -> dict[str, Any]:
    """A check of the standard's library that allows some values and no other."""
    return {
        "type": "library",
        "metric": "invalidValues",
        "arguments": {"validValues": choices},
        "mustBe": 0,
        "dimension": "conformity",
    }

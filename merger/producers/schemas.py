"""JSON Schemas of documents as producers should write them, one per kind; for their own tests.

They are stricter than the contract, which also reads dialects: a document that a schema accepts is read whole, and
states what answers need to be proven. They are derived from the contract's tables; ``docs/schemas`` has them as files.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from merger.contract import fields, payloads, stamps
from merger.contract.fields import Between, Field, OneOf, Reader, Records, Text

Schema = dict[str, Any]


_DIALECT = "https://json-schema.org/draft/2020-12/schema"


_YEAR = r"(18(0[1-9]|[1-9]\d)|19\d\d|20\d\d|21\d\d)"
"""The years that the contract reads."""


_MOMENT_PATTERN = rf"^{_YEAR}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$"


_HOUR_PATTERN = rf"^{_YEAR}-\d\d-\d\dT\d\d:00(:00(\.0+)?)?(Z|\+00:00)$"


_MOMENT: Final[Schema] = {
    "description": 'A date: ISO 8601 text with an offset in a file of JSON lines, `{"$date": …}` in extended JSON; '
    "in MongoDB itself a date.",
    "anyOf": [
        {
            "type": "string",
            "format": "date-time",
            "pattern": _MOMENT_PATTERN,
        },
        {"type": "object", "required": ["$date"]},
    ],
}


_HOUR: Final[Schema] = {
    "description": "The start of an hour in UTC, as a date.",
    "anyOf": [
        {"type": "string", "format": "date-time", "pattern": _HOUR_PATTERN},
        {"type": "object", "required": ["$date"]},
    ],
}


_DAY: Final[Schema] = {"type": "string", "format": "date", "pattern": rf"^{_YEAR}-\d\d-\d\d$"}


_NUMBER: Final[Schema] = {"type": "number", "minimum": -fields.LARGEST_NUMBER, "maximum": fields.LARGEST_NUMBER}


_COUNT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": fields.LARGEST_COUNT}


_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": fields.LONGEST_NAME, "pattern": r"\S"}


_PLAIN: Final[Mapping[Reader, Schema]] = MappingProxyType(
    {
        fields.number: _NUMBER,
        fields.count: _COUNT,
        fields.sentiment_score: {"type": "number", "minimum": -1, "maximum": 1},
        fields.name: _NAME,
        fields.title: _NAME,
        fields.names: {"type": "array", "maxItems": fields.MOST_NAMES, "items": _NAME},
        fields.titles_or_ids: {"type": "array", "maxItems": fields.MOST_RECORDS, "items": {"anyOf": [_NAME, _COUNT]}},
        stamps.day: _DAY,
        stamps.optional_day: _DAY,
    }
)
"""The schemas of the readers without parameters."""


_MAY_BE_ABOUT: Final[Mapping[str, Schema]] = {
    "temporal_analytics": {"movie_id": {**_COUNT, "type": ["integer", "null"]}}
}
"""By view type, the movie that some documents are about."""


def schemas() -> dict[str, Schema]:
    """The schemas by the names of their kinds, such as ``batch.sentiment``."""
    found = {f"batch.{view}": _batch_schema(view, payload) for view, payload in payloads.VIEWS.items()}
    found |= {f"speed.{name}": _speed_schema(name, payload) for name, payload in payloads.SPEED_TYPES.items()}
    found |= {"speed.heartbeat": _heartbeat_schema(), "batch_run": _run_schema()}
    return {
        kind: {"$schema": _DIALECT, "title": f"lambdaserve: {kind}", **schema} for kind, schema in sorted(found.items())
    }


def _batch_schema(view: str, payload: Mapping[str, Field]) -> Schema:
    is_about_movie = view in payloads.ABOUT_MOVIES
    required = ["movie_id"] if is_about_movie else []
    return _object(
        {
            "view_type": {"const": view},
            **({"movie_id": _COUNT} if is_about_movie else _MAY_BE_ABOUT.get(view, {})),
            "data": _payload(payload),
            "computed_at": _MOMENT | {"description": "When the job wrote it."},
            "covers_until": _MOMENT | {"description": "Event time up to which the job's input was complete."},
            "batch_run_id": _NAME | {"description": "The run that wrote it; `batch_runs` holds a record of it."},
            "version": _COUNT,
        },
        [*required, "view_type", "data", "computed_at", "covers_until", "batch_run_id"],
    )


def _speed_schema(data_type: str, payload: Mapping[str, Field]) -> Schema:
    return _object(
        {
            "movie_id": _COUNT,
            "data_type": {"const": data_type},
            "hour": _HOUR,
            "data": _payload(payload),
            "synced_at": _MOMENT | {"description": "When this document was last written with something new."},
            "ttl_expires_at": _MOMENT | {"description": "`hour` + 48 h; MongoDB deletes it some time later."},
        },
        ["movie_id", "data_type", "hour", "data", "synced_at", "ttl_expires_at"],
    )


def _heartbeat_schema() -> Schema:
    return _object(
        {
            "data_type": {"enum": [*payloads.SPEED_TYPES]},
            "hour": _HOUR,
            "heartbeat": {"const": True},
            "synced_at": _MOMENT | {"description": "When the stream was last seen to work in or after this hour."},
            "ttl_expires_at": _MOMENT,
        },
        ["data_type", "hour", "heartbeat", "synced_at"],
    )


def _run_schema() -> Schema:
    return _object(
        {
            "batch_run_id": _NAME,
            "status": {"enum": ["running", "published"]},
            "covers_until": _MOMENT,
            "documents": {
                "description": "How many documents of each view the run wrote.",
                "type": "object",
                "propertyNames": {"enum": [*payloads.VIEWS]},
                "additionalProperties": _COUNT,
            },
            "published_at": _MOMENT,
        },
        ["batch_run_id", "status", "covers_until"],
    )


def _payload(payload: Mapping[str, Field]) -> Schema:
    return _object(
        {name: _value_of(field) for name, field in payload.items()},
        [name for name, field in payload.items() if field.required],
    )


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _value_of(field: Field) -> Schema:
    schema = _value(field.read)
    if field.required:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _value(read: Reader) -> Schema:
    match read:
        case Text(longest):
            return {"type": "string", "maxLength": longest}
        case OneOf(choices):
            return {"enum": [*choices]}
        case Between(lowest, highest):
            return {"type": "integer", "minimum": lowest, "maximum": highest}
        case Records():
            items = _payload(read.fields)
            return {"type": "array", "maxItems": fields.MOST_RECORDS, "items": items}
        case _:
            return _PLAIN[read]

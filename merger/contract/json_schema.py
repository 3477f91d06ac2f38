"""The contract as MongoDB's ``$jsonSchema``, for the collections' validators. Pure.

The schema is derived from the tables that the contract reads by (``payloads.py``, ``Aliases``). It is never stricter:
every readable document passes. It is laxer where JSON Schema can't express a rule, such as a name of blanks only, an
hour that is not on the hour, or a date in a text; ``manage.py check_views`` finds those. Requirement D3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from merger.contract import fields, payloads
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.contract.fields import Between, Field, OneOf, Reader, Records, Text

Schema = Mapping[str, Any]


TITLE: Final = "what lambdaserve can read"
"""Title that marks a validator as made from the contract."""


_NUMBERS = ("int", "long", "double", "decimal")


# Drivers return these as text too, and the contract accepts them; validators limit the length of strings only.
_TEXTS = ("string", "symbol", "javascript", "javascriptWithScope")


_MOMENT: Final[Schema] = {"bsonType": ["date", *_TEXTS]}


_NUMBER: Final[Schema] = {"bsonType": [*_NUMBERS], "minimum": -fields.LARGEST_NUMBER, "maximum": fields.LARGEST_NUMBER}


_COUNT: Final[Schema] = {"bsonType": [*_NUMBERS], "minimum": 0, "maximum": fields.LARGEST_COUNT, "multipleOf": 1}


_NAME: Final[Schema] = {"bsonType": [*_TEXTS], "minLength": 1, "maxLength": fields.LONGEST_NAME}


_NAME_OF: Final[Schema] = {"bsonType": "object", "required": ["name"], "properties": {"name": _NAME}}


_PLAIN: Final[Mapping[Reader, Schema]] = MappingProxyType(
    {
        fields.number: _NUMBER,
        fields.count: _COUNT,
        fields.sentiment_score: {"bsonType": [*_NUMBERS], "minimum": -1, "maximum": 1},
        fields.name: _NAME,
        fields.names: {"bsonType": "array", "maxItems": fields.MOST_NAMES, "items": {"anyOf": [_NAME, _NAME_OF]}},
        fields.day: _MOMENT,
        fields.optional_day: _MOMENT,
        fields.titles_or_ids: {
            "bsonType": "array",
            "maxItems": fields.MOST_RECORDS,
            "items": {"anyOf": [_NAME, _COUNT]},
        },
    }
)
"""The schemas of the readers without parameters."""


def schema_of(collection: str, aliases: Aliases) -> dict[str, Any]:
    """Builds the ``$jsonSchema`` of one of the two collections.

    Args:
        collection: ``batch_views`` or ``speed_views``.
        aliases: the deployment's.
    """
    return {"title": TITLE, **{BATCH: _batch_schema, SPEED: _speed_schema}[collection](aliases)}


def _batch_schema(aliases: Aliases) -> dict[str, Any]:
    kinds = [
        {
            "required": ["view_type", "computed_at"],
            "properties": {"view_type": {"enum": [*aliases.names_of_view(view_type)]}},
            "anyOf": _payload_alternatives(aliases, payload, flat=view_type in aliases.flat_views),
        }
        for view_type, payload in payloads.VIEWS.items()
    ]
    optional = {"movie_id": _COUNT, "covers_until": _MOMENT, "version": _COUNT, "schema_version": _COUNT}
    return {
        "bsonType": "object",
        "properties": {"computed_at": _MOMENT, **{key: _or_null(schema) for key, schema in optional.items()}},
        "anyOf": kinds,
    }


def _speed_schema(aliases: Aliases) -> dict[str, Any]:
    kinds = [
        {
            "allOf": [
                {"anyOf": _type_alternatives(aliases.speed_type_keys, data_type)},
                {"anyOf": _payload_alternatives(aliases, payload)},
            ]
        }
        for data_type, payload in payloads.SPEED_TYPES.items()
    ]
    return {
        "bsonType": "object",
        "required": ["movie_id", "hour", "synced_at"],
        "properties": {
            "movie_id": _COUNT,
            "hour": _MOMENT,
            "synced_at": _MOMENT,
            "ttl_expires_at": _or_null(_MOMENT),
            "schema_version": _or_null(_COUNT),
        },
        "anyOf": kinds,
    }


def _type_alternatives(keys: Sequence[str], data_type: str) -> list[Schema]:
    """The schemas for a type under the first key that is present, one per key."""
    found: list[Schema] = []
    for number, key in enumerate(keys):
        before = {earlier: {"bsonType": "null"} for earlier in keys[:number]}
        found.append({"required": [key], "properties": {**before, key: {"enum": [data_type]}}})
    return found


def _payload_alternatives(aliases: Aliases, payload: Mapping[str, Field], *, flat: bool = False) -> list[Schema]:
    """The schemas for a payload under the first key that holds an object, or for some views at the top level."""
    content = _object_schema(payload, aliases.names_of_field)
    absent: list[Schema] = []
    found: list[Schema] = []
    for key in aliases.payload:
        found.append(_with_absent(absent, {"required": [key], "properties": {key: content}}))
        absent.append({"not": {"required": [key], "properties": {key: {"bsonType": "object"}}}})
    return [*found, _with_absent(absent, content)] if flat else found


def _with_absent(absent: Sequence[Schema], schema: Schema) -> Schema:
    return {"allOf": [*absent, schema]} if absent else schema


def _object_schema(payload: Mapping[str, Field], names: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """The schema of an object. A field under another name is only required to be present; its content is not
    checked."""
    schema: dict[str, Any] = {"bsonType": "object", "properties": {}}
    alternatives: list[Schema] = []
    for key, field in payload.items():
        spellings = names(key)
        value_schema = _value_schema(field.read)
        needed = field.required and len(spellings) == 1
        schema["properties"][key] = value_schema if needed else _or_null(value_schema)
        if needed:
            schema.setdefault("required", []).append(key)
        elif field.required:
            alternatives.append({"anyOf": [{"required": [each]} for each in spellings]})
    return {**schema, "allOf": alternatives} if alternatives else schema


def _value_schema(read: Reader) -> Schema:
    match read:
        case Text(longest):
            return {"bsonType": [*_TEXTS], "maxLength": longest}
        case OneOf(choices):
            return {"enum": [*choices]}
        case Between(lowest, highest):
            return {"bsonType": [*_NUMBERS], "minimum": lowest, "maximum": highest, "multipleOf": 1}
        case Records(entry):
            items = _object_schema(entry, lambda key: (key,))
            return {"bsonType": "array", "maxItems": fields.MOST_RECORDS, "items": items}
        case _:
            return _PLAIN[read]


def _or_null(schema: Schema) -> Schema:
    """Allows ``null``, which some producers write for an absent value."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    kinds = schema["bsonType"]
    return {**schema, "bsonType": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}

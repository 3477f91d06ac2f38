"""The contract as MongoDB's ``$jsonSchema``: what a collection's validator warns of or refuses (D3). Pure.

It is made from the very tables that the contract reads by (``shapes.py``, ``Aliases``), and it is never stricter: what
can be read passes. It may be laxer where JSON Schema has no word for a rule (a name of blanks alone, an hour that is
none, a date in a text); `manage.py check_views` finds those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from merger.contract import fields
from merger.contract import payloads as shapes
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.contract.fields import Between, Field, OneOf, Reader, Records, Text

Schema = Mapping[str, Any]


TITLE: Final = "what lambdaserve can read"
"""By which a validator is known for one of these."""


_NUMBERS = ("int", "long", "double", "decimal")


# Drivers give these as text as well, and the contract takes them; only strings have a length, to a validator.
_TEXTS = ("string", "symbol", "javascript", "javascriptWithScope")


_MOMENT: Final[Schema] = {"bsonType": ["date", *_TEXTS]}


_NUMBER: Final[Schema] = {
    "bsonType": [*_NUMBERS],
    "minimum": -fields.LARGEST_NUMBER,
    "maximum": fields.LARGEST_NUMBER,
}


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
"""What the readers without parameters take."""


def schema_of(collection: str, aliases: Aliases) -> dict[str, Any]:
    """The ``$jsonSchema`` of one of the two collections.

    Args:
        collection: ``batch_views`` or ``speed_views``.
        aliases: of the deployment.
    """
    return {"title": TITLE, **{BATCH: _batch, SPEED: _speed}[collection](aliases)}


def _batch(aliases: Aliases) -> dict[str, Any]:
    kinds = []
    for view_type, payload in shapes.VIEWS.items():
        about = {"view_type": {"enum": [*aliases.names_of_view(view_type)]}}
        needed = ["view_type", "computed_at"]
        kinds.append(
            {
                "required": needed,
                "properties": about,
                "anyOf": _places(aliases, payload, flat=view_type in aliases.flat_views),
            }
        )
    optional = {"movie_id": _COUNT, "covers_until": _MOMENT, "version": _COUNT, "schema_version": _COUNT}
    return {
        "bsonType": "object",
        "properties": {"computed_at": _MOMENT, **{key: _or_null(schema) for key, schema in optional.items()}},
        "anyOf": kinds,
    }


def _speed(aliases: Aliases) -> dict[str, Any]:
    kinds = [
        {"allOf": [{"anyOf": _types(aliases.speed_type_keys, data_type)}, {"anyOf": _places(aliases, payload)}]}
        for data_type, payload in shapes.SPEED_TYPES.items()
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


def _types(keys: Sequence[str], data_type: str) -> list[Schema]:
    """The type under the first of the keys that is there."""
    found: list[Schema] = []
    for number, key in enumerate(keys):
        before = {earlier: {"bsonType": "null"} for earlier in keys[:number]}
        found.append({"required": [key], "properties": {**before, key: {"enum": [data_type]}}})
    return found


def _places(aliases: Aliases, payload: Mapping[str, Field], *, flat: bool = False) -> list[Schema]:
    """The payload under the first of the keys that holds an object, or for some views at the top level."""
    content = _object(payload, aliases.names_of_field)
    absent: list[Schema] = []
    found: list[Schema] = []
    for key in aliases.payload:
        found.append(_besides(absent, {"required": [key], "properties": {key: content}}))
        absent.append({"not": {"required": [key], "properties": {key: {"bsonType": "object"}}}})
    return [*found, _besides(absent, content)] if flat else found


def _besides(absent: Sequence[Schema], schema: Schema) -> Schema:
    return {"allOf": [*absent, schema]} if absent else schema


def _object(payload: Mapping[str, Field], names: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """An object's schema; a field under another name is asked for, but its content is left to the contract."""
    schema: dict[str, Any] = {"bsonType": "object", "properties": {}}
    alternatives: list[Schema] = []
    for key, field in payload.items():
        spellings = names(key)
        said = _value(field.read)
        needed = field.required and len(spellings) == 1
        schema["properties"][key] = said if needed else _or_null(said)
        if needed:
            schema.setdefault("required", []).append(key)
        elif field.required:
            alternatives.append({"anyOf": [{"required": [each]} for each in spellings]})
    return {**schema, "allOf": alternatives} if alternatives else schema


def _value(read: Reader) -> Schema:
    match read:
        case Text(longest):
            return {"bsonType": [*_TEXTS], "maxLength": longest}
        case OneOf(choices):
            return {"enum": [*choices]}
        case Between(lowest, highest):
            return {"bsonType": [*_NUMBERS], "minimum": lowest, "maximum": highest, "multipleOf": 1}
        case Records(entry):
            items = _object(entry, lambda key: (key,))
            return {"bsonType": "array", "maxItems": fields.MOST_RECORDS, "items": items}
        case _:
            return _PLAIN[read]


def _or_null(schema: Schema) -> Schema:
    """Absent may be written as null."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    kinds = schema["bsonType"]
    return {**schema, "bsonType": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}

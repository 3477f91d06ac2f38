"""The contract as MongoDB's ``$jsonSchema``, for the collections' validators. Pure.

The schema is derived from the tables that the contract reads by (``payloads.py``, ``Aliases``). It is never stricter:
every readable document passes. So it checks what a document needs to be read, identity and counts, and nothing else. It
is laxer where JSON Schema can't express a rule, such as a name of blanks only, a date in a text or a payload in a text;
``manage.py check_views`` finds those. Requirement D3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from merger.contract import fields, payloads
from merger.contract.collections import BATCH, SPEED
from merger.contract.dialects.aliases import Aliases
from merger.contract.dialects.payload import COLUMNS_OF, KEYS_IN_ID
from merger.contract.fields import NUMBER_AS_TEXT, Between, Field, OneOf, Reader, Records
from merger.contract.stamps import day

Schema = Mapping[str, Any]


TITLE: Final = "what lambdaserve can read"
"""Title that marks a validator as made from the contract."""


_NUMBERS = ("int", "long", "double", "decimal")


# Drivers return these as text too, and the contract accepts them; validators limit the length of strings only.
_TEXTS = ("string", "symbol", "javascript", "javascriptWithScope")


_MOMENT: Final[Schema] = {"bsonType": ["date", *_NUMBERS, *_TEXTS]}


def _number(least: float, most: float, **more: Any) -> Schema:
    """A number within limits, or any number as text."""
    return {"bsonType": [*_NUMBERS, *_TEXTS], "minimum": least, "maximum": most, "pattern": NUMBER_AS_TEXT, **more}


_COUNT: Final[Schema] = _number(0, fields.LARGEST_COUNT, multipleOf=1)


_NAME: Final[Schema] = {"bsonType": [*_TEXTS], "minLength": 1, "maxLength": fields.LONGEST_NAME}


_ABSENT: Final[Schema] = {"bsonType": ["null", "double", "decimal"]}
"""``null``, or NaN, which JSON Schema can't tell from other numbers."""


_PLAIN: Final[Mapping[Reader, Schema]] = MappingProxyType(
    {
        fields.number: _number(-fields.LARGEST_NUMBER, fields.LARGEST_NUMBER),
        fields.count: _COUNT,
        fields.name: _NAME,
        day: _MOMENT,
    }
)
"""The schemas of the readers without parameters that required and identifying fields have."""


_BESIDE_PAYLOAD: Final = frozenset(chain.from_iterable(KEYS_IN_ID.values()))
"""Fields that some producers write beside the payload, required ones too."""


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
            **_with_movie({"required": ["view_type"]}, needed=view_type in payloads.ABOUT_MOVIES),
            "anyOf": _payload_alternatives(aliases, view_type, payload, flat=view_type in aliases.flat_views),
        }
        for view_type, payload in payloads.VIEWS.items()
    ]
    for view_type, kind in zip(payloads.VIEWS, kinds, strict=True):
        kind["properties"]["view_type"] = {"enum": [*aliases.names_of_view(view_type)]}
    stamps = [*_stamp_alternatives(aliases, "computed_at"), *_stamp_alternatives(aliases, "covers_until")]
    return {"bsonType": "object", "allOf": [{"anyOf": stamps}, {"anyOf": kinds}]}


def _speed_schema(aliases: Aliases) -> dict[str, Any]:
    kinds = [
        {
            "allOf": [
                {"anyOf": _type_alternatives(aliases, data_type)},
                {
                    "anyOf": [
                        _HEARTBEAT,
                        {**_with_movie({}), "anyOf": _payload_alternatives(aliases, data_type, payload)},
                    ]
                },
            ]
        }
        for data_type, payload in payloads.SPEED_TYPES.items()
    ]
    return {"bsonType": "object", "allOf": [{"anyOf": _stamp_alternatives(aliases, "hour")}, {"anyOf": kinds}]}


_HEARTBEAT: Final[Schema] = {"required": ["heartbeat"], "properties": {"heartbeat": {"enum": [True]}}}


def _with_movie(schema: Mapping[str, Any], *, needed: bool = True) -> dict[str, Any]:
    if not needed:
        return {**schema, "properties": {}}
    return {"required": [*schema.get("required", ()), "movie_id"], "properties": {"movie_id": _COUNT}}


def _stamp_alternatives(aliases: Aliases, name: str) -> list[Schema]:
    return [{"required": [key], "properties": {key: _MOMENT}} for key in aliases.names_of_stamp(name)]


def _type_alternatives(aliases: Aliases, data_type: str) -> list[Schema]:
    """The schemas for a type under the first key that is present, one per key."""
    found: list[Schema] = []
    keys, names = aliases.speed_type_keys, [*aliases.names_of_type(data_type)]
    for number, key in enumerate(keys):
        before = {earlier: {"bsonType": "null"} for earlier in keys[:number]}
        found.append({"required": [key], "properties": {**before, key: {"enum": names}}})
    return found


def _payload_alternatives(
    aliases: Aliases, kind: str, payload: Mapping[str, Field], *, flat: bool = True
) -> list[Schema]:
    """The schemas for a payload under any of its keys, in unnamed columns, as text, or at the top level."""
    content = _object_schema(payload, lambda name: aliases.names_of_field(name, kind))
    forms = [content, {"bsonType": [*_TEXTS]}]
    if kind in COLUMNS_OF:
        forms.append(
            {"bsonType": "object", "required": [f"col{number + 1}" for number in range(len(COLUMNS_OF[kind]))]}
        )
    found: list[Schema] = [{"required": [key], "properties": {key: {"anyOf": forms}}} for key in aliases.payload]
    return [*found, content] if flat else found


def _object_schema(payload: Mapping[str, Field], names: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """The schema of an object. A field under another name is only required to be present; its content is not
    checked."""
    schema: dict[str, Any] = {"bsonType": "object", "properties": {}}
    alternatives: list[Schema] = []
    for key, field in payload.items():
        if not (field.required or field.identifies) or field.mean_of:
            continue  # an average of nothing may be anything
        spellings, value_schema = names(key), _value_schema(field.read)
        needed = field.required and len(spellings) == 1 and key not in _BESIDE_PAYLOAD
        schema["properties"][key] = value_schema if needed else {"anyOf": [value_schema, _ABSENT]}
        if needed:
            schema.setdefault("required", []).append(key)
        elif field.required and key not in _BESIDE_PAYLOAD:
            alternatives.append({"anyOf": [{"required": [each]} for each in spellings]})
    return {**schema, "allOf": alternatives} if alternatives else schema


def _value_schema(read: Reader) -> Schema:
    match read:
        case OneOf(choices):
            return {"enum": [*choices]}
        case Between(lowest, highest):
            return _number(lowest, highest, multipleOf=1)
        case Records(entry):
            items = _object_schema(entry, lambda key: (key,))
            return {"bsonType": "array", "maxItems": fields.MOST_RECORDS, "items": items}
        case _:
            return _PLAIN[read]

"""The contract of the stored documents as tables: the fields of each kind, and the other names that are read.

Made from the content of ``/contract.yaml``, so that there is one source. Requirement D2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from merger.configuration import configured_contract
from merger.contract.dialects.aliases import Aliases
from merger.producers.odcs import odcs_document

_WORDS: Final[Mapping[str, str]] = {"string": "text", "integer": "whole number", "timestamp": "time", "array": "list"}

_UNITS: Final[Mapping[str, str]] = {"Length": " characters", "Items": " entries", "imum": ""}
"""Ends of the limits' names, and what they count."""

_WIDE: Final = 10**12
"""From here on a bound only keeps nonsense out, and is not shown."""


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table.

    Attributes:
        path: where it is, such as ``data.cast[]``.
        kind: of its values, in words.
        is_required: whether a producer must write it; the service reads many documents without it.
        limits: in words; may be empty.
        description: may be empty.
        others: names under which this deployment reads it as well.
    """

    path: str
    kind: str
    is_required: bool
    limits: str
    description: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of documents.

    Attributes:
        name: such as ``movie_details``.
        collection: that holds them.
        others: spellings of the name that are read as well.
        fields: in the contract's order, each before those inside it.
    """

    name: str
    collection: str
    others: tuple[str, ...]
    fields: tuple[Field, ...]


def contract_report() -> list[Kind]:
    """Builds the tables, with the aliases of this deployment."""
    aliases = configured_contract().aliases
    return [_kind(each, aliases) for each in odcs_document(settings.VERSION)["schema"]]


def _kind(schema: Mapping[str, Any], aliases: Aliases) -> Kind:
    layer, _, name = schema["name"].partition("_")
    names = aliases.names_of_view if layer == "batch" else aliases.names_of_type
    fields = tuple(_fields(schema["properties"], "", name, aliases))
    return Kind(name, schema["physicalName"], names(name)[1:], fields)


def _fields(properties: Sequence[Mapping[str, Any]], above: str, kind: str, aliases: Aliases) -> Iterator[Field]:
    for each in properties:
        path = f"{above}{each['name']}"
        others = _other_names(each["name"], above, kind, aliases)
        yield _field(each, path, is_required=bool(each["required"]), others=others)
        yield from _inside(each, path, kind, aliases)


def _inside(schema: Mapping[str, Any], path: str, kind: str, aliases: Aliases) -> Iterator[Field]:
    if "items" in schema:
        items = schema["items"]
        if "properties" not in items:
            yield _field(items, f"{path}[]", is_required=False, others=())
        yield from _inside(items, f"{path}[]", kind, aliases)
    yield from _fields(schema.get("properties", ()), f"{path}.", kind, aliases)


def _field(schema: Mapping[str, Any], path: str, *, is_required: bool, others: tuple[str, ...]) -> Field:
    kind = schema.get("physicalType", schema["logicalType"])
    words = " or ".join(_WORDS.get(each, each) for each in kind.split(" or "))
    if schema["logicalType"] in ("timestamp", "date"):
        words = _WORDS.get(schema["logicalType"], schema["logicalType"])
    return Field(path, words, is_required, _limits(schema), schema.get("description", ""), others)


def _other_names(name: str, above: str, kind: str, aliases: Aliases) -> tuple[str, ...]:
    if above == "data.":
        return aliases.names_of_field(name, kind)[1:]
    if above:
        return ()
    if name == "data":
        return aliases.payload[1:]
    if name == "data_type":
        return aliases.speed_type_keys[1:]
    return tuple(foreign for foreign, ours in aliases.stamps.items() if ours == name)


def _limits(schema: Mapping[str, Any]) -> str:
    """What values there may be, in words."""
    allowed = [str(each) for rule in schema.get("quality", ()) for each in rule["arguments"]["validValues"]]
    options = schema.get("logicalTypeOptions", {})
    parts = [f"only {', '.join(allowed)}"] if allowed else []
    for end, unit in _UNITS.items():
        least, most = (_shown(options.get(f"{bound}{end}")) for bound in ("min", "max"))
        if least is not None and most is not None:
            parts.append(f"{least:,} to {most:,}{unit}")
        elif most is not None:
            parts.append(f"at most {most:,}{unit}")
        elif least is not None:
            parts.append(f"at least {least:,}{unit}")
    if options.get("pattern") == r"\S":
        parts.append("not of blanks alone")
    return "; ".join(parts)


def _shown(bound: int | None) -> int | None:
    """A bound, unless it is a wide one."""
    return None if bound is None or abs(bound) >= _WIDE else bound

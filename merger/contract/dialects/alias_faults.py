"""Finds what is wrong with a deployment's ``CONTRACT_ALIASES``: parts of other types, and names without any effect."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from merger.contract.dialects.aliases import STAMPS, Aliases
from merger.contract.payloads import SPEED_TYPES, VIEWS

KINDS: Final = {**VIEWS, **SPEED_TYPES, "sentiment": {**VIEWS["sentiment"], **SPEED_TYPES["sentiment"]}}
"""Fields by view type and data type; ``sentiment`` is both."""


_FIELDS: Final = frozenset(name for fields in KINDS.values() for name in fields)


_LISTS: Final = ("payload", "flat_views", "speed_type_keys")


_TARGETS: Final[Mapping[str, Collection[str]]] = {"view_types": VIEWS, "data_types": SPEED_TYPES, "stamps": STAMPS}


_OF_TYPES: Final = ("view_types", "data_types")
"""Parts whose names are values, not fields."""


_NO_NAME: Final = "is no name of one field: it may not be blank, hold a dot or begin with a dollar sign"


PARTS: Final = (*_LISTS, "fields", *_TARGETS)
"""The parts that the setting may have."""


def alias_faults(given: Mapping[str, Any]) -> Iterator[str]:
    """Says what is wrong with each part of the setting, in sentences without a full stop."""
    for part, value in given.items():
        if part not in PARTS:
            yield f"{part!r} is unknown; it takes any of {', '.join(PARTS)}"
        elif part in _LISTS:
            yield from _faults_of_list(part, value)
        elif not isinstance(value, Mapping):
            yield f"{part!r} takes an object of names"
        elif part == "fields":
            yield from _faults_of_fields(value)
        else:
            yield from _faults_of_names(part, value, _TARGETS[part], getattr(Aliases(), part))


def _faults_of_list(part: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        yield f"{part!r} takes a list of names"
        return
    built_in = getattr(Aliases(), part)
    for name in value:
        if name in built_in:
            yield f"{part}: {name!r} is built in, so it has no effect"
        elif part == "flat_views" and name not in VIEWS:
            yield f"{part}: {name!r} is no view type ({', '.join(VIEWS)})"
        elif not _is_name(name):
            yield f"{part}: {name!r} {_NO_NAME}"


def _faults_of_fields(value: Mapping[Any, Any]) -> Iterator[str]:
    for theirs, ours in value.items():
        if isinstance(ours, Mapping):
            if theirs not in KINDS:
                yield f"fields: {theirs!r} is no type ({', '.join(KINDS)})"
            else:
                yield from _faults_of_names(f"fields of {theirs}", ours, KINDS[theirs], {})
        else:
            yield from _faults_of_names("fields", {theirs: ours}, _FIELDS, {})


def _faults_of_names(
    part: str, value: Mapping[Any, Any], targets: Collection[str], built_in: Mapping[str, str]
) -> Iterator[str]:
    for theirs, ours in value.items():
        if not isinstance(theirs, str) or not isinstance(ours, str):
            yield f"{part}: {theirs!r} takes a name"
        elif ours in STAMPS and ours not in targets:
            yield f'{part}: {ours!r} stands beside the payload, so it has no effect here; use "stamps"'
        elif ours not in targets:
            yield f"{part}: {ours!r} is none of {', '.join(sorted(targets))}"
        elif theirs == ours or theirs in built_in:
            yield f"{part}: {theirs!r} is built in, so it has no effect"
        elif part in _TARGETS and theirs in targets:
            yield f"{part}: {theirs!r} is a name of ours, so it can't stand for {ours!r}"
        elif part not in _OF_TYPES and not _is_name(theirs):
            yield f"{part}: {theirs!r} {_NO_NAME}"


def _is_name(text: str) -> bool:
    """Whether a document may have a field of this name, at the place where it is looked for."""
    return bool(text.strip()) and not text.startswith("$") and "." not in text and "\x00" not in text

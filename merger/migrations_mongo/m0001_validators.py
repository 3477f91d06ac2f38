"""Creates both collections with the contract as their validator.

It runs again when the contract, a deployment's aliases or ``CONTRACT_VALIDATION`` changed, or a collection was dropped.
A validator made by another owner is kept: it may be stricter than ours. Requirement D3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pymongo.database import Database

from merger.contract.collections import BATCH, SPEED
from merger.contract.json_schema import TITLE, schema_of
from merger.migrations_mongo.migration import Migration, Work
from merger.stores.mongo.errors import mapping_errors

COLLECTIONS: Final = (BATCH, SPEED)

OFF: Final = "off"

_NONE: Final[dict[str, Any]] = {"validator": {}}
# Documents that violated the contract before may still be updated.
_LEVEL: Final = "moderate"


def forward(work: Work) -> None:
    """Creates missing collections, and sets the validator of each."""
    real = options_of(work.database)
    for name in COLLECTIONS:
        wanted = _options_for(work, name)
        if name not in real:
            with mapping_errors():
                work.database.create_collection(name, **(wanted if work.validation != OFF else {}))
        elif is_foreign(real[name]):
            work.say(f"{name} has a validator of another owner, which is kept")
        elif not _matches(real[name], wanted):
            _apply(work, name, wanted)


def backward(work: Work) -> None:
    """Removes our validators; collections and documents stay."""
    for name, options in options_of(work.database).items():
        if not is_foreign(options):
            _apply(work, name, _NONE)


def holds(work: Work) -> bool:
    """Whether both collections have our current validator, or another owner's."""
    real = options_of(work.database)
    return all(
        name in real and (is_foreign(real[name]) or _matches(real[name], _options_for(work, name)))
        for name in COLLECTIONS
    )


def foreign_validators(database: Database[dict[str, Any]]) -> list[str]:
    """Names of the collections whose validator is not ours."""
    return [name for name, options in sorted(options_of(database).items()) if is_foreign(options)]


def is_foreign(options: Mapping[str, Any]) -> bool:
    """Whether a collection has a validator that is not ours.

    Args:
        options: the collection's, as ``listCollections`` returns them.
    """
    validator = options.get("validator") or {}
    return bool(validator) and validator.get("$jsonSchema", {}).get("title") != TITLE


def _options_for(work: Work, name: str) -> dict[str, Any]:
    if work.validation == OFF:
        return _NONE
    return {
        "validator": {"$jsonSchema": schema_of(name, work.aliases)},
        "validationLevel": _LEVEL,
        "validationAction": work.validation,
    }


def options_of(database: Database[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Reads the options of the existing collections, by name."""
    with mapping_errors():
        found = list(database.list_collections(filter={"name": {"$in": [*COLLECTIONS]}}))
    return {each["name"]: each.get("options", {}) for each in found}


def _matches(options: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all((options.get(key) or {}) == (value or {}) for key, value in wanted.items())


def _apply(work: Work, name: str, wanted: dict[str, Any]) -> None:
    with mapping_errors():
        work.database.command("collMod", name, **wanted)


MIGRATION: Final = Migration(
    name="0001_validators",
    about="both collections, with the contract as their validator",
    forward=forward,
    backward=backward,
    former_checksums=("3a125ea4e1a82294",),
    holds=holds,
)

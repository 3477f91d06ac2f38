"""Reads one stored document as it is, by an id of any type, for the admin.

Requirement O4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bson import Binary, ObjectId, json_util
from bson.binary import UUID_SUBTYPE
from bson.errors import BSONError

from merger.configuration import configured_contract
from merger.contract.collections import BATCH
from merger.contract.importing import is_heartbeat
from merger.errors import Unreadable
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

TIMEOUT_SECONDS = 5.0


_OPTIONS = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, tz_aware=True)


_WHOLE_NUMBER: Final = re.compile(r"-?\d{1,18}")


_TRUTHS: Final = {"true": True, "false": False}


def id_text(value: Any) -> str:
    """Writes an id as a text that means no other one, for ``parse_ids``: a text as it is, else extended JSON."""
    if isinstance(value, str) and value and parse_ids(value) == [value]:
        return value
    return json_util.dumps(value, json_options=_OPTIONS)


def show_id(value: Any) -> str:
    """Writes an id for people."""
    if isinstance(value, Binary) and value.subtype == UUID_SUBTYPE:
        return str(value.as_uuid())
    is_structured = isinstance(value, dict | bytes)
    return json_util.dumps(value, json_options=json_util.RELAXED_JSON_OPTIONS) if is_structured else str(value)


def parse_ids(text: str) -> list[Any]:
    """Returns the ids that a text may mean: the text itself, an ``ObjectId``, a whole number, or extended JSON.

    The likeliest comes first.
    """
    if text in _TRUTHS:
        return [_TRUTHS[text], text]
    ids: list[Any] = [text]
    if text.startswith(("{", '"')):
        try:
            found = json_util.loads(text, json_options=_OPTIONS)
            # No id has such a field; as part of a query it would be an operator.
            if not (isinstance(found, dict) and any(key.startswith("$") for key in found)):
                ids.insert(0, found)
        except (ValueError, TypeError, BSONError, ArithmeticError, RecursionError):
            return ids
        return ids[:1] if text.startswith('"') else ids
    if ObjectId.is_valid(text):
        ids.append(ObjectId(text))
    if _WHOLE_NUMBER.fullmatch(text):
        ids.append(int(text))
    return ids


def stored_document(collection: str, document_id: Any) -> Mapping[str, Any] | None:
    """Reads a whole document; ``None``: there is none with this id.

    Raises:
        StoreError: from the store.
    """
    with mongo_call(TIMEOUT_SECONDS):
        return database()[collection].find_one({"_id": document_id})


def as_json(document: Mapping[str, Any]) -> str:
    """Formats a document as indented extended JSON, dates as ISO 8601."""
    return json_util.dumps(document, json_options=json_util.RELAXED_JSON_OPTIONS, indent=2, ensure_ascii=False)


def why_unreadable(collection: str, document: Mapping[str, Any]) -> str | None:
    """Returns why the service can't read a document; ``None``: it can."""
    contract = configured_contract()
    try:
        if collection == BATCH:
            contract.read_batch(document)
        elif is_heartbeat(document):
            contract.read_heartbeat(document)
        else:
            contract.read_speed(document)
    except Unreadable as error:
        return f"{error.kind}: {error.reason}"
    return None

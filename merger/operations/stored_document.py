"""Reads one stored document as it is, for the admin.

Requirement O4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import ObjectId, json_util

from merger.configuration import aliases
from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.errors import Unreadable
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

TIMEOUT_SECONDS = 5.0


def parse_ids(text: str) -> list[Any]:
    """Returns the ids that a text may mean: the text itself, an ``ObjectId``, a whole number."""
    ids: list[Any] = [text]
    if ObjectId.is_valid(text):
        ids.append(ObjectId(text))
    if text.lstrip("-").isdecimal() and len(text) < 19:
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
    contract = Contract(aliases())
    try:
        if collection == BATCH:
            contract.read_batch(document)
        else:
            contract.read_speed(document)
    except Unreadable as error:
        return f"{error.kind}: {error.reason}"
    return None

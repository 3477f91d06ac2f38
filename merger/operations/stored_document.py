"""One stored document as it is, for people who look at it (O4)."""

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

ANSWER_WITHIN = 5.0
"""Seconds."""


def ids_written_as(text: str) -> list[Any]:
    """The ids that a text may stand for: it itself, an ``ObjectId``, a whole number."""
    found: list[Any] = [text]
    if ObjectId.is_valid(text):
        found.append(ObjectId(text))
    if text.lstrip("-").isdecimal() and len(text) < 19:
        found.append(int(text))
    return found


def stored_document(collection: str, document_id: Any) -> Mapping[str, Any] | None:
    """The whole document; ``None``: it is gone.

    Raises:
        StoreError: from the store.
    """
    with mongo_call(ANSWER_WITHIN):
        return database()[collection].find_one({"_id": document_id})


def as_json(document: Mapping[str, Any]) -> str:
    """A document as indented extended JSON, dates as ISO 8601."""
    return json_util.dumps(document, json_options=json_util.RELAXED_JSON_OPTIONS, indent=2, ensure_ascii=False)


def trouble_with(collection: str, document: Mapping[str, Any]) -> str | None:
    """Why the service can't read a document (D2); ``None``: it can."""
    contract = Contract(aliases())
    try:
        if collection == BATCH:
            contract.batch(document)
        else:
            contract.speed(document)
    except Unreadable as error:
        return f"{error.kind}: {error.reason}"
    return None

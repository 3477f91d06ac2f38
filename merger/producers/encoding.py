"""Encodes documents as MongoDB stores them, one by one, so that one that can't be stored is found by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from merger.contract.importing import Rejected

MAX_DOCUMENT_BYTES: Final = 16 * 2**20
"""MongoDB's limit."""


_LEAST, _GREATEST = -(2**63), 2**63 - 1


def encode(document: Mapping[str, Any]) -> RawBSONDocument:
    """Encodes a document. Whole numbers of more than 64 bits become floating-point, as JSON has them.

    Raises:
        Rejected: says why it can't be stored.
    """
    reserved = next((name for name in document if name.startswith("$")), None)
    if reserved is not None:
        raise Rejected(f"a field can't be called {reserved!r}")
    try:
        content = _encode(document)
    except (BSONError, OverflowError, TypeError, ValueError, RecursionError) as error:
        raise Rejected(f"it can't be stored: {error}") from None
    if len(content) > MAX_DOCUMENT_BYTES:
        raise Rejected(f"a document may have at most {MAX_DOCUMENT_BYTES} bytes")
    return RawBSONDocument(content)


def decode(document: Mapping[str, Any]) -> dict[str, Any]:
    """Makes plain values of an encoded document and of those in it, to be shown."""
    return bson.decode(bson.encode(document))


def _encode(document: Mapping[str, Any]) -> bytes:
    try:
        return bson.encode(document)
    except OverflowError:
        return bson.encode(_with_plain_numbers(document))


def _with_plain_numbers(value: Any) -> Any:
    match value:
        case dict():
            return {key: _with_plain_numbers(each) for key, each in value.items()}
        case list():
            return [_with_plain_numbers(each) for each in value]
        case int() if not _LEAST <= value <= _GREATEST:
            return float(value)
        case _:
            return value

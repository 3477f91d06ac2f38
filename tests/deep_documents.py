"""Documents nested deeper than a decoder can follow, written byte by byte, since no encoder follows either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument


def nested(levels: int, top: Mapping[str, Any]) -> RawBSONDocument:
    """The fields of ``top`` and ``data``, an object that holds an object and so on, ``levels`` times."""
    inner = bson.encode({"bottom": 1})
    for _ in range(levels - 1):
        inner = _document(b"\x03deeper\x00" + inner)
    return RawBSONDocument(_document(bson.encode(top)[4:-1] + b"\x03data\x00" + inner))


def _document(elements: bytes) -> bytes:
    return (len(elements) + 5).to_bytes(4, "little") + elements + b"\x00"

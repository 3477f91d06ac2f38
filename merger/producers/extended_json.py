"""Parses MongoDB's extended JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from bson import json_util
from bson.errors import BSONError

from merger.contract.importing import object_of

_OPTIONS = json_util.JSONOptions(tz_aware=True)


_PLAIN_VALUES: Final = ("$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal")
"""Types that are only another way to write a text or a number. What can't be read as the type is left as that."""


_UNREADABLE = (ValueError, TypeError, BSONError, ArithmeticError)


def parse_extended_json(line: bytes) -> Any:
    """Parses one document. A date or number that can't be read stays the plain value that was written.

    Raises:
        ValueError, TypeError: it is no extended JSON, or a field stands in an object twice.
    """
    try:
        return json.loads(line.decode("utf-8"), object_pairs_hook=_read_object)
    except (BSONError, ArithmeticError) as error:
        raise ValueError(str(error)) from None


def _read_object(pairs: list[tuple[str, Any]]) -> Any:
    found = object_of(pairs)
    try:
        return json_util.object_hook(found, _OPTIONS)
    except _UNREADABLE:
        if len(found) == 1 and pairs[0][0] in _PLAIN_VALUES:
            return pairs[0][1]
        raise

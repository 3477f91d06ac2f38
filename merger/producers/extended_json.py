"""Parses MongoDB's extended JSON."""

from __future__ import annotations

from typing import Any

from bson import json_util
from bson.errors import BSONError

_OPTIONS = json_util.JSONOptions(tz_aware=True)


def parse_extended_json(line: bytes) -> Any:
    """Parses one document.

    Raises:
        ValueError, TypeError: it is no extended JSON.
    """
    try:
        return json_util.loads(line.decode("utf-8"), json_options=_OPTIONS)
    except (BSONError, OverflowError, ArithmeticError) as error:
        raise ValueError(str(error)) from None

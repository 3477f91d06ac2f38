"""Links between the pages of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pages.frame.parts import Part


def paging(found: Part, values: Mapping[str, Any]) -> dict[str, str]:
    """Query strings of the previous and the next page of results."""
    if not found.data:
        return {}
    limit, offset, total = found.data["limit"], found.data["offset"], found.data["total_results"]
    parameters = {name: value for name, value in values.items() if value is not None}
    result = {}
    if offset > 0:
        result["before"] = urlencode({**parameters, "offset": max(0, offset - limit)})
    if offset + limit < min(total, 10_000):
        result["after"] = urlencode({**parameters, "offset": offset + limit})
    return result

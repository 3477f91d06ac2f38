"""Judges answers under a fault: right, marked, refused, or wrong. Pure.

The world stands still while a fault lasts, so an answer is right when it equals the answer to the same request while
everything works, and honest when it says that it differs: by ``X-Cache: STALE``, a warning, or ``complete``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, NoReturn

VOLATILE = frozenset({"freshness", "generated_at"})
"""Members of an answer that tell when it was made, and change while the world does not."""

PROBLEM = "application/problem+json"

LAYER_AWAY = frozenset({"batch_unavailable", "speed_unavailable"})
"""Warnings of an answer that can't be complete."""


class Verdict(StrEnum):
    """Verdict on one answer."""

    FRESH = "fresh"
    """200, the known numbers, nothing to warn of."""
    MARKED = "marked"
    """200 with a mark that it is old, or lacks something."""
    REFUSED = "refused"
    """503 problem with ``Retry-After``."""
    GONE = "gone"
    """404 for something that the known world holds."""
    FAILED = "failed"
    """Any other status that is no answer."""
    WRONG = "wrong"
    """200 with other numbers and no mark, or a mark that contradicts itself."""
    LOST = "lost"
    """No answer: the connection was refused, closed, or silent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Reply to a request.

    Args:
        status: of HTTP; 0 where nothing came that could be read.
        content_type: its header.
        cache: ``X-Cache``.
        retry_after: its header.
        body: all of it.
    """

    status: int
    content_type: str = ""
    cache: str = ""
    retry_after: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Known:
    """The answer to a request while everything works.

    Args:
        content: without what is volatile.
        complete: whether it says that it lacks nothing.
        warnings: their codes.
    """

    content: Mapping[str, Any]
    complete: bool
    warnings: frozenset[str]

    @classmethod
    def of(cls, body: bytes) -> Known:
        """Reads a known answer from its body.

        Raises:
            ValueError: it is no answer of a view.
        """
        found = _parsed(body)
        freshness = found.get("freshness")
        if not isinstance(freshness, dict):
            raise ValueError("an answer without freshness")
        content = {name: value for name, value in found.items() if name not in VOLATILE}
        codes = frozenset(text.partition(":")[0] for text in freshness["warnings"])
        return cls(content, freshness["complete"], codes)


def judged(reply: Reply, known: Known | None) -> Verdict:
    """Judges one answer of a view.

    Args:
        reply: what came.
        known: what is right; ``None``: not known yet, so that numbers are taken on trust.
    """
    if reply.status == 0:
        return Verdict.LOST
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE and reply.content_type == PROBLEM and reply.retry_after.isdigit():
        return Verdict.REFUSED
    if reply.status == HTTPStatus.NOT_FOUND and reply.content_type == PROBLEM:
        return Verdict.GONE
    if reply.status != HTTPStatus.OK:
        return Verdict.FAILED
    try:
        found = Known.of(reply.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Verdict.WRONG
    return _of_answer(reply, found, known)


def _of_answer(reply: Reply, found: Known, known: Known | None) -> Verdict:
    is_stale = reply.cache == "STALE"  # an answer whose lifetime has just ended says it by this header alone
    is_stated = "stale_answer" in found.warnings
    if (is_stated and not is_stale) or (found.complete and found.warnings & LAYER_AWAY):
        return Verdict.WRONG
    usual = known or Known(found.content, complete=True, warnings=frozenset())
    if is_stale or found.warnings - usual.warnings or found.complete < usual.complete:
        return Verdict.MARKED
    return Verdict.FRESH if found.content == usual.content else Verdict.WRONG


def difference(found: Any, known: Any, at: str = "") -> str:
    """Finds the first difference of two answers, as a path with both values; empty if they are equal."""
    if isinstance(found, Mapping) and isinstance(known, Mapping):
        pairs = ((key, found.get(key), known.get(key)) for key in sorted({*found, *known}))
    elif isinstance(found, list) and isinstance(known, list) and len(found) == len(known):
        pairs = ((str(place), *pair) for place, pair in enumerate(zip(found, known, strict=True)))
    else:
        return "" if found == known else f"{at or 'answer'}: {_short(found)}, not {_short(known)}"
    return next(filter(None, (difference(a, b, f"{at}.{key}".strip(".")) for key, a, b in pairs)), "")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _parsed(body: bytes) -> dict[str, Any]:
    found = json.loads(body, parse_constant=_refuse)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

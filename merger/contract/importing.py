"""Reads lines of a file into documents that may be stored. Pure: no Django, no driver.

A document is stored as its producer wrote it, including other names of fields. Only its dates become BSON dates, and
its ``_id`` is derived from its identity, so that loading it again replaces it. The contract decides whether it may be
stored.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from json import loads as parse_lenient_json
from typing import Any, Final

import orjson

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.contract.identity import identity_of
from merger.contract.stamps import moment
from merger.errors import Unreadable

BATCH_KIND, SPEED_KIND = KINDS = "batch", "speed"
"""The kinds of files: each holds documents of one of the two collections."""


COLLECTION_OF: Final = {BATCH_KIND: BATCH, SPEED_KIND: SPEED}
"""The collection of each kind of file."""


EXPIRES_AFTER: Final = timedelta(hours=48)
"""From the start of a speed document's hour to its ``ttl_expires_at``."""


STAMPS: Final = {BATCH_KIND: "computed_at", SPEED_KIND: "synced_at"}
"""The date at which a document was written; of two with the same identity the newer one counts."""


_DATES: Final = {BATCH_KIND: ("computed_at", "covers_until"), SPEED_KIND: ("hour", "synced_at", "ttl_expires_at")}


_EXTENDED = b'"$'


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that may be stored.

    Attributes:
        document: what will be stored, with its ``_id``.
        stamp: when it was written, aware UTC.
    """

    document: dict[str, Any]
    stamp: datetime


class Rejected(ValueError):
    """A line can't be stored; the text says why."""


class LineReader:
    """Reads lines of one kind of file.

    Args:
        kind: one of ``KINDS``.
        contract: decides whether a document can be read.
        extended: parses MongoDB's extended JSON; raises ``ValueError`` or ``TypeError`` for anything else.
    """

    def __init__(self, kind: str, contract: Contract, extended: Callable[[bytes], Any]) -> None:
        self._kind = kind
        self._contract = contract
        self._extended = extended

    def read(self, line: bytes) -> Ready:
        """Reads one line of JSON, which is one document.

        Raises:
            Rejected: says what is wrong.
        """
        try:
            found = self._parse(line)
        except (ValueError, TypeError, RecursionError) as error:
            raise Rejected(f"it is not JSON: {error}{_advise(line)}") from None
        return self.read_value(found)

    def read_value(self, found: Any) -> Ready:
        """Checks a document that was read from a line or from a row of a table.

        Raises:
            Rejected: says what is wrong.
        """
        if not isinstance(found, dict):
            raise Rejected(f"a document is an object, not {type(found).__name__}")
        _check_id(found.get("_id"))
        for name in _DATES[self._kind]:
            if isinstance(found.get(name), str):
                found[name] = _parse_date(name, found[name])
        try:
            about = self._identify_batch(found) if self._kind == BATCH_KIND else self._identify_speed(found)
        except Unreadable as error:
            raise Rejected(f"{error.kind}: {error.reason}") from None
        if found.get("_id") is None:
            # The id comes first, as in every stored document.
            found = {"_id": f"loaded:{blake2b(repr(about).encode(), digest_size=16).hexdigest()}", **found}
        return Ready(found, moment(found[STAMPS[self._kind]]))

    def _parse(self, line: bytes) -> Any:
        if _EXTENDED in line:
            return self._extended(line)
        # Python and pandas write NaN and Infinity, which are no JSON: the contract decides what becomes of them.
        is_strict = b"NaN" not in line and b"Infinity" not in line
        return orjson.loads(line) if is_strict else parse_lenient_json(line)

    def _identify_batch(self, found: Mapping[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.read_batch(found)
        return (*identity_of(document), document.run_id)

    def _identify_speed(self, found: dict[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.read_speed(found)
        if found.get("ttl_expires_at") is None:
            found["ttl_expires_at"] = document.hour + EXPIRES_AFTER
        return document.data_type, document.movie_id, document.hour


def _check_id(value: Any) -> None:
    """Refuses ids that MongoDB refuses; an id may be any single value, or a document of several."""
    if isinstance(value, list) or hasattr(value, "pattern"):
        raise Rejected(f"an _id is a single value or a document, not {type(value).__name__}")
    operator = next((name for name in value if name.startswith("$")), None) if isinstance(value, dict) else None
    if operator is not None:
        raise Rejected(f"an _id can't have a field called {operator!r}")


def _advise(line: bytes) -> str:
    """What may help with text that is no JSON."""
    return "" if line.lstrip()[:1] in (b"{", b"[") else " (a document begins with a brace; is this a table as text?)"


def _parse_date(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError) as error:
        raise Rejected(f"{name}: {error}") from None

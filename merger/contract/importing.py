"""Reads lines of a file into documents that may be stored. Pure: no Django, no driver.

A document is stored as its producer wrote it, including other names of fields. Only its dates become BSON dates, and
its ``_id`` is derived from its identity, so that loading it again replaces it. The contract decides whether it may be
stored.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from json import loads as parse_lenient_json
from typing import Any, Final

import orjson

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract, SpeedDocument
from merger.contract.fields import readable
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


_DATES: Final = {
    BATCH_KIND: ("computed_at", "covers_until"),
    SPEED_KIND: ("hour", "synced_at", "ttl_expires_at", "window_start", "window_end"),
}


_EXTENDED = b'"$'


_BEFORE_VALUE = b'":'


_CUT_OFF, _SHELL = b"...", (b"ISODate(", b"ObjectId(", b"NumberLong(")


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that may be stored.

    Attributes:
        document: what will be stored, with its ``_id``.
        stamp: when it was written, aware UTC.
        stamp_name: the field that tells it.
    """

    document: dict[str, Any]
    stamp: datetime
    stamp_name: str


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
        self._dates = (*_DATES[kind], *(contract.aliases.stamps if kind == SPEED_KIND else ()))

    def read(self, line: bytes) -> Ready:
        """Reads one line of JSON, which is one document.

        Raises:
            Rejected: says what is wrong.
        """
        return self.read_value(self.parse(line))

    def parse(self, line: bytes) -> Any:
        """Parses JSON or extended JSON; nothing is checked.

        Raises:
            Rejected: it is neither.
        """
        # Python and pandas write NaN and Infinity, which are no JSON: the contract decides what becomes of them.
        is_strict = b"NaN" not in line and b"Infinity" not in line
        try:
            if _EXTENDED in line:
                return self._extended(line)
            if is_strict and _holds_every_field(found := orjson.loads(line), line):
                return found
            return parse_lenient_json(line, object_pairs_hook=object_of)
        except _RepeatedField as error:
            raise Rejected(str(error)) from None
        except (ValueError, TypeError, RecursionError) as error:
            raise Rejected(f"it is not JSON: {error}{_advise(line)}") from None

    def read_value(self, found: Any) -> Ready:
        """Checks a document that was read from a line or from a row of a table.

        Raises:
            Rejected: says what is wrong.
        """
        if not isinstance(found, dict):
            raise Rejected(f"a document is an object, not {type(found).__name__}")
        if is_run_record(found):
            advice = "load its documents, then publish it with `manage.py batch_runs publish RUN`"
            raise Rejected(f"it is the record of a batch run, which is not loaded; {advice}")
        found = dict(found)
        _check_id(found.get("_id"))
        for name in self._dates:
            # What is no date is left as it is: the contract decides what becomes of it.
            if found.get(name) is not None and (date := readable(found[name], moment)) is not None:
                found[name] = date
        try:
            about, stamp = self._identify_batch(found) if self._kind == BATCH_KIND else self._identify_speed(found)
        except Unreadable as error:
            raise Rejected(f"{error.kind}: {error.reason}") from None
        if found.get("_id") is None:
            # The id comes first, as in every stored document.
            found = {"_id": f"loaded:{blake2b(repr(about).encode(), digest_size=16).hexdigest()}", **found}
        ours = STAMPS[self._kind]
        names = self._contract.aliases.names_of_stamp(ours)
        return Ready(found, stamp, next((name for name in names if found.get(name) is not None), ours))

    def _identify_batch(self, found: Mapping[str, Any]) -> tuple[tuple[Hashable, ...], datetime]:
        document = self._contract.read_batch(found)
        return (*identity_of(document), document.run_id), document.computed_at

    def _identify_speed(self, found: dict[str, Any]) -> tuple[tuple[Hashable, ...], datetime]:
        about: tuple[Hashable, ...]
        if is_heartbeat(found):
            heartbeat = self._contract.read_heartbeat(found)
            about, stamp, hour = ("heartbeat", heartbeat.data_type), heartbeat.synced_at, heartbeat.hour
        else:
            document = self._contract.read_speed(found)
            about, stamp, hour = speed_identity(document), document.synced_at, document.hour
        if found.get("ttl_expires_at") is None:
            found["ttl_expires_at"] = hour + EXPIRES_AFTER
        return (*about, hour), stamp


def is_run_record(raw: Mapping[str, Any]) -> bool:
    """Whether a raw document is a record of a batch run, which belongs to ``batch_runs``."""
    return isinstance(raw.get("status"), str) and "batch_run_id" in raw and raw.get("view_type") is None


def is_heartbeat(raw: Mapping[str, Any]) -> bool:
    """Whether a raw speed document states that an hour is held, instead of being about a movie."""
    return raw.get("heartbeat") is True and raw.get("movie_id") is None


def speed_identity(document: SpeedDocument) -> tuple[Hashable, ...]:
    """What tells speed documents of one hour apart: type, movie and, of a window smaller than an hour, its start."""
    window = () if document.part is None else (document.part.start,)
    return (document.data_type, document.movie_id, *window)


class _RepeatedField(ValueError):
    """A field stands in an object twice, with different values."""


def object_of(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Makes an object of the fields of one in JSON.

    Raises:
        ValueError: a field stands there twice, with different values.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = next((name for name, value in pairs if found[name] != value), None)
        if repeated is not None:
            raise _RepeatedField(f"the field {repeated!r} stands in an object twice, with different values")
    return found


def _holds_every_field(found: Any, line: bytes) -> bool:
    """Whether as many fields were read as stand in the text; cheap, and false for some odd ways to write fields."""
    try:
        return orjson.dumps(found).count(_BEFORE_VALUE) == line.count(_BEFORE_VALUE)
    except TypeError:  # it is nested too deeply
        return False


def _check_id(value: Any) -> None:
    """Refuses ids that MongoDB refuses; an id may be any single value, or a document of several."""
    if isinstance(value, list) or hasattr(value, "pattern"):
        raise Rejected(f"an _id is a single value or a document, not {type(value).__name__}")
    operator = next((name for name in value if name.startswith("$")), None) if isinstance(value, dict) else None
    if operator is not None:
        raise Rejected(f"an _id can't have a field called {operator!r}")


def _advise(line: bytes) -> str:
    """What may help with text that is no JSON."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return " (it is no text in UTF-8)"
    if line.endswith(_CUT_OFF):
        return " (it was cut off: a document may have at most 16 MB)"
    if any(name in line for name in _SHELL):
        return " (this is how the shell of MongoDB prints; mongoexport writes JSON)"
    return "" if line.lstrip()[:1] in (b"{", b"[") else " (a document begins with a brace; is this a table as text?)"

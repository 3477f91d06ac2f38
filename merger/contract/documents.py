"""The contract: reads raw documents of both collections into values that the rest of the code may trust.

``payloads.py`` lists the fields of each kind of payload, ``Aliases`` the other names under which producers write them.
A document that does not fit becomes a ``Skipped``, never an error of the answer. Requirements D1, D2 and D4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.fields import Field, count, day, full_hour, moment, readable, record
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.errors import Unreadable


@dataclass(frozen=True)
class Aliases:
    """Other names that producers use; a deployment adds its own with the setting ``CONTRACT_ALIASES``.

    Args:
        payload: keys that may hold the payload, best first.
        flat_views: view types whose payload may also be at the top level of the document.
        view_types: foreign view type → ours.
        speed_type_keys: keys that may hold a speed document's type, best first.
        fields: foreign payload field → ours.
    """

    payload: tuple[str, ...] = ("data", "stats")
    flat_views: tuple[str, ...] = ("genre_analytics",)
    view_types: Mapping[str, str] = field(default_factory=lambda: {"temporal_trends": "temporal_analytics"})
    speed_type_keys: tuple[str, ...] = ("data_type", "view_type")
    fields: Mapping[str, str] = field(default_factory=dict)

    def with_extra(self, extra: Mapping[str, Any]) -> Aliases:
        """Adds a deployment's aliases to these, which stay first."""
        return Aliases(
            payload=_merge_unique(self.payload, extra.get("payload", ())),
            flat_views=_merge_unique(self.flat_views, extra.get("flat_views", ())),
            view_types={**extra.get("view_types", {}), **self.view_types},
            speed_type_keys=_merge_unique(self.speed_type_keys, extra.get("speed_type_keys", ())),
            fields={**extra.get("fields", {}), **self.fields},
        )

    def names_of_view(self, view_type: str) -> tuple[str, ...]:
        """Every spelling of a view type, ours first."""
        return (view_type, *(theirs for theirs, ours in self.view_types.items() if ours == view_type))

    def names_of_field(self, name: str) -> tuple[str, ...]:
        """Every spelling of a payload field, ours first."""
        return (name, *(theirs for theirs, ours in self.fields.items() if ours == name))


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A readable batch view.

    ``covers_until`` is the event time up to which the job's input was complete: as the document states it, but never
    later than ``computed_at``, since no run can cover events that had yet to happen.
    """

    view_type: str
    movie_id: int | None
    data: Mapping[str, Any]
    computed_at: datetime
    covers_until: datetime
    version: int
    run_id: str


@dataclass(frozen=True, slots=True)
class SpeedDocument:
    """A readable speed bucket of the event-time hour ``[hour, hour + 1h)``."""

    data_type: str
    movie_id: int
    hour: datetime
    data: Mapping[str, Any]
    synced_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that could not be read, with the parts of its key that could."""

    layer: str
    kind: str
    reason: str
    type: str | None = None
    movie_id: int | None = None
    hour: datetime | None = None
    date: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents read for one answer, duplicates included."""

    batch: tuple[BatchDocument, ...] = ()
    speed: tuple[SpeedDocument, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def batch_of(self, view_type: str) -> list[BatchDocument]:
        return [document for document in self.batch if document.view_type == view_type]

    def speed_of(self, data_type: str) -> list[SpeedDocument]:
        return [document for document in self.speed if document.data_type == data_type]

    def of_movie(self, movie_id: int) -> Documents:
        """Only the documents that name a movie."""
        return Documents(
            tuple(document for document in self.batch if document.movie_id == movie_id),
            tuple(document for document in self.speed if document.movie_id == movie_id),
            tuple(skip for skip in self.skipped if skip.movie_id == movie_id),
        )

    @property
    def speed_by_hour(self) -> dict[datetime, list[SpeedDocument]]:
        result: dict[datetime, list[SpeedDocument]] = {}
        for document in self.speed:
            result.setdefault(document.hour, []).append(document)
        return result


class Contract:
    """Reads raw documents by the tables of payloads and a deployment's aliases."""

    def __init__(self, aliases: Aliases | None = None) -> None:
        self.aliases = aliases or Aliases()

    def read(self, batch: Iterable[Mapping[str, Any]] = (), speed: Iterable[Mapping[str, Any]] = ()) -> Documents:
        """Reads raw documents of both collections; unreadable ones become ``skipped``."""
        good_batch, good_speed, skipped = [], [], []
        for raw in batch:
            try:
                good_batch.append(self.read_batch(raw))
            except Unreadable as error:
                skipped.append(self._describe_skipped("batch", raw, error))
        for raw in speed:
            try:
                good_speed.append(self.read_speed(raw))
            except Unreadable as error:
                skipped.append(self._describe_skipped("speed", raw, error))
        return Documents(tuple(good_batch), tuple(good_speed), tuple(skipped))

    def speed_of_types(self, speed: Sequence[Mapping[str, Any]], types: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """Leaves out raw speed documents that name another known type than these; empty ``types``: none is left out.

        Documents without a known type stay, since they may be of any type.
        """
        if not types:
            return speed
        others = SPEED_TYPES.keys() - types
        return [raw for raw in speed if self._data_type(raw) not in others]

    def read_batch(self, raw: Mapping[str, Any]) -> BatchDocument:
        """Reads one raw batch document.

        Raises:
            Unreadable: names what is wrong.
        """
        view_type = self._view_type(raw)
        fields = VIEWS.get(view_type or "")
        if view_type is None or fields is None:
            raise Unreadable("batch.view_type", f"it is not one of {', '.join(VIEWS)}")
        data = self._payload(raw, view_type, fields, flat=view_type in self.aliases.flat_views)
        movie_id = _read_optional(raw, "movie_id", view_type, count)
        if movie_id is None:
            movie_id = data.get("movie_id")
        if movie_id is None and view_type in ("movie_details", "sentiment"):
            raise Unreadable(f"{view_type}.movie_id", "it is missing")
        computed_at = _read_required(raw, "computed_at", view_type, moment)
        stated = _read_optional(raw, "covers_until", view_type, moment)
        return BatchDocument(
            view_type=view_type,
            movie_id=movie_id,
            data=data,
            computed_at=computed_at,
            covers_until=computed_at if stated is None else min(stated, computed_at),
            version=_read_optional(raw, "version", view_type, count) or 0,
            run_id=str(raw.get("batch_run_id") or ""),
        )

    def read_speed(self, raw: Mapping[str, Any]) -> SpeedDocument:
        """Reads one raw speed document.

        Raises:
            Unreadable: names what is wrong.
        """
        data_type = self._data_type(raw)
        fields = SPEED_TYPES.get(data_type or "")
        if data_type is None or fields is None:
            raise Unreadable("speed.data_type", f"it is not one of {', '.join(SPEED_TYPES)}")
        return SpeedDocument(
            data_type=data_type,
            movie_id=_read_required(raw, "movie_id", data_type, count),
            hour=_read_required(raw, "hour", data_type, full_hour),
            data=self._payload(raw, data_type, fields, flat=False),
            synced_at=_read_required(raw, "synced_at", data_type, moment),
        )

    def _view_type(self, raw: Mapping[str, Any]) -> str | None:
        name = raw.get("view_type")
        # Plain text only: a driver's own text types name no view type, and some can't even be hashed.
        return self.aliases.view_types.get(name, name) if type(name) is str else None

    def _data_type(self, raw: Mapping[str, Any]) -> str | None:
        name = next((raw[key] for key in self.aliases.speed_type_keys if raw.get(key) is not None), None)
        return name if type(name) is str else None

    def _payload(self, raw: Mapping[str, Any], kind: str, fields: Mapping[str, Field], *, flat: bool) -> dict[str, Any]:
        found = next((raw[key] for key in self.aliases.payload if isinstance(raw.get(key), Mapping)), None)
        if found is None and flat:
            found = raw
        if found is None:
            raise Unreadable(f"{kind}.data", "there is no payload")
        if self.aliases.fields:
            found = {self.aliases.fields.get(key, key): value for key, value in found.items()} | {
                key: value for key, value in found.items() if key in fields
            }
        try:
            return record(found, fields)
        except ValueError as error:
            invalid_field = str(error).partition(":")[0]
            raise Unreadable(f"{kind}.{invalid_field if invalid_field in fields else 'data'}", str(error)) from error

    def _describe_skipped(self, layer: str, raw: Mapping[str, Any], error: Unreadable) -> Skipped:
        found: Mapping[str, Any] = next(
            (raw[key] for key in self.aliases.payload if isinstance(raw.get(key), Mapping)), {}
        )
        return Skipped(
            layer=layer,
            kind=error.kind,
            reason=error.reason,
            type=self._view_type(raw) if layer == "batch" else self._data_type(raw),
            movie_id=readable(raw.get("movie_id"), count),
            hour=readable(raw.get("hour"), full_hour),
            date=readable(found.get("date"), day),
            written_at=readable(raw.get("computed_at" if layer == "batch" else "synced_at"), moment),
        )


def _merge_unique(ours: tuple[str, ...], theirs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ours, *theirs)))


def _read_required(raw: Mapping[str, Any], key: str, kind: str, read: Any) -> Any:
    found = _read_optional(raw, key, kind, read)
    if found is None:
        raise Unreadable(f"{kind}.{key}", "it is missing")
    return found


def _read_optional(raw: Mapping[str, Any], key: str, kind: str, read: Any) -> Any:
    value = raw.get(key)
    if value is None:
        return None
    try:
        return read(value)
    except (ValueError, OverflowError, ArithmeticError) as error:
        raise Unreadable(f"{kind}.{key}", str(error)) from error

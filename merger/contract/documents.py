"""The contract: reads raw documents of both collections into values that the rest of the code may trust.

``payloads.py`` lists the fields of each kind of payload, ``Aliases`` the other names under which producers write them.
A document whose identity or counts can't be read becomes a ``Skipped``, never an error of the answer; any other value
that can't be read is dropped alone, and becomes a ``Dropped``. Requirements D1, D2, D4, D5 and D6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from merger.contract.dialects.aliases import Aliases
from merger.contract.dialects.coverage_rule import CoverageRule
from merger.contract.dialects.identifiers import id_of, insertion_of, period_of
from merger.contract.dialects.parts import add_parts, found_stamps, window_of, without_replaced
from merger.contract.dialects.payload import find_payload
from merger.contract.fields import UNREADABLE, Field, Loss, Reader, count, is_nan, name, readable, record
from merger.contract.payloads import ABOUT_MOVIES, SPEED_TYPES, VIEWS
from merger.contract.stamps import day, moment
from merger.contract.values import (
    BatchDocument,
    Documents,
    Dropped,
    Heartbeat,
    Part,
    Skipped,
    SpeedDocument,
)
from merger.errors import Unreadable

__all__ = [
    "Aliases",
    "BatchDocument",
    "Contract",
    "Documents",
    "Dropped",
    "Heartbeat",
    "Part",
    "Skipped",
    "SpeedDocument",
]


class Contract:
    """Reads raw documents by the tables of payloads and a deployment's aliases.

    Args:
        aliases: the deployment's.
        coverage: how far a batch document covers that names no ``covers_until``; ``None``: nobody knows.
    """

    def __init__(self, aliases: Aliases | None = None, coverage: CoverageRule | None = None) -> None:
        self.aliases = aliases or Aliases()
        self.coverage = coverage

    def read(self, batch: Iterable[Mapping[str, Any]] = (), speed: Iterable[Mapping[str, Any]] = ()) -> Documents:
        """Reads raw documents of both collections; unreadable ones become ``skipped``.

        Windows smaller than an hour are added up into hours; the sums lack the windows that were not passed.
        """
        good_batch, good_speed, heartbeats = [], [], []
        skipped: list[Skipped] = []
        dropped: list[Dropped] = []
        for raw in batch:
            try:
                good_batch.append(self.read_batch(raw, dropped))
            except Unreadable as error:
                skipped.append(self._describe_batch(raw, error))
        for raw in speed:
            try:
                good_speed.append(self.read_speed(raw, dropped))
            except Unreadable as error:
                try:
                    heartbeats.append(self.read_heartbeat(raw))
                except Unreadable:
                    skipped.append(self._describe_speed(raw, error))
        hours_of_parts = frozenset(document.hour for document in good_speed if document.part is not None)
        return Documents(
            tuple(good_batch),
            tuple(add_parts(good_speed) if hours_of_parts else good_speed),
            tuple(without_replaced(skipped, good_speed)),
            tuple(heartbeats),
            hours_of_parts,
            tuple(dropped),
        )

    def speed_of_types(self, speed: Sequence[Mapping[str, Any]], types: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """Leaves out raw speed documents that name another known type than these; empty ``types``: none is left out.

        Documents without a known type stay, since they may be of any type.
        """
        if not types:
            return speed
        others = SPEED_TYPES.keys() - types
        return [raw for raw in speed if self._data_type(raw) not in others]

    def read_batch(self, raw: Mapping[str, Any], dropped: list[Dropped] | None = None) -> BatchDocument:
        """Reads one raw batch document.

        Args:
            raw: the document as stored.
            dropped: values of it that could not be read are added here.

        Raises:
            Unreadable: names what is wrong.
        """
        view_type = self._view_type(raw)
        fields = VIEWS.get(view_type or "")
        if view_type is None or fields is None:
            raise Unreadable("batch.view_type", f"it is not one of {', '.join(VIEWS)}")
        lost: list[Loss] = []
        data = self._payload(raw, view_type, fields, lost, flat=view_type in self.aliases.flat_views)
        movie_id = _movie_of(raw, data, view_type, lost)
        computed_at = self._stamp(raw, "computed_at", lost)
        stated = self._stamp(raw, "covers_until", lost)
        if computed_at is None:
            # Coverage without a time of writing: it was written then at the earliest.
            if stated is None:
                raise Unreadable(f"{view_type}.computed_at", _reason(lost, "computed_at"))
            computed_at = stated
        if stated is None and self.coverage is not None:
            stated = self.coverage.apply(computed_at)
        document = BatchDocument(
            view_type=view_type,
            movie_id=movie_id,
            data=data,
            computed_at=computed_at,
            covers_until=min(computed_at if stated is None else stated, computed_at),
            version=_read_optional(raw, "version", count, lost) or 0,
            run_id=str(raw.get("batch_run_id") or ""),
            is_coverage_stated=stated is not None,
            inserted=insertion_of(raw),
        )
        if lost and dropped is not None:
            dropped += [Dropped("batch", f"{view_type}.{key}", reason) for key, reason in lost]
        return document

    def read_speed(self, raw: Mapping[str, Any], dropped: list[Dropped] | None = None) -> SpeedDocument:
        """Reads one raw speed document: an hour, or a smaller window of one.

        Args:
            raw: the document as stored.
            dropped: values of it that could not be read are added here.

        Raises:
            Unreadable: names what is wrong.
        """
        data_type = self._data_type(raw)
        fields = SPEED_TYPES.get(data_type or "")
        if data_type is None or fields is None:
            raise Unreadable("speed.data_type", f"it is not one of {', '.join(SPEED_TYPES)}")
        lost: list[Loss] = []
        movie_id = _read_required(raw, "movie_id", data_type, count)
        hour, part = window_of(raw, data_type, self.aliases, lost)
        synced_at = self._stamp(raw, "synced_at", lost)
        document = SpeedDocument(
            data_type=data_type,
            movie_id=movie_id,
            hour=hour,
            data=self._payload(raw, data_type, fields, lost, flat=True),
            synced_at=hour if synced_at is None else synced_at,
            part=part,
        )
        if lost and dropped is not None:
            dropped += [Dropped("speed", f"{data_type}.{key}", reason) for key, reason in lost]
        return document

    def read_heartbeat(self, raw: Mapping[str, Any]) -> Heartbeat:
        """Reads a producer's statement that it holds an hour.

        Raises:
            Unreadable: it is none, or it does not tell an hour of a known type.
        """
        data_type = self._data_type(raw)
        if raw.get("heartbeat") is not True or raw.get("movie_id") is not None:
            raise Unreadable("speed.heartbeat", "it is none")
        if data_type is None or data_type not in SPEED_TYPES:
            raise Unreadable("speed.data_type", f"it is not one of {', '.join(SPEED_TYPES)}")
        hour, part = window_of(raw, data_type, self.aliases, [])
        if part is not None:
            raise Unreadable(f"{data_type}.hour", "a heartbeat is about a whole hour")
        synced_at = self._stamp(raw, "synced_at", [])
        return Heartbeat(data_type, hour, hour if synced_at is None else synced_at)

    def _view_type(self, raw: Mapping[str, Any]) -> str | None:
        name = raw.get("view_type")
        # Plain text only: a driver's own text types name no view type, and some can't even be hashed.
        return self.aliases.view_types.get(name, name) if type(name) is str else None

    def _data_type(self, raw: Mapping[str, Any]) -> str | None:
        name: Any = None
        for key in self.aliases.speed_type_keys:
            name = raw.get(key)
            if name is not None:
                break
        return self.aliases.data_types.get(name, name) if type(name) is str else None

    def _payload(
        self, raw: Mapping[str, Any], kind: str, fields: Mapping[str, Field], lost: list[Loss], *, flat: bool
    ) -> dict[str, Any]:
        found = find_payload(raw, kind, fields, self.aliases, flat=flat)
        if found is None:
            raise Unreadable(f"{kind}.data", "there is no payload")
        try:
            data = record(found, fields, lost)
        except ValueError as error:
            invalid_field = str(error).partition(":")[0]
            raise Unreadable(f"{kind}.{invalid_field if invalid_field in fields else 'data'}", str(error)) from error
        if not data:
            raise Unreadable(f"{kind}.data", "it has none of the values of its type, or none that can be read")
        return data

    def _describe_batch(self, raw: Mapping[str, Any], error: Unreadable) -> Skipped:
        found = find_payload(raw, "", dict.fromkeys(("genre", "date", "year")), self.aliases, flat=True) or {}
        return Skipped(
            layer="batch",
            kind=error.kind,
            reason=error.reason,
            type=self._view_type(raw),
            movie_id=readable(raw.get("movie_id") or found.get("movie_id"), count),
            has_date=found.get("date") is not None,
            date=readable(found.get("date"), day) or period_of(found),
            written_at=self._stamp(raw, "computed_at", []),
            genre=readable(found.get("genre"), name),
            id=id_of(raw),
            version=_read_optional(raw, "version", count, []) or 0,
            inserted=insertion_of(raw),
        )

    def _describe_speed(self, raw: Mapping[str, Any], error: Unreadable) -> Skipped:
        try:
            hour, part = window_of(raw, "speed", self.aliases, [])
        except Unreadable:
            hour, part = None, None
        return Skipped(
            layer="speed",
            kind=error.kind,
            reason=error.reason,
            type=self._data_type(raw),
            movie_id=readable(raw.get("movie_id"), count),
            hour=hour,
            written_at=self._stamp(raw, "synced_at", []),
            part=None if part is None else part.start,
            id=id_of(raw),
        )

    def _stamp(self, raw: Mapping[str, Any], name: str, lost: list[Loss]) -> datetime | None:
        """A stamp under our name or an alias; ``None`` if there is none that can be read."""
        key = name if raw.get(name) is not None else next(found_stamps(raw, name, self.aliases), name)
        found: datetime | None = _read_optional(raw, key, moment, lost)
        return found


def _movie_of(raw: Mapping[str, Any], data: Mapping[str, Any], view_type: str, lost: list[Loss]) -> int | None:
    """The movie that a batch document is about, if it is about one."""
    movie_id: int | None
    value = raw.get("movie_id")
    if view_type in ABOUT_MOVIES:
        movie_id = _read_required(raw, "movie_id", view_type, count)
        return movie_id
    if view_type != "temporal_analytics":
        # Some producers write the genre there.
        movie_id = None if isinstance(value, str) else _read_optional(raw, "movie_id", count, lost)
        return movie_id
    if value is None or is_nan(value):
        movie_id = data.get("movie_id")
        return movie_id
    movie_id = _read_required(raw, "movie_id", view_type, count)
    return movie_id


def _read_required(raw: Mapping[str, Any], key: str, kind: str, read: Reader) -> Any:
    value = raw.get(key)
    if value is None:
        raise Unreadable(f"{kind}.{key}", "it is missing")
    try:
        return read(value)
    except UNREADABLE as error:
        raise Unreadable(f"{kind}.{key}", str(error)) from error


def _read_optional(raw: Mapping[str, Any], key: str, read: Reader, lost: list[Loss]) -> Any:
    value = raw.get(key)
    if value is None:
        return None
    try:
        return read(value)
    except UNREADABLE as error:
        lost.append((key, str(error)))
        return None


def _reason(lost: list[Loss], key: str) -> str:
    return next((reason for name, reason in lost if name == key), "it is missing")

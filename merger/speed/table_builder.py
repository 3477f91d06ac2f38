"""Builds tables from speed documents. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from merger.contract.dedupe import newest_speed
from merger.contract.documents import Documents, Skipped, SpeedDocument
from merger.core.boundary import CLOCK_SKEW
from merger.core.columns import Integers
from merger.speed.rows import FIELDS, Rows
from merger.speed.tables import HourTable, SharedHours, without_stamp

_SETTLED_UNTIL = CLOCK_SKEW - timedelta(minutes=1)
"""Stamps no further ahead than this count in every answer that can see the table, even one begun a while ago."""


def add_documents(table: HourTable, documents: Iterable[SpeedDocument], now: datetime) -> tuple[HourTable, Integers]:
    """Adds documents to a table of their type and hour; returns it with the movies whose payload changed.

    Args:
        table: the table before; it is not changed.
        documents: what to add, in any order, duplicates included.
        now: aware UTC; documents with later stamps may not count yet.
    """
    found = [*documents, *table.unsettled]
    settled = [document for document in found if document.synced_at <= now + _SETTLED_UNTIL]
    newest = newest_speed(settled, lambda d: d.movie_id).values()
    later = newest_speed(
        (document for document in found if document.synced_at > now + _SETTLED_UNTIL),
        lambda d: (d.movie_id, d.synced_at),
    )
    if later or table.unsettled:
        table = replace(table, unsettled=tuple(later.values()))
    return table.with_rows(Rows.of(table.data_type, newest))


def add_skipped(table: HourTable, skipped: Iterable[Skipped]) -> HourTable:
    """Adds skipped documents to a table, each with its newest stamp; returns the same table if it has them all."""
    together = _newest_skipped((*table.skipped, *skipped))
    return table if together == table.skipped else replace(table, skipped=together)


def _newest_skipped(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    newest: dict[Skipped, Skipped] = {}
    for skip in skipped:
        known = newest.setdefault(without_stamp(skip), skip)
        if known.written_at is None or (skip.written_at is not None and skip.written_at > known.written_at):
            newest[without_stamp(skip)] = skip
    return tuple(newest.values())


def build_table(
    data_type: str, hour: datetime, documents: Iterable[SpeedDocument], skipped: Iterable[Skipped], now: datetime
) -> HourTable:
    """Builds the table of one type and hour."""
    empty = HourTable(data_type, hour, Rows.of(data_type), _newest_skipped(skipped))
    return add_documents(empty, documents, now)[0]


def build_tables(
    data_type: str, hours: Iterable[datetime], read: Documents, now: datetime
) -> dict[datetime, HourTable]:
    """Builds the tables of some hours of one type; documents of others are ignored."""
    documents = Documents(speed=tuple(read.speed_of(data_type))).speed_by_hour
    result = {}
    for hour in hours:
        skipped = [skip for skip in read.skipped if skip.hour in (hour, None)]
        found = documents.get(hour, ())
        result[hour] = replace(
            build_table(data_type, hour, found, skipped, now),
            is_of_parts=hour in read.hours_of_parts,
            is_assumed=any(document.is_assumed for document in found),
        )
    return result


def build_shared_hours(read: Documents, now: datetime) -> SharedHours:
    """Builds the tables of all types and hours among the documents."""
    hours = {d.hour for d in read.speed} | {skip.hour for skip in read.skipped if skip.hour is not None}
    tables = (table for data_type in FIELDS for table in build_tables(data_type, hours, read, now).values())
    undated = [skip for skip in read.skipped if skip.hour is None]
    return SharedHours([table for table in tables if not table.is_empty], undated)

"""Builds tables from speed documents. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from merger.contract.dedupe import newest_speed
from merger.contract.documents import Documents, Skipped, SpeedDocument
from merger.core.boundary import CLOCK_SKEW
from merger.core.columns import Integers
from merger.speed.rows import FIELDS, Rows
from merger.speed.tables import HourTable, SharedHours

_SETTLED_UNTIL = CLOCK_SKEW - timedelta(minutes=1)
"""Stamps no further ahead than this count in every answer that can see the table, even one begun a while ago."""


def add_documents(table: HourTable, documents: Iterable[SpeedDocument], now: datetime) -> tuple[HourTable, Integers]:
    """Adds documents to a table of their type and hour; returns it with the movies whose newest bucket changed.

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
        table = HourTable(table.data_type, table.hour, table.rows, table.skipped, tuple(later.values()))
    return table.with_rows(Rows.of(table.data_type, newest))


def add_skipped(table: HourTable, skipped: Iterable[Skipped]) -> HourTable:
    """Adds skipped documents to a table; returns the same table if it has them all."""
    together = tuple(dict.fromkeys((*table.skipped, *skipped)))
    if len(together) == len(table.skipped):
        return table
    return HourTable(table.data_type, table.hour, table.rows, together, table.unsettled)


def build_table(
    data_type: str, hour: datetime, documents: Iterable[SpeedDocument], skipped: Iterable[Skipped], now: datetime
) -> HourTable:
    """Builds the table of one type and hour."""
    empty = HourTable(data_type, hour, Rows.of(data_type), tuple(dict.fromkeys(skipped)))
    return add_documents(empty, documents, now)[0]


def build_tables(
    data_type: str, hours: Iterable[datetime], read: Documents, now: datetime
) -> dict[datetime, HourTable]:
    """Builds the tables of some hours of one type; documents of others are ignored."""
    documents = Documents(speed=tuple(read.speed_of(data_type))).speed_by_hour
    result = {}
    for hour in hours:
        skipped = [skip for skip in read.skipped if skip.hour == hour]
        result[hour] = build_table(data_type, hour, documents.get(hour, ()), skipped, now)
    return result


def build_shared_hours(read: Documents, now: datetime) -> SharedHours:
    """Builds the tables of all types and hours among the documents."""
    hours = {d.hour for d in read.speed} | {skip.hour for skip in read.skipped if skip.hour is not None}
    return SharedHours(
        table
        for data_type in FIELDS
        for table in build_tables(data_type, hours, read, now).values()
        if not table.is_empty
    )

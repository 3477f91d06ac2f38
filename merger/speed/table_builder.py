"""Speed documents → the tables that answers share. Pure."""

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
"""Stamps this far ahead may count in every answer that may see the table, also in one that began a while ago."""


def add_documents(table: HourTable, documents: Iterable[SpeedDocument], now: datetime) -> tuple[HourTable, Integers]:
    """A table with further documents of its type and hour, and the movies whose newest bucket is another one now.

    Args:
        table: what was known.
        documents: in any order, duplicates among them.
        now: aware UTC; documents that say they are from later may not count yet.
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
    """A table with more that could not be read; itself where it knew all of it."""
    together = tuple(dict.fromkeys((*table.skipped, *skipped)))
    if len(together) == len(table.skipped):
        return table
    return HourTable(table.data_type, table.hour, table.rows, together, table.unsettled)


def build_table(
    data_type: str, hour: datetime, documents: Iterable[SpeedDocument], skipped: Iterable[Skipped], now: datetime
) -> HourTable:
    """The table of one type and hour from everything that was read of them."""
    empty = HourTable(data_type, hour, Rows.of(data_type), tuple(dict.fromkeys(skipped)))
    return add_documents(empty, documents, now)[0]


def build_tables(
    data_type: str, hours: Iterable[datetime], read: Documents, now: datetime
) -> dict[datetime, HourTable]:
    """The tables of some hours of one type; other types and hours in what was read are passed over."""
    documents: dict[datetime, list[SpeedDocument]] = {}
    for document in read.speed_of(data_type):
        documents.setdefault(document.hour, []).append(document)
    return {
        hour: build_table(
            data_type, hour, documents.get(hour, ()), (skip for skip in read.skipped if skip.hour == hour), now
        )
        for hour in hours
    }


def build_shared_hours(read: Documents, now: datetime) -> SharedHours:
    """Everything that was read, as the tables of all types and hours that are in it."""
    hours = {d.hour for d in read.speed} | {skip.hour for skip in read.skipped if skip.hour is not None}
    return SharedHours(
        table
        for data_type in FIELDS
        for table in build_tables(data_type, hours, read, now).values()
        if not table.is_empty
    )

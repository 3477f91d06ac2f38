"""Windows smaller than an hour: reads them, and adds up those of one hour.

A document names its window by an ``hour`` that is not on the hour, or by ``window_start`` beside it. Documents with
different windows are parts of their hour; documents with the same window are versions of one part, of which the newest
counts. Where a document of the whole hour stands beside parts, or windows overlap, nobody can tell what was counted
twice: the hour gets the largest number that is certain, and is assumed. So is a lone window that begins where the hours
of some zones do. Requirement D5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from merger.contract.dedupe import newest_speed, tie_break
from merger.contract.dialects.aliases import Aliases
from merger.contract.fields import UNREADABLE, Loss
from merger.contract.stamps import full_minute, is_hour_elsewhere, moment
from merger.contract.values import Part, Skipped, SpeedDocument
from merger.core.algebra import Sentiment
from merger.core.windows import HOUR, floor_hour
from merger.errors import Unreadable

_HOURS_ELSEWHERE = (30, 45)
"""Minutes at which the hours of some zones begin."""


_COUNTS = ("review_count", "positive_count", "negative_count", "neutral_count")


def found_stamps(raw: Mapping[str, Any], name: str, aliases: Aliases) -> Iterator[str]:
    """The foreign names of a stamp under which a document has one."""
    return (theirs for theirs, ours in aliases.stamps.items() if ours == name and raw.get(theirs) is not None)


def window_of(raw: Mapping[str, Any], kind: str, aliases: Aliases, lost: list[Loss]) -> tuple[datetime, Part | None]:
    """Reads the hour of a raw speed document, and its part of that hour if it is smaller.

    Args:
        raw: the document as stored.
        kind: its type, for the error.
        aliases: other names of the hour.
        lost: optional values that can't be read are added here.

    Raises:
        Unreadable: it tells no hour, or a window that is not within one.
    """
    value = raw.get("hour")
    names_hour = value is not None
    if not names_hour:
        value = next((raw[key] for key in found_stamps(raw, "hour", aliases)), None)
    if value is None:
        raise Unreadable(f"{kind}.hour", "it is missing")
    try:
        start = full_minute(value)
    except UNREADABLE as error:
        raise Unreadable(f"{kind}.hour", str(error)) from error
    if not start.minute and "window_start" not in raw and "window_end" not in raw:
        return start, None
    if is_hour_elsewhere(value):
        raise Unreadable(f"{kind}.hour", "it is an hour of a zone with half hours")
    hour = floor_hour(start)
    named = _read(raw, "window_start", lost) if names_hour else None
    end = _read(raw, "window_end", lost)
    part = Part(start if named is None else named, end, named is not None)
    if not hour <= part.start < hour + HOUR or (end is not None and not part.start < end <= hour + HOUR):
        raise Unreadable(f"{kind}.hour", "its window is not within the hour")
    is_whole = part.start == hour and (end == hour + HOUR if end is not None else named is None)
    return hour, None if is_whole else part


def _read(raw: Mapping[str, Any], key: str, lost: list[Loss]) -> datetime | None:
    value = raw.get(key)
    try:
        return None if value is None else moment(value)
    except UNREADABLE as error:
        lost.append((key, str(error)))
        return None


def without_replaced(skipped: Iterable[Skipped], readable: Sequence[SpeedDocument]) -> Iterable[Skipped]:
    """Clears the ``part`` of unreadable windows for which a readable document as new stands."""
    skipped = list(skipped)
    if all(skip.part is None for skip in skipped):
        return skipped
    newest: dict[tuple[Any, ...], datetime] = {}
    for document in readable:
        if document.part is not None:
            key = (document.data_type, document.movie_id, document.part.start)
            newest[key] = max(document.synced_at, newest.get(key, document.synced_at))
    return [
        replace(skip, part=None)
        if skip.written_at is not None
        and (twin := newest.get((skip.type, skip.movie_id, skip.part))) is not None
        and twin >= skip.written_at
        else skip
        for skip in skipped
    ]


def add_parts(documents: Iterable[SpeedDocument]) -> list[SpeedDocument]:
    """Replaces the documents of each movie's hour that has parts by one; the others stay as they are.

    The result does not depend on the order of the documents (requirement M7).
    """
    documents = list(documents)
    groups: dict[tuple[Any, ...], list[SpeedDocument]] = {
        _key(document): [] for document in documents if document.part is not None
    }
    result: list[SpeedDocument] = []
    for document in documents:
        group = groups.get(_key(document))
        (result if group is None else group).append(document)
    return result + [_combine(group) for group in groups.values()]


def _key(document: SpeedDocument) -> tuple[Any, ...]:
    return document.data_type, document.movie_id, document.hour


def _combine(group: Sequence[SpeedDocument]) -> SpeedDocument:
    """One document for the hour of some parts, and of documents of the whole hour beside them."""
    parts = sorted(_newest_of_each([d for d in group if d.part]), key=_start)
    wholes = [document for document in group if document.part is None]
    whole = next(iter(_newest_of_each(wholes)), None)
    synced_at = max(document.synced_at for document in group)
    if parts[0].data_type != "sentiment":
        # A snapshot: what was known last in the hour.
        newest = parts[-1] if whole is None or whole.synced_at <= parts[-1].synced_at else whole
        return replace(newest, part=None, synced_at=synced_at)
    separate = _without_overlaps(parts)
    counted, is_assumed = separate, len(separate) < len(parts) or (whole is None and _may_be_elsewhere(parts))
    if whole is not None:
        counted, is_doubtful = _with_whole(whole, separate, are_versions=_are_versions(wholes, group))
        is_assumed |= is_doubtful
    return replace(_sum(counted), synced_at=synced_at, is_assumed=is_assumed)


def _newest_of_each(documents: Iterable[SpeedDocument]) -> list[SpeedDocument]:
    return list(newest_speed(documents, _start).values())


def _start(document: SpeedDocument) -> datetime:
    return document.hour if document.part is None else document.part.start


def _without_overlaps(parts: Sequence[SpeedDocument]) -> list[SpeedDocument]:
    """The parts in their order, without those that begin before the end of one before."""
    result: list[SpeedDocument] = []
    taken_until: datetime | None = None
    for document in parts:
        if taken_until is None or _start(document) >= taken_until:
            result.append(document)
            taken_until = document.part.end if document.part else None
    return result


def _may_be_elsewhere(parts: Sequence[SpeedDocument]) -> bool:
    """Whether the only window may be a whole hour of a zone that is half an hour off."""
    part = parts[0].part
    return len(parts) == 1 and part is not None and part == Part(part.start) and part.start.minute in _HOURS_ELSEWHERE


def _with_whole(
    whole: SpeedDocument, parts: list[SpeedDocument], *, are_versions: bool
) -> tuple[list[SpeedDocument], bool]:
    """The documents to add up where one that begins with the hour stands beside parts, and whether that is doubtful.

    It is one more part if the parts begin after it was written. It is the first part too if it is named like the others
    and holds less than they do: the whole hour would hold as much. Otherwise it may hold the same reviews as the parts.
    """
    later = [document for document in parts if _start(document) >= whole.synced_at]
    own, others = _reviews([whole]), _reviews(parts)
    is_first_part = are_versions and own < others and not any(d.part and d.part.is_named for d in parts)
    if len(later) == len(parts) or is_first_part or not own or not others:
        return [whole, *parts], False
    return max([whole, *later], parts, key=_reviews), True


def _are_versions(wholes: Sequence[SpeedDocument], group: Sequence[SpeedDocument]) -> bool:
    """Whether documents that begin with the hour are versions of one window: there is one, or others have several."""
    if _differing(wholes) < 2:
        return True
    by_start: dict[datetime, list[SpeedDocument]] = {}
    for document in group:
        if document.part is not None:
            by_start.setdefault(_start(document), []).append(document)
    return any(_differing(versions) > 1 for versions in by_start.values())


def _differing(documents: Sequence[SpeedDocument]) -> int:
    return len({tie_break(document.data) for document in documents})


def _reviews(documents: Iterable[SpeedDocument]) -> int:
    return sum(document.data["review_count"] for document in documents)


def _sum(documents: Sequence[SpeedDocument]) -> SpeedDocument:
    """Adds up windows of sentiment; the velocity is that of the last one that has one."""
    data: dict[str, Any] = {name: sum(document.data[name] for document in documents) for name in _COUNTS}
    average = sum((Sentiment.read(document.data) for document in documents), Sentiment()).average
    if average is not None:
        data["avg_sentiment"] = average
    for document in documents:
        if "sentiment_velocity" in document.data:
            data["sentiment_velocity"] = document.data["sentiment_velocity"]
    return replace(documents[-1], data=data, part=None)

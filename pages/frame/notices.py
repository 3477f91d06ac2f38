"""Notices: what a reader should know about the numbers of a page, one sentence for each fact. Pure.

The dot in the header says how fresh everything is; a notice says what that means for the numbers shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pages.figures import words

_LISTED: Final = 3
"""Missing intervals that are listed; the rest is counted."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

SENTENCES: Final[Mapping[str, str]] = {
    "speed_lagging": "Live numbers are late: the newest are from {}.",
    "speed_empty": "There are no live numbers of this kind yet.",
    "batch_stale": "History is out of date: it was last computed at {}.",
    "batch_empty": "There is no history yet.",
    "batch_unavailable": "We can’t read the history right now, so these numbers lack it or come from a copy.",
    "speed_unavailable": "We can’t read the live numbers right now, so the newest hours are missing or from a copy.",
    "batch_absent": "This movie has only live numbers so far.",
    "days_only": "Some of the missing hours are known only as whole days.",
    "coverage_inside_hour": "A few events at the end of the history may be counted twice.",
    "documents_skipped": "Some stored data can’t be read and is left out.",
    "documents_contradict": "Two stored numbers contradict each other; one of them is shown.",
    "quiet_assumed": "Some hours have no records, so they count as quiet.",
    "cut_assumed": "Some hours may lack their last minutes.",
    "coverage_assumed": "The history doesn’t say how far it reaches; some hours are assumed to be covered.",
    "parts_assumed": "Some numbers are added up from parts that may overlap.",
    "index_behind": "New titles and names can’t be found yet.",
    "clock_ahead": "Data with a time in the future is left out.",
}
"""The sentence of each warning; ``{}`` is the time that the warning names."""

SILENT: Final = frozenset({"hours_missing", "hours_unreadable", "preview"})
"""Warnings that a page says already: intervals that the answer lists as missing, and a run that it shows."""

OF_THE_PAGE: Final = frozenset({
    "stale",
    "speed_lagging",
    "batch_stale",
    "batch_empty",
    "batch_unavailable",
    "speed_unavailable",
    "index_behind",
})  # fmt: skip
"""Facts that concern all numbers of a page: they are said once, at its top."""


OF_AN_OUTAGE: Final = frozenset({"batch_unavailable", "speed_unavailable"})
"""Facts that follow from a database that can't be reached, which a page says by itself."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message shown beside an answer, or at the top of a page.

    Args:
        state: ``incomplete``, ``late``, ``stale`` or ``error``.
        fact: what it is about; a page says each fact once.
        text: one sentence.
    """

    state: str
    fact: str
    text: str


FAILED: Final = Notice("error", "failed", "This can’t be shown right now: the database is not answering in time.")
"""The notice of a part without an answer. Visitors don't need to know which server failed; the log does."""

_SEVERAL_FAILED: Final = Notice(
    "error", "failed", "Parts of this page can’t be shown right now: the database is not answering in time."
)


def notices_about(freshness: Mapping[str, Any], computed_at: datetime, now: datetime) -> Iterator[Notice]:
    """Yields the notices about an answer, most important first.

    Args:
        freshness: as the answer describes it.
        computed_at: when the answer was computed.
        now: the time.
    """
    if freshness["missing"]:
        text = _missing(freshness["missing"])
        yield Notice("incomplete", text, text)
    for warning in freshness["warnings"]:
        code, _, detail = warning.partition(": ")
        if code == "stale_answer":
            yield Notice("stale", "stale", f"These numbers are from {words.moment(computed_at, now)}.")
        elif code not in SILENT:
            time = _TIME.search(detail)
            at = words.moment(datetime.fromisoformat(time[0]), now) if time else "an earlier time"
            yield Notice("late", code, SENTENCES.get(code, f"{detail[:1].upper()}{detail[1:]}.").format(at))


def _missing(spans: list[Mapping[str, str | None]]) -> str:
    more = f" and {len(spans) - _LISTED} more" if len(spans) > _LISTED else ""
    return f"There is no data for {'; '.join(_span(each) for each in spans[:_LISTED])}{more}."


def _span(span: Mapping[str, str | None]) -> str:
    """An interval in words; one of whole hours of a day names the day once."""
    end = datetime.fromisoformat(str(span["end"])).astimezone(UTC)
    if span["start"] is None:
        return f"the time before {words.day_and_hour(end)} UTC"
    start = datetime.fromisoformat(span["start"]).astimezone(UTC)
    is_same_day = start.date() == (end - timedelta(seconds=1)).date()
    last = f"{end:%H:%M}" if is_same_day and start.date() == end.date() else words.day_and_hour(end)
    return f"{words.day_and_hour(start)} to {last} UTC"


def gather(found: Iterable[Iterable[Notice]]) -> tuple[Notice, ...]:
    """Returns what a page says at its top: facts that concern all its numbers, or several of its parts, once each.

    Args:
        found: the notices of each part.
    """
    by_fact: dict[str, list[Notice]] = {}
    for notices in found:
        for fact, notice in {each.fact: each for each in notices}.items():
            by_fact.setdefault(fact, []).append(notice)
    shared = [same[0] for fact, same in by_fact.items() if fact in OF_THE_PAGE or len(same) > 1]
    return tuple(_SEVERAL_FAILED if notice == FAILED else notice for notice in shared)

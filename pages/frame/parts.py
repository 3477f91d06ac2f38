"""A part of a page: what was asked, and what became of it (O5).

A part that can't be had does not take the page with it: it says so itself, and the others stand. What an answer says
about itself (M8, F3, F5) is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from merger.answers.answer import Answer
from merger.cache.entry import BEING_REPLACED
from merger.core.windows import isoformat
from merger.errors import StoreError

LATE_AFTER_SECONDS: Final = 30
"""Seconds after which an answer that is being replaced is told to be old: replacing takes a moment."""

_MOST_SPANS: Final = 3
"""Missing intervals that are named; the rest is counted."""

MEANINGS: Final = {
    "speed_lagging": "The speed layer is late",
    "speed_empty": "The speed layer holds nothing of this kind",
    "batch_stale": "The batch layer is late",
    "batch_empty": "The batch layer holds nothing",
    "batch_unavailable": "The batch layer does not answer",
    "speed_unavailable": "The speed layer does not answer",
    "batch_absent": "The batch layer does not know this movie",
    "days_only": "Some hours are known as whole days alone",
    "coverage_inside_hour": "A few events may be counted twice",
    "documents_skipped": "Some stored documents could not be read",
    "clock_ahead": "Some documents are stamped in the future and were left out",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What has to be said beside an answer.

    Args:
        state: ``incomplete``, ``late``, ``stale`` or ``error``.
        title: in a few words.
        text: the whole.
    """

    state: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """An answer, or what is in its way.

    Args:
        data: the body as plain data; ``None``: there is none.
        notices: to be told beside it.
        etag: of the answer; equal for equal ones.
    """

    data: dict[str, Any] | None
    notices: tuple[Notice, ...] = ()
    etag: str = ""

    @property
    def failed(self) -> bool:
        """Whether nothing can be shown."""
        return self.data is None

    @property
    def as_of(self) -> str | None:
        """The moment that the answer is true of, ISO 8601, where it tells."""
        if self.data is None:
            return None
        freshness = self.data["freshness"]
        found: str | None = freshness["speed_as_of"] or freshness["batch_as_of"]
        return found


def load_part(ask: Callable[[], Answer]) -> Part:
    """Asks, and takes a store that does not answer for an answer.

    Raises:
        NotFound: there is no such thing; that is the page's to tell.
    """
    try:
        answer = ask()
    except StoreError:
        # What failed where is for the log, not for visitors.
        text = "The stores do not answer at the moment, and no earlier answer is kept. This is tried again by itself."
        return Part(None, (Notice("error", "Nothing to show", text),), "error")
    return Part(answer.data, tuple(notices(answer)), answer.etag)


def notices(answer: Answer) -> Iterator[Notice]:
    """What an answer has to say about itself, in the order of weight."""
    freshness = answer.data["freshness"]
    missing = freshness["missing"]
    if missing:
        spans = "; ".join(f"{span['start'] or 'the beginning'} to {span['end']}" for span in missing[:_MOST_SPANS])
        more = f" and {len(missing) - _MOST_SPANS} more" if len(missing) > _MOST_SPANS else ""
        yield Notice("incomplete", "Incomplete", f"Neither layer holds {spans}{more}.")
    for warning in freshness["warnings"]:
        code, _, text = warning.partition(": ")
        if code == "stale_answer":
            if answer.age - answer.entry.ttl > LATE_AFTER_SECONDS or not text.endswith(BEING_REPLACED):
                made = isoformat(datetime.fromtimestamp(answer.entry.made, UTC).replace(microsecond=0))
                yield Notice("stale", "Not the newest numbers", f"They are from {made}; newer ones come by themselves.")
            continue
        yield Notice("late", MEANINGS.get(code, code), f"{text[:1].upper()}{text[1:]}.")

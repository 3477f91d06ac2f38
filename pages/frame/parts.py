"""Parts of a page: one answer each, with notices.

A part that fails does not fail the page: it shows an error notice, and the other parts stay. Warnings of an answer
become notices beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from merger.answers.answer import Answer
from merger.core.windows import isoformat
from merger.errors import StoreError

T = TypeVar("T")

_LISTED: Final = 3
"""Missing intervals that are listed; the rest is counted."""

WARNING_TITLES: Final = {
    "speed_lagging": "The speed layer is late",
    "speed_empty": "The speed layer has no data of this kind",
    "batch_stale": "The batch layer is out of date",
    "batch_empty": "The batch layer is empty",
    "batch_unavailable": "The batch layer is not answering",
    "speed_unavailable": "The speed layer is not answering",
    "batch_absent": "The batch layer does not know this movie",
    "days_only": "Some hours are known only as part of whole days",
    "coverage_inside_hour": "A few events may be counted twice",
    "documents_skipped": "Some stored documents could not be read",
    "hours_missing": "Some hours are missing",
    "documents_contradict": "Two batch documents contradict each other",
    "hours_unreadable": "Some hours can't be read",
    "quiet_assumed": "Some hours pass for quiet",
    "cut_assumed": "Some hours may be cut short",
    "coverage_assumed": "The batch layer does not say how far it reaches",
    "parts_assumed": "Some hours are put together from parts",
    "index_behind": "New titles and names are not found yet",
    "clock_ahead": "Documents dated in the future were left out",
}
"""Titles of the notices, by the code of a warning."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message shown beside an answer.

    Args:
        state: ``incomplete``, ``late``, ``stale`` or ``error``.
        title: a few words.
        text: the full message.
    """

    state: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """An answer with its notices, or the reason why there is none.

    Args:
        data: body as plain data; ``None`` if the answer failed.
        notices: messages to show beside it.
        etag: equal for equal answers.
    """

    data: dict[str, Any] | None
    notices: tuple[Notice, ...] = ()
    etag: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is nothing to show."""
        return self.data is None

    @property
    def as_of(self) -> str | None:
        """The time up to which the answer is complete, ISO 8601, if it says so."""
        if self.data is None:
            return None
        freshness = self.data["freshness"]
        found: str | None = freshness["speed_as_of"] or freshness["batch_as_of"]
        return found

    def map(self, make: Callable[[dict[str, Any]], T]) -> T | None:
        """Applies a function to the answer; ``None`` if there is none."""
        return None if self.data is None else make(self.data)

    def list_of(self, name: str) -> list[Any]:
        """A list that the answer holds under this name; empty if there is no answer."""
        return [] if self.data is None else self.data[name]


def load_part(ask: Callable[[], Answer]) -> Part:
    """Fetches an answer; if a store does not answer, the part is a failed one.

    Raises:
        NotFound: the movie, genre or actor does not exist; the page says so.
    """
    try:
        answer = ask()
    except StoreError:
        # Visitors don't need to know which server failed; the log does.
        text = (
            "The database is not answering or is still being read, and no earlier answer is stored. "
            "The page tries again automatically."
        )
        return Part(None, (Notice("error", "Nothing to show", text),), "error")
    return Part(answer.data, tuple(notices(answer)), answer.etag)


def notices(answer: Answer) -> Iterator[Notice]:
    """Yields the notices about an answer, most important first."""
    freshness = answer.data["freshness"]
    missing = freshness["missing"]
    if missing:
        spans = "; ".join(f"{span['start'] or 'the beginning'} to {span['end']}" for span in missing[:_LISTED])
        more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
        yield Notice("incomplete", "Incomplete", f"Neither layer holds {spans}{more}.")
    for warning in freshness["warnings"]:
        code, _, text = warning.partition(": ")
        if code == "stale_answer":
            computed_at = isoformat(datetime.fromtimestamp(answer.entry.made, UTC).replace(microsecond=0))
            text = f"They are from {computed_at}. Newer ones appear automatically."
            yield Notice("stale", "Not the newest numbers", text)
        elif code != "hours_missing":  # the notice above lists them
            yield Notice("late", WARNING_TITLES.get(code, code), f"{text[:1].upper()}{text[1:]}.")

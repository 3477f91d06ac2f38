"""Parts of a page: one answer each, with notices.

A part that fails does not fail the page: it shows an error notice, and the other parts stay. Warnings of an answer
become notices beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from merger.answers.answer import Answer
from merger.errors import StoreError
from pages.frame.notices import FAILED, Notice, gather, notices_about

T = TypeVar("T")


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

    def without(self, facts: Container[str]) -> Part:
        """Returns the part without the notices about these facts."""
        return replace(self, notices=tuple(each for each in self.notices if each.fact not in facts))

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
        return Part(None, (FAILED,), "error")
    return Part(answer.data, tuple(_notices(answer)), answer.etag)


def _notices(answer: Answer) -> Iterator[Notice]:
    made = datetime.fromtimestamp(answer.entry.made, UTC)
    return notices_about(answer.data["freshness"], made, made + timedelta(seconds=answer.age))


def say_once(context: dict[str, Any]) -> dict[str, Any]:
    """Moves to the top of a page, as ``notices``, what concerns all its numbers or several of its parts.

    Args:
        context: the page's, with its parts.
    """
    parts = {name: part for name, part in context.items() if isinstance(part, Part)}
    top = gather({id(part): part.notices for part in parts.values()}.values())  # some have two names
    facts = {notice.fact for notice in top}
    return {**context, **{name: part.without(facts) for name, part in parts.items()}, "notices": top}

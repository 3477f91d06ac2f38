"""Computes how far answers were from what the batch layer counted later. Pure.

What is compared is a movie's day as an answer counted it, once the day was over, with a part from the speed layer.
Requirement M16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import orjson

from merger.core.intervals import common
from merger.core.windows import DAY, HOUR, midnight, parse_moment
from merger.drift.sampling import SampledAnswer

AGES: Mapping[str, timedelta] = {"1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "older": timedelta.max}
"""How long after the end of a day an answer about it was given: names, and the time below which each one applies."""


LARGEST_DIFFERENCE = 0.01
"""The objective: missing and extra reviews together are at most this share of those that the batch layer counts."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What an answer said of one day.

    Args:
        key: names the question; ``asked`` says it.
        asked: the view and its parameters.
        movie_id: the movie asked about.
        day: ``YYYY-MM-DD``.
        made: when the answer was computed.
        reviews: what it counted that day.
        data_version: names the data that the answer stood on.
        batch_as_of, speed_as_of: how far both layers reached, as the answer said.
        is_incomplete: whether the answer itself said that hours of the day were missing.
    """

    key: str
    asked: str
    movie_id: int
    day: str
    made: Moment
    reviews: int
    data_version: str
    batch_as_of: str | None
    speed_as_of: str | None
    is_incomplete: bool = False

    @property
    def age(self) -> str:
        """Which of ``AGES`` the answer had."""
        after = self.made - (midnight(self.day) + DAY)
        return next(name for name, below in AGES.items() if after < below)


MOST_CHARACTERS = 200
"""Of a question, as far as it is kept."""


def days_of(answer: SampledAnswer) -> Iterator[KeptAnswer]:
    """The days of an answer that can be compared later: those that were over, and rest on the speed layer."""
    movie_id = answer.view.identity(answer.params)
    if movie_id is None or answer.view.live_days is None:
        return
    body = orjson.loads(answer.body)
    freshness = body["freshness"]
    for day, reviews in answer.view.live_days(answer.params, body, answer.made).items():
        yield KeptAnswer(
            key=answer.key,
            asked=f"{answer.view.name} {answer.params}"[:MOST_CHARACTERS],
            movie_id=movie_id,
            day=day,
            made=answer.made,
            reviews=reviews,
            data_version=freshness["data_version"],
            batch_as_of=freshness["batch_as_of"],
            speed_as_of=freshness["speed_as_of"],
            is_incomplete=_lacks(freshness["missing"], midnight(day)),
        )


def _lacks(missing: list[dict[str, Any]], day: datetime) -> bool:
    """Whether any of the intervals that an answer names as missing lies in a day."""
    spans = ((each["start"] and parse_moment(each["start"]), parse_moment(each["end"])) for each in missing)
    return any(common(span, (day, day + DAY)) is not None for span in spans)


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers that were compared, added up with ``+``.

    Args:
        answers: days of answers compared.
        different: those of which the numbers were not equal.
        incomplete: days that are not compared, since the answer itself said that hours were missing.
        batch: reviews that the batch layer counted, once per answer compared.
        missing, extra: reviews that the answers lacked, and those that they had too many.
    """

    answers: int = 0
    different: int = 0
    incomplete: int = 0
    batch: int = 0
    missing: int = 0
    extra: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))

    @property
    def mismatch(self) -> float | None:
        """Share of the answers that differ; ``None``: none was compared."""
        return self.different / self.answers if self.answers else None

    @property
    def error(self) -> float | None:
        """Reviews too many (or, below 0, too few) per review of the batch layer; ``None``: there is none."""
        return (self.extra - self.missing) / self.batch if self.batch else None

    @property
    def difference(self) -> float | None:
        """Reviews missing and extra, per review of the batch layer; ``None``: there is none."""
        return (self.extra + self.missing) / self.batch if self.batch else None


def compare_answer(answer: KeptAnswer, batch: int) -> Tally:
    """Compares what an answer said of a day with the reviews that the batch layer counts."""
    if answer.is_incomplete:
        return Tally(incomplete=1)
    over = answer.reviews - batch
    return Tally(answers=1, different=int(over != 0), batch=batch, missing=max(0, -over), extra=max(0, over))

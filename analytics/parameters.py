"""Query parameters of analytics."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError

from lambdaserve.api.parameters import (
    CONTRADICTION,
    ChoiceField,
    GenreField,
    QueryParameters,
    SpanField,
    WholeNumberField,
)
from merger.contract.fields import LARGEST_COUNT
from merger.contract.payloads import METRICS
from merger.contract.stamps import EARLIEST_YEAR, LATEST_YEAR
from merger.core.windows import Granularity, parse_span


class YearField(WholeNumberField):
    """A year of the calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(least=EARLIEST_YEAR, most=LATEST_YEAR, **options)


class GenreParameters(QueryParameters):
    """Parameters of ``analytics/genre/{genre}``."""

    year = YearField(required=False, help_text="Only documents of this year.")
    month = WholeNumberField(least=1, most=12, required=False, help_text="Only documents of this month of the `year`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses a month without its year."""
        if "month" in attrs and "year" not in attrs:
            raise ValidationError({"month": ["month needs a year as well"]}, CONTRADICTION)
        return attrs


class TrendsParameters(QueryParameters):
    """Parameters of ``analytics/trends``."""

    metric = ChoiceField(METRICS, help_text="Metric to average.")
    window = SpanField(
        allow_all=True,
        default=parse_span("30d"),
        help_text="Time that counts, up to now; the oldest day or hour is included whole.",
    )
    granularity = ChoiceField(
        tuple(Granularity),
        default=Granularity.DAY,
        help_text="Width of the points. By `hour`, the hours that the speed layer answers for are points; older days "
        "stay days.",
    )
    genre = GenreField(required=False, help_text="Only movies of this genre, in any case; not with `movie_id`.")
    movie_id = WholeNumberField(
        least=0, most=LARGEST_COUNT, required=False, help_text="Only this movie; not with `genre`."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses a movie and a genre together."""
        if "genre" in attrs and "movie_id" in attrs:
            raise ValidationError(
                {
                    "genre": ["genre can't be combined with movie_id"],
                    "movie_id": ["movie_id can't be combined with genre"],
                },
                CONTRADICTION,
            )
        return attrs


class ComparisonParameters(QueryParameters):
    """Parameters of ``analytics/sentiment/comparison``."""

    genre = GenreField(required=False, help_text="Only movies of this genre, in any case.")
    year = YearField(required=False, help_text="Only movies released in this year.")

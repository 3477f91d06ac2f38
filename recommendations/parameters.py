"""Query parameters and bodies of recommendations."""

from __future__ import annotations

from typing import Any

from lambdaserve.api.bodies import BodyFlag, BodyIds, BodyNumber, BodyWholeNumber, JsonBody
from lambdaserve.api.parameters import ChoiceField, NumberField, QueryParameters, WholeNumberField
from merger.contract.fields import LARGEST_COUNT
from recommendations.genres import SortBy
from recommendations.weighing import Wishes

MOST_LIKED = 100
"""Most liked movies of one question."""

_LARGEST_LIMIT, _USUAL_LIMIT = 50, 20

_TRENDING = "Whether present trends count: up to 15 % more for a movie."
_SENTIMENT = "Whether the sentiment of the newest reviews counts: up to 10 % more or less."
_NOVELTY = "0 favours movies with many votes, 0.5 leaves votes out, 1 favours movies with few, but not with hardly any."
_LIMIT = "Most movies to return."


class FlagField(ChoiceField):
    """``true`` or ``false``, also as ``1`` or ``0``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(("true", "false", "1", "0"), **options)


class GenreParameters(QueryParameters):
    """Query parameters of ``recommendations/genres/{genre}``."""

    limit = WholeNumberField(least=1, most=_LARGEST_LIMIT, default=_USUAL_LIMIT, help_text=_LIMIT)
    min_rating = NumberField(least=0, most=10, required=False, help_text="Least `vote_average`.")
    sort_by = ChoiceField(
        tuple(SortBy),
        default=SortBy.HYBRID.value,
        help_text="`hybrid`: rating, votes, trend and sentiment together. `trending`, `sentiment`, `rating`: by this "
        "number alone, the largest first, unknown ones last. Equal movies are ordered by popularity, then by id.",
    )
    novelty = NumberField(least=0, most=1, default=0.0, help_text=f"For `hybrid`. {_NOVELTY}")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Returns what the selector takes."""
        wishes = Wishes(novelty=attrs.pop("novelty"))
        return {**attrs, "wishes": wishes}


class SimilarParameters(QueryParameters):
    """Query parameters of ``recommendations/movies/{id}/similar``."""

    limit = WholeNumberField(least=1, most=_LARGEST_LIMIT, default=_USUAL_LIMIT, help_text=_LIMIT)
    include_trending = FlagField(default="true", help_text=_TRENDING)
    include_sentiment = FlagField(default="true", help_text=_SENTIMENT)
    novelty = NumberField(least=0, most=1, default=0.0, help_text=_NOVELTY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Returns what the selector takes."""
        trending, sentiment = (attrs.pop(name) in ("true", "1") for name in ("include_trending", "include_sentiment"))
        wishes = Wishes(attrs.pop("novelty"), trending, sentiment)
        return {**attrs, "wishes": wishes}


class PersonalBody(JsonBody):
    """Body of ``recommendations/personalized``."""

    liked_movie_ids = BodyIds(
        most=MOST_LIKED,
        largest=LARGEST_COUNT,
        help_text="Ids of movies that are liked; one that is given twice counts once.",
    )
    limit = BodyWholeNumber(least=1, most=_LARGEST_LIMIT, default=_USUAL_LIMIT, help_text=_LIMIT)
    include_trending = BodyFlag(default=True, help_text=_TRENDING)
    include_sentiment = BodyFlag(default=True, help_text=_SENTIMENT)
    novelty = BodyNumber(least=0, most=1, default=0.0, help_text=_NOVELTY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Returns what the selector takes."""
        wishes = Wishes(attrs.pop("novelty"), attrs.pop("include_trending"), attrs.pop("include_sentiment"))
        return {**attrs, "wishes": wishes}

"""Weighs recommended movies: how well each fits, its votes, and what happens now. Pure.

A movie's score is a product::

    fit * votes_factor * (1 + TREND_SHARE * trend) * (1 + FEELING_SHARE * feeling)

where ``fit`` is 0 to 1, ``trend`` is the trending score as a share of 100, and ``feeling`` the present sentiment, -1 to
1. ``votes_factor`` is ``exp(VOTES_WEIGHT * (1 - 2 * novelty) * fame)``, where ``fame`` is the logarithm of the movie's
votes as a share of the largest one: novelty 0 raises movies with many votes up to ``exp(VOTES_WEIGHT)``-fold, 0.5
leaves votes out, and 1 lowers them as much. Above 0.5, movies with hardly any votes are lowered, too: little known is
not unknown. What happens now changes a score by at most a quarter or so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from merger.core.columns import Floats

VOTES_WEIGHT: Final = 1.0
TREND_SHARE: Final = 0.15
FEELING_SHARE: Final = 0.1

LEAST_LIVE: Final = 1.0 - FEELING_SHARE
MOST_LIVE: Final = (1.0 + TREND_SHARE) * (1.0 + FEELING_SHARE)
"""Bounds of the factor of what happens now."""

_USUAL_VOTES, _USUAL_RATING = 50.0, 6.0
"""A rating counts as if so many more votes had given the usual one: few votes prove little."""

_FOUNDING_VOTES = 10.0
"""So many votes make a movie about half as well founded as very many do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the caller wants movies weighed.

    Args:
        novelty: 0 favours movies with many votes, 1 those with few, but not those with hardly any.
        trending: whether present trends count; ``sentiment``: whether present sentiment does.
    """

    novelty: float = 0.0
    trending: bool = True
    sentiment: bool = True


USUAL_WISHES: Final = Wishes()
"""Those of a caller who has none."""


def weigh(fit: Floats, votes: Floats, most_votes: float, novelty: float) -> Floats:
    """The score without what happens now.

    Args:
        fit: of each movie.
        votes: of each movie; unknown ones count as none.
        most_votes: the largest number of any movie.
        novelty: as in ``Wishes``.
    """
    score: Floats = fit * votes_factor(votes, most_votes, novelty)
    return score


def votes_factor(votes: Floats, most_votes: float, novelty: float) -> Floats:
    """The factor of numbers of votes; see above."""
    counted = np.where(np.isnan(votes), 0.0, votes)
    fame, favour = np.log1p(counted) / max(1.0, float(np.log1p(most_votes))), 1 - 2 * novelty
    factor: Floats = np.exp(VOTES_WEIGHT * favour * fame)
    if favour < 0:
        # Movies without votes keep a little, so that they are still ordered by their fit.
        factor *= ((counted + 1) / (counted + 1 + _FOUNDING_VOTES)) ** -favour
    return factor


def live_factor(trend: Floats | None, feeling: Floats | None) -> Floats | float:
    """The factor of what happens now: trending scores of 0 to 100 and sentiments; unknown ones change nothing."""
    factor: Floats | float = 1.0
    if trend is not None:
        factor = factor * (1 + TREND_SHARE * np.clip(np.nan_to_num(trend) / 100, 0.0, 1.0))
    if feeling is not None:
        factor = factor * (1 + FEELING_SHARE * np.clip(np.nan_to_num(feeling), -1.0, 1.0))
    return factor


def quality(rating: Floats, votes: Floats) -> Floats:
    """Ratings of 0 to 10 as 0 to 1, drawn towards the usual one where few votes gave them."""
    counted = np.where(np.isnan(rating), 0.0, np.nan_to_num(votes))
    result: Floats = (counted * np.nan_to_num(rating) + _USUAL_VOTES * _USUAL_RATING) / (counted + _USUAL_VOTES) / 10
    return result

"""Weighs recommended movies: how well each fits, its votes, and what happens now. Pure.

A movie's score is a product::

    fit * exp(VOTES_WEIGHT * (1 - 2 * novelty) * votes) * (1 + TREND_SHARE * trend) * (1 + FEELING_SHARE * feeling)

where ``fit`` is 0 to 1, ``votes`` is the logarithm of the movie's votes as a share of the largest one, ``trend`` is the
trending score as a share of 100, and ``feeling`` the present sentiment, -1 to 1. So novelty 0 raises movies with many
votes up to ``exp(VOTES_WEIGHT)``-fold, 0.5 leaves votes out, and 1 lowers them as much. What happens now changes a
score by at most a quarter or so.
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


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the caller wants movies weighed.

    Args:
        novelty: 0 favours movies with many votes, 1 those with few.
        trending: whether present trends count; ``sentiment``: whether present sentiment does.
    """

    novelty: float = 0.0
    trending: bool = True
    sentiment: bool = True


USUAL_WISHES: Final = Wishes()
"""Those of a caller who has none."""


def votes_share(votes: Floats, most: float) -> Floats:
    """The logarithm of each number of votes as a share of that of the largest number; unknown ones count as none."""
    share: Floats = np.log1p(np.nan_to_num(votes)) / max(1.0, float(np.log1p(most)))
    return share


def weigh(fit: Floats, votes: Floats, novelty: float) -> Floats:
    """The score without what happens now; ``votes`` are shares."""
    score: Floats = fit * np.exp(VOTES_WEIGHT * (1 - 2 * novelty) * votes)
    return score


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

"""How far apart two samples of numbers are. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

CHANCE = 1.95
"""Factor of the distance that two samples of one distribution exceed once in a thousand times (Kolmogorov-Smirnov)."""


def distribution_distance(one: Sequence[float], other: Sequence[float], overlap: float = 1) -> float:
    """The largest distance of the cumulative distributions, without what chance may explain; 0 at least.

    Args:
        one: numbers.
        other: the numbers to compare them with.
        overlap: how many numbers of a sample rest on the same event, which leaves more to chance.
    """
    first, second = np.sort(np.asarray(one, dtype=float)), np.sort(np.asarray(other, dtype=float))
    every = np.concatenate([first, second])
    shares = [np.searchsorted(each, every, side="right") / len(each) for each in (first, second)]
    chance = CHANCE * math.sqrt(overlap / len(first) + overlap / len(second))
    return max(0.0, float(np.abs(shares[0] - shares[1]).max()) - chance)


def logarithms_of_ratios(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """ln(new / old) of each pair, signs ignored; pairs with a zero or without a number are left out."""
    return [math.log(abs(new / old)) for new, old in pairs if new and old and math.isfinite(new) and math.isfinite(old)]


def typical_shift(logarithms: Sequence[float]) -> float:
    """The median; unlike the mean it is not moved by a few movies that surge."""
    return float(np.median(logarithms))


def certain_shift(logarithms: Sequence[float]) -> float:
    """The mean, drawn towards 0 by two standard errors: what is left is no chance."""
    mean = float(np.mean(logarithms))
    error = float(np.std(logarithms, ddof=1)) / math.sqrt(len(logarithms))
    return math.copysign(max(0.0, abs(mean) - 2 * error), mean)

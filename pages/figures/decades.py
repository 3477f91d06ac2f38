"""The decades in which the movies of the catalogue were released. Pure."""

from __future__ import annotations

import numpy as np

from merger.catalogue.catalogue import Movies

_DAYS_OF_A_DECADE = 100_000
"""Days are numbers YYYYMMDD."""


def decades_of(movies: Movies) -> dict[int, int]:
    """Counts the movies of each decade, named by its first year, oldest first."""
    known = movies.released[movies.released > 0]
    found, counts = np.unique(known // _DAYS_OF_A_DECADE * 10, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))

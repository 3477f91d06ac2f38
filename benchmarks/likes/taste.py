"""Simulates who likes what. Pure.

Each genre, director, actor and decade has a hidden style, a random vector that nothing in the service knows. A movie's
style is partly made of theirs, and partly its own, which no feature holds. A user has a taste, sees movies (well known
ones and those that fit it more often), and likes those whose style and quality fit best. How much of a style features
hold is an assumption, so figures are given for several, and compare methods rather than foretell them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sample_data.facts import Movie

Floats = NDArray[np.float64]

_FACTORS: Final = 16
_QUALITY, _MOOD, _CHOICE = 0.5, 0.5, 1.0
"""Weights of a movie's quality and of chance in a user's pleasure, and of the fit in what a user goes to see."""

SEEN, LIKED, GIVEN = 250, 40, 10
"""How many movies a user sees, how many of these the user likes, and how many of the likes the recommender gets."""


@dataclass(frozen=True, slots=True)
class User:
    """A user's likes, as ids: those that the recommender gets, and those that it should find."""

    given: tuple[int, ...]
    hidden: frozenset[int]


def simulate_users(movies: Sequence[Movie], share: float, number: int, seed: int) -> Iterator[User]:
    """Yields users, always the same for a seed.

    Args:
        movies: all there are.
        share: of a movie's style, as variance, that its genres, people and decade make.
        number: of users.
        seed: of chance.
    """
    dice = np.random.default_rng(seed)
    styles, quality = _styles(movies, share, dice), dice.normal(size=len(movies))
    known = np.log([movie.vote_count + 1.0 for movie in movies])
    ids = np.array([movie.movie_id for movie in movies])
    for _ in range(number):
        taste = dice.normal(size=_FACTORS)
        fit = _scaled(styles @ taste)
        chance = np.exp(0.5 * known + _CHOICE * fit)
        seen = dice.choice(len(movies), SEEN, replace=False, p=chance / chance.sum())
        pleasure = fit[seen] + _QUALITY * quality[seen] + _MOOD * dice.normal(size=SEEN)
        liked = dice.permutation(seen[np.argsort(-pleasure)[:LIKED]])
        yield User(tuple(ids[liked[:GIVEN]].tolist()), frozenset(ids[liked[GIVEN:]].tolist()))


def _styles(movies: Sequence[Movie], share: float, dice: np.random.Generator) -> Floats:
    kinds = (
        [movie.genres for movie in movies],
        [movie.directors for movie in movies],
        [movie.cast for movie in movies],
        [(movie.release_date[:3],) for movie in movies],
    )
    of_features = _scaled(sum((_scaled(_means(names, dice)) for names in kinds), np.zeros((len(movies), _FACTORS))))
    own = dice.normal(size=of_features.shape)
    styles: Floats = np.sqrt(share) * of_features + np.sqrt(1 - share) * own
    return styles


def _means(names: Sequence[Sequence[str]], dice: np.random.Generator) -> Floats:
    """The mean hidden style of what each movie has of one kind of feature."""
    hidden = {name: dice.normal(size=_FACTORS) for name in dict.fromkeys(name for each in names for name in each)}
    nothing = np.zeros(_FACTORS)
    return np.array([np.mean([hidden[name] for name in each], axis=0) if each else nothing for each in names])


def _scaled(values: Floats) -> Floats:
    scaled: Floats = (values - values.mean()) / (values.std() or 1.0)
    return scaled

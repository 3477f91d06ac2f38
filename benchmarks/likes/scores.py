"""Scores lists of recommendations against held-out likes. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.likes.taste import User


@dataclass(frozen=True, slots=True)
class Score:
    """How well a method did, as means over users.

    Args:
        recall: share of the held-out likes that are among the recommendations.
        precision: share of the recommendations that are held-out likes.
        coverage: share of the catalogue that is recommended to anybody.
        novelty: how little known the recommended movies are: 0 the one with most votes, 1 those without any.
        milliseconds: of computing, for each user.
    """

    recall: float
    precision: float
    coverage: float
    novelty: float
    milliseconds: float


def score_lists(
    users: Sequence[User], lists: Sequence[Sequence[int]], votes: Mapping[int, int], most: int, seconds: float
) -> Score:
    """Scores a method.

    Args:
        users: with their likes.
        lists: what each was recommended, in the same order.
        votes: of each movie of the catalogue.
        most: length of a whole list; a shorter one loses precision.
        seconds: that all lists took.
    """
    hits = [len(user.hidden & set(found)) for user, found in zip(users, lists, strict=True)]
    shown = [each for found in lists for each in found]
    largest = math.log1p(max(votes.values()))
    return Score(
        recall=_mean([number / len(user.hidden) for number, user in zip(hits, users, strict=True)]),
        precision=_mean([number / most for number in hits]),
        coverage=len(set(shown)) / len(votes),
        novelty=_mean([1 - math.log1p(votes[each]) / largest for each in shown]),
        milliseconds=1000 * seconds / len(users),
    )


def score_table(scores: Mapping[str, Mapping[float, Score]]) -> str:
    """The scores as a table in Markdown: recall for each share of style that features hold, the rest for the middle.

    Args:
        scores: by method, then by share.
    """
    shares = sorted(next(iter(scores.values())))
    heads = ["method", *(f"recall@20, {share:.0%}" for share in shares), "precision@20", "coverage", "novelty", "ms"]
    rows = [heads, ["---"] * len(heads)]
    for name, by_share in scores.items():
        middle = by_share[shares[len(shares) // 2]]
        recalls = [f"{by_share[share].recall:.3f}" for share in shares]
        rest = [f"{middle.precision:.3f}", f"{middle.coverage:.0%}", f"{middle.novelty:.2f}"]
        rows.append([name, *recalls, *rest, f"{middle.milliseconds:.1f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0

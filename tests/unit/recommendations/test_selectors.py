"""Selectors of recommendations write their parameters in one way, so that equal questions share an answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from recommendations import selectors
from recommendations.genres import SortBy
from recommendations.likes import SimilarMovies
from recommendations.weighing import Wishes


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Records the selectors' requests to the service: view and parameters."""
    found: list[tuple[str, Any]] = []

    def fetch(view: Any, params: Any, *, completeness: Any) -> None:
        found.append((view.name, params))

    monkeypatch.setattr(selectors, "asked_service", lambda: SimpleNamespace(fetch=fetch))
    return found


def test_the_order_of_likes_and_repeated_ones_make_no_difference(fetched: list[tuple[str, Any]]) -> None:
    for liked in ([3, 1], [1, 3], [1, 1, 3]):
        selectors.movies_personal(liked_movie_ids=liked)
    assert len(set(fetched)) == 1
    assert fetched[0][1].liked == (1, 3)


def test_spellings_of_a_genre_share_their_parameters(fetched: list[tuple[str, Any]]) -> None:
    for genre in ("Drama", " drama ", "DRAMA"):
        selectors.movies_of_genre(genre=genre, sort_by="rating")
    assert len(set(fetched)) == 1
    assert fetched[0][1].sort_by is SortBy.RATING


def test_wishes_are_part_of_the_parameters(fetched: list[tuple[str, Any]]) -> None:
    for wishes in (Wishes(), Wishes(0.5), Wishes(trending=False), Wishes(sentiment=False)):
        selectors.movies_similar(movie_id=1, wishes=wishes)
    assert len({repr(params) for _, params in fetched}) == 4


def test_every_view_is_known_by_its_app() -> None:
    assert [view.name for view in selectors.VIEWS] == [
        "recommendations.similar",
        "recommendations.personalized",
        "recommendations.genre",
    ]
    assert selectors.SIMILAR.identity(SimilarMovies(7)) == 7

"""The list of pages: split, and from what the process has in memory."""

from __future__ import annotations

from array import array
from types import SimpleNamespace
from typing import Any

import pytest

from pages.sharing import sitemap
from pages.sharing.sitemap import MoviesMap


def test_movies_are_split_into_files_of_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    movies = SimpleNamespace(ids=array("q", range(2_500)))
    service: Any = SimpleNamespace(catalogue_at_hand=SimpleNamespace(movies=movies))
    monkeypatch.setattr(sitemap, "service", lambda: service)
    paginator = MoviesMap().paginator
    assert paginator.num_pages == 3
    assert list(paginator.page(3).object_list) == list(range(2_000, 2_500))
    assert MoviesMap().location(7) == "/movies/7/"


def test_without_a_catalogue_there_are_no_movies(monkeypatch: pytest.MonkeyPatch) -> None:
    service: Any = SimpleNamespace(catalogue_at_hand=None)
    monkeypatch.setattr(sitemap, "service", lambda: service)
    assert list(MoviesMap().items()) == []

"""Decades are those of the releases."""

from __future__ import annotations

from pages.figures.decades import decades_of
from tests.unit.inputs import details, view_inputs
from tests.unit.movies.test_search import COVERED, NOW


def test_decades_are_counted_oldest_first() -> None:
    dates = ["1999-12-31", "2000-01-01", "1990-01-01", None, "1927-01-10"]
    found = [details(number, COVERED, release_date=date) for number, date in enumerate(dates)]
    catalogue = view_inputs(NOW, catalogue=found).catalogue
    assert list(decades_of(catalogue.movies).items()) == [(1920, 1), (1990, 2), (2000, 1)]


def test_no_movies_have_no_decades() -> None:
    assert decades_of(view_inputs(NOW).catalogue.movies) == {}

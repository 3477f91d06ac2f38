"""Which decades have a page, and which are offered instead of others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from merger.errors import NotFound
from pages.frame.parts import Part
from pages.site import decade
from tests.unit.inputs import details, view_inputs
from tests.unit.movies.test_search import COVERED, NOW

YEARS = (1927, 1939, 1995, 1999, 2016)


def content(monkeypatch: pytest.MonkeyPatch, wanted: int, years: tuple[int, ...] | None = YEARS) -> dict[str, Any]:
    found = [details(year, COVERED, release_date=f"{year}-01-10") for year in years or ()]
    catalogue = None if years is None else view_inputs(NOW, catalogue=found).catalogue
    monkeypatch.setattr(decade, "asked_service", lambda: SimpleNamespace(catalogue_at_hand=catalogue))
    monkeypatch.setattr(decade, "load_part", lambda _: Part(None))
    return decade.Decade().content({}, decade=wanted)


def test_decades_beside_it_are_those_with_movies(monkeypatch: pytest.MonkeyPatch) -> None:
    page = content(monkeypatch, 1990)
    assert (page["last"], page["before"], page["after"]) == (1999, 1930, 2010)
    page = content(monkeypatch, 1920)
    assert (page["before"], page["after"]) == (None, 1930)


@pytest.mark.parametrize(("wanted", "near"), [(1950, ["1930", "1920", "1990"]), (1995, ["1990", "2010", "1930"])])
def test_others_offer_the_nearest(monkeypatch: pytest.MonkeyPatch, wanted: int, near: list[str]) -> None:
    with pytest.raises(NotFound) as raised:
        content(monkeypatch, wanted)
    assert list(raised.value.near) == near


def test_without_a_catalogue_a_decade_is_no_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    assert content(monkeypatch, 1950, None)["main"].failed
    with pytest.raises(NotFound):
        content(monkeypatch, 1955, None)

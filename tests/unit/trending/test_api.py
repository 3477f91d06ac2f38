"""Trending's endpoints: what they cost, and what their description says of the formula."""

from __future__ import annotations

from django.urls import resolve

from lambdaserve.access.ratelimit.limits import RANKING
from trending import api, scoring


def test_description_quotes_the_formulas_own_constants() -> None:
    for constant in (
        scoring.POPULARITY_WEIGHT,
        scoring.USUAL_POPULARITY,
        scoring.CHANGE_WEIGHT,
        scoring.USUAL_CHANGE,
    ):
        assert f"{constant:g}" in api._FORMULA
    assert api._FORMULA in api._RULES


def test_every_action_costs_a_ranking() -> None:
    paths = ("trending/movies", "trending/history", "trending/genres/Sci-Fi/Fantasy")
    actions = {resolve(f"/api/v1/{path}").func.actions["get"] for path in paths}  # type: ignore[attr-defined] # DRF's
    assert actions == set(api.TrendingViewSet.throttle_costs)
    assert set(api.TrendingViewSet.throttle_costs.values()) == {RANKING}

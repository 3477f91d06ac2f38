"""Trending's endpoints: what their description says of the formula."""

from __future__ import annotations

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

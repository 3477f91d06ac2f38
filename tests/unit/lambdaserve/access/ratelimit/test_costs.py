"""What requests cost: the table names addresses that exist, and dear requests pay in proportion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from lambdaserve.access.ratelimit.costs import CHEAP, COSTS, EXPLANATION, FREE, cost_of

ROOT = Path(__file__).resolve().parents[5]
EXCEPT = {"api", "api-other", "favicon", "token", "token-refresh", "token-verify", "token-revoke"}
"""Addresses that cost as much as an unknown one, or have limits of their own."""


def names(resolver: URLResolver) -> Iterator[str]:
    """Names of all addresses; those of the admin have one together."""
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield each.name or ""
        elif each.namespace:
            yield each.namespace
        else:
            yield from names(each)


def test_every_address_has_a_cost() -> None:
    assert set(names(get_resolver())) - EXCEPT == set(COSTS)


@pytest.mark.parametrize(
    ("name", "query", "tokens"),
    [
        ("movie", "", 1),
        ("movie", "utm_source=mail", 1),
        ("movie", "explain=1", 1 + EXPLANATION),
        ("movie", "%65xplain=1", 1 + EXPLANATION),
        ("movie", "explain=0", 1),
        ("movie-stats", "hours=48", 1),
        ("movie-stats", "hours=168", 3),
        ("movie-sentiment", "window=7d", 2),
        ("movie-sentiment", "window=all", 12),
        ("trending-movies", "limit=100", 3),
        ("trending-history", "", 2),
        ("trending-history", "limit=20&hours=48", 3),
        ("trending-history", "limit=50&hours=168", 18),
        ("trending-history", "limit=50&hours=-1", 4),
        ("trending-history", "limit=5%30&hours=168", 18),
        ("analytics-trends", "metric=rating&window=90d", 3),
        ("analytics-trends", "metric=rating&window=3660d", 13),
        ("pages-trending", "limit=100&download=trending", 6),
        ("pages-fragment", "limit=100", 6),
        ("health-live", "explain=1", FREE),
        ("no such name", "a=1", CHEAP),
        (None, "", CHEAP),
        ("trending-history", "&".join(f"a{number}=1" for number in range(100)), 2),
        ("movie", "a" * 5_000 + "&explain=1", 1 + EXPLANATION),
        ("movie", "\xff%ff=%00", 1),
    ],
)
def test_a_request_costs_what_its_parameters_ask_for(name: str | None, query: str, tokens: int) -> None:
    assert cost_of(name, query) == tokens


def test_the_documented_table_is_the_one_in_use() -> None:
    rows = {
        cells[0].strip("` "): cells[1].strip()
        for line in (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").splitlines()
        if len(cells := line[1:-1].split("|")) == 4 and cells[0].strip().startswith("`")
    }
    assert {name: described(name) for name in COSTS} == rows


def described(name: str) -> str:
    """A cost as the table writes it."""
    cost = COSTS[name]
    if not cost.size:
        return str(cost.base)
    amount = " × ".join(f"{each} in hours" if each == "window" else each for each in cost.size)
    return f"{cost.base} + {amount} / {cost.per}"

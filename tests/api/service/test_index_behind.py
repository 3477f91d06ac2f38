"""While the index is that of an earlier batch, answers that rest on it say so, and are fresh for a moment.

Requirements A8 and D1.
"""

from __future__ import annotations

from typing import Any

import pytest

from merger.finding.finder import Finder
from tests.api.conftest import Api
from tests.api.healthy_world import MOVIE, healthy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("search/movies", {"q": "a"}),
        ("people", {}),
        ("people/edward norton", {}),
        ("people/edward norton/movies", {}),
        (f"recommendations/movies/{MOVIE}/similar", {}),
    ],
)
def test_an_answer_from_an_index_that_is_behind_warns(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, parameters: dict[str, Any]
) -> None:
    api.load(healthy())
    current: Any = api.get(path, parameters)
    ask = Finder.ask
    monkeypatch.setattr(Finder, "ask", lambda finder, *asked: ("an earlier one", ask(finder, *asked)[1]))
    api.forget()
    behind: Any = api.get(path, parameters)
    assert "index_behind" not in current.content.decode()
    assert [warning.partition(":")[0] for warning in behind.json()["freshness"]["warnings"]] == ["index_behind"]
    assert "max-age=1" in behind["Cache-Control"]

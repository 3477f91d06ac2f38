"""Trending's selectors: the request that each makes of the merge service, and the plan of each view."""

from __future__ import annotations

from typing import Any

import pytest

from merger.contract.documents import Aliases
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import HOUR, parse_span
from merger.speed.tables import HourRange
from merger.views.plans import Plan, PlanContext, View
from tests.unit.inputs import view_inputs
from tests.unit.trending.test_scoring import NOW, OPEN
from trending import selectors
from trending.history import HistoryQuery
from trending.scoring import RankingParameters

SIX_HOURS = parse_span("6h")


class RecordingService:
    """Stands in for the merge service and records what it is asked to fetch."""

    def __init__(self) -> None:
        self.requests: list[tuple[View[Any], Any, Completeness]] = []

    def fetch(self, view: View[Any], params: Any, *, completeness: Completeness) -> None:
        self.requests.append((view, params, completeness))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> RecordingService:
    recording = RecordingService()
    monkeypatch.setattr(selectors, "asked_service", lambda: recording)
    return recording


def plan_of(view: View[Any], params: Any) -> Plan:
    inputs = view_inputs(NOW)
    return view.plan(PlanContext(params, inputs.boundary, inputs.layers, Aliases()))


@pytest.mark.parametrize("genre", ["Drama", " drama ", "DRAMA"])
def test_spellings_of_a_genre_make_one_request(service: RecordingService, genre: str) -> None:
    selectors.movies_trending(window=SIX_HOURS, limit=5, genre=genre)
    assert service.requests == [(selectors.RANKING, RankingParameters(SIX_HOURS, 5, "drama"), PARTIAL)]


def test_history_passes_its_hours_and_strictness_on(service: RecordingService) -> None:
    selectors.trending_history(window=SIX_HOURS, limit=5, hours=9, completeness=Completeness.STRICT)
    assert service.requests == [(selectors.HISTORY, HistoryQuery(SIX_HOURS, 5, 9, None), Completeness.STRICT)]


def test_ranking_reads_its_window_and_history_the_longer_of_window_and_scores() -> None:
    ranking = plan_of(selectors.RANKING, RankingParameters(SIX_HOURS, 5)).hours
    history = plan_of(selectors.HISTORY, HistoryQuery(SIX_HOURS, 5, 24)).hours
    assert isinstance(ranking, HourRange)
    assert isinstance(history, HourRange)
    assert ranking.window.bounded_start == OPEN - 6 * HOUR
    assert history.window.bounded_start == OPEN - 23 * HOUR
    assert ranking.types == history.types == ("trending", "stats")

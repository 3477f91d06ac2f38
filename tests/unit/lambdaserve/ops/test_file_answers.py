"""Answers from documents that are in no database: what is asked, and how answers are told."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.http import HttpResponse

from lambdaserve.ops import file_answers
from lambdaserve.ops.file_answers import FAILED, INCOMPLETE, NOT_FOUND, PROVEN, answers_of
from merger.answers.service import MergeService
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.errors import NotFound, StoreUnavailable
from merger.views.registry import known_views
from tests.unit.merger.documents import batch_view, bucket, total
from tests.unit.merger.examples import RUN

FRESH: dict[str, Any] = {"proven": True, "complete": True, "missing": [], "assumed": [], "warnings": []}


def asked(monkeypatch: pytest.MonkeyPatch, answer: Any, *batch: dict[str, Any], speed: Any = ()) -> dict[str, Any]:
    """The endpoints that are asked, each with how it answers; ``answer`` is a body or an error."""

    def call(address: str) -> HttpResponse:
        if isinstance(answer, Exception):
            raise answer
        return HttpResponse(orjson.dumps(answer))

    monkeypatch.setattr(file_answers, "call_api", call)
    documents = Contract().read(batch, speed)
    return {
        each.endpoint: each.as_dict() for each in answers_of({BATCH: list(batch), SPEED: list(speed)}, documents, RUN)
    }


def test_every_kind_of_document_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    genre = batch_view("genre_analytics", {"genre": "Drama", "year": 2026, "total_movies": 1, "avg_rating": 7}, RUN)
    actor = batch_view("actor_collaboration", {"actor": "A", "collaborators": []}, RUN)
    found = asked(monkeypatch, {"freshness": FRESH}, total(5, RUN), genre, actor, speed=[bucket(RUN, 1, movie_id=7)])
    assert found["movies/{id}"]["answers"] == {PROVEN: 2}
    for endpoint in ("analytics/genre/{genre}", "trending/genres/{genre}", "analytics/actors/{name}", "search/genres"):
        assert found[endpoint]["answers"] == {PROVEN: 1}
    assert "movies/{id}" not in asked(monkeypatch, {"freshness": FRESH})


def test_every_view_is_asked_but_that_of_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"title": "A\nfilm", "cast": ["B\nC"], "directors": ["D/E"], "genres": ["Drama"]}
    movie = batch_view("movie_details", names, RUN, movie_id=5)
    asked: set[str] = set()

    def fetch(self: MergeService, view: Any, params: object, **_: Any) -> Any:
        asked.add(view.name)
        raise NotFound("movie", 1)

    monkeypatch.setattr(MergeService, "fetch", fetch)
    actor = batch_view("actor_collaboration", {"actor": "A", "collaborators": []}, RUN)
    answers_of({BATCH: [], SPEED: []}, Contract().read([movie, actor], []), RUN)
    # A genre's past years are asked where documents of genres name them.
    assert asked | {"analytics.genre_history", "recommendations.personalized"} == set(known_views())


def test_an_incomplete_answer_says_why_and_shows_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    freshness = FRESH | {
        "proven": False,
        "complete": False,
        "missing": [{"start": None, "end": "2026-03-09T00:00:00Z"}],
        "assumed": [{"start": "2026-03-09T00:00:00Z", "end": None, "reason": "quiet"}],
        "warnings": ["hours_missing: all of them", "speed_empty: nothing"],
    }
    body = {
        "title": "A",
        "overview": "x" * 100,
        "stats": {"count": 3, "value": None},
        "list": [1, 2],
        "freshness": freshness,
    }
    found = asked(monkeypatch, body, total(5, RUN))["movies/{id}"]
    assert found["answers"] == {INCOMPLETE: 1}
    assert found["example"] == "/api/v1/movies/550: title A, count 3, value null, list [2]"
    assert found["reasons"] == ["hours_missing: all of them", "speed_empty: nothing"]


def test_days_that_nobody_names_are_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"start": None, "end": "2026-03-09T00:00:00Z", "reason": "absent"}
    found = asked(monkeypatch, {"freshness": FRESH | {"proven": False, "assumed": [absent, absent]}}, total(5, RUN))
    assert found["movies/{id}"]["reasons"] == ["absent: days that no document names are assumed to be empty"]


@pytest.mark.parametrize(
    ("error", "verdict"), [(NotFound("movie", 550), NOT_FOUND), (StoreUnavailable("no time was left"), FAILED)]
)
def test_an_error_is_told_and_stops_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception, verdict: str) -> None:
    found = asked(monkeypatch, error, total(5, RUN))
    assert {name for each in found.values() for name in each["answers"]} == {verdict}
    assert len(found) > 5

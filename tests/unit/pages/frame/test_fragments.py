"""Fragments: their topics, their content, and topics that are refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from merger.core.windows import parse_span
from merger.errors import NotFound, StoreUnavailable
from pages.frame import fragments
from pages.frame.fragments import fragment_url, make_topic, render_fragment

FRESH: dict[str, Any] = {"missing": [], "warnings": [], "speed_as_of": "2026-03-10T12:30:00Z", "batch_as_of": None}


def answer(etag: str, **body: Any) -> Any:
    entry = SimpleNamespace(made=0.0, ttl=60)
    return SimpleNamespace(data={**body, "freshness": FRESH}, etag=etag, entry=entry, age=0)


def ranked(movie_id: int, rank: int) -> dict[str, Any]:
    return {
        "movie_id": movie_id,
        "rank": rank,
        "title": None,
        "genres": [],
        "trending_score": 1.0,
        "velocity": 2 - rank,
    }


def past(movie_id: int, rank_before: int | None) -> dict[str, Any]:
    scores = [{"hour": "2026-03-10T12:00:00Z", "trending_score": 1.0}]
    return {"movie_id": movie_id, "rank_before": rank_before, "scores": scores}


@pytest.fixture
def ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    movies = [ranked(1, 1), ranked(2, 2), ranked(3, 3)]
    monkeypatch.setattr(
        fragments, "movies_trending", lambda **_: answer("a", trending_movies=movies, genre=None, window="6h", count=3)
    )
    history = {"movies": [past(1, 3), past(2, None), past(3, 1)], "before": "2026-03-10T12:00:00Z"}
    monkeypatch.setattr(fragments, "trending_history", lambda **_: answer("b", **history))


def test_topic_sorts_its_parameters_and_drops_those_without_a_value() -> None:
    assert make_topic("trending", window="6h", limit=5, genre=None) == "trending?limit=5&window=6h"
    assert make_topic("freshness") == "freshness"


def test_fragment_url_carries_the_topics_parameters() -> None:
    assert fragment_url("trending?genre=Sci-Fi%2FFantasy") == "/fragments/trending/?genre=Sci-Fi%2FFantasy"
    assert fragment_url("freshness") == "/fragments/freshness/"


@pytest.mark.parametrize("topic", ["nothing", "trending?window=soon", "trending?limit=0", "movie", "movie?movie_id=x"])
def test_invalid_topic_is_refused(topic: str) -> None:
    with pytest.raises(ValidationError):
        render_fragment(topic)


@pytest.mark.usefixtures("ranking")
def test_movies_are_marked_as_new_or_with_the_ranks_they_climbed() -> None:
    content = fragments.trending(window=parse_span("6h"), limit=3)
    assert [(movie["is_new"], movie["climbed"]) for movie in content["movies"]] == [
        (False, 2),
        (True, None),
        (False, -2),
    ]


def test_ranking_is_shown_without_its_history_if_that_fails(ranking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(fragments, "trending_history", fail)
    content = fragments.trending(window=parse_span("6h"), limit=3)
    assert [movie["name"] for movie in content["movies"]] == ["Movie 1", "Movie 2", "Movie 3"]
    assert content["movies"][0]["spark"] is None


@pytest.mark.usefixtures("ranking")
def test_version_of_a_rendered_fragment_combines_the_etags_of_its_answers() -> None:
    rendered = render_fragment("trending?window=6h")
    assert rendered.version == "a b"
    assert 'href="/movies/2/"' in rendered.html


def reviews(movie_id: int) -> Any:
    points = [{"hour": "2026-03-10T11:00:00Z", "review_count": 7}]
    return answer(f"s{movie_id}", granularity="hour", breakdown=points)


@pytest.mark.usefixtures("ranking")
def test_movers_have_reasons_and_their_answers_make_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "movie_sentiment_get", lambda *, movie_id, **_: reviews(movie_id))
    content = fragments.movers_of(window=parse_span("6h"), limit=3)
    assert [(row["movie_id"], row["why"]) for row in content["rising"]] == [
        (1, "7 reviews in a day, none the day before")
    ]
    assert [row["movie_id"] for row in content["falling"]] == [3]
    rendered = render_fragment("movers?window=6h&limit=3")
    assert rendered.version.split() == ["a", "b", "s1", "s3"]
    assert "7 reviews in a day, none the day before" in rendered.html


@pytest.mark.usefixtures("ranking")
def test_movers_are_shown_without_reviews_if_those_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, movie_id: int, window: Any) -> None:
        raise StoreUnavailable("away") if movie_id == 1 else NotFound("movie", movie_id)

    monkeypatch.setattr(fragments, "movie_sentiment_get", fail)
    content = fragments.movers_of(window=parse_span("6h"), limit=3)
    assert [(row["movie_id"], row["why"]) for row in (*content["rising"], *content["falling"])] == [(1, ""), (3, "")]


@pytest.mark.parametrize(("window", "hours"), [("1h", 24), ("24h", 24), ("48h", 48), ("7d", 168), ("all", 168)])
def test_window_decides_how_many_hours_are_shown(window: str, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def history(**given: Any) -> Any:
        asked.append(given["hours"])
        raise StoreUnavailable("away")

    monkeypatch.setattr(fragments, "trending_history", history)
    monkeypatch.setattr(fragments, "movies_trending", lambda **_: answer("a", trending_movies=[]))
    assert fragments.trending(window=parse_span(window), limit=3)["hours"] == hours
    assert asked == [hours]


@pytest.mark.parametrize(
    ("window", "genre", "links"),
    [
        ("1h", None, [("Try 24h", "/trending/?window=24h")]),
        (
            "24h",
            "Foreign",
            [("Try 48h", "/trending/?window=48h&genre=Foreign"), ("All genres", "/trending/?window=24h")],
        ),
        ("48h", None, []),
    ],
)
def test_empty_ranking_offers_a_longer_window_and_all_genres(window: str, genre: str | None, links: Any) -> None:
    assert fragments._ways_on(window, genre) == links

"""``GET trending/movies``: the ranking over the real stores.

Requirements A1, A3, A4, A6 and M8.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR, beat, movie, speed, speed_stats, speed_trending
from trending.scoring import popularity_score

PATH = "trending/movies"


def usual() -> list[dict[str, Any]]:
    """Movie 550 leads by score, 551 has only stats, the batch layer does not know 552, and 1 is in every hour."""
    return [
        movie(550, "Fight Club", genres=["Drama"]),
        movie(551, "<b>Alien</b>", genres=["Horror", "$where"]),
        movie(1, "Background", genres=["Drama"]),
        speed_trending(550, OPEN_HOUR - 4 * HOUR, 99.0),
        speed_trending(550, OPEN_HOUR - 1 * HOUR, 80.0),
        speed_stats(550, OPEN_HOUR - 1 * HOUR, 8.4, 1000, 120.0),
        speed_stats(551, OPEN_HOUR - 3 * HOUR, 7.0, 50, 44.0),
        speed_stats(551, OPEN_HOUR - 1 * HOUR, 7.1, 51, 50.0),
        speed_trending(552, OPEN_HOUR, 60.0, velocity=None, acceleration=None),
        *beat(["trending", "stats"]),
    ]


def ranked(body: dict[str, Any]) -> list[tuple[int, int]]:
    return [(entry["rank"], entry["movie_id"]) for entry in body["trending_movies"]]


def test_answer_has_exactly_the_documented_fields(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH)
    assert set(body) == {
        "trending_movies",
        "count",
        "window",
        "genre",
        "generated_at",
        "data_source",
        "freshness",
    }
    assert body["trending_movies"][0] == {
        "rank": 1,
        "movie_id": 550,
        "title": "Fight Club",
        "genres": ["Drama"],
        "trending_score": 80.0,
        "velocity": 1.5,
        "acceleration": 0.5,
        "popularity": 120.0,
        "vote_average": 8.4,
        "vote_count": 1000,
    }
    assert (body["count"], body["window"], body["genre"], body["data_source"]) == (4, "6h", None, "speed")
    assert body["generated_at"] == "2031-03-10T12:30:00Z"
    assert body["freshness"]["complete"] is True


def test_movie_with_only_stats_is_scored_by_the_formula(api: Api) -> None:
    api.load(usual())
    entry = next(e for e in api.body(PATH)["trending_movies"] if e["movie_id"] == 551)
    assert (entry["trending_score"], entry["velocity"]) == (popularity_score(50.0, 3.0), 3.0)


def test_movie_known_only_to_the_speed_layer_has_no_title(api: Api) -> None:
    api.load(usual())
    entry = next(e for e in api.body(PATH)["trending_movies"] if e["movie_id"] == 552)
    assert (entry["title"], entry["genres"], entry["velocity"], entry["popularity"]) == (None, [], None, None)


def test_html_and_mongo_operators_in_names_are_plain_text(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"genre": "$WHERE"})
    assert [(entry["title"], entry["rank"]) for entry in body["trending_movies"]] == [("<b>Alien</b>", 1)]
    assert body["genre"] == "$where"


def test_genre_filter_applies_before_the_limit(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"genre": "dRAMA", "limit": 2})
    assert ranked(body) == [(1, 550), (2, 1)]


def test_the_window_decides_which_hours_count(api: Api) -> None:
    api.load(usual(), speed_trending(553, OPEN_HOUR - 20 * HOUR, 95.0))
    assert (1, 553) not in ranked(api.body(PATH))
    for window, label in (("24", "24h"), ("1d", "1d")):
        body = api.body(PATH, {"window": window})
        assert (ranked(body)[0], body["window"]) == ((1, 553), label)


def test_movie_that_leads_no_hour_still_ranks_under_a_small_limit(api: Api) -> None:
    api.load(
        speed_trending(1, OPEN_HOUR - 2 * HOUR, 90.0),
        speed_trending(9, OPEN_HOUR - 2 * HOUR, 70.0),
        speed_trending(1, OPEN_HOUR, 10.0),
        speed_trending(3, OPEN_HOUR, 69.0),
    )
    assert ranked(api.body(PATH, {"limit": 1})) == [(1, 9)]


def test_documents_with_other_key_spellings_are_read(api: Api) -> None:
    document = speed_trending(7, OPEN_HOUR - HOUR, 50.0)
    document["view_type"] = document.pop("data_type")
    document["stats"] = document.pop("data")
    document["hour"] = document["hour"].replace(tzinfo=None)
    api.load(document, document)
    assert ranked(api.body(PATH)) == [(1, 7)]


@pytest.mark.parametrize(
    "change",
    [
        {"data": None},
        {"data": {}},
        {"data": "x" * 10_000_000},
        {"data": {"trending_score": float("nan")}},
        {"data": {"trending_score": "high"}},
        {"hour": None},
        {"movie_id": "seven"},
        {"movie_id": {"$gt": 0}},
    ],
)
def test_unreadable_document_does_not_affect_the_others(api: Api, change: dict[str, Any]) -> None:
    api.load(usual())
    expected = api.body(PATH)["trending_movies"]
    api.forget()
    api.load({**speed_trending(550, OPEN_HOUR, 1.0), **change})
    body = api.body(PATH)
    assert body["trending_movies"] == expected
    assert any(warning.startswith("documents_skipped:") for warning in body["freshness"]["warnings"])


@pytest.mark.parametrize("data_type", ["trending", "stats"])
def test_an_unreadable_bucket_of_a_closed_hour_leaves_a_hole(api: Api, data_type: str) -> None:
    api.load(usual(), speed(data_type, 553, OPEN_HOUR - 2 * HOUR, None))
    freshness = api.body(PATH)["freshness"]
    assert freshness["missing"] == [{"start": "2031-03-10T10:00:00Z", "end": "2031-03-10T11:00:00Z"}]
    assert any(warning.startswith("hours_unreadable:") for warning in freshness["warnings"])


@pytest.mark.parametrize("stamp", ["99999-01-01", None, {}])
def test_an_unreadable_stamp_costs_only_itself(api: Api, stamp: Any) -> None:
    api.load(usual(), {**speed_trending(553, OPEN_HOUR - HOUR, 99.5), "synced_at": stamp})
    body = api.body(PATH)
    assert ranked(body)[0] == (1, 553)
    assert body["trending_movies"][0]["trending_score"] == 99.5
    assert (body["freshness"]["complete"], body["freshness"]["warnings"]) == (True, [])


def test_empty_collections_give_an_empty_ranking_with_missing_hours(api: Api) -> None:
    body = api.body(PATH)
    assert (body["trending_movies"], body["count"]) == ([], 0)
    assert body["freshness"]["missing"] == [{"start": "2031-03-10T06:00:00Z", "end": "2031-03-10T12:00:00Z"}]


def test_strict_request_with_a_missing_hour_is_503(api: Api) -> None:
    lost = OPEN_HOUR - 3 * HOUR
    api.load(document for document in usual() if document.get("hour") != lost)
    problem = api.body(PATH, {"completeness": "strict"}, 503)
    assert problem["missing"] == [{"start": "2031-03-10T09:00:00Z", "end": "2031-03-10T10:00:00Z"}]
    assert api.body(PATH)["freshness"]["complete"] is False


def test_lagging_speed_layer_adds_a_warning(api: Api) -> None:
    api.load(usual())
    api.now += timedelta(hours=2)
    warnings = api.body(PATH)["freshness"]["warnings"]
    assert any(warning.startswith("speed_lagging:") for warning in warnings)


def test_every_bad_parameter_is_named_with_its_allowed_values(api: Api) -> None:
    errors = api.refused(PATH, {"window": "169h", "limit": "0", "gener": "Drama", "completeness": "all"})
    assert set(errors) == {"window", "limit", "gener", "completeness"}
    assert "at most 7d" in errors["window"]
    assert "from 1 to 100" in errors["limit"]


@pytest.mark.parametrize("window", ["0h", "-6h", "8d", "all", "6 h", "soon", ""])
def test_bad_window_is_400(api: Api, window: str) -> None:
    assert set(api.refused(PATH, {"window": window})) == {"window"}


@pytest.mark.parametrize("limit", ["101", "-1", "1.5", "ten", "1_0", ""])
def test_bad_limit_is_400(api: Api, limit: str) -> None:
    assert set(api.refused(PATH, {"limit": limit})) == {"limit"}


def test_unknown_genre_is_404_with_similar_names(api: Api) -> None:
    api.load(usual())
    problem = api.body(PATH, {"genre": "dramma"}, 404)
    assert problem["near"] == ["Drama"]


def test_matching_etag_is_answered_with_304(api: Api) -> None:
    api.load(usual())
    first: Any = api.get(PATH, {"genre": "Drama"})
    again: Any = api.get(PATH, {"genre": "DRAMA"}, If_None_Match=first["ETag"])
    assert (first["X-Cache"], again["X-Cache"], again.status_code, again.content) == ("MISS", "HIT", 304, b"")
    assert first["Cache-Control"] == "public, max-age=5"


def test_other_types_of_speed_documents_are_ignored(api: Api) -> None:
    api.load(speed("sentiment", 8, OPEN_HOUR, {"avg_sentiment": 0.1}), speed_trending(7, OPEN_HOUR, 5.0))
    assert ranked(api.body(PATH)) == [(1, 7)]

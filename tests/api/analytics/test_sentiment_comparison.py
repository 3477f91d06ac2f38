"""``analytics/sentiment/comparison``: sentiment by tier of popularity.

Requirements A1, A3, D1, D2 and D4.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import COMPUTED, DAY, HOUR, movie, sentiment_day, sentiment_total

PATH = "analytics/sentiment/comparison"


def usual() -> list[dict[str, Any]]:
    return [
        movie(1, "One", popularity=100.0),
        movie(2, "Two", popularity=90.0, release_date="2001-01-01"),
        movie(3, "Three", popularity=80.0, genres=["War"]),
        movie(4, "Four", popularity=20.0),
        sentiment_total(1, 30, 0.5),
        sentiment_total(2, 10, -0.5),
        sentiment_total(3, 0, 0.0),
        sentiment_day(1, "2031-03-09", 1000, -1.0),
    ]


def tier(body: dict[str, Any], name: str) -> tuple[int, float | None, list[float] | None]:
    found = body["tiers"][name]
    return found["count"], found["avg_sentiment"], found["popularity_range"]


def test_it_answers_with_exactly_the_promised_fields(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH)
    freshness = body.pop("freshness")
    assert set(body) == {"genre", "year", "tiers", "data_source"}
    assert list(body["tiers"]) == ["blockbuster", "popular", "moderate", "niche"]
    assert tier(body, "blockbuster") == (2, 0.25, [90.0, 100.0])
    assert tier(body, "popular") == (1, None, [80.0, 80.0])
    assert tier(body, "moderate") == (0, None, None)
    assert tier(body, "niche") == (1, None, [20.0, 20.0])
    assert (freshness["batch_as_of"], freshness["complete"]) == ("2031-03-10T00:00:00Z", True)


def test_genre_and_year_choose_the_movies(api: Api) -> None:
    api.load(usual())
    assert tier(api.body(PATH, {"genre": "dRama"}), "popular") == (0, None, None)
    assert tier(api.body(PATH, {"year": 2001}), "blockbuster") == (1, -0.5, [90.0, 90.0])
    nothing = api.body(PATH, {"genre": "War", "year": 2001})
    assert (nothing["genre"], [found["count"] for found in nothing["tiers"].values()]) == ("War", [0, 0, 0, 0])


def test_the_newest_total_counts_once_wherever_its_payload_is(api: Api) -> None:
    newest = sentiment_total(1, 5, 0.8, version=2)
    newest["stats"] = newest.pop("data")
    day = sentiment_day(1, "2031-03-08", 9, -1.0)
    day["stats"] = day.pop("data")
    api.load(
        movie(1, "One", popularity=100.0),
        sentiment_total(1, 30, 0.5),
        newest,
        newest | {"batch_run_id": "again"},
        day,
        sentiment_total(1, 99, -0.9, computed_at=COMPUTED - DAY),
    )
    count, average, _ = tier(api.body(PATH), "blockbuster")
    assert count == 1
    assert average == pytest.approx(0.8)


@pytest.mark.parametrize(
    "change",
    [
        {"data": None},
        {"data": {"avg_sentiment": 2, "review_count": 1}},
        {"data": {**sentiment_total(1, 5, 0.5)["data"], "review_count": "five"}},
        {"data": {**sentiment_total(1, 5, 0.5)["data"], "review_count": float("nan")}},
        {"movie_id": "one"},
    ],
)
def test_an_unreadable_total_changes_nothing_for_the_others(api: Api, change: dict[str, Any]) -> None:
    api.load(usual())
    before = api.body(PATH)
    api.forget()
    api.load({**sentiment_total(1, 5, -1.0, computed_at=COMPUTED + HOUR), **change})
    body = api.body(PATH)
    freshness = body["freshness"]
    assert {**body, "freshness": None} == {**before, "freshness": None}
    assert freshness["complete"] is False
    assert freshness["missing"]
    assert any(warning.startswith("documents_skipped:") for warning in freshness["warnings"])


@pytest.mark.parametrize(
    ("change", "average"),
    [
        ({"data": {**sentiment_total(1, 5, -1.0)["data"], "review_count": "5"}}, pytest.approx(-2 / 3)),
        ({"movie_id": "1"}, pytest.approx(-2 / 3)),
        ({"computed_at": "2031-03-10T02:00:00+00:00"}, pytest.approx(-2 / 3)),
        ({"data": {**sentiment_total(1, 5, -1.0)["data"], "avg_sentiment": float("nan")}}, -0.5),
        ({"data": {**sentiment_total(1, 5, -1.0)["data"], "avg_sentiment": 2}}, -0.5),
    ],
    ids=["count as text", "id as text", "stamp as text", "score NaN", "score out of range"],
)
def test_a_newest_total_with_odd_values_counts(api: Api, change: dict[str, Any], average: float) -> None:
    api.load(usual(), {**sentiment_total(1, 5, -1.0, version=9), **change})
    body = api.body(PATH)
    assert tier(body, "blockbuster") == (2, average, [90.0, 100.0])
    assert (body["freshness"]["complete"], body["freshness"]["warnings"]) == (True, [])


def test_an_empty_layer_has_empty_tiers(api: Api) -> None:
    assert [found["count"] for found in api.body(PATH)["tiers"].values()] == [0, 0, 0, 0]


def test_every_bad_parameter_is_named(api: Api) -> None:
    assert set(api.refused(PATH, {"year": "MMXX", "genre": "\x00", "tier": "1"})) == {"year", "genre", "tier"}


def test_it_says_404_for_an_unknown_genre_with_near_ones(api: Api) -> None:
    api.load(usual())
    assert api.body(PATH, {"genre": "dramma"}, 404)["near"] == ["Drama"]


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual())
    first: Any = api.get(PATH)
    again: Any = api.get(PATH, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")

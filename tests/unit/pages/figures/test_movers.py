"""Which movies rise and fall, and the reasons that the answers give."""

from __future__ import annotations

from typing import Any

import pytest

from pages.figures import movers

OPEN = "2026-11-24T14:00:00Z"


def ranked(movie_id: int, velocity: float | None, rank: int = 1) -> dict[str, Any]:
    return {"movie_id": movie_id, "rank": rank, "title": f"Movie {movie_id}", "velocity": velocity}


def history(**scores: list[float | None]) -> dict[str, Any]:
    """Scores of the hours up to the open one, by movie."""
    movies = [
        {
            "movie_id": int(name[1:]),
            "rank_before": 1,
            "scores": [
                {"hour": f"2026-11-24T{14 - len(values) + n + 1:02}:00:00Z", "trending_score": value}
                for n, value in enumerate(values)
            ],
        }
        for name, values in scores.items()
    ]
    return {"movies": movies, "before": OPEN}


def reviews(counts: dict[str, int], **freshness: Any) -> dict[str, Any]:
    """An answer about sentiment with these reviews by hour."""
    points = [{"hour": f"2026-11-{hour}:00:00Z", "review_count": count} for hour, count in counts.items()]
    return {"granularity": "hour", "breakdown": points, "freshness": {"missing": [], "warnings": [], **freshness}}


def why(velocity: float, counts: dict[str, int] | None, **freshness: Any) -> str:
    (row,) = movers.rows([ranked(1, velocity)], history(m1=[5.0]))
    return movers.reasons(row, None if counts is None else reviews(counts, **freshness), OPEN)


def test_fastest_come_first_and_movies_without_a_change_are_in_neither_list() -> None:
    found = movers.rows([ranked(n, velocity) for n, velocity in enumerate((1.0, 3.0, None, 0.0, -2.0, -4.0))], None)
    assert [row["movie_id"] for row in movers.rising(found, 9)] == [1, 0]
    assert [row["movie_id"] for row in movers.falling(found, 9)] == [5, 4]
    assert [row["movie_id"] for row in movers.rising(found, 1)] == [1]


def test_silent_movies_do_not_rise_and_come_last_among_the_falling() -> None:
    past = history(m1=[9.0, None, None], m2=[9.0, 9.0, 9.0], m3=[9.0, None, None], m4=[1.0, 1.0, None])
    found = movers.rows([ranked(1, 5.0), ranked(2, -1.0), ranked(3, -9.0), ranked(4, 1.0)], past)
    assert [row["silent_since"] for row in found] == ["13:00", None, "13:00", None]
    assert [row["movie_id"] for row in movers.rising(found, 9)] == [4]
    assert [row["movie_id"] for row in movers.falling(found, 9)] == [2, 3]


def test_silence_since_an_earlier_day_says_the_day() -> None:
    past = history(m1=[9.0], m2=[9.0])
    past["movies"][0]["scores"][0]["hour"] = "2026-11-02T23:00:00Z"
    assert movers.rows([ranked(1, 1.0)], past)[0]["silent_since"] == "3 Nov 00:00"


def test_no_movie_is_silent_while_all_are_late() -> None:
    past = history(m1=[9.0, None, None, None], m2=[None, 9.0, None, None])
    found = movers.rows([ranked(1, 1.0), ranked(2, 1.0)], past)
    assert [row["silent_since"] for row in found] == [None, None]


@pytest.mark.parametrize(
    ("scores", "text"),
    [
        ([12.4, None, 68.1], "Score from 12 to 68 in 2 hours"),
        ([12.0], "Score 12"),
        ([None], "No score in these hours"),
    ],
)
def test_line_of_scores_is_put_into_words(scores: list[float | None], text: str) -> None:
    (row,) = movers.rows([ranked(1, 1.0)], history(m1=scores))
    assert row["spark_text"] == text


@pytest.mark.parametrize(
    ("velocity", "counts", "text"),
    [
        (1.0, {"22T15": 12, "23T15": 2, "24T14": 34}, "reviews ×3: 36 in a day, 12 the day before"),
        (1.0, {"22T15": 2, "24T14": 51}, "reviews ×26: 51 in a day, 2 the day before"),
        (1.0, {"22T14": 50, "24T10": 1}, "1 review in a day, none the day before"),
        (1.0, {"22T15": 40, "24T13": 12}, "12 reviews in the last hour"),
        (1.0, {"22T15": 40, "24T10": 12}, ""),
        (-1.0, {"22T15": 40, "24T10": 12}, "reviews down from 40 to 12 in a day"),
        (-1.0, {"22T15": 1_040}, "no reviews in a day, 1,040 the day before"),
        (-1.0, {"22T15": 40, "24T13": 40}, ""),
        (-1.0, {}, ""),
        (1.0, None, ""),
    ],
)
def test_reason_compares_the_reviews_of_two_days(velocity: float, counts: dict[str, int] | None, text: str) -> None:
    assert why(velocity, counts) == text


@pytest.mark.parametrize("lack", [{"missing": [{"start": None, "end": OPEN}]}, {"warnings": ["days_only: some"]}])
def test_reviews_are_no_reason_while_hours_of_them_are_unknown(lack: dict[str, Any]) -> None:
    assert why(1.0, {"22T15": 12, "24T14": 36}, **lack) == ""


def test_reviews_are_no_reason_where_a_day_is_not_known_by_the_hour() -> None:
    by_day = {"date": "2026-11-23", "review_count": 9}
    answer = reviews({"24T14": 36})
    answer["breakdown"].insert(0, by_day)
    (row,) = movers.rows([ranked(1, 1.0)], history(m1=[5.0]))
    assert movers.reasons(row, answer, OPEN) == ""


def test_ranking_gives_reasons_in_the_direction_of_the_change() -> None:
    up, down, fresh = movers.rows(
        [ranked(1, 1.0, rank=2), ranked(2, -1.0, rank=9), ranked(3, 1.0)],
        history(m1=[12.0, 68.0], m2=[68.0, 12.0], m3=[]),
    )
    assert movers.reasons({**up, "climbed": 14}, None, OPEN) == "up 14 places this hour"
    assert movers.reasons({**up, "climbed": 0}, None, OPEN) == "score 12.0 → 68.0 since 13:00"
    assert movers.reasons(down, None, OPEN) == "down 8 places this hour"
    assert movers.reasons({**fresh, "is_new": True}, None, OPEN) == "new in the ranking this hour"
    assert movers.reasons({**up, "velocity": -1.0}, None, OPEN) == ""

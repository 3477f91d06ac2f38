"""Movies of a ranking with their last hours: which rise, which fall, and why. Pure: every number is an answer's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from merger.core.windows import parse_moment
from pages.figures.charts import Answer, name_of
from pages.figures.drawing import sparkline
from pages.figures.tables import format_value

Row = Mapping[str, Any]

SILENT_AFTER: Final = timedelta(hours=2)
"""How far a movie's newest hour may lie behind the newest of all before it counts as silent: an hour may come late."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MORE, _LESS, _PLACES = 1.5, 0.67, 3
"""Ratios of reviews, and the number of places, from which a change is worth a word."""


def rows(ranked: Iterable[Row], history: Answer | None) -> list[dict[str, Any]]:
    """The movies of a ranking, each with its change of rank, its hourly scores and since when it is silent."""
    by_movie = {} if history is None else {each["movie_id"]: each for each in history["movies"]}
    newest = max((hour for past in by_movie.values() if (hour := _last_hour(past))), default=None)
    return [_row(movie, by_movie.get(movie["movie_id"]), newest) for movie in ranked]


def _row(movie: Row, past: Row | None, newest: datetime | None) -> dict[str, Any]:
    before = None if past is None else past["rank_before"]
    scores = [] if past is None else past["scores"]
    known = [score for score in scores if score["trending_score"] is not None]
    last = None if past is None else _last_hour(past)
    is_silent = last is not None and newest is not None and newest - last >= SILENT_AFTER
    return {
        **movie,
        "name": name_of(movie),
        "is_new": past is not None and before is None,
        "climbed": None if before is None else before - movie["rank"],
        "spark": sparkline([score["trending_score"] for score in scores]) if scores else None,
        "spark_text": _from_to(known) if known else "No score in these hours",
        "known_scores": known,
        "silent_since": _moment(last + _HOUR, newest) if last and newest and is_silent else None,
    }


def _moment(at: datetime, now: datetime) -> str:
    """The hour, with its day unless that is today."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b %H:%M}"


def _last_hour(past: Row) -> datetime | None:
    hours = (score["hour"] for score in past["scores"] if score["trending_score"] is not None)
    last = max(hours, default=None)
    return None if last is None else parse_moment(last)


def _from_to(known: Sequence[Row]) -> str:
    first, last = known[0]["trending_score"], known[-1]["trending_score"]
    return f"Score from {first:.0f} to {last:.0f} in {len(known)} hours" if len(known) > 1 else f"Score {last:.0f}"


def rising(found: Iterable[Row], most: int) -> list[Row]:
    """The movies that rise fastest; silent ones are not among them."""
    chosen = (row for row in found if (row["velocity"] or 0) > 0 and not row["silent_since"])
    return sorted(chosen, key=lambda row: (-row["velocity"], row["rank"]))[:most]


def falling(found: Iterable[Row], most: int) -> list[Row]:
    """The movies that fall fastest, silent ones last."""
    chosen = (row for row in found if (row["velocity"] or 0) < 0)
    return sorted(chosen, key=lambda row: (row["silent_since"] is not None, row["velocity"], row["rank"]))[:most]


def reasons(row: Row, sentiment: Answer | None, open_hour: str) -> str:
    """Says why a movie rises or falls, as far as answers show it; else an empty text.

    Args:
        row: the movie, as ``rows`` makes it.
        sentiment: its hourly sentiment of two days.
        open_hour: start of the current hour, ISO 8601.
    """
    is_rising = row["velocity"] > 0
    reviews = _reviews(sentiment, parse_moment(open_hour), is_rising=is_rising)
    found = [text for text in (reviews, _places(row, is_rising=is_rising)) if text]
    return " · ".join(found) or _score_step(row, is_rising=is_rising)


def _reviews(sentiment: Answer | None, open_hour: datetime, *, is_rising: bool) -> str:
    """The reviews of the last 24 hours beside those of the 24 before; nothing while hours of them are unknown."""
    if sentiment is None or sentiment["granularity"] != "hour" or sentiment["freshness"]["missing"]:
        return ""
    # Hours within a day that only the batch layer holds are no more known than those of a cut day.
    is_by_day = any("date" in point for point in sentiment["breakdown"])
    if is_by_day or any(warning.startswith("days_only") for warning in sentiment["freshness"]["warnings"]):
        return ""
    counts = {parse_moment(point["hour"]): point["review_count"] for point in sentiment["breakdown"]}
    middle = open_hour + _HOUR - _DAY
    today = sum(count for hour, count in counts.items() if hour >= middle)
    before = sum(count for hour, count in counts.items() if middle - _DAY <= hour < middle)
    if is_rising:
        return _more_reviews(today, before, counts.get(open_hour - _HOUR, 0))
    if before and not today:
        return f"no reviews in a day, {before:,} the day before"
    return f"reviews down from {before:,} to {today:,} in a day" if today < _LESS * before else ""


def _more_reviews(today: int, before: int, last_hour: int) -> str:
    if before and today >= _MORE * before:
        return f"reviews ×{_times(today / before)}: {today:,} in a day, {before:,} the day before"
    if today and not before:
        return f"{_reviews_of(today)} in a day, none the day before"
    return f"{_reviews_of(last_hour)} in the last hour" if last_hour else ""


def _reviews_of(number: int) -> str:
    return f"{number:,} review{'' if number == 1 else 's'}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f}".removesuffix(".0") if ratio < 10 else f"{ratio:.0f}"


def _places(row: Row, *, is_rising: bool) -> str:
    """Says how many places it gained or lost in the ranking."""
    climbed = row["climbed"] or 0
    if row["is_new"] and is_rising:
        return "new in the ranking this hour"
    if abs(climbed) >= _PLACES and (climbed > 0) == is_rising:
        return f"{'up' if is_rising else 'down'} {abs(climbed)} places this hour"
    return ""


def _score_step(row: Row, *, is_rising: bool) -> str:
    """Says the last step of its score, where nothing else explains the change."""
    known = row["known_scores"][-2:]
    if len(known) < 2:
        return ""
    first, last = (score["trending_score"] for score in known)
    if last == first or (last > first) != is_rising:
        return ""
    start, end = (format_value(score, "decimal") for score in (first, last))
    return f"score {start} → {end} since {parse_moment(known[0]['hour']):%H:%M}"

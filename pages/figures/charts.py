"""Tables for charts, built from answers of the API. Pure: every number is the answer's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from merger.core.windows import Span, isoformat, parse_moment
from pages.figures.tables import Column, Table

Answer = Mapping[str, Any]
"""Body of an API answer."""

METRICS: Final[Mapping[str, tuple[str, str]]] = {
    "rating": ("Rating", "rating"),
    "sentiment": ("Sentiment", "score"),
    "popularity": ("Popularity", "decimal"),
}
"""Label, and kind of value, of each metric."""

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {"rating": (0.0, 10.0), "sentiment": (-1.0, 1.0)}
"""Scale of each metric that has one."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def sentiment_timeline(answer: Answer, window: Span) -> Table:
    """A movie's sentiment by day or hour over a window, with the source of each point."""
    at = "hour" if answer["granularity"] == "hour" else "date"
    freshness = answer["freshness"]
    points = answer["breakdown"]
    width = _HOUR if at == "hour" else _DAY
    cutoff = _within_buckets(freshness["cutoff"], [point[at] for point in points], width)
    start, since = _asked([point[at] for point in points], window.length, width)
    return Table(
        name="sentiment",
        caption=f"Sentiment by {answer['granularity']}",
        columns=(
            Column(at, "Hour (UTC)" if at == "hour" else "Day (UTC)", at, draws="x"),
            Column("avg_sentiment", "Sentiment", "score", draws="line"),
            Column("review_count", "Reviews", "count", draws="bar", axis="right"),
            Column("positive_count", "Positive", "count"),
            Column("neutral_count", "Neutral", "count"),
            Column("negative_count", "Negative", "count"),
            Column("data_source", "From", "source"),
        ),
        rows=points,
        cutoff=cutoff,
        start=start,
        since=since,
        gaps=freshness["missing"],
        least=-1.0,
        most=1.0,
    )


def rating_timeline(answer: Answer) -> Table:
    """A movie's rating by hour, live numbers alone, oldest first."""
    columns = Column("vote_average", "Rating", "rating", draws="line"), Column("vote_count", "Votes", "count")
    return _hourly(answer, "rating", "Rating by hour", columns, least=0.0, most=10.0, is_fixed=True)


def popularity_timeline(answer: Answer) -> Table:
    """A movie's popularity by hour, live numbers alone, oldest first."""
    columns = (
        Column("popularity", "Popularity", "decimal", draws="line"),
        Column("trending_score", "Trending score", "decimal"),
        Column("synced_at", "Updated (UTC)", "hour"),
    )
    return _hourly(answer, "popularity", "Popularity by hour", columns)


def _hourly(answer: Answer, name: str, caption: str, columns: tuple[Column, ...], **bounds: Any) -> Table:
    return Table(
        name=name,
        caption=f"{caption}, last {answer['hours']} hours",
        columns=(Column("hour", "Hour (UTC)", "hour", draws="x"), *columns),
        rows=answer["stats"][::-1],
        gaps=answer["freshness"]["missing"],
        **bounds,
    )


def metric_timeline(answer: Answer) -> Table:
    """One metric, day by day."""
    label, kind = METRICS[answer["metric"]]
    counted = "Reviews" if answer["metric"] == "sentiment" else "Measurements"
    least, most = BOUNDS.get(answer["metric"], (None, None))
    days = [point["date"] for point in answer["data_points"]]
    cutoff = _within_buckets(answer["freshness"]["cutoff"], days, _DAY)
    return Table(
        name="trend",
        caption=f"{label} by day, {_scope(answer)}",
        columns=(
            Column("date", "Day (UTC)", "date", draws="x"),
            Column("value", label, kind, draws="line"),
            Column("count", counted, "count", draws="bar", axis="right"),
            Column("data_source", "From", "source"),
        ),
        rows=answer["data_points"],
        cutoff=cutoff,
        gaps=answer["freshness"]["missing"],
        least=least,
        most=most,
        open_from=open_day(answer),
    )


def open_day(answer: Answer) -> str:
    """The last day of a daily series if its numbers don't reach its end yet; else an empty text."""
    days, freshness = answer["data_points"], answer["freshness"]
    as_of = max(filter(None, (freshness["speed_as_of"], freshness["batch_as_of"])), default=None)
    if not days or as_of is None:
        return ""
    last = str(days[-1]["date"])
    return last if parse_moment(as_of) < parse_moment(f"{last}T00:00:00Z") + _DAY else ""


def _scope(answer: Answer) -> str:
    return "all movies" if answer["genre"] is None else str(answer["genre"])


def score_lines(history: Answer, most: int = 5) -> Table:
    """Hourly trending scores of the leading movies, one line each."""
    drawn = (each for each in history["movies"] if any(score["trending_score"] is not None for score in each["scores"]))
    leading = list(islice(drawn, most))
    hours = [score["hour"] for score in leading[0]["scores"]] if leading else []
    return Table(
        name="scores",
        caption=f"Trending scores of the top {len(leading)}, last {history['hours']} hours",
        columns=(
            Column("hour", "Hour (UTC)", "hour", draws="x"),
            *(Column(str(movie["movie_id"]), name_of(movie), "decimal", draws="line") for movie in leading),
        ),
        rows=[
            {"hour": hour, **{str(movie["movie_id"]): movie["scores"][n]["trending_score"] for movie in leading}}
            for n, hour in enumerate(hours)
        ],
        gaps=history["freshness"]["missing"],
        least=0.0,
        most=100.0,
    )


def ranking(answer: Answer, history: Answer | None) -> Table:
    """The ranking, with earlier ranks where they are known."""
    before = {} if history is None else {movie["movie_id"]: movie["rank_before"] for movie in history["movies"]}
    return Table(
        name="trending",
        caption=f"Trending movies, last {answer['window']}",
        columns=(
            Column("rank", "Rank", "count"),
            Column("rank_before", "Rank before", "count"),
            Column("movie_id", "TMDB id", "id"),
            Column("title", "Title", "text"),
            Column("genres", "Genres", "text"),
            Column("trending_score", "Score", "decimal"),
            Column("velocity", "Change per hour", "change"),
            Column("popularity", "Popularity", "decimal"),
            Column("vote_average", "Rating", "rating"),
            Column("vote_count", "Votes", "count"),
        ),
        rows=[{**movie, "rank_before": before.get(movie["movie_id"])} for movie in answer["trending_movies"]],
    )


def person_movies(answer: Answer) -> Table:
    """A page of a person's movies."""
    return Table(
        name="movies",
        caption=f"Movies of {answer['name']}",
        columns=(
            Column("movie_id", "TMDB id", "id"),
            Column("title", "Title", "text"),
            Column("release_date", "Released", "date"),
            Column("roles", "Roles", "text"),
            Column("vote_average", "Rating", "rating"),
            Column("vote_count", "Votes", "count"),
            Column("popularity", "Popularity", "decimal"),
        ),
        rows=answer["results"],
    )


def name_of(movie: Mapping[str, Any]) -> str:
    """A movie's title, or ``Movie <id>`` where no batch document has one."""
    return str(movie["title"]) if movie["title"] else f"Movie {movie['movie_id']}"


def _asked(times: Sequence[str], length: timedelta | None, width: timedelta) -> tuple[str, str]:
    """Where a window begins whose last bucket is known, and its first bucket if that is later; else empty texts."""
    if length is None or not times:
        return "", ""
    first, start = parse_moment(times[0]), parse_moment(times[-1]) + width - length
    return (isoformat(start), times[0]) if first > start + width else ("", "")


def _within_buckets(moment: str | None, times: Sequence[str], width: timedelta) -> str:
    """The moment if it lies within the buckets, up to the end of the last one; else an empty text."""
    if moment is None or not times:
        return ""
    first, last = (parse_moment(text) for text in (times[0], times[-1]))
    return moment if first <= parse_moment(moment) <= last + width else ""

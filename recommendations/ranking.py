"""Ranks movies of the catalogue by how well they fit, and describes them. Pure: no Django, no database, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from merger.core.columns import Flags, Floats, Integers
from merger.core.intervals import as_intervals, hours_to_judge
from merger.core.windows import HOUR, Window
from merger.speed.tables import HourRange
from merger.views.freshness import Freshness, describe, source_of
from merger.views.holes import doubted_coverage, lost_until
from merger.views.plans import PlanContext
from merger.views.reading import ViewInputs
from merger.views.snapshots import Unseen
from movies.numbers import MergedNumbers, find_unseen, first_rows
from recommendations.live import feelings_of, live_window, trends_of
from recommendations.reasons import live_reasons
from recommendations.weighing import LEAST_LIVE, MOST_LIVE, Wishes, live_factor
from trending.scoring import SPEED_TYPES, find_unranked


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """What happens now to some movies; NaN where it is unknown or does not count.

    Args:
        trend: trending scores, 0 to 100.
        feeling: present sentiment, -1 to 1.
    """

    trend: Floats
    feeling: Floats

    @classmethod
    def of(cls, rows: Integers, wishes: Wishes, inputs: ViewInputs) -> Live:
        unknown = np.full(len(rows), np.nan)
        return cls(
            trends_of(rows, inputs) if wishes.trending else unknown,
            feelings_of(rows, inputs) if wishes.sentiment else unknown,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The best movies, best first.

    Args:
        rows: of the catalogue.
        scores: what they are ranked by, NaN if unknown; likewise ``trend`` and ``feeling``, as in ``Live``.
    """

    rows: Integers
    scores: Floats
    trend: Floats
    feeling: Floats

    def describe(
        self, numbers: MergedNumbers, inputs: ViewInputs, reasons: Callable[[int, dict[str, Any]], Iterable[str]]
    ) -> Iterator[dict[str, Any]]:
        """Yields the movies as answers show them.

        Args:
            numbers: merged ones.
            inputs: hold the catalogue.
            reasons: returns those of a row that come first; the movie's numbers are passed.
        """
        movies = inputs.catalogue.movies
        for place, row in enumerate(self.rows.tolist()):
            facts = movies.facts(row)
            shown = numbers.of(row, facts)
            live = live_reasons(float(self.trend[place]), float(self.feeling[place]))
            yield {
                "rank": place + 1,
                "movie_id": movies.ids[row],
                "title": facts.get("title"),
                "genres": list(facts["genres"]),
                "release_date": facts.get("release_date"),
                **shown,
                "score": None if np.isnan(self.scores[place]) else round(float(self.scores[place]), 4),
                "reasons": [*reasons(row, shown), *live],
            }


def rank(
    rows: Integers, scores: Floats, limit: int, wishes: Wishes, numbers: MergedNumbers, inputs: ViewInputs
) -> Ranked:
    """Ranks movies by their scores and what happens now; equal ones by popularity, then by id.

    What happens now is looked up only for movies that may be among the best: it changes scores within bounds.

    Args:
        rows: of the catalogue, ascending.
        scores: of these rows, without what happens now.
        limit: most movies to return.
        wishes: what counts.
        numbers: merged ones.
        inputs: hold the hours.
    """
    hopeful = may_be_best(scores, limit, LEAST_LIVE / MOST_LIVE)
    rows, scores = rows[hopeful], scores[hopeful]
    live = Live.of(rows, wishes, inputs)
    return order(rows, scores * live_factor(live.trend, live.feeling), limit, live, numbers)


def may_be_best(scores: Floats, limit: int, share: float = 1.0) -> Flags:
    """Says which scores are at least a share of the least of the best; unknown ones only where the others are few."""
    known = np.nan_to_num(scores, nan=-1.0)
    if len(known) <= limit:
        return np.ones(len(known), np.bool_)
    least = np.partition(known, len(known) - limit)[len(known) - limit]
    result: Flags = known >= (least * share if least > 0 else least)
    return result


def order(rows: Integers, scores: Floats, limit: int, live: Live, numbers: MergedNumbers) -> Ranked:
    """Orders movies by scores alone; unknown ones come last, equal ones by popularity, then by id."""
    popularity = np.nan_to_num(numbers.at("popularity", rows), nan=-1.0)
    columns = [np.where(np.isnan(scores), np.inf, -scores), -popularity]
    best = first_rows(np.arange(len(rows)), columns, limit)
    return Ranked(rows[best], scores[best], live.trend[best], live.feeling[best])


def hours_of(wishes: Wishes, context: PlanContext[Any]) -> HourRange:
    """The hours that merged numbers and what happens now need."""
    boundary = context.boundary
    types = ("stats", *(("trending",) if wishes.trending else ()), *(("sentiment",) if wishes.sentiment else ()))
    return HourRange(types, Window(boundary.cutoff, boundary.open_hour + HOUR))


def describe_freshness(rows: Integers, numbers: MergedNumbers, wishes: Wishes, inputs: ViewInputs) -> Freshness:
    """The freshness of an answer that ranks movies.

    Args:
        rows: of all movies that were compared.
        numbers: theirs, merged.
        wishes: what counted.
        inputs: of the answer.
    """
    boundary, catalogue = inputs.boundary, inputs.catalogue
    compared = np.zeros(len(catalogue.movies), np.bool_)
    compared[rows] = True
    unseen = [*find_unseen(compared, numbers.newer, inputs), *_unheld(wishes, inputs)]
    left_out = inputs.hours.left_out(boundary)
    details = ("movie_details", *(("sentiment",) if wishes.sentiment else ()))
    totals = doubted_coverage(catalogue.totals_as_of, "sentiment", inputs) if wishes.sentiment else ()
    return describe(
        boundary,
        inputs.layers,
        speed_types=tuple(dict.fromkeys(_types(wishes))),
        batch_as_of=catalogue.movies.as_of,
        missing=(
            *(each.missing for each in unseen),
            lost_until(catalogue.lost_of(*details), None, boundary),
        ),
        assumed=(*(guess for each in unseen for guess in each.assumed), *totals),
        documents=replace(left_out, skipped=(*left_out.skipped, *catalogue.skipped_of(*details))),
        warnings=inputs.index_warnings,
    )


def sources_of(numbers: MergedNumbers, ranked: Ranked) -> str:
    """The ``data_source`` of an answer."""
    from_speed = len(numbers.newer) or not np.isnan(ranked.trend).all()
    return source_of(["batch", *(["speed"] if from_speed else [])])


def _types(wishes: Wishes) -> Iterator[str]:
    yield "stats"
    if wishes.trending:
        yield from SPEED_TYPES
    if wishes.sentiment:
        yield "sentiment"


def _unheld(wishes: Wishes, inputs: ViewInputs) -> list[Unseen]:
    """What lacks of the hours that count as now, for each kind that counts."""
    window, result = live_window(inputs), []
    if wishes.trending:
        result.append(find_unranked(window, inputs))
    if wishes.sentiment:
        coverage = inputs.hours.coverage("sentiment", inputs.boundary, inputs.layers)
        hours = hours_to_judge(window.bounded_start, window.end, coverage)
        missing = as_intervals(hour for hour in hours if not coverage.holds(hour))
        result.append(Unseen(missing, tuple(coverage.assumptions(hours))))
    return result

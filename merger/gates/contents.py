"""Gates about what the documents say: distributions, typical numbers, facts. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from merger.core.windows import HOUR, midnight
from merger.gates.days import new_days, recent_days
from merger.gates.distance import certain_shift, distribution_distance, logarithms_of_ratios, typical_shift
from merger.gates.groups import FACTS, NUMBERS, Entry
from merger.gates.limits import FEWEST, Limits
from merger.gates.measure import Measure, groups_of_both, measure, percent
from merger.gates.sample import pairs
from merger.gates.summary import Group, RunSummary

_OVERLAP: Final = 3
"""A movie counts in about three points of a day's trend: in that of all movies, of a genre, and in its own."""

_FEWEST_SUBJECTS: Final = 8
"""Genres or movies to compare on two days."""

_DOUBLED: Final = 1.95
"""Just below 2: however short the history, nothing doubles unnoticed."""

_MEANS: Final = ("vote_average", "avg_rating", "avg_sentiment")


def distribution(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """Ratings and sentiments are distributed as they were; those of a new day as on one of the days before."""
    for group, earlier in groups_of_both(run, before):
        for place, name in enumerate(NUMBERS[group.view_type]):
            is_mean = name in _MEANS or (name == "value" and group.name.endswith((" rating", " sentiment")))
            if not is_mean:
                continue
            for what, new, olds in _comparable(group, earlier):
                values = _values(new, place)
                others = [each for each in (_values(old, place) for old in olds) if len(each) >= FEWEST]
                if len(values) < FEWEST or not others:
                    continue
                overlap = _OVERLAP if group.view_type == "temporal_analytics" else 1
                distance = min(distribution_distance(values, each, overlap) for each in others)
                fault = (
                    f"{name} of {what} is distributed otherwise than in run {before.run_id}: the distance is "
                    f"{distance:.2f} (mean {_mean(values)}, formerly {_mean(others[-1])})"
                )
                shown = f"{what} {name} {distance:.2f}"
                yield measure(what, distance, shown, fault, fails=distance > limits.distribution)


def level(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """The typical number of a movie, a month or an actor is about as large as it was."""
    growth = _growth(run, before)
    for group, earlier in groups_of_both(run, before):
        for place, name in enumerate(NUMBERS[group.view_type]):
            shifts = [*_shifts_by_subject(group, earlier, place)]
            if name != "avg_sentiment" and not (name == "value" and group.name.endswith(" sentiment")):
                # A day's sentiment lies about 0, so its factor says nothing; its distribution does.
                shifts += _shifts_by_day(group, earlier, place)
            highest = max(limits.level, min(_DOUBLED, limits.level * (1 if earlier.days else growth)))
            for what, shift in shifts:
                factor = math.exp(shift)
                fault = f"{name} of {what} is typically {factor:.2f} times what it was in run {before.run_id}"
                fails = not 1 / limits.level <= factor <= highest
                yield measure(what, abs(shift), f"{what} {name} × {factor:.2f}", fault, fails=fails)


def facts(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """What hardly ever changes, such as titles and dates of release, is as it was."""
    for group, earlier in groups_of_both(run, before):
        both = [] if earlier.days else [*_both(group, earlier)]
        if len(both) < FEWEST:
            continue
        for place, name in enumerate(FACTS[group.view_type]):
            share = sum(new.facts[place] != old.facts[place] for new, old in both) / len(both)
            fault = f"{name} of {group.name} differs from run {before.run_id} in {percent(share)} of the documents"
            shown = f"{group.name} {name} {percent(share)}"
            yield measure(group.name, share, shown, fault, fails=share > limits.facts)


def _comparable(group: Group, earlier: Group) -> Iterator[tuple[str, Iterable[Entry], list[Iterable[Entry]]]]:
    """What to compare with what: all documents with all, but a new day with each of the newest days before."""
    if not earlier.days:
        yield group.name, group.sample.entries.values(), [earlier.sample.entries.values()]
        return
    days = [earlier.recent[each].entries.values() for each in recent_days(earlier)]
    for day in new_days(group, earlier):
        yield f"{group.name} on {day}", group.recent[day].entries.values(), [*days]


def _shifts_by_subject(group: Group, earlier: Group, place: int) -> Iterator[tuple[str, float]]:
    if earlier.days:
        return
    logarithms = logarithms_of_ratios([(new.numbers[place], old.numbers[place]) for new, old in _both(group, earlier)])
    if len(logarithms) >= FEWEST:
        yield group.name, min(typical_shift(logarithms), certain_shift(logarithms), key=abs)


def _shifts_by_day(group: Group, earlier: Group, place: int) -> Iterator[tuple[str, float]]:
    """How far each new day is from the one of the newest days before that it is most like."""
    for day in new_days(group, earlier):
        found = []
        for former in (earlier.recent[each] for each in recent_days(earlier)):
            both = [(new, old) for new, old in pairs(group.recent[day], former) if new is not None and old is not None]
            logarithms = logarithms_of_ratios([(new.numbers[place], old.numbers[place]) for new, old in both])
            if len(logarithms) >= _FEWEST_SUBJECTS:
                found.append(certain_shift(logarithms))
        if found:
            yield f"{group.name} on {day}", min(found, key=abs)


def _growth(run: RunSummary, before: RunSummary) -> float:
    """By how much lifetime totals may have grown: with the history that the run before knows."""
    first = min((day for group in before.groups.values() for day in group.days), default="")
    if not first or run.covers_until is None or before.covers_until is None:
        return 1.0
    start = midnight(first)
    return (run.covers_until - start) / max(before.covers_until - start, HOUR)


def _both(group: Group, earlier: Group) -> Iterator[tuple[Entry, Entry]]:
    for new, old in pairs(group.sample, earlier.sample):
        if new is not None and old is not None:
            yield new, old


def _values(entries: Iterable[Entry], place: int) -> list[float]:
    return [value for entry in entries if math.isfinite(value := entry.numbers[place])]


def _mean(values: Sequence[float]) -> str:
    return f"{math.fsum(values) / len(values):.3g}"

"""Bugs that are planted to see whether the oracle finds them. Each changes one rule of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from merger.catalogue.catalogue import Catalogue
from merger.contract import dedupe
from merger.contract.documents import Contract
from merger.core import boundary, intervals, timeline
from merger.core.windows import DAY, HOUR
from merger.errors import Interval
from merger.layers.publication import Publication
from merger.views import freshness
from movies import numbers
from search.people import PeopleIndex, Works
from tests.unit.oracle.generated import plain, random_world
from tests.unit.oracle.worlds.world import World

Plant = Callable[[pytest.MonkeyPatch], None]


def _hours_begin_late(patch: pytest.MonkeyPatch) -> None:
    _change_speed(patch, lambda _, document: replace(document, hour=document.hour + HOUR))


def _coverage_reaches_too_far(patch: pytest.MonkeyPatch) -> None:
    watermark = boundary.Boundary.watermark
    patch.setattr(boundary.Boundary, "watermark", lambda self, covers: watermark(self, covers) + HOUR)


def _totals_end_early(patch: pytest.MonkeyPatch) -> None:
    resolve_after = timeline.Series.resolve_after
    patch.setattr(timeline.Series, "resolve_after", lambda self, watermark: resolve_after(self, watermark - DAY))


def _older_version_counts(patch: pytest.MonkeyPatch) -> None:
    outranks = dedupe._outranks
    patch.setattr(dedupe, "_outranks", lambda ours, theirs, rank: outranks(theirs, ours, rank))


def _total_is_taken_for_a_day(patch: pytest.MonkeyPatch) -> None:
    def change(_: Mapping[str, Any], document: Any) -> Any:
        if document.view_type != "sentiment" or "date" in document.data:
            return document
        return replace(document, data={**document.data, "date": f"{document.covers_until:%Y-%m-%d}"})

    _change_batch(patch, change)


def _days_are_a_day_late(patch: pytest.MonkeyPatch) -> None:
    def change(_: Mapping[str, Any], document: Any) -> Any:
        if "date" not in document.data:
            return document
        day = datetime.fromisoformat(document.data["date"]) + DAY
        return replace(document, data={**document.data, "date": f"{day:%Y-%m-%d}"})

    _change_batch(patch, change)


def _unreadable_documents_are_ignored(patch: pytest.MonkeyPatch) -> None:
    read = Contract.read
    patch.setattr(Contract, "read", lambda self, *args, **more: replace(read(self, *args, **more), skipped=()))


def _offsets_are_ignored(patch: pytest.MonkeyPatch) -> None:
    def change(raw: Mapping[str, Any], document: Any) -> Any:
        hour = raw.get("hour")
        if not isinstance(hour, str):
            return document
        local = datetime.fromisoformat(hour).replace(tzinfo=UTC)
        return replace(document, hour=local.replace(minute=0, second=0, microsecond=0))

    _change_speed(patch, change)


def _every_hour_passes_for_held(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(boundary.SpeedCoverage, "holds", lambda *_: True)


def _hidden_runs_are_shown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Publication, "is_visible", lambda *_: True)


def _every_movie_is_of_every_genre(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Catalogue, "of_genre", lambda _, movies, *__: movies >= 0)


def _people_lack_a_movie(patch: pytest.MonkeyPatch) -> None:
    works = PeopleIndex.works

    def without_the_first(self: PeopleIndex, name: str) -> Works | None:
        found = works(self, name)
        return None if found is None else replace(found, ids=found.ids[1:], _addresses=found._addresses[1:])

    patch.setattr(PeopleIndex, "works", without_the_first)


def _newest_numbers_are_left_out(patch: pytest.MonkeyPatch) -> None:
    newer = numbers._newer_numbers
    patch.setattr(
        numbers, "_newer_numbers", lambda inputs: (found := newer(inputs)).at(np.zeros(len(found), dtype=np.bool_))
    )


def _missing_hours_are_told_late(patch: pytest.MonkeyPatch) -> None:
    union, late = intervals.union, timedelta(hours=1)

    def told_late(*groups: Iterable[Interval]) -> tuple[Interval, ...]:
        return tuple((None if start is None else start + late, end + late) for start, end in union(*groups))

    patch.setattr(freshness, "union", told_late)


def _change_speed(patch: pytest.MonkeyPatch, change: Callable[[Mapping[str, Any], Any], Any]) -> None:
    read = Contract.read_speed
    patch.setattr(Contract, "read_speed", lambda self, raw: change(raw, read(self, raw)))


def _change_batch(patch: pytest.MonkeyPatch, change: Callable[[Mapping[str, Any], Any], Any]) -> None:
    read = Contract.read_batch
    patch.setattr(Contract, "read_batch", lambda self, raw: change(raw, read(self, raw)))


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug, and where it shows.

    Args:
        plant: puts it into the product.
        about: a text of the questions that show it.
        world: makes worlds in which it may show, from a number.
    """

    plant: Plant
    about: str
    world: Callable[[int], World] = lambda seed: plain(random_world(seed))


def _with_versions(seed: int) -> World:
    world = plain(random_world(seed))
    return replace(world, speed=replace(world.speed, leaves_versions=True))


def _with_a_hidden_run(seed: int) -> World:
    world = plain(random_world(seed))
    runs = (*world.batch.runs[:-1], *(replace(run, written=20) for run in world.batch.runs[-1:]))
    return replace(world, batch=replace(world.batch, runs=runs, is_recorded=True, replaces_in_place=False))


PLANTED: Mapping[str, Bug] = {
    "hours begin an hour late": Bug(_hours_begin_late, "MovieStats"),
    "the batch layer's coverage reaches an hour too far": Bug(_coverage_reaches_too_far, "'sentiment'"),
    "a day of speed hours is added to a total that has them": Bug(_totals_end_early, "MovieSentiment"),
    "the older of two versions counts": Bug(_older_version_counts, "MovieSentiment", _with_versions),
    "a lifetime total is taken for a day": Bug(_total_is_taken_for_a_day, "MovieSentiment"),
    "days are a day late": Bug(_days_are_a_day_late, "'sentiment'"),
    "documents that can't be read are ignored": Bug(
        _unreadable_documents_are_ignored, "Movie", lambda seed: random_world(seed, damage="count is null")
    ),
    "the offset of a stamp is ignored": Bug(
        _offsets_are_ignored, "MovieStats", lambda seed: random_world(seed, dialect="text stamps of the east")
    ),
    "every hour passes for held": Bug(_every_hour_passes_for_held, "MovieStats"),
    "runs that are not published are shown": Bug(_hidden_runs_are_shown, "MovieSearch", _with_a_hidden_run),
    "every movie is of every genre": Bug(_every_movie_is_of_every_genre, "'sentiment'"),
    "people lack a movie": Bug(_people_lack_a_movie, "person"),
    "recommendations lack the newest numbers": Bug(_newest_numbers_are_left_out, "GenreMovies"),
    "missing hours are told an hour late": Bug(_missing_hours_are_told_late, "MovieStats"),
}
"""Bugs by what they do."""

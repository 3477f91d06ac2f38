"""Plans of reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary, Layers
from merger.core.stamps import MILLISECONDS, ODD, TEXT, stamp_ranges
from merger.stores.store import Find
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, PlanContext, View, movie_reads, payload_reads, series_hours_from
from merger.views.reading import ViewInputs, ViewResult

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
BOUNDARY = Boundary(NOW)
HOUR = timedelta(hours=1)
CONTEXT: PlanContext[None] = PlanContext(None, BOUNDARY, Layers(), Aliases())


def test_movie_reads_find_batch_documents_in_all_spellings_and_speed_hours() -> None:
    batch, speed = movie_reads(7, ("movie_details",), CONTEXT, speed_from=NOW)
    assert batch.collection == BATCH
    assert batch.filter["movie_id"] == 7
    assert set(batch.filter["view_type"]["$in"]) == set(Aliases().names_of_view("movie_details"))
    assert speed == Find(SPEED, {"movie_id": 7, "hour": {"$gte": NOW}})


def test_movie_reads_leave_out_a_layer_that_is_not_wanted() -> None:
    assert [read.collection for read in movie_reads(7, (), CONTEXT, speed_from=NOW)] == [SPEED]
    assert [read.collection for read in movie_reads(7, ("movie_details",), CONTEXT, speed_from=None)] == [BATCH]


def test_hours_stored_in_other_forms_than_dates_get_ranges_of_their_own() -> None:
    context = replace(CONTEXT, layers=replace(Layers(), hour_forms=frozenset({TEXT, MILLISECONDS})))
    reads = movie_reads(7, (), context, speed_from=NOW)
    assert [read.filter["hour"] for read in reads] == stamp_ranges(NOW, None, {TEXT, MILLISECONDS})
    assert len(reads) == 3


def test_all_documents_of_a_movie_are_read_while_some_hour_is_no_moment() -> None:
    context = replace(CONTEXT, layers=replace(Layers(), hour_forms=frozenset({TEXT, ODD})))
    assert movie_reads(7, (), context, speed_from=NOW) == (Find(SPEED, {"movie_id": 7}),)


def test_payload_reads_try_each_place_of_the_payload() -> None:
    reads = payload_reads("temporal_analytics", {"genre": "drama"}, Aliases())
    assert [dict(read.filter) for read in reads] == [{f"{place}.genre": "drama"} for place in Aliases().payload]
    theirs = Aliases().with_extra(
        {"flat_views": ["actor_collaboration"], "fields": {"actor_collaboration": {"who": "actor"}}}
    )
    places = [path for read in payload_reads("actor_collaboration", {"actor": "A"}, theirs) for path in read.filter]
    assert places == ["data.actor", "data.who", "stats.actor", "stats.who", "actor", "who"]


@pytest.mark.parametrize(
    ("batch_computed_at", "start"),
    [
        (None, datetime(2026, 4, 29, 15, tzinfo=UTC)),
        (NOW - HOUR, datetime(2026, 5, 2, tzinfo=UTC)),
        (NOW - timedelta(days=3), datetime(2026, 4, 30, tzinfo=UTC)),
        (NOW - timedelta(days=30), datetime(2026, 4, 29, 15, tzinfo=UTC)),
    ],
    ids=["no batch: what speed holds", "recent batch: day of the cutoff", "late batch: its day", "old batch"],
)
def test_series_start_on_the_day_of_the_cutoff_or_of_a_late_batch(
    batch_computed_at: datetime | None, start: datetime
) -> None:
    layers = replace(Layers(), batch_computed_at=batch_computed_at)
    assert series_hours_from(BOUNDARY, layers) == start


def test_view_is_about_many_movies_unless_it_names_one() -> None:
    def build(params: int, inputs: ViewInputs) -> ViewResult:
        raise NotImplementedError

    def plan(context: PlanContext[int]) -> Plan:
        return Plan()

    assert View("a", TTLClass.STABLE, plan, build).identity(7) is None
    assert View("a", TTLClass.STABLE, plan, build, identity=lambda params: params).identity(7) == 7


def test_a_layer_that_writes_ids_as_text_is_read_by_both_forms() -> None:
    context: PlanContext[None] = PlanContext(None, BOUNDARY, Layers(text_ids=frozenset({"speed"})), Aliases())
    reads = movie_reads(7, ("sentiment",), context, speed_from=NOW)
    assert [read.filter["movie_id"] for read in reads if read.collection == SPEED] == [7, "7"]
    assert [read.filter["movie_id"] for read in reads if read.collection == BATCH] == [7]
    context = PlanContext(None, BOUNDARY, Layers(text_ids=frozenset({"batch"})), Aliases())
    reads = movie_reads(7, ("sentiment",), context, speed_from=NOW)
    assert [read.filter["movie_id"] for read in reads] == [7, "7", 7]

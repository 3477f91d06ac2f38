"""Generated worlds of any size, and what is asked of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.harness.latencies import Latencies
from benchmarks.harness.machine import Machine
from benchmarks.reports.sizes import sizes_section
from benchmarks.scenarios.sizes import SizeResult
from benchmarks.scenarios.sizes_questions import questions
from benchmarks.scenarios.sizes_world import SPEED_HOURS, Size, SizedWorld
from merger.contract.documents import Contract
from merger.core.windows import floor_hour

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
WORLD = SizedWorld(Size(movies=6_000, speed=180), NOW)


def test_every_document_is_readable_and_counts_match() -> None:
    batch, speed = list(WORLD.batch()), list(WORLD.speed())
    read = Contract().read(batch=batch, speed=speed)
    assert not read.skipped
    assert (len(batch), len(speed)) == (WORLD.batch_count, WORLD.speed_count)
    assert len({d["movie_id"] for d in batch if d["view_type"] == "movie_details"}) == 6_000


def test_six_hours_hold_the_wanted_number_of_speed_documents() -> None:
    by_hour = Counter(d["hour"] for d in WORLD.speed())
    hours = [floor_hour(NOW) - timedelta(hours=back) for back in range(SPEED_HOURS)]
    assert sum(by_hour[hour] for hour in hours[:6]) == 180
    assert all(by_hour[hour] == 30 for hour in hours)
    assert len(by_hour) == 121


def test_nothing_is_of_the_future() -> None:
    assert all(d["synced_at"] <= NOW for d in WORLD.speed())
    assert all(d["covers_until"] <= d["computed_at"] <= NOW for d in WORLD.batch())


def test_same_seed_gives_the_same_world() -> None:
    small = Size(movies=20, speed=60)
    assert list(SizedWorld(small, NOW).speed()) == list(SizedWorld(small, NOW).speed())
    assert list(SizedWorld(small, NOW).batch()) != list(SizedWorld(small, NOW, seed=2).batch())


def test_every_kind_of_request_is_sent_often_enough() -> None:
    found = {endpoint.name: endpoint for endpoint in questions(WORLD.movies(5_000), most=15)}
    for name, endpoint in found.items():
        if name not in ("hot hit", "analytics/overview"):
            assert len(endpoint.paths) == 15, name
    assert sum(name.startswith("search: ") for name in found) == 11


@pytest.mark.parametrize("sizes", [[(10, 5)], [(10, 5), (100, 5)], [(10, 5), (100, 5), (10, 50)]])
def test_the_report_has_a_table_for_each_way_to_grow(sizes: list[tuple[int, int]]) -> None:
    found = [
        SizeResult(Size(*size), 1.5, 100_000_000, {"hot hit": Latencies(1, 1.0, place, 2.0, 3.0, 4.0)})
        for place, size in enumerate(sizes, 1)
    ]
    text = sizes_section(found, Machine("A processor", 2, 0.1, "Linux", {}), NOW)
    assert ("More speed documents" in text) == ((10, 50) in sizes)
    hot = [line for line in text.splitlines() if line.startswith("| hot hit")]
    assert hot[0].split("|")[-2].strip() == f"{2 if (100, 5) in sizes else 1}.0"
    assert "| 100 |" in next(line.replace("  ", "") for line in text.splitlines() if "peak MB" in line)

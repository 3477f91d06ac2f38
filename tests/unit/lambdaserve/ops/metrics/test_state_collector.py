"""Metrics read at scrape time, from a health report and the sizes of the collections."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from lambdaserve.ops.health.api import EXAMPLE
from lambdaserve.ops.metrics.state_collector import StateCollector
from merger.operations.collection_sizes import CollectionSizes
from tests.scraped import Scraped

SIZES = {"batch_views": CollectionSizes(10, 2000, {"_id_": 300}, {"_id_": 7}), "speed_views": CollectionSizes()}


def scraped(report: Any, *, sizes: Any = SIZES, last: Any = None, free: int | None = None) -> Scraped:
    registry = CollectorRegistry()
    probe: Any = SimpleNamespace(last=last, wait=lambda _: sizes)
    health: Any = SimpleNamespace(report=lambda: report, disk_free=free)
    registry.register(StateCollector(health, probe))
    return Scraped(generate_latest(registry).decode())


def test_stores_layers_and_sizes_are_exposed() -> None:
    found = scraped(EXAMPLE, free=1234)
    assert found.sum("data_disk_free_bytes") == 1234
    assert found.sum("store_up", store="mongodb") == found.sum("store_up", store="redis") == 1
    assert found.sum("speed_lag_seconds", data_type="stats") == 18
    assert found.sum("batch_age_seconds") == 12 * 3600 + 37 * 60 + 30
    assert found.sum("collection_documents", collection="batch_views") == 10
    assert found.sum("collection_documents", collection="speed_views") == 0
    assert found.sum("collection_bytes", collection="batch_views") == 2000
    assert found.sum("index_bytes", collection="batch_views", index="_id_") == 300
    assert found.sum("index_uses_total", collection="batch_views", index="_id_") == 7
    assert found.sum("build_info") == 1


def test_unknown_values_are_left_out() -> None:
    report = copy.deepcopy(dict(EXAMPLE))
    services = report["services"]
    services["mongodb"]["status"] = services["redis"]["status"] = "unhealthy"
    services["batch_layer"]["last_update"], services["speed_layer"]["types"] = None, {}
    found = scraped(report, last=SIZES)
    assert {each.name for each in found.samples} == {"lambdaserve_build_info", "lambdaserve_store_up"}
    assert found.sum("store_up") == 0


def test_slow_sizes_fall_back_to_the_previous_ones_or_to_none() -> None:
    assert scraped(EXAMPLE, sizes=None, last=SIZES).sum("collection_documents") == 10
    assert scraped(EXAMPLE, sizes=None).values("collection_documents", "collection") == set()

"""Metrics that are read at scrape time: state of stores, layers, collections and indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lambdaserve import __version__
from lambdaserve.ops.health.monitor import HealthMonitor, Probe, monitor
from lambdaserve.ops.health.report import UNHEALTHY
from merger.core.windows import parse_moment
from merger.meters import PREFIX
from merger.operations.collection_sizes import CollectionSizes, measure_collections

Values = Mapping[tuple[str, ...], float]

SIZES_KEEP_SECONDS = 300.0
"""Lifetime of the sizes, in seconds: the embedded MongoDB counts all documents to find them."""

SIZES_WAIT_SECONDS = 0.25
"""Longest wait of the first scrape for the sizes, in seconds; later scrapes repeat the previous ones."""


class StateCollector(Collector):
    """Collects state through the health monitor: up to a second old, the sizes up to minutes.

    Args:
        health: reports on stores and layers.
        sizes: measures collections and indexes.
    """

    def __init__(self, health: HealthMonitor, sizes: Probe[dict[str, CollectionSizes]]) -> None:
        self._health = health
        self._sizes = sizes

    def collect(self) -> Iterator[Metric]:
        """Yields the metrics, except those whose values are unknown."""
        yield _gauge("build_info", "Version of the running service.", ("version",), {(__version__,): 1})
        report = self._health.report()
        yield from _store_and_layer_metrics(report)
        if self._health.disk_free is not None:
            about = "Free bytes on the disk of DATA_DIR."
            yield _gauge("data_disk_free_bytes", about, (), {(): self._health.disk_free})
        if report["services"]["mongodb"]["status"] != UNHEALTHY:
            yield from _collection_metrics(self._collection_sizes())

    def _collection_sizes(self) -> Mapping[str, CollectionSizes]:
        last = self._sizes.last
        return self._sizes.wait(0.0 if last else SIZES_WAIT_SECONDS) or last or {}


@cache
def state_collector() -> StateCollector:
    """The collector of this process, created once."""
    return StateCollector(monitor(), Probe(measure_collections, SIZES_KEEP_SECONDS))


def _store_and_layer_metrics(report: Mapping[str, Any]) -> Iterator[Metric]:
    services = report["services"]
    up: Values = {(name,): services[name]["status"] != UNHEALTHY for name in ("mongodb", "redis")}
    yield _gauge("store_up", "Whether the store answers.", ("store",), up)
    lags: Values = {(name,): sync["lag_seconds"] for name, sync in services["speed_layer"]["types"].items()}
    yield _gauge("speed_lag_seconds", "Time since the newest sync of the data type.", ("data_type",), lags)
    run = services["batch_layer"]["last_update"]
    if run is not None:
        age = parse_moment(report["timestamp"]) - parse_moment(run)
        text = "Time since the newest batch run that readers see wrote."
        yield _gauge("batch_age_seconds", text, (), {(): age.total_seconds()})


def _collection_metrics(found: Mapping[str, CollectionSizes]) -> Iterator[Metric]:
    sizes: Values = {(name, index): size for name, each in found.items() for index, size in each.index_sizes.items()}
    uses: Values = {(name, index): count for name, each in found.items() for index, count in each.index_uses.items()}
    documents: Values = {(name,): each.documents for name, each in found.items()}
    held: Values = {(name,): each.size for name, each in found.items()}
    by_index = ("collection", "index")
    yield _gauge("collection_documents", "Documents in the collection.", ("collection",), documents)
    yield _gauge("collection_bytes", "Size of the collection's documents, uncompressed.", ("collection",), held)
    yield _gauge("index_bytes", "Size of the index.", by_index, sizes)
    about = "Operations that used the index since MongoDB started."
    yield _fill(CounterMetricFamily(f"{PREFIX}_index_uses", about, labels=by_index), uses)


def _gauge(name: str, about: str, labels: tuple[str, ...], values: Values) -> Metric:
    return _fill(GaugeMetricFamily(f"{PREFIX}_{name}", about, labels=labels), values)


def _fill(family: GaugeMetricFamily | CounterMetricFamily, values: Values) -> Metric:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family

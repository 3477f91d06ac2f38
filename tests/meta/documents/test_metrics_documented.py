"""The page about metrics lists every metric with its type and labels, and no other."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from prometheus_client.metrics import MetricWrapperBase

from lambdaserve.ops.health.api import EXAMPLE
from lambdaserve.ops.metrics import endpoint as metrics
from lambdaserve.ops.metrics.state_collector import StateCollector
from merger import meters
from merger.operations.collection_sizes import CollectionSizes
from tests.meta.repository import ROOT

_ROW = re.compile(r"^\| `(lambdaserve_\w+)` \| (\w+) \|(.*?)\| \S.* \|$", re.MULTILINE)

Metrics = dict[str, tuple[str, tuple[str, ...]]]


def documented() -> Metrics:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(text)}


def defined() -> Metrics:
    collectors = list(meters.REGISTRY._collector_to_names)
    assert metrics.REQUEST_SECONDS in collectors
    assert all(isinstance(each, MetricWrapperBase) for each in collectors)
    return {_name(each._name, each._type): (each._type, each._labelnames) for each in collectors}  # type: ignore[attr-defined]


def collected() -> Metrics:
    health: Any = SimpleNamespace(report=lambda: EXAMPLE, disk_free=0)
    sizes: Any = SimpleNamespace(last=None, wait=lambda _: {"c": CollectionSizes(1, 2, {"i": 3}, {"i": 4})})
    families = list(StateCollector(health, sizes).collect())
    assert all(family.samples for family in families)
    return {_name(family.name, family.type): (family.type, tuple(family.samples[0].labels)) for family in families}


def _name(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name


def test_page_lists_every_metric_with_type_and_labels_and_no_other() -> None:
    assert documented() == defined() | collected()

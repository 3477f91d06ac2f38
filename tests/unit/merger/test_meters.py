"""The meters: their names and labels."""

from __future__ import annotations

from prometheus_client import Gauge
from prometheus_client.metrics import MetricWrapperBase

from merger import meters

ALL = [each for each in vars(meters).values() if isinstance(each, MetricWrapperBase)]


def test_every_meter_is_registered_under_the_prefix_and_explained() -> None:
    assert len(ALL) > 15
    # Other rooms register their own there, once they are imported.
    assert {each._name for each in ALL} <= {family.name for family in meters.REGISTRY.collect()}
    assert all(each._name.startswith("lambdaserve_") and each._documentation.endswith(".") for each in ALL)


def test_gauges_of_several_workers_are_added_up_or_named_otherwise() -> None:
    modes = {each._name: each._multiprocess_mode for each in ALL if isinstance(each, Gauge)}
    others = {name: mode for name, mode in modes.items() if mode != "livesum"}
    assert others == {
        "lambdaserve_drift_ratio": "mostrecent",
        "lambdaserve_drift_checked_at": "mostrecent",
        "lambdaserve_process_largest_resident_memory_bytes": "livemax",
    }

"""The store of this process behind its breakers."""

from __future__ import annotations

from merger.contract.collections import BATCH, SPEED
from merger.layers.guarding import guarded_store
from merger.meters import BREAKER_STATE
from merger.stores.breaker import BreakerState


def test_each_collection_has_a_breaker_whose_state_is_a_metric() -> None:
    assert set(guarded_store().breakers) == {BATCH, SPEED}
    samples = [sample for metric in BREAKER_STATE.collect() for sample in metric.samples]
    found = {(each.labels["collection"], each.labels["state"]): each.value for each in samples}
    for collection in (BATCH, SPEED):
        assert [found[collection, state] for state in BreakerState] == [
            float(state is BreakerState.CLOSED) for state in BreakerState
        ]

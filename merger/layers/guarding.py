"""Builds the store of this process: MongoDB behind circuit breakers, whose states are metrics."""

from __future__ import annotations

import time

from django.conf import settings

from merger.contract.collections import BATCH, SPEED
from merger.layers.publication import RUNS
from merger.meters import BREAKER_REFUSED, BREAKER_STATE, BREAKER_TRANSITIONS
from merger.stores.breaker import BreakerRules, BreakerState
from merger.stores.guarded_store import GuardedStore
from merger.stores.mongo.client import causal_clock, database
from merger.stores.mongo.store import MongoStore


def guarded_store() -> GuardedStore:
    whole = settings.MONGODB_TIMEOUT
    found = GuardedStore(
        MongoStore(database(), whole, causal_clock()),
        (BATCH, SPEED),
        # One find takes at most half of a request's time, which leaves some for the other layer (F5).
        limit=whole / 2,
        rules=BreakerRules(slow=whole / 4),
        monotonic=time.monotonic,
        on_change=_count_transition,
        on_refused=lambda collection: BREAKER_REFUSED.labels(collection).inc(),
        along_with={RUNS: BATCH},
    )
    for name in found.breakers:
        _show_state(name, BreakerState.CLOSED)
    return found


def _count_transition(collection: str, state: BreakerState) -> None:
    BREAKER_TRANSITIONS.labels(collection, state).inc()
    _show_state(collection, state)


def _show_state(collection: str, state: BreakerState) -> None:
    for each in BreakerState:
        BREAKER_STATE.labels(collection, each).set(each is state)

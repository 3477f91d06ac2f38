"""A server's shards are described from its own replies; a server without shards has no shard keys."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import OperationFailure

from merger.contract.collections import BATCH, SPEED
from merger.errors import StoreFault
from merger.indexes.sharding import KEY, Cluster, ShardingStep
from merger.indexes.shards import describe_cluster, run, shard_keys
from tests.unit.merger.indexes.router import Router


def test_server_without_shards_is_no_router(database: Any) -> None:
    assert describe_cluster(database) == Cluster("tests")
    assert shard_keys(database) == {}


def test_router_is_described_with_shards_keys_and_indexes() -> None:
    router: Any = Router()
    router.keys["tests.batch_views"] = {"key": dict(KEY)}
    router.indexed.add(SPEED)
    assert describe_cluster(router) == Cluster(
        "tests", is_router=True, shards=("one", "two"), keys={BATCH: dict(KEY)}, indexed=frozenset({SPEED})
    )


def test_step_is_run_in_its_database() -> None:
    router: Any = Router()
    step = ShardingStep("admin", {"shardCollection": "tests.batch_views", "key": dict(KEY)})
    run(router, step)
    assert router.commands == [("admin", step.command)]
    assert shard_keys(router) == {BATCH: dict(KEY)}


def test_refused_step_raises_a_store_fault() -> None:
    router: Any = Router(refuses=True)
    with pytest.raises(StoreFault):
        run(router, ShardingStep("admin", {"shardCollection": "tests.batch_views"}))
    with pytest.raises(OperationFailure):
        router["admin"].command({"x": 1})

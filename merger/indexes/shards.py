"""Describes a server's shards, and runs the commands that shard collections.

Requirement O6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from merger.contract.collections import BATCH, SPEED
from merger.indexes.sharding import KEY, Cluster, ShardingStep
from merger.stores.mongo.errors import mapping_errors, mongo_call

TIMEOUT_SECONDS = 10.0
"""Time limit for describing a server."""


def describe_cluster(database: Database[Any]) -> Cluster:
    """Returns whether a server is a cluster, its shards, and which collections are sharded.

    Args:
        database: holds the collections.

    Raises:
        StoreError: from MongoDB.
    """
    admin = database.client.admin
    with mongo_call(TIMEOUT_SECONDS):
        if admin.command("hello").get("msg") != "isdbgrid":
            return Cluster(database.name)
        shards = tuple(str(each["_id"]) for each in admin.command("listShards")["shards"])
        indexes = {name: database[name].index_information().values() for name in (BATCH, SPEED)}
        indexed = frozenset(name for name, found in indexes.items() if any(dict(i["key"]) == dict(KEY) for i in found))
        return Cluster(database.name, is_router=True, shards=shards, keys=shard_keys(database), indexed=indexed)


def shard_keys(database: Database[Any]) -> dict[str, Mapping[str, Any]]:
    """Returns the shard key of each sharded collection; empty for a server without shards.

    Args:
        database: holds the collections.

    Raises:
        StoreError: from MongoDB.
    """
    client = database.client
    with mongo_call(TIMEOUT_SECONDS):
        if client.admin.command("hello").get("msg") != "isdbgrid":
            return {}
        known = client.config["collections"]
        held = {name: known.find_one({"_id": f"{database.name}.{name}"}, ["key"]) for name in (BATCH, SPEED)}
    return {name: found["key"] for name, found in held.items() if found and "key" in found}


def run(database: Database[Any], step: ShardingStep) -> None:
    """Runs a step of a plan, without a time limit.

    Args:
        database: any database of the server.
        step: one step of a plan.

    Raises:
        StoreError: from MongoDB.
    """
    with mapping_errors():
        database.client[step.on].command(dict(step.command))

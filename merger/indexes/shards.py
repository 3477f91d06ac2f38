"""What a server says of its shards, and the commands that share collections out over them (O6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from merger.contract.collections import BATCH, SPEED
from merger.indexes.sharding import KEY, Cluster, ShardingStep
from merger.stores.mongo.errors import mapping_errors, mongo_call

ANSWER_WITHIN = 10.0
"""Seconds that the server may take to say how it stands."""


def cluster_of(database: Database[Any]) -> Cluster:
    """How a server stands.

    Args:
        database: that holds the collections.

    Raises:
        StoreError: from the server.
    """
    admin = database.client.admin
    with mongo_call(ANSWER_WITHIN):
        if admin.command("hello").get("msg") != "isdbgrid":
            return Cluster(database.name)
        shards = tuple(str(each["_id"]) for each in admin.command("listShards")["shards"])
        indexes = {name: database[name].index_information().values() for name in (BATCH, SPEED)}
        return Cluster(
            database.name,
            is_router=True,
            shards=shards,
            keys=keys_of(database),
            indexed=frozenset(
                name for name, found in indexes.items() if any(dict(each["key"]) == dict(KEY) for each in found)
            ),
        )


def keys_of(database: Database[Any]) -> dict[str, Mapping[str, Any]]:
    """The shard key of each collection that is sharded; none where there are no shards.

    Args:
        database: that holds the collections.

    Raises:
        StoreError: from the server.
    """
    client = database.client
    with mongo_call(ANSWER_WITHIN):
        if client.admin.command("hello").get("msg") != "isdbgrid":
            return {}
        known = client.config["collections"]
        held = {name: known.find_one({"_id": f"{database.name}.{name}"}, ["key"]) for name in (BATCH, SPEED)}
    return {name: found["key"] for name, found in held.items() if found and "key" in found}


def run(database: Database[Any], step: ShardingStep) -> None:
    """Does a step, however long it takes.

    Args:
        database: any of the server.
        step: of a plan.

    Raises:
        StoreError: from the server.
    """
    with mapping_errors():
        database.client[step.on].command(dict(step.command))

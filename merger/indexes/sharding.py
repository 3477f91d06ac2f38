"""How the two collections are shared out over the shards of a cluster: what is to be done, as data. Pure.

The shard key is ``{movie_id: "hashed"}``: all documents of a movie lie on one shard, movies are spread evenly whatever
their ids, and what is asked of one movie asks one shard. What is asked of all movies asks every shard for its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from merger.contract.collections import BATCH, SPEED

KEY: Final[Mapping[str, str]] = {"movie_id": "hashed"}


class CantShard(Exception):
    """The server can't, or something else was done before; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a server says of itself.

    Args:
        database: name of the database.
        is_router: whether it is a cluster's ``mongos``.
        shards: names of its shards.
        keys: of each collection that is sharded, by its name.
        indexed: collections that have an index on the shard key.
    """

    database: str
    is_router: bool = False
    shards: tuple[str, ...] = ()
    keys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    indexed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ShardingStep:
    """A command.

    Args:
        on: database that it is sent to.
        command: as the server takes it.
    """

    on: str
    command: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """As somebody would type it in MongoDB's shell."""
        return f"db.getSiblingDB({_typed(self.on)}).runCommand({_typed(self.command)})"


def plan(cluster: Cluster) -> tuple[ShardingStep, ...]:
    """What is left to do; nothing where both collections are sharded as they should be.

    Args:
        cluster: as it is.

    Raises:
        CantShard: there are no shards, or a collection is sharded by another key.
    """
    if not cluster.is_router or not cluster.shards:
        raise CantShard(
            "this MongoDB has no shards: MONGODB_URI must name a mongos of a sharded cluster "
            "(docker-compose.yml has one under the profile `sharded`)"
        )
    steps: list[ShardingStep] = []
    for collection in (BATCH, SPEED):
        key = cluster.keys.get(collection)
        if key is not None and dict(key) != dict(KEY):
            raise CantShard(
                f"{collection} is sharded by {_typed(key)} already; reshardCollection gives it another key, "
                "and costs a copy of the collection"
            )
        if key is not None:
            continue
        if collection not in cluster.indexed:
            # A collection that holds documents is sharded by an index only that is there.
            index = {"key": dict(KEY), "name": "movie_hashed"}
            steps.append(ShardingStep(cluster.database, {"createIndexes": collection, "indexes": [index]}))
        namespace = f"{cluster.database}.{collection}"
        steps.append(ShardingStep("admin", {"shardCollection": namespace, "key": dict(KEY)}))
    return tuple(steps)


def goes_to_one_shard(wanted: Mapping[str, Any]) -> bool:
    """Whether a find is of one value of the shard key, so that a router asks one shard.

    Args:
        wanted: its filter.
    """
    held = wanted.get("movie_id")
    if isinstance(held, Mapping):
        one_of = held.get("$in", ())
        return "$eq" in held or len(one_of) == 1
    return held is not None


def _typed(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_typed(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_typed, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)

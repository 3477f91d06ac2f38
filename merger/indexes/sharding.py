"""Plans the sharding of the two collections, as data. Pure.

The shard key is ``{movie_id: "hashed"}``: all documents of a movie lie on one shard, and movies are spread evenly
whatever their ids. A query about one movie goes to one shard, a query about all movies to every shard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from merger.contract.collections import BATCH, SPEED

KEY: Final[Mapping[str, str]] = {"movie_id": "hashed"}


class CantShard(Exception):
    """Sharding is impossible; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server's description of itself.

    Args:
        database: name of the database.
        is_router: whether it is the ``mongos`` of a cluster.
        shards: names of its shards.
        keys: shard keys by name of the sharded collection.
        indexed: collections with an index on the shard key.
    """

    database: str
    is_router: bool = False
    shards: tuple[str, ...] = ()
    keys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    indexed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ShardingStep:
    """A command to a server.

    Args:
        on: database that it is sent to.
        command: the document that is sent.
    """

    on: str
    command: Mapping[str, Any]

    @property
    def shell_command(self) -> str:
        """The command as typed in MongoDB's shell."""
        return f"db.getSiblingDB({_to_shell(self.on)}).runCommand({_to_shell(self.command)})"


def plan(cluster: Cluster) -> tuple[ShardingStep, ...]:
    """Returns the steps that are left to do; none if both collections are sharded as they should be.

    Args:
        cluster: its present state.

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
                f"{collection} is sharded by {_to_shell(key)} already; reshardCollection gives it another key, "
                "and costs a copy of the collection"
            )
        if key is not None:
            continue
        if collection not in cluster.indexed:
            # A collection with documents can be sharded only by an existing index.
            index = {"key": dict(KEY), "name": "movie_hashed"}
            steps.append(ShardingStep(cluster.database, {"createIndexes": collection, "indexes": [index]}))
        namespace = f"{cluster.database}.{collection}"
        steps.append(ShardingStep("admin", {"shardCollection": namespace, "key": dict(KEY)}))
    return tuple(steps)


def goes_to_one_shard(wanted: Mapping[str, Any]) -> bool:
    """Whether a find names one value of the shard key, so that a router asks one shard.

    Args:
        wanted: filter of the find.
    """
    held = wanted.get("movie_id")
    if isinstance(held, Mapping):
        return "$eq" in held or len(held.get("$in", ())) == 1
    return held is not None


def _to_shell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_to_shell(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_to_shell, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)

"""The sharding plan holds the steps that are left; finds of one movie go to one shard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.indexes.declared import IndexState, compare, declared_indexes
from merger.indexes.sharding import KEY, CantShard, Cluster, goes_to_one_shard, plan

BARE = Cluster("moviedb", is_router=True, shards=("a", "b"))
INDEX = {"key": {"movie_id": "hashed"}, "name": "movie_hashed"}


def test_collections_get_an_index_before_they_are_sharded() -> None:
    assert [(step.on, step.command) for step in plan(BARE)] == [
        ("moviedb", {"createIndexes": BATCH, "indexes": [INDEX]}),
        ("admin", {"shardCollection": "moviedb.batch_views", "key": {"movie_id": "hashed"}}),
        ("moviedb", {"createIndexes": SPEED, "indexes": [INDEX]}),
        ("admin", {"shardCollection": "moviedb.speed_views", "key": {"movie_id": "hashed"}}),
    ]


def test_completed_steps_are_not_planned_again() -> None:
    half = replace(BARE, keys={BATCH: KEY}, indexed=frozenset({BATCH, SPEED}))
    assert [step.command for step in plan(half)] == [{"shardCollection": "moviedb.speed_views", "key": dict(KEY)}]
    assert plan(replace(half, keys={BATCH: KEY, SPEED: {"movie_id": "hashed"}})) == ()


def test_step_is_shown_as_typed_in_the_shell() -> None:
    assert plan(BARE)[1].shell_command == (
        'db.getSiblingDB("admin").runCommand({shardCollection: "moviedb.batch_views", key: {movie_id: "hashed"}})'
    )


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        (Cluster("moviedb"), "no shards"),
        (replace(BARE, shards=()), "no shards"),
        (replace(BARE, is_router=False), "no shards"),
        (replace(BARE, keys={SPEED: {"hour": 1}}), r"speed_views is sharded by \{hour: 1\} already"),
    ],
)
def test_impossible_plan_is_refused_with_a_reason(cluster: Cluster, reason: str) -> None:
    with pytest.raises(CantShard, match=reason):
        plan(cluster)


@pytest.mark.parametrize(
    ("wanted", "one"),
    [
        ({"movie_id": 603}, True),
        ({"movie_id": "603", "hour": {"$gte": 1}}, True),
        ({"movie_id": {"$eq": 603}}, True),
        ({"movie_id": {"$in": [603]}}, True),
        ({"movie_id": {"$in": [603, "603"]}}, False),
        ({"movie_id": {"$gt": 603}}, False),
        ({"hour": 1}, False),
        ({}, False),
    ],
)
def test_find_of_one_shard_key_value_goes_to_one_shard(wanted: dict[str, Any], *, one: bool) -> None:
    assert goes_to_one_shard(wanted) is one


def test_shard_key_index_is_declared_for_sharded_collections() -> None:
    bare, sharded = declared_indexes(Aliases()), declared_indexes(Aliases(), sharded=[BATCH, SPEED])
    added = [index for index in sharded if index not in bare]
    assert {(index.collection, index.keys) for index in added} == {
        (name, tuple(KEY.items())) for name in (BATCH, SPEED)
    }
    real = {BATCH: [INDEX], SPEED: [INDEX]}
    states = {each.state for each in compare(sharded, real) if each.index in added}
    assert states == {IndexState.PRESENT}
    assert [each.state for each in compare(bare, real)].count(IndexState.EXTRA) == 2

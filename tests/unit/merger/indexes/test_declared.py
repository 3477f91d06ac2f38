"""Declared indexes are compared with real ones by their keys and options."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.indexes.declared import Index, IndexState, IndexStatus, compare, declared_indexes, missing_indexes

INDEX = Index(SPEED, "by_a", (("a", 1),), "tests")
PARTIAL = Index(SPEED, "some_a", (("a", 1),), "tests", only_where={"b": {"$gte": {}}})
EXPIRY = Index(SPEED, "expiry", (("until", 1),), "tests", expire_after=timedelta(days=3))


def real(index: Index, **options: Any) -> dict[str, Any]:
    return {"name": "theirs", "key": dict(index.keys), **options}


def only(statuses: tuple[IndexStatus, ...]) -> IndexStatus:
    (status,) = statuses
    return status


def test_index_is_present_under_any_name_and_with_keys_as_floats() -> None:
    status = only(compare([INDEX], {SPEED: [{"name": "theirs", "key": {"a": 1.0}}]}))
    assert (status.state, status.name) == (IndexState.PRESENT, "theirs")


def test_index_in_another_collection_is_missing_here_and_extra_there() -> None:
    statuses = compare([INDEX], {SPEED: [], BATCH: [real(INDEX), {"name": "_id_", "key": {"_id": 1}}]})
    assert [(s.state, s.collection, s.name) for s in statuses] == [
        (IndexState.MISSING, SPEED, "by_a"),
        (IndexState.EXTRA, BATCH, "theirs"),
    ]


@pytest.mark.parametrize(
    ("index", "options", "difference"),
    [
        (INDEX, {"sparse": True}, "sparse"),
        (INDEX, {"partialFilterExpression": {"b": 1}}, "partialFilterExpression"),
        (PARTIAL, {"partialFilterExpression": {"b": 1}}, "another partialFilterExpression"),
        (INDEX, {"hidden": True}, "hidden"),
        (INDEX, {"expireAfterSeconds": 60}, "deletes documents after 60 s"),
        (EXPIRY, {}, "deletes no documents"),
        (EXPIRY, {"expireAfterSeconds": 60}, "after 60 s instead of 259200 s"),
    ],
)
def test_restricting_option_makes_an_index_different(index: Index, options: dict[str, Any], difference: str) -> None:
    status = only(compare([index], {SPEED: [real(index, **options)]}))
    assert status.state is IndexState.DIFFERENT
    assert difference in status.differs[0]


def test_index_of_some_documents_stands_beside_one_of_all() -> None:
    some = real(PARTIAL, partialFilterExpression={"b": {"$gte": {}}})
    for stored in ([some, real(INDEX)], [real(INDEX), some]):
        assert [status.state for status in compare([INDEX, PARTIAL], {SPEED: stored})] == [IndexState.PRESENT] * 2
    assert missing_indexes([PARTIAL], {SPEED: [real(INDEX)]}) == (PARTIAL,)


def test_index_that_differs_only_in_its_expiry_is_not_missing() -> None:
    stored = {SPEED: [real(EXPIRY, expireAfterSeconds=60), real(INDEX, sparse=True)]}
    assert missing_indexes([EXPIRY, INDEX], stored) == (INDEX,)
    assert [status.only_expiry_differs for status in compare([EXPIRY, INDEX], stored)] == [True, False]


def test_the_fields_that_queries_look_for_have_indexes_under_a_deployments_names() -> None:
    theirs = Aliases().with_extra(
        {"flat_views": ["actor_collaboration"], "fields": {"actor_collaboration": {"who": "actor"}}}
    )
    added = {index.name: index.keys for index in declared_indexes(theirs)}
    for index in declared_indexes(Aliases()):
        assert added.pop(index.name) == index.keys
    assert added == {
        "actor_data_who": (("data.who", 1),),
        "actor_stats_who": (("stats.who", 1),),
        "actor_top": (("actor", 1),),
        "actor_top_who": (("who", 1),),
    }


def test_expiry_index_is_declared_only_with_a_grace_period() -> None:
    assert [i.name for i in declared_indexes(Aliases()) if i.expire_after is not None] == []
    (expiry,) = (i for i in declared_indexes(Aliases(), timedelta(days=3)) if i.expire_after is not None)
    assert expiry.expire_after_seconds == 3 * 86_400

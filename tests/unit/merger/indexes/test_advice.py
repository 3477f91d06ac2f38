"""Indexes are suggested for slow queries, and superfluous or unused ones are advised to go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.indexes.advice import MAX_KEYS, Advice, KnownIndex, advice_as_dict, advise, serves
from merger.stores.mongo.query_shapes import Shape, SlowTotals

A, B, C, D = "abcd"


def slow(
    equals: str = "", sort: str = "", ranges: str = "", ms: float = 100.0, queries: int = 1, **more: Any
) -> SlowTotals:
    """Slow queries by one-letter fields; an upper-case letter in ``sort`` is descending."""
    order = tuple((each.lower(), -1 if each.isupper() else 1) for each in sort)
    return SlowTotals(
        Shape("views", tuple(sorted(equals)), order, tuple(sorted(ranges)), **more), queries, ms, ms / queries
    )


def known(keys: str, **more: Any) -> KnownIndex:
    order = tuple((each.lower(), -1 if each.isupper() else 1) for each in keys)
    return KnownIndex("views", more.pop("name", f"by_{keys}"), order, **more)


def created(advice: Advice) -> list[str]:
    return ["".join(f.upper() if way < 0 else f for f, way in each.keys) for each in advice.create]


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        (slow("ab"), "ab"),
        (slow("a", "B"), "aB"),
        (slow("a", "b", "c"), "abc"),
        (slow("a", "", "bc"), "ab"),
        (slow("a", "B", "b"), "aB"),
        (slow("ab", "ac"), "abc"),
        (slow("", "a"), "a"),
    ],
)
def test_suggested_fields_are_equality_then_sort_then_range(shape: SlowTotals, keys: str) -> None:
    assert created(advise([shape], [])) == [keys]


@pytest.mark.parametrize(
    ("keys", "shape", "does"),
    [
        ("ab", slow("a"), True),
        ("ba", slow("ab"), True),
        ("ab", slow("b"), False),
        ("ab", slow("a", "B"), True),
        ("aB", slow("a", "b"), True),
        ("abC", slow("a", "bc"), False),
        ("abC", slow("a", "bC"), True),
        ("aBc", slow("a", "bC"), True),
        ("abc", slow("a", "c"), False),
        ("ab", slow("a", "", "b"), True),
        ("ac", slow("a", "", "b"), False),
        ("acb", slow("a", "", "b"), False),
        ("a", slow("a", "", "b"), False),
        ("a", slow(), False),
        ("ab", slow("ab", is_alternative=True), False),
    ],
)
def test_index_serves_queries_that_its_first_fields_match(keys: str, shape: SlowTotals, *, does: bool) -> None:
    assert serves(known(keys).keys, shape.shape) is does


def test_served_query_is_reported_with_its_index_and_gets_no_suggestion() -> None:
    advice = advise([slow("a", "B")], [known("abc"), known("aB", name="theirs")])
    assert advice.create == ()
    assert [(each.shape.description, name) for each, name in advice.served] == [("a =, sorted by b ↓", "by_abc")]


@pytest.mark.parametrize("more", [{"is_plain": False}, {"name": "_id_"}])
def test_index_that_leaves_documents_out_serves_no_query(more: dict[str, Any]) -> None:
    assert created(advise([slow("a")], [known("a", **{"is_plain": True, **more})])) == (
        ["a"] if not more.get("is_plain", True) else []
    )
    assert created(advise([slow("a")], [KnownIndex("others", "by_a", (("a", 1),))])) == ["a"]


def test_one_index_is_suggested_for_all_queries_it_can_serve() -> None:
    advice = advise([slow("b", ms=500), slow("abc", ms=10), slow("bc", ms=20), slow("a", "D")], [])
    assert created(advice) == ["bca", "aD"]
    assert [each.shape.description for each in advice.create[0].serves] == ["b =", "b =, c =", "a =, b =, c ="]
    assert advice.create[0].milliseconds == 530


def test_queries_of_one_shape_are_added_up() -> None:
    (suggestion,) = advise([slow("a", ms=100), slow("a", ms=300, queries=2)], []).create
    assert suggestion.serves == (SlowTotals(Shape("views", ("a",)), 3, 400.0, 150.0),)


def test_query_that_no_index_can_serve_is_reported() -> None:
    advice = advise([slow(), slow("a", is_alternative=True)], [known("a")])
    assert {each.shape.description for each in advice.hopeless} == {"everything", "a ="}
    assert advice.create == ()


def test_index_whose_fields_begin_another_one_could_go() -> None:
    indexes = [
        known("a"),
        known("ab"),
        known("b", is_unique=True),
        known("ba"),
        known("c", is_declared=True),
        known("cb"),
    ]
    assert [each.index.name for each in advise([], indexes).drop] == ["by_a"]
    assert [each.index.name for each in advise([], [known("a"), known("ab", is_plain=False)]).drop] == []


def test_unused_index_could_go_if_uses_are_counted() -> None:
    unused, used = known("a", uses=0), known("b", uses=5)
    assert [(e.index.name, e.why) for e in advise([], [unused, used]).drop] == [
        ("by_a", "it has not been used since MongoDB started")
    ]
    assert advise([], [unused]).drop == ()
    assert advise([], [known("_", name="_id_", uses=0), used]).drop == ()


def test_advice_is_plain_data() -> None:
    found = advice_as_dict(advise([slow("a", "B"), slow("c"), slow()], [known("c"), known("d"), known("da")]))
    assert found["create"][0]["keys"] == [["a", 1], ["b", -1]]
    assert found["served"][0]["index"] == "by_c"
    assert found["hopeless"][0]["query"] == "everything"
    assert found["drop"][0]["name"] == "by_d"


fields = st.sampled_from("abcdef")
shapes = st.builds(
    lambda equals, sort, ranges: slow(equals, sort, "".join(set(ranges) - set(equals))),
    st.sets(fields, max_size=3).map("".join),
    st.lists(fields, max_size=2, unique=True).map("".join),
    st.sets(fields, max_size=1).map("".join),
)


@given(st.lists(shapes, max_size=8), st.lists(st.lists(fields, min_size=1, max_size=3, unique=True), max_size=4))
def test_every_slow_query_is_listed_once_and_served_by_its_suggestion(
    found: list[SlowTotals], keys: list[list[str]]
) -> None:
    indexes = [known("".join(each), name=f"index {number}") for number, each in enumerate(keys)]
    advice = advise(found, indexes)
    listed = [each.shape for suggestion in advice.create for each in suggestion.serves]
    listed += [each.shape for each, _ in advice.served] + [each.shape for each in advice.hopeless]
    assert sorted(listed) == sorted({each.shape for each in found})
    for suggestion in advice.create:
        assert len(suggestion.keys) <= MAX_KEYS
        assert len({field for field, _ in suggestion.keys}) == len(suggestion.keys)
        assert all(serves(suggestion.keys, each.shape) for each in suggestion.serves)

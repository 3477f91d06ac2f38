"""Declared and real indexes side by side, in aligned columns."""

from __future__ import annotations

from merger.indexes.declared import Index, IndexState, IndexStatus
from merger.management.index_table import describe, format_table
from merger.operations.collection_sizes import CollectionSizes

DECLARED = Index("speed_views", "movie_hour", (("movie_id", 1), ("hour", -1)), "one movie's buckets")
PRESENT = IndexStatus(IndexState.PRESENT, "speed_views", DECLARED, {"name": "movie_hour", "key": {}})
EXTRA = IndexStatus(IndexState.EXTRA, "speed_views", None, {"name": "theirs", "key": {"text": "hashed"}})
SIZES = {"speed_views": CollectionSizes(9, 9, {"movie_hour": 3 * 2**20}, {"movie_hour": 1234})}


def rows(*statuses: IndexStatus, sizes: dict[str, CollectionSizes] | None = None) -> list[list[str]]:
    return [line.split() for line in format_table(statuses, SIZES if sizes is None else sizes)]


def test_sizes_and_uses_are_shown_for_real_indexes_only() -> None:
    missing = IndexStatus(IndexState.MISSING, "speed_views", DECLARED)
    _, first, second = rows(PRESENT, missing)
    assert first[:2] + first[6:9] == ["present", "speed_views.movie_hour", "3.0", "MB", "1,234"]
    assert second == ["missing", "speed_views.movie_hour", "movie_id", "+1,", "hour", "-1", "one", "movie's", "buckets"]


def test_undeclared_and_different_indexes_are_described() -> None:
    different = IndexStatus(IndexState.DIFFERENT, "speed_views", DECLARED, PRESENT.real, ("it is sparse", "hidden"))
    lines = list(format_table([EXTRA, different], SIZES))
    assert lines[1].endswith("not declared")
    assert "text hashed" in lines[1]
    assert lines[2].endswith("it is sparse; hidden")


def test_uses_are_unknown_where_the_server_counts_none() -> None:
    assert rows(PRESENT, sizes={})[1][6:8] == ["unknown", "unknown"]


def test_columns_are_aligned() -> None:
    heading, first, second = format_table([PRESENT, EXTRA], SIZES)
    assert heading.index("index") == first.index("speed_views") == second.index("speed_views")


def test_a_declared_index_is_described_in_one_line() -> None:
    assert describe(DECLARED) == "speed_views.movie_hour (movie_id +1, hour -1): one movie's buckets"

"""The contents of the shared cache, as staff sees them.

Requirement O4.
"""

from __future__ import annotations

import pytest
from redis import Redis

from merger.cache import inspection
from merger.cache.inspection import CachedView, scan, unpack
from tests.integration.cache.cached import Cached, about, absent, ranking

VIEWS = ("movies.details", "trending.movies")


def test_scan_sums_entries_by_view_and_lists_the_largest_first(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    for request in (about(1), about(2)):
        cached.state(request)
    cached.padding = "x" * 3000
    cached.state(ranking())
    redis_client.set("tests:unknown.view:1", b"x")
    redis_client.set("others:movies.details:1", b"x")
    found = scan(cached.cache, VIEWS)
    assert found.is_whole
    assert {name: view.entries for name, view in found.views.items()} == {"movies.details": 2, "trending.movies": 1}
    assert [each.key for each in found.largest] == ["trending.movies:all", "movies.details:1", "movies.details:2"]
    assert all(each.seconds > 0 for each in found.largest)
    assert found.views["trending.movies"] == CachedView(1, found.largest[0].bytes)


def test_scan_says_that_it_did_not_reach_the_end(redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "TIMEOUT_SECONDS", -1.0)
    redis_client.mset({f"tests:filler:{number}": b"x" for number in range(3000)})
    assert not scan(Cached(redis_client).cache, VIEWS).is_whole


def test_unpack_shows_an_entry_and_its_answer(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.value = 7
    cached.state(about(1))
    found = unpack(cached.cache, about(1).key, cached.now + 10)
    assert found is not None
    assert (found["age_seconds"], found["ttl_seconds"], found["is_fresh"]) == (10, 300, True)
    assert found["answer"]["value"] == 7
    assert found["absent"] is None


def test_unpack_shows_absence_and_ignores_foreign_values(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.error = absent(9)
    with pytest.raises(type(cached.error)):
        cached.state(about(9))
    found = unpack(cached.cache, about(9).key, cached.now)
    assert found is not None
    assert (found["absent"], found["answer"]) == ("no movie 9", None)
    redis_client.set("tests:movies.details:5", b"not an entry")
    assert unpack(cached.cache, "movies.details:5", cached.now) is None
    assert unpack(cached.cache, "movies.details:6", cached.now) is None

"""Cache headers of responses: ``X-Cache``, ``Age``, ``Cache-Control``, ``ETag``, compression.

Requirements A6, C4 and C7.
"""

from __future__ import annotations

import gzip
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from merger import wiring
from merger.cache.generations import ALL_GENERATION, of_changed_movie
from merger.cache.outcomes import Outcome
from merger.errors import StoreUnavailable
from merger.stores.mongo.store import MongoStore
from tests.api.conftest import Api
from tests.api.documents import OPEN_HOUR, movie, speed_trending


def headers(response: Any) -> tuple[int, str, str, str]:
    """Status, ``X-Cache``, ``Age`` and ``Cache-Control``."""
    found = response.headers
    return response.status_code, found["X-Cache"], found["Age"], found["Cache-Control"]


def later(api: Api, seconds: int = 0) -> None:
    """Time passes; what the process itself holds is over."""
    api.now += timedelta(seconds=seconds)
    wiring.service().cache.local_tier.clear()


@pytest.fixture
def film(api: Api) -> Api:
    """An API that knows one movie whose answer is long enough to be compressed."""
    api.load(movie(550, "Fight Club", overview="words " * 1600))
    return api


def lifetime(api: Api) -> int:
    """Seconds for which details are fresh, whatever their class."""
    api.get("movies/550")
    (held,) = wiring.service().cache.local_tier._held.values()
    return held.entry.ttl


def test_answer_is_a_miss_then_a_local_hit_then_a_redis_hit(film: Api) -> None:
    assert headers(film.get("movies/550")) == (200, "MISS", "0", "public, max-age=5")
    assert headers(film.get("movies/550")) == (200, "HIT", "0", "public, max-age=5")
    later(film, 90)
    assert headers(film.get("movies/550")) == (200, "HIT", "90", "public, max-age=95")
    counts = wiring.service().cache.counts.all()
    assert [counts["movies.details", what] for what in (Outcome.MISS, Outcome.HOT, Outcome.HIT)] == [1, 1, 1]


def test_max_age_is_the_rest_of_the_ttl(film: Api) -> None:
    ttl = lifetime(film)
    later(film, ttl - 2)
    assert headers(film.get("movies/550")) == (200, "HIT", str(ttl - 2), f"public, max-age={ttl}")


@pytest.mark.parametrize(("late", "warnings"), [(1, 0), (31, 1)])
def test_stale_answer_is_marked_in_headers_and_later_in_its_body_and_the_next_is_fresh(
    film: Api, late: int, warnings: int
) -> None:
    first: Any = film.get("movies/550")
    age = lifetime(film) + late
    later(film, age)
    response: Any = film.get("movies/550")
    assert headers(response) == (200, "STALE", str(age), f"public, max-age={age}")
    assert [w.partition(":")[0] for w in response.json()["freshness"]["warnings"]].count("stale_answer") == warnings
    assert (response.headers["ETag"] == first.headers["ETag"]) is not bool(warnings)
    deadline = time.monotonic() + 5
    while headers(film.get("movies/550"))[:3] != (200, "HIT", "0"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "stale_answer" not in str(film.body("movies/550")["freshness"]["warnings"])


def test_strict_caller_never_gets_a_stale_answer(film: Api) -> None:
    later(film, lifetime(film) + 1)
    response = film.get("movies/550", {"completeness": "strict"})
    assert response.headers.get("X-Cache") != "STALE"
    assert response.status_code in (200, 503)


def test_store_outage_serves_cached_answers_and_refuses_others(film: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("away")

    ttl = lifetime(film)
    monkeypatch.setattr(MongoStore, "find", away)
    later(film, 3 * ttl)
    response: Any = film.get("movies/550")
    assert headers(response)[:3] == (200, "STALE", str(3 * ttl))
    assert "the document store does not answer" in str(response.json()["freshness"]["warnings"])
    assert film.get("movies/551").status_code == 503
    monkeypatch.undo()


def test_unknown_movie_is_looked_up_again_after_half_a_minute(api: Api) -> None:
    counts = wiring.service().cache.counts
    api.load(movie(1, "Another"))
    for _ in range(3):
        response = api.get("movies/550")
        assert (response.status_code, response.headers["Cache-Control"]) == (404, "no-store")
        assert "X-Cache" not in response.headers
    assert counts.all()["movies.details", Outcome.MISS] == 1
    api.load(movie(550, "Fight Club"))
    assert api.get("movies/550").status_code == 404
    later(api, settings.CACHE_TTL_ABSENT)
    assert api.get("movies/550").status_code == 200


def test_new_movie_is_found_once_its_change_is_noticed(api: Api) -> None:
    api.load(movie(1, "Another"))
    assert api.get("movies/550").status_code == 404
    api.load(movie(550, "Fight Club"))
    wiring.service().cache.redis_tier.advance([of_changed_movie(550)])
    assert api.get("movies/550").status_code == 200


def test_misspelt_genre_gets_the_same_suggestions_from_the_cache(api: Api) -> None:
    api.load(movie(1, "Another", genres=["Drama"]), speed_trending(1, OPEN_HOUR, 5.0))
    first = api.body("trending/genres/Dramma", status=404)
    assert first["near"] == ["Drama"]
    assert api.body("trending/genres/Dramma", status=404) == first


@pytest.mark.parametrize("movie_id", ["99999999999999999999999", "-1", "0", "9" * 300])
def test_absurd_ids_are_refused_or_unknown_twice(api: Api, movie_id: str) -> None:
    statuses = {api.get(f"movies/{movie_id}").status_code for _ in range(2)}
    assert len(statuses) == 1
    assert statuses <= {400, 404}


def test_spellings_of_one_request_share_an_answer(api: Api) -> None:
    api.load(movie(1, "Another", genres=["Drama"]), speed_trending(1, OPEN_HOUR, 5.0))
    assert api.get("trending/movies", {"window": "6h"}).headers["X-Cache"] == "MISS"
    assert api.get("trending/movies", {"window": "6"}).headers["X-Cache"] == "HIT"
    assert api.get("trending/movies", {"window": "7h"}).headers["X-Cache"] == "MISS"


def test_matching_etag_gets_a_304_from_every_tier(film: Api) -> None:
    etag = film.get("movies/550").headers["ETag"]
    for _ in range(2):
        response: Any = film.get("movies/550", If_None_Match=etag)
        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", etag)
        assert "Link" not in response.headers
        assert response.headers["X-Cache"] == "HIT"
        later(film)


def test_etag_changes_with_the_data_and_only_then(film: Api) -> None:
    etag = film.get("movies/550").headers["ETag"]
    film.forget()
    assert film.get("movies/550", If_None_Match=etag).status_code == 304
    film.load(movie(550, "Fight Club II", version=2))
    film.forget()
    response = film.get("movies/550", If_None_Match=etag)
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


def test_requests_with_equal_answers_have_different_etags(api: Api) -> None:
    api.load(movie(1, "Another"))
    tags = {api.get("search/movies", {"q": text}).headers["ETag"] for text in ("nothing", "nobody", "never")}
    assert len(tags) == 3


def test_compressed_answer_unpacks_to_the_plain_one(film: Api) -> None:
    plain: Any = film.get("movies/550")
    packed: Any = film.get("movies/550", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    for etag in (plain.headers["ETag"], packed.headers["ETag"]):
        for accepted in ("gzip", "identity"):
            assert film.get("movies/550", If_None_Match=etag, Accept_Encoding=accepted).status_code == 304


def test_head_returns_the_headers_of_get(film: Api) -> None:
    got: Any = film.get("movies/550", Accept_Encoding="gzip")
    head: Any = Client().head("/api/v1/movies/550", headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Encoding", "Content-Length", "Vary", "Cache-Control"):
        assert head.headers[name] == got.headers[name]
    assert head.headers["X-Cache"] == "HIT"


def test_invalidation_reaches_the_caller(film: Api) -> None:
    film.get("movies/550")
    film.load(movie(550, "Fight Club II", version=2))
    wiring.service().cache.redis_tier.advance([ALL_GENERATION])
    later(film)
    response: Any = film.get("movies/550")
    assert response.headers["X-Cache"] == "MISS"


@pytest.mark.parametrize("value", [b"", b"\x80\x04poison", b'{"title": "Poisoned"}'])
def test_poisoned_redis_value_is_never_served(film: Api, value: bytes) -> None:
    first: Any = film.get("movies/550")
    for key in film.redis.keys("lambdaserve:*"):
        film.redis.set(key, value)
    later(film)
    again: Any = film.get("movies/550")
    assert (again.status_code, again.headers["X-Cache"], again.content) == (200, "MISS", first.content)
    assert film.get("movies/550").headers["X-Cache"] == "HIT"


def test_a_version_names_the_data_in_header_and_body_wherever_the_answer_comes_from(film: Api) -> None:
    made: Any = film.get("movies/550")
    version = made["X-Data-Version"]
    assert made.json()["freshness"]["data_version"] == version
    hits: list[Any] = [film.get("movies/550")]
    later(film, 60)
    hits += [film.get("movies/550"), film.get("movies/550", If_None_Match=made["ETag"])]
    assert [(each.status_code, each["X-Data-Version"]) for each in hits] == [
        (200, version),
        (200, version),
        (304, version),
    ]
    film.load(movie(550, "Another title", computed_at=film.now))
    film.forget()
    assert film.get("movies/550")["X-Data-Version"] != version

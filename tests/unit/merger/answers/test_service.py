"""``MergeService`` plans, reads, merges and caches; each answer has one moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from merger.answers.service import PROVISIONAL_TTL, cache_key
from merger.contract.collections import BATCH
from merger.core.evidence import Assumption, Completeness, Reason, Unproven
from merger.errors import Incomplete, NotFound, StoreUnavailable
from merger.stores.store import Document
from merger.views.reading import ViewInputs, ViewResult
from tests.unit.merger.answers.served import HOUR, NOW, TOP, VIEW, ByMovie, Served, build, details, stats


def test_answer_is_built_from_what_the_plan_reads() -> None:
    trending = stats(data_type="trending", data={"trending_score": 5}, movie_id=9)
    answer = Served([details(), details(2)], [stats(), trending]).service.fetch(VIEW, ByMovie(1))
    assert answer.data | {"freshness": None} == {
        "now": NOW.isoformat(),
        "batch": 1,
        "speed": 1,
        "hours": 1,
        "title": "Movie 1",
        "freshness": None,
    }
    assert answer.data["freshness"]["complete"] is True


def test_second_request_gets_the_same_answer_from_the_cache() -> None:
    served = Served([details()], [stats()])
    first = served.service.fetch(VIEW, ByMovie(1))
    served.store.error = StoreUnavailable("away")
    served.now += timedelta(seconds=90)
    second = served.service.fetch(VIEW, ByMovie(1))
    assert (first.state, first.age, first.max_age) == ("MISS", 0, 600)
    assert (second.state, second.age, second.max_age) == ("HIT", 90, 510)
    assert (second.body, second.etag) == (first.body, first.etag)


def test_other_parameters_give_another_entry() -> None:
    served = Served([details(), details(2)], [stats(), stats(movie_id=2)])
    assert served.service.fetch(VIEW, ByMovie(1)).data["title"] == "Movie 1"
    assert served.service.fetch(VIEW, ByMovie(2)).data["title"] == "Movie 2"


def test_etag_follows_the_content() -> None:
    served = Served([details(), details(2)], [stats(), stats(movie_id=2)])
    first, other = (served.service.fetch(VIEW, ByMovie(movie_id)) for movie_id in (1, 2))
    served.cache.local_tier.clear()
    assert served.service.fetch(VIEW, ByMovie(1)).etag == first.etag != other.etag


@pytest.mark.parametrize("cached", [False, True])
def test_strict_request_refuses_an_incomplete_answer_cached_or_not(cached: bool) -> None:
    served = Served([details()], [])
    if cached:
        served.service.fetch(VIEW, ByMovie(1))
    with pytest.raises(Incomplete) as caught:
        served.service.fetch(VIEW, ByMovie(1), completeness=Completeness.STRICT)
    assert caught.value.missing == ((None, TOP),)
    assert served.service.fetch(VIEW, ByMovie(1)).data["freshness"]["complete"] is False


def test_strict_request_gets_a_complete_answer() -> None:
    service = Served([details()], [stats()]).service
    assert service.fetch(VIEW, ByMovie(1), completeness=Completeness.STRICT).missing == ()


@pytest.mark.parametrize("cached", [False, True])
def test_a_proven_answer_is_refused_where_it_rests_on_an_assumption(cached: bool) -> None:
    guess = Assumption(None, TOP, Reason.ABSENT)

    def build_assuming(params: ByMovie, inputs: ViewInputs) -> ViewResult:
        result = build(params, inputs)
        return replace(result, freshness=replace(result.freshness, assumed=(guess,)))

    view, service = replace(VIEW, build=build_assuming), Served([details()], [stats()]).service
    if cached:
        service.fetch(view, ByMovie(1), completeness=Completeness.STRICT)
    with pytest.raises(Unproven) as caught:
        service.fetch(view, ByMovie(1), completeness=Completeness.PROVEN)
    assert caught.value.assumed == (guess,)


def test_store_failure_is_raised_and_not_cached() -> None:
    served = Served([details()], [stats()])
    served.store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        served.service.fetch(VIEW, ByMovie(1))
    served.store.error = None
    assert served.service.fetch(VIEW, ByMovie(1)).state == "MISS"


def test_unknown_movie_is_not_found() -> None:
    with pytest.raises(NotFound):
        Served([details()], [stats()]).service.fetch(VIEW, ByMovie(5))


def test_skipped_documents_are_counted_and_give_a_warning() -> None:
    bad = stats(2, data=None)
    served = Served([details(), details(computed_at="x", covers_until=None)], [stats(), bad, bad])
    answer = served.service.fetch(VIEW, ByMovie(1))
    assert served.service.skipped.counts == {
        ("batch", "movie_details.computed_at"): 2,  # in the catalogue and in the answer's own read
        ("speed", "stats.data"): 2,
    }
    assert answer.data["freshness"]["warnings"] == [
        "documents_skipped: some stored documents could not be read (movie_details.computed_at, stats.data)"
    ]


def test_cache_keys_escape_any_parameter_text() -> None:
    assert cache_key("a", ("x:y\n",)) != cache_key("a", ("x:y",))
    assert cache_key("a", "*\r\nFLUSHALL").isprintable()


def test_answer_from_the_previous_catalogue_gets_a_short_ttl() -> None:
    served = Served([details(), details(2)], [stats()])
    assert served.service.fetch(VIEW, ByMovie(1)).max_age == 600
    served.store.insert(BATCH, [details(computed_at=NOW - HOUR)])
    served.seconds += 10
    may_go_on, batches = threading.Event(), served.store.batches

    def slow(collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()) -> Iterator[Sequence[Document]]:
        may_go_on.wait(5)
        return batches(collection, wanted)

    served.store.batches = slow  # type: ignore[method-assign]  # the time of a large catalogue
    try:
        assert served.service.fetch(VIEW, ByMovie(2)).max_age == PROVISIONAL_TTL
    finally:
        may_go_on.set()


def test_answer_from_copies_older_than_a_change_gets_a_short_ttl() -> None:
    served = Served([details()], [stats()])
    served.service.fetch(VIEW, ByMovie(1))  # reads the copies, at second 0
    request = served.service._cache_request(VIEW, ByMovie(1), None)

    def ttl(name: str, seconds_ago: float) -> int:
        bumped = str(int(1000 * (served.epoch() - seconds_ago)))
        values = tuple(bumped if each == name else "" for each in request.generations)
        return served.service._compute(VIEW, ByMovie(1), request, values).ttl

    served.seconds = 1.5
    for name in ("batch", "changed:trending", "changed:movies"):
        assert [ttl(name, ago) for ago in (1.0, 2.0)] == [PROVISIONAL_TTL, 600], name
    for name in ("changed:movie:1", "movie:1", "all"):
        assert ttl(name, 1.0) == 600, "its own documents are read for each answer"


def test_refresh_loads_the_catalogue_of_a_newer_run() -> None:
    served = Served([details(), details(2)], [stats()])
    served.service.warm_up()
    served.store.insert(BATCH, [details(3, computed_at=NOW - HOUR)])
    served.seconds += 10
    loaded, batches = threading.Event(), served.store.batches

    def noticed(collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()) -> Iterator[Sequence[Document]]:
        loaded.set()
        return batches(collection, wanted)

    served.store.batches = noticed  # type: ignore[method-assign]  # tells that it is being read
    served.service.refresh()
    assert loaded.wait(5)


def test_answer_depends_on_what_its_plan_reads() -> None:
    served = Served([], [])
    generations = served.service._cache_request(VIEW, ByMovie(7), None).generations
    assert {"movie:7", "changed:movie:7", "changed:trending"} <= set(generations)
    assert "changed:stats" not in generations

"""``MergeService`` plans, reads, merges and caches; each answer has one moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger.answers.answer import Answer
from merger.answers.service import PROVISIONAL_TTL, MergeService, cache_key
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Policy
from merger.core.windows import Window
from merger.errors import Incomplete, NotFound, StoreError, StoreFault, StoreUnavailable
from merger.speed.hour_range import HourRange
from merger.stores.redis.link import RedisLink
from merger.stores.store import Document, Find
from merger.views.freshness import TTLClass, describe
from merger.views.plans import Plan, PlanContext, View, movie_reads
from merger.views.reading import ViewInputs, ViewResult
from movies.details import movie_details
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)


@dataclass(frozen=True)
class ByMovie:
    movie_id: int


def _plan(question: PlanContext[ByMovie]) -> Plan:
    reads = movie_reads(question.params.movie_id, ("movie_details",), question, speed_from=question.boundary.cutoff)
    hours = HourRange(("trending",), Window(TOP - HOUR, TOP + HOUR))
    return Plan(reads=reads, hours=hours, catalogue=True)


def _build(params: ByMovie, reading: ViewInputs) -> ViewResult:
    if not reading.documents.batch:
        raise NotFound("movie", params.movie_id)
    freshness = describe(
        reading.boundary,
        reading.layers,
        missing=([(None, TOP)] if not reading.documents.speed else [],),
        documents=reading.documents,
    )
    body = {
        "now": reading.boundary.now.isoformat(),
        "batch": len(reading.documents.batch),
        "speed": len(reading.documents.speed),
        "hours": sum(len(table.rows) for table in reading.hours.tables),
        "title": reading.catalogue.title_of(params.movie_id),
    }
    return ViewResult(body, freshness)


VIEW = View("tests.movie", TTLClass.STABLE, _plan, _build, ("stats",), identity=lambda params: params.movie_id)


def no_redis() -> Redis:
    raise RedisConnectionError("there is none here")


class HalfStore(MemoryStore):
    """A store of which some collections fail."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self.failing: dict[str, StoreError] = {}

    def find(self, find: Find) -> list[Document]:
        if find.collection in self.failing:
            raise self.failing[find.collection]
        return super().find(find)


class Served:
    def __init__(self, batch: list[dict[str, Any]], speed: list[dict[str, Any]]) -> None:
        self.store = HalfStore(batch_views=batch, speed_views=speed)
        self.now = NOW
        self.seconds = 0.0
        self.cache = AnswerCache(
            RedisTier(RedisLink(no_redis, retry_seconds=3600), "tests:"),
            b"secret",
            clock=self.epoch,
            monotonic=lambda: self.seconds,
        )
        self.service = MergeService(
            store=self.store,
            cache=self.cache,
            contract=Contract(),
            policy=Policy(),
            ttl={TTLClass.VOLATILE: 1, TTLClass.STABLE: 600, TTLClass.VERY_STABLE: 3600},
            clock=lambda: self.now,
            monotonic=lambda: self.seconds,
        )

    def epoch(self) -> float:
        return self.now.timestamp()


def details(movie_id: int = 1, **more: Any) -> dict[str, Any]:
    document = {"movie_id": movie_id, "view_type": "movie_details", "computed_at": NOW - 9 * HOUR}
    return document | {"data": {"title": f"Movie {movie_id}"}} | more


def stats(hours_ago: int = 1, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    data = {"vote_average": 7.5, "vote_count": 10, "popularity": 20}
    return {"movie_id": 1, "data_type": "stats", "hour": hour, "synced_at": NOW, "data": data} | more


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
        served.service.fetch(VIEW, ByMovie(1), strict=True)
    assert caught.value.missing == ((None, TOP),)
    assert served.service.fetch(VIEW, ByMovie(1)).data["freshness"]["complete"] is False


def test_strict_request_gets_a_complete_answer() -> None:
    assert Served([details()], [stats()]).service.fetch(VIEW, ByMovie(1), strict=True).missing == ()


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
    bad = stats(2, data={"vote_average": "high"})
    served = Served([details(), details(version="x")], [stats(), bad, bad])
    answer = served.service.fetch(VIEW, ByMovie(1))
    assert served.service.skipped.counts == {
        ("batch", "movie_details.version"): 2,  # in the catalogue and in the answer's own read
        ("speed", "stats.vote_average"): 2,
    }
    assert answer.data["freshness"]["warnings"] == [
        "documents_skipped: some stored documents could not be read (movie_details.version, stats.vote_average)"
    ]


def test_each_kind_of_unreadable_document_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    served = Served([details()], [stats(), stats(2, data=None), stats(3, data=None)])
    served.service.fetch(VIEW, ByMovie(1))
    served.cache.local_tier.clear()
    served.service.fetch(VIEW, ByMovie(1))
    assert len([record for record in caplog.records if "could not be read" in record.message]) == 1


def test_nothing_is_read_twice_for_one_answer() -> None:
    served = Served([details()], [stats()])
    served.service.warm_up()
    served.store.finds.clear()
    served.service.fetch(VIEW, ByMovie(1))
    by_collection = [name for name, wanted in served.store.finds if "movie_id" in wanted]
    assert sorted(by_collection) == [BATCH, SPEED]


def test_find_that_fails_in_its_thread_fails_its_layer() -> None:
    served = Served([details()], [stats()])
    plan = Plan(reads=(Find(BATCH, {"movie_id": 1}), Find(SPEED, {"movie_id": 1, "hour": {"$nonsense": 1}})))
    view = View("tests.broken", TTLClass.STABLE, lambda _: plan, _build)
    with pytest.raises(KeyError):
        served.service.fetch(view, ByMovie(1))


def test_cache_keys_escape_any_parameter_text() -> None:
    assert cache_key("a", ("x:y\n",)) != cache_key("a", ("x:y",))
    assert cache_key("a", "*\r\nFLUSHALL").isprintable()


def test_answer_from_the_previous_catalogue_gets_a_short_ttl() -> None:
    served = Served([details(), details(2)], [stats()])
    assert served.service.fetch(VIEW, ByMovie(1)).max_age == 600
    served.store.insert(BATCH, [details(computed_at=NOW - HOUR)])
    served.seconds += 10
    may_go_on, batches = threading.Event(), served.store.batches

    def slow(collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        may_go_on.wait(5)
        return batches(collection, wanted)

    served.store.batches = slow  # type: ignore[method-assign]  # the time of a large catalogue
    try:
        assert served.service.fetch(VIEW, ByMovie(2)).max_age == PROVISIONAL_TTL
    finally:
        may_go_on.set()


def test_refresh_loads_the_catalogue_of_a_newer_run() -> None:
    served = Served([details(), details(2)], [stats()])
    served.service.warm_up()
    served.store.insert(BATCH, [details(3, computed_at=NOW - HOUR)])
    served.seconds += 10
    loaded, batches = threading.Event(), served.store.batches

    def noticed(collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        loaded.set()
        return batches(collection, wanted)

    served.store.batches = noticed  # type: ignore[method-assign]  # tells that it is being read
    served.service.refresh()
    assert loaded.wait(5)


def plan_of_a_movie(question: PlanContext[ByMovie]) -> Plan:
    reads = movie_reads(question.params.movie_id, ("movie_details",), question, speed_from=question.boundary.cutoff)
    return Plan(reads=reads)


def build_of_a_movie(params: ByMovie, reading: ViewInputs) -> ViewResult:
    found = movie_details(params.movie_id, reading)
    if found is None:
        raise NotFound("movie", params.movie_id)
    return found


DETAILS = View("tests.details", TTLClass.STABLE, plan_of_a_movie, build_of_a_movie, coverage=("stats",))
AWAY = StoreUnavailable("away")


def codes(answer: Answer) -> list[str]:
    return [warning.partition(":")[0] for warning in answer.data["freshness"]["warnings"]]


def both() -> Served:
    return Served([details(), details(2)], [stats(), stats(0)])


@pytest.mark.parametrize("error", [AWAY, StoreFault("disk full")])
def test_speed_failure_gives_a_partial_answer_that_names_what_it_lacks(error: StoreError) -> None:
    served = both()
    served.store.failing[SPEED] = error
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.data["title"], answer.data["vote_average"], answer.data["data_source"]) == ("Movie 1", None, "batch")
    assert codes(answer) == ["speed_unavailable"]
    assert answer.missing == ((TOP - 9 * HOUR, TOP),)
    assert answer.max_age == PROVISIONAL_TTL


def test_batch_failure_gives_a_partial_answer_that_names_what_it_lacks() -> None:
    served = both()
    served.store.failing[BATCH] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.data["title"], answer.data["vote_average"], answer.data["data_source"]) == (None, 7.5, "speed")
    assert codes(answer) == ["batch_unavailable"]
    assert answer.missing == ((None, TOP - 48 * HOUR),)


def test_strict_request_refuses_a_partial_answer() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    with pytest.raises(Incomplete):
        served.service.fetch(DETAILS, ByMovie(1), strict=True)


def test_layer_that_fails_half_way_is_not_used_at_all() -> None:
    """The layers' state was known a moment ago, so that only the movie's own read fails."""
    served = both()
    served.service.fetch(DETAILS, ByMovie(2))
    served.store.failing[SPEED] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert codes(answer) == ["speed_unavailable"]
    assert answer.missing == ((TOP - 9 * HOUR, TOP),)


def test_missing_movie_is_a_store_error_while_a_layer_fails() -> None:
    served = both()
    served.store.failing[BATCH] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(DETAILS, ByMovie(2))


def test_no_answer_when_both_layers_fail() -> None:
    served = both()
    served.store.failing |= {BATCH: AWAY, SPEED: AWAY}
    with pytest.raises(StoreUnavailable):
        served.service.fetch(DETAILS, ByMovie(1))


def test_stale_answer_is_preferred_to_a_partial_one() -> None:
    served = both()
    whole = served.service.fetch(DETAILS, ByMovie(1))
    served.now += timedelta(seconds=700)
    served.seconds += 700
    served.store.failing[SPEED] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, answer.data["vote_average"]) == ("STALE", whole.data["vote_average"])
    assert answer.missing == whole.missing


def test_partial_answer_is_replaced_once_the_layer_answers() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    assert served.service.fetch(DETAILS, ByMovie(1)).missing
    served.store.failing.clear()
    served.now += timedelta(seconds=2)
    served.seconds += 6
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, answer.data["vote_average"], codes(answer)) == ("MISS", 7.5, [])


def test_partial_answer_is_recomputed_and_never_served_as_stale() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    served.service.fetch(DETAILS, ByMovie(1))
    served.now += timedelta(seconds=10)
    served.seconds += 10
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, codes(answer)) == ("MISS", ["speed_unavailable"])


@pytest.mark.parametrize("rests_on", [(SPEED,), (BATCH, SPEED)])
def test_view_that_rests_on_the_failing_layer_is_refused(rests_on: tuple[str, ...]) -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(replace(DETAILS, rests_on=rests_on), ByMovie(1))


def test_catalogue_view_is_answered_from_the_present_copy_during_an_outage() -> None:
    def titles(params: ByMovie, reading: ViewInputs) -> ViewResult:
        body = {"title": reading.catalogue.title_of(params.movie_id)}
        return ViewResult(body, describe(reading.boundary, reading.layers))

    view = View("tests.titles", TTLClass.STABLE, lambda _: Plan(catalogue=True), titles, rests_on=(BATCH,))
    served = both()
    served.store.failing[BATCH] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(view, ByMovie(1))
    served.store.failing.clear()
    served.service.warm_up()
    served.store.failing[BATCH] = AWAY
    served.seconds += 10
    answer = served.service.fetch(view, ByMovie(1))
    assert (answer.data["title"], codes(answer)) == ("Movie 1", ["batch_unavailable"])


def test_answer_about_one_movie_depends_on_that_movies_generations() -> None:
    service, params = Served([], []).service, ByMovie(7)
    about_many = View("tests.many", TTLClass.VOLATILE, _plan, _build, coverage=("stats",))
    assert service._cache_request(VIEW, params, None).generations == (
        "all",
        "view:tests.movie",
        "batch",
        "movie:7",
        "changed:movie:7",
        "changed:movies",
    )
    of_many = service._cache_request(about_many, params, None).generations
    assert of_many == ("all", "view:tests.many", "batch", "changed:stats"), "the field's name decides nothing"

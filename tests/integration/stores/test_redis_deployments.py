"""Redis behind Sentinels and as a Cluster serves as one server does, and recovers from the loss of a master."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.core.cache import CacheHandler
from pymongo.database import Database
from redis import Redis, RedisCluster

from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.buckets import RedisBuckets
from merger import configuration
from merger.cache import inspection
from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_movie, of_view
from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.outcomes import Outcome
from merger.cache.popular import PopularTotals
from merger.invalidation.leader import Leader
from merger.operations import server_facts
from merger.stores.redis.address import parse_redis_url
from merger.stores.redis.cluster import TAGS, writable_servers
from merger.stores.redis.django_settings import cache_settings
from merger.stores.redis.link import RedisLink, RedisTrouble
from tests.integration.cache.cached import Cached, about, ranking, together
from tests.integration.layers.watched import fill
from tests.integration.serving.test_serve import served
from tests.redis_servers import Servers, cluster, sentinel_group

pytestmark = pytest.mark.slow
RETRY_SECONDS = 0.05
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def single(redis_url: str) -> Servers:
    return Servers(redis_url)


@pytest.fixture(scope="module")
def by_sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with sentinel_group(tmp_path_factory.mktemp("sentinels")) as running:
        yield running


@pytest.fixture(scope="module")
def in_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(params=["single", "by_sentinels", "in_cluster"])
def deployed(request: pytest.FixtureRequest) -> Servers:
    """Each deployment in turn, emptied."""
    found: Servers = request.getfixturevalue(request.param)
    for each in writable_servers(connection(found)):
        each.flushdb()
    return found


def connection(deployed: Servers) -> Redis:
    """Returns a new client, made by Django's cache settings."""
    cache: Any = CacheHandler({"default": cache_settings(parse_redis_url(deployed.address))})["default"]
    client: Redis = cache.client.get_client(write=True)
    return client


def link_to(deployed: Servers) -> RedisLink:
    """Returns a link as another process would have it."""
    client = connection(deployed)
    return RedisLink(lambda: client, RETRY_SECONDS, TAGS if is_cluster(client) else ("",))


def cached(deployed: Servers, world: Cached | None = None) -> Cached:
    link = link_to(deployed)
    return Cached(link._connection(), world, link=link)


def test_answers_are_shared_and_each_kind_of_generation_invalidates_its_own(deployed: Servers) -> None:
    one = cached(deployed)
    other = cached(deployed, one)
    questions = [*map(about, range(1, 60)), ranking()]
    assert {one.state(question) for question in questions} == {"MISS"}
    assert {other.state(question) for question in questions} == {"HIT"}
    assert one.redis_tier.holds_answers()
    for names, invalidated in (
        ([of_movie(7)], 1),
        ([of_view("trending.movies")], 1),
        ([of_view("movies.details")], 59),
        ([ALL_GENERATION], 60),
        ([BATCH_GENERATION, *map(of_movie, range(600))], 60),
    ):
        one.value += 1
        one.redis_tier.advance(names)
        later = cached(deployed, one)  # its local tier is empty
        assert [later.state(question) for question in questions].count("MISS") == invalidated
    assert not one.link.is_away
    assert not other.link.is_away


def test_one_of_many_concurrent_processes_computes_an_answer(deployed: Servers) -> None:
    first = cached(deployed)
    processes = [first, *(cached(deployed, first) for _ in range(3))]
    first.while_making = partial(time.sleep, 0.05)
    for process in processes[1:]:
        process.while_making = partial(time.sleep, 0.05)
    waiting = iter(processes * 4)
    lock = threading.Lock()

    def ask() -> int:
        with lock:
            process = next(waiting)
        return process.fetch(about())[1]

    assert together(16, ask) == [0] * 16
    assert sum(process.makes for process in processes) == 1


def test_one_process_leads_and_leaves_its_state_to_the_next_leader(deployed: Servers) -> None:
    one, other = Leader(link_to(deployed), "tests:"), Leader(link_to(deployed), "tests:")
    assert one.hold().is_new
    assert not other.hold().is_leader
    assert one.hold(b"state").is_leader
    one.resign()
    assert other.hold().state == b"state"


def test_buckets_outcome_totals_and_popular_addresses_are_shared(deployed: Servers) -> None:
    one, other = link_to(deployed), link_to(deployed)
    limit = Limit(rate=1, burst=5)
    buckets = [RedisBuckets(link, "tests:b:") for link in (one, other)] * 4
    taken = [bucket.take("key {of} a client", limit, wanted=1, least=1, unused=0) for bucket in buckets]
    assert [grant.tokens for grant in taken if grant is not None] == [1] * 5 + [0] * 3
    for link in (one, other):
        OutcomeTotals(link, "tests:").add({("movies.details", Outcome.HIT): 2}, NOW)
        PopularTotals(link, "tests:").add({"/api/v1/movies/1": 3})
    assert OutcomeTotals(one, "tests:").read(NOW) == {("movies.details", Outcome.HIT): 4}
    assert PopularTotals(one, "tests:").top(5) == [("/api/v1/movies/1", 4.5)]  # halved by the second


def test_cache_inspection_and_facts_cover_every_server(deployed: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    one = cached(deployed)
    for question in [*map(about, range(40)), ranking()]:
        one.state(question)
    seen = inspection.scan(one.cache, ["movies.details", "trending.movies"])
    assert {name: view.entries for name, view in seen.views.items()} == {"movies.details": 40, "trending.movies": 1}
    assert seen.is_whole
    shown = inspection.unpack(one.cache, seen.largest[0].key, one.now)
    assert shown is not None
    assert shown["key"] == seen.largest[0].key
    monkeypatch.setattr("merger.operations.server_facts.redis_link", lambda: one.link)
    facts = server_facts.cache_facts()
    assert facts.version[0].isdigit()
    assert facts.used > 0


def test_cluster_masters_hold_equal_shares_of_the_cache(in_cluster: Servers) -> None:
    one = cached(in_cluster)
    for each in writable_servers(connection(in_cluster)):
        each.flushdb()
    held: list[int] = []
    deadline_at = time.monotonic() + 20
    while sum(held) < 320 and time.monotonic() < deadline_at:  # a server may be slow for a moment
        process = cached(in_cluster, one)
        for question in map(about, range(320)):
            process.state(question)
        held = [
            len(list(each.scan_iter(match="tests:*movies.details:*", count=1000)))
            for each in writable_servers(connection(in_cluster))
        ]
    assert sum(held) == 320
    assert min(held) > 320 / 6, held


@pytest.mark.parametrize("kind", ["by_sentinels", "in_cluster"])
def test_service_shares_answers_and_rate_limits_over_the_deployment(
    kind: str, request: pytest.FixtureRequest, indexed_database: Database[dict[str, Any]], tmp_path: Path
) -> None:
    deployed: Servers = request.getfixturevalue(kind)
    fill(indexed_database, configuration.utc_now())
    variables = {
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": indexed_database.name,
        "REDIS_URL": deployed.address,
        "LOAD_SAMPLE": "never",
        "WORKERS": "2",
        "RATE_LIMIT": "60",
        "RATE_BURST": "40",
    }
    with served(tmp_path, **variables) as copy:
        copy.wait_until_it_serves()
        path = f"{copy.url}/api/v1/movies/1"
        time.sleep(4)  # until one worker leads and has invalidated what was there before
        states = [requests.get(path, timeout=10).headers["X-Cache"] for _ in range(12)]
        assert states == ["MISS"] + ["HIT"] * 11
        assert requests.get(f"{copy.url}/api/v1/health", timeout=10).json()["services"]["redis"]["status"] == "healthy"
        statuses = [requests.get(path, timeout=10).status_code for _ in range(60)]
        assert statuses[-1] == 429
        assert statuses.count(200) <= 40
        time.sleep(2)
        indexed_database.batch_views.update_many(
            {}, {"$set": {"data.title": "Second", "computed_at": configuration.utc_now()}}
        )
        time.sleep(5)
        assert requests.get(path, timeout=10).json()["title"] == "Second"
        assert copy.interrupt() == 0


@pytest.mark.parametrize("kind", ["by_sentinels", "in_cluster"])
def test_cache_recovers_by_itself_when_a_lost_master_is_replaced(kind: str, request: pytest.FixtureRequest) -> None:
    deployed: Servers = request.getfixturevalue(kind)
    client = connection(deployed)
    one, other = cached(deployed), cached(deployed)
    questions = [*map(about, range(100, 140))]
    for question in questions:
        one.state(question)
    time.sleep(0.2)  # replicas lag a little
    deployed.kill(deployed.masters()[0])
    assert {other.state(question) for question in questions} <= {"HIT", "MISS"}, "no request fails"
    deadline_at = time.monotonic() + 40
    while time.monotonic() < deadline_at:
        fresh_process = cached(deployed, one) if not is_away(other) else None
        if fresh_process is not None and {fresh_process.state(question) for question in questions} == {"HIT"}:
            break
        other.state(questions[0])
        time.sleep(0.1)
    assert not is_away(other), "Redis stayed away"
    other.redis_tier.advance([ALL_GENERATION])
    later = cached(deployed, one)
    assert later.state(questions[0]) == "MISS"
    assert cached(deployed, one).state(questions[0]) == "HIT"
    assert len(writable_servers(client)) == (3 if is_cluster(client) else 1)


def is_cluster(client: object) -> bool:
    return isinstance(client, RedisCluster)


def is_away(process: Cached) -> bool:
    try:
        process.redis_tier.holds_answers()
    except RedisTrouble:
        return True
    return False

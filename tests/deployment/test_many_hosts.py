"""Four copies of the service behind a real nginx, over one MongoDB, Redis and PostgreSQL, are one service.

Requirement O6.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import time
import urllib.request
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, SADeprecationWarning

from deploy.superset import connect
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.deployment.debian import NGINX, POSTGRES, Door, door, postgres, sql
from tests.deployment.fleet import Client, Host, Load, hosts, manage
from tests.integration.layers.watched import bucket, fill
from tests.scraped import Scraped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None or POSTGRES is None, reason="nginx and PostgreSQL are missing (Debian: nginx-light, postgresql)"
    ),
]
MANY = 4
DATABASE = "many_hosts"
HOST = "movies.example.org"
SECRET = "a-secret-of-tests-alone-0123456789-abcdef"
TRIES = 30
WITHIN = 5.0
"""Seconds within which a change made in one process holds in all of them.

Requirements S1, S2 and C6.
"""
PATHS = ("/api/v1/movies/1", "/api/v1/trending/movies", "/api/v1/movies/1/stats?hours=6", "/about/")


@dataclass
class Deployed:
    """The whole of it.

    Args:
        door: nginx.
        hosts: the copies of the service.
        variables: of all of them.
        database: their documents.
        prepared: what `prepare` said to each of those that ran it at once.
    """

    door: Door
    hosts: list[Host]
    variables: Mapping[str, str]
    database: Any
    prepared: tuple[str, ...]

    def client(self, number: int = 1) -> Client:
        """One at an address of its own."""
        return Client(self.door.url, f"127.0.0.{number}")

    def scraped(self) -> list[Scraped]:
        """The figures of every host."""
        return [Scraped.of(host.url) for host in self.hosts]


@pytest.fixture(scope="module")
def deployed(mongo_uri: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    directory = tmp_path_factory.mktemp("fleet")
    with postgres() as database_url, MongoClient[dict[str, Any]](mongo_uri) as client:
        client.drop_database(DATABASE)
        variables = {
            "MONGODB_URI": mongo_uri,
            "MONGODB_DATABASE": DATABASE,
            # Four copies, a browser and other tests may share two processors; this asks who answers, not how fast.
            "MONGODB_TIMEOUT": "8",
            "REDIS_URL": redis_url,
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET,
            "ALLOWED_HOSTS": f"{HOST},{LOOPBACK}",
            "ANONYMOUS_READ": "1",
            "HTTPS_ONLY": "0",
            "TRUSTED_PROXIES": LOOPBACK,
            "METRICS_FROM": LOOPBACK,
            "LIVE_URL": "/live/",
            "LOGIN_LIMIT_ADDRESS": str(TRIES),
            "STATIC_DIR": str(directory / "static"),
            "DATA_DIR": str(directory / "data"),
        }
        manage(variables, "collectstatic", "--noinput")
        # Hosts that are started at once, each with `prepare` before it serves, as some deployments do it.
        with ThreadPoolExecutor(3) as pool:
            prepared = tuple(pool.map(lambda _: manage(variables, "prepare"), range(3)))
        now = datetime.now(UTC)
        fill(client[DATABASE], now)
        ranked = [bucket(movie_id, "trending", ago, now=now) for movie_id in range(1, 100) for ago in range(49)]
        held = [
            {"data_type": "stats", "hour": each["hour"], "synced_at": each["synced_at"], "heartbeat": True}
            for each in ranked[:49]
        ]
        client[DATABASE].speed_views.insert_many(ranked + held)
        streams = Host(directory / "streams", free_port(), variables, ("--streams",))
        with hosts(directory, MANY, variables) as running:
            streams.start()
            try:
                own = tmp_path_factory.mktemp("nginx")
                with door(own, [host.port for host in running], streams.port) as opened:
                    yield Deployed(opened, running, variables, client[DATABASE], prepared)
            finally:
                streams.stop()


def upstreams(door: Door) -> list[Mapping[str, Any]]:
    """The requests in nginx's log."""
    return [json.loads(line) for line in door.log() if line.startswith("{")]


def test_hosts_that_are_started_together_run_each_migration_once(deployed: Deployed) -> None:
    for name in ("0001_validators", "0002_schema_version", "0003_expiry_dates"):
        assert sum(f"applied  {name}" in said for said in deployed.prepared) == 1, deployed.prepared
    applied = "SELECT count(*) = count(DISTINCT app || '.' || name) AND count(*) > 20 FROM django_migrations"
    assert sql(deployed.variables["DATABASE_URL"], applied).strip() == "t"


def test_requests_are_spread_over_all_hosts(deployed: Deployed) -> None:
    # A slow host has more open connections and gets fewer requests, as does one that has not answered yet.
    for host, path in product(deployed.hosts, PATHS):
        assert Client(host.url).ask(path).status == 200
    before = len(upstreams(deployed.door))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: deployed.client(20 + number % 8).ask(PATHS[number % 4]), range(400)))
    assert {(each.status, each.body) for each in answers if each.status != 200} == set()
    logged = upstreams(deployed.door)[before:]
    share = Counter(each["upstream"] for each in logged)
    assert set(share) == {f"{LOOPBACK}:{host.port}" for host in deployed.hosts}
    assert min(share.values()) >= 400 / MANY / 5, share


def test_cold_answer_is_computed_once_for_all_hosts(deployed: Deployed) -> None:
    path = "/api/v1/movies/1/sentiment?window=7d"
    for _ in range(3):
        manage(deployed.variables, "invalidate_cache", "--all")
        time.sleep(2)  # in which each process learns it
        before = sum(each.sum("cache_answers_total", outcome="miss") for each in deployed.scraped())
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda _: deployed.client(2).ask(path), range(64)))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        time.sleep(1.5)  # figures are shared once a second
        assert sum(each.sum("cache_answers_total", outcome="miss") for each in deployed.scraped()) == before + 1


def test_metrics_of_all_hosts_add_up_to_the_requests_sent(deployed: Deployed) -> None:
    def asked() -> float:
        route = "api/v1/movies/<str:movie_id>"
        return sum(each.sum("http_request_duration_seconds_count", route=route) for each in deployed.scraped())

    for host in deployed.hosts:
        Client(host.url).ask("/api/v1/movies/1")
    time.sleep(1.5)
    before = asked()
    for number in range(40):
        deployed.client(3).ask(f"/api/v1/movies/{number % 3 + 1}")
    time.sleep(1.5)
    assert asked() == before + 40


def test_a_bucket_is_one_for_all_hosts(deployed: Deployed) -> None:
    key = manage(deployed.variables, "create_api_key", "bucket", "--rate", "60", "--burst", "20").strip()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(
            pool.map(lambda _: deployed.client(4).ask("/api/v1/movies/1", {"X-API-Key": key}).status, range(120))
        )
    took = time.monotonic() - began
    assert set(statuses) == {200, 429}
    assert 20 - MANY <= statuses[200] <= 20 + took + 1


def test_a_change_is_in_the_answers_of_every_host(deployed: Deployed) -> None:
    for host in deployed.hosts:
        assert json.loads(Client(host.url).ask("/api/v1/movies/1").body)["title"] == "First"
    now = datetime.now(UTC)
    fields = {"data.title": "Second", "computed_at": now, "batch_run_id": "later"}
    deployed.database.batch_views.update_many({"movie_id": 1}, {"$set": fields})
    time.sleep(WITHIN)
    titles = [json.loads(Client(host.url).ask("/api/v1/movies/1").body)["title"] for host in deployed.hosts]
    assert titles == ["Second"] * MANY


def test_a_revoked_key_is_good_at_no_host(deployed: Deployed) -> None:
    key = manage(deployed.variables, "create_api_key", "revoked", "--scope", "read").strip()
    assert [Client(host.url).ask("/api/v1/movies/1", {"X-API-Key": key}).status for host in deployed.hosts] == [
        200
    ] * MANY
    revoke = "UPDATE access_apikey SET revoked_at = now() WHERE name = 'revoked'"
    assert sql(deployed.variables["DATABASE_URL"], revoke).strip() == "UPDATE 1"
    time.sleep(WITHIN)
    assert [Client(host.url).ask("/api/v1/movies/1", {"X-API-Key": key}).status for host in deployed.hosts] == [
        401
    ] * MANY


def test_who_logs_out_at_one_host_is_out_at_all(deployed: Deployed) -> None:
    said = manage(deployed.variables, "demo_user")
    found = re.search(r"(\w+), password (\S+)", said)
    assert found is not None, said

    def post(what: str, **body: str) -> Any:
        answer = deployed.client(5).post(f"/api/v1/auth/token{what}", body)
        assert answer.status == 200, answer
        return json.loads(answer.body or b"null")

    given = post("", username=found[1], password=found[2])
    bearer = {"Authorization": f"Bearer {given['access']}"}
    assert [Client(host.url).ask("/api/v1/movies/1", bearer).status for host in deployed.hosts] == [200] * MANY
    post("/revoke", refresh=given["refresh"])
    time.sleep(WITHIN)
    assert [Client(host.url).ask("/api/v1/movies/1", bearer).status for host in deployed.hosts] == [401] * MANY


def test_forged_address_is_ignored_and_all_hosts_share_one_limit_per_address(deployed: Deployed) -> None:
    def tried(number: int, times: int, url: str = deployed.door.url) -> list[int]:
        client = Client(url, f"127.0.0.{number}")
        statuses = []
        for each in range(times):
            said = {"X-Forwarded-For": f"10.0.{number}.{each}", "Forwarded": f"for=10.1.{number}.{each}"}
            statuses.append(client.post("/api/v1/auth/token/verify", {"token": "wrong"}, said).status)
        return statuses

    statuses = tried(60, TRIES + 10)
    assert statuses[-1] == 429
    assert statuses.count(401) <= TRIES
    assert tried(61, 1) == [401], "another client is another one"
    # Behind the proxy, addresses that another client claims are not believed either.
    assert tried(60, 1, deployed.hosts[0].url) == [429]
    assert tried(62, 1, deployed.hosts[0].url) == [401]


def test_packed_answers_pass_as_they_are(deployed: Deployed) -> None:
    path = "/api/v1/trending/movies?limit=100"
    through = deployed.client(6).ask(path, {"Accept-Encoding": "gzip", "Host": HOST})
    straight = Client(deployed.hosts[0].url).ask(path, {"Accept-Encoding": "gzip", "Host": HOST})
    assert through.headers["content-encoding"] == "gzip"
    assert through.body == straight.body
    assert through.headers["etag"] == straight.headers["etag"]
    assert json.loads(gzip.decompress(through.body))["trending_movies"]
    accepted = {"Accept-Encoding": "gzip"}
    # An answer may be computed again between two requests, but not for ever.
    assert 304 in {
        deployed.client(6).ask(path, {**accepted, "If-None-Match": each.headers["etag"]}).status
        for each in (deployed.client(6).ask(path, accepted) for _ in range(5))
    }
    page = deployed.client(6).ask("/about/", {"Host": HOST}).body.decode()
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style is not None
    packed = deployed.client(6).ask(style[1], {"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]


def test_a_request_keeps_its_name_through_the_door(deployed: Deployed) -> None:
    assert (
        deployed.client(7).ask(PATHS[0], {"X-Request-ID": "known-by-this"}).headers["x-request-id"] == "known-by-this"
    )
    drawn = deployed.client(7).ask(PATHS[0]).headers["x-request-id"]
    deadline = time.monotonic() + 10
    # nginx writes its log once the answer has been sent.
    while not any(each["id"] == drawn for each in upstreams(deployed.door)):
        assert time.monotonic() < deadline, drawn
        time.sleep(0.05)


def test_what_concerns_one_host_is_not_served_to_all(deployed: Deployed) -> None:
    assert deployed.client(8).ask("/metrics").status == 404
    assert deployed.client(8).ask("/api/v1/health/live").status == 200


def test_a_page_is_kept_current_through_the_door(deployed: Deployed) -> None:
    page = deployed.client(9).ask("/trending/", {"Host": HOST}).body.decode()
    stream = re.search(r'sse-connect="(/live/[^"]+)"', page)
    assert stream is not None
    asked = urllib.request.Request(deployed.door.url + html.unescape(stream[1]), headers={"Host": HOST})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.readline()  # at once: nothing waits for a buffer to fill


def test_what_one_address_may_ask_at_all_is_bounded(deployed: Deployed) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: deployed.client(10).ask("/api/v1/health/live"), range(1500)))
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert {answer.status for answer in answers} == {200, 429}
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert refused[0].headers["retry-after"] == "1"
    assert json.loads(refused[0].body)["status"] == 429
    assert deployed.client(11).ask("/api/v1/health/live").status == 200


def test_superset_reads_the_api_as_tables_but_no_incomplete_answers(
    deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # it keeps answers where it stands
    key = manage(deployed.variables, "create_api_key", "superset", "--scope", "read").strip()
    ranked = json.loads(deployed.client(12).ask("/api/v1/trending/movies?limit=100&completeness=strict").body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SADeprecationWarning)  # shillelagh's own
        engine = create_engine(connect.ADDRESS, **connect.engine_arguments(key))
    with engine.connect() as connection:

        def rows(path: str, where: str, query: str, select: str) -> list[tuple[Any, ...]]:
            table = connect.table(deployed.door.url, path, where, query)
            return [tuple(row) for row in connection.execute(text(f"SELECT {select} FROM {table}"))]

        found = rows("trending/movies", "$.trending_movies[*]", "limit=100", "movie_id, title, trending_score")
        wanted = [(each["movie_id"], each["title"], each["trending_score"]) for each in ranked["trending_movies"]]
        assert found == wanted
        assert len(found) > 50
        (total,) = rows("trending/movies", "$.trending_movies[*]", "limit=100", "SUM(trending_score), COUNT(*)")
        assert total == (pytest.approx(sum(score for *_, score in wanted)), len(wanted))
        # Of the 14 days that are asked for, most were never written: no chart shows the rest as if it were all.
        lacking = "analytics/trends?metric=sentiment&window=14d"
        assert json.loads(deployed.client(12).ask(f"/api/v1/{lacking}").body)["freshness"]["missing"]
        with pytest.raises(DBAPIError):
            rows("analytics/trends", "$.data_points[*]", "metric=sentiment&window=14d", "*")


def test_a_host_that_dies_under_load_costs_no_answer_and_comes_back(deployed: Deployed) -> None:
    victim = deployed.hosts[1]
    with Load(deployed.door.url, PATHS) as load:
        time.sleep(2)
        victim.kill()
        time.sleep(4)
        victim.start()
        time.sleep(4)
    assert set(load.statuses) == {200}, load.statuses
    assert load.statuses[200] > 300
    retried = [each for each in upstreams(deployed.door) if "," in each["upstream"]]
    assert retried, "some request met the host that was gone"
    assert f"{LOOPBACK}:{victim.port}" in {each["upstream"] for each in upstreams(deployed.door)[-100:]}


def test_a_rolling_restart_costs_no_answer(deployed: Deployed) -> None:
    with Load(deployed.door.url, PATHS) as load:
        for host in deployed.hosts:
            host.stop()
            host.start()
            time.sleep(2.5)  # until nginx asks it again
    assert set(load.statuses) == {200}, load.statuses
    assert load.statuses[200] > 500


def test_load_balancer_answers_503_without_any_host(deployed: Deployed, tmp_path: Path) -> None:
    with door(tmp_path, [1, 2]) as opened:
        client = Client(opened.url)
        api, page = client.ask("/api/v1/movies/1"), client.ask("/")
    assert (api.status, api.headers["content-type"]) == (503, "application/problem+json")
    assert api.headers["retry-after"] == page.headers["retry-after"] == "2"
    assert json.loads(api.body)["status"] == 503
    assert (page.status, page.headers["content-type"]) == (503, "text/plain")

"""A real Prometheus scrapes a real service with two workers: every panel, rule and alert has data."""

from __future__ import annotations

import io
import json
import math
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pymongo import MongoClient

from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from merger import configuration
from tests.integration.layers.watched import fill
from tests.integration.serving.test_serve import ROOT, Served, served
from tests.monitoring import PROMETHEUS, Query, alerting, recorded, shown

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("prometheus"), reason="needs prometheus: apt-get install prometheus"),
]

JOB, DATABASE, INTERVAL = "lambdaserve", "prometheus", "30s"
FINE = ("movies/1", "movies/1/stats?hours=6", "movies/1/sentiment?window=7d", "trending/movies", "search/genres")
NOT_FOUND, BAD = "movies/2", "movies/1/stats?hours=none"
STRICT = "movies/1/sentiment?window=7d&completeness=strict"
ROUND = (*FINE, NOT_FOUND, BAD, STRICT)
AGES, FRESH = "movies/1/sentiment?window=24h", 2
"""An answer that no other test requests, and its TTL in seconds."""

ROUNDS = 40
"""Rounds of requests while Prometheus scrapes; one more round is sent before."""

EXPRESSIONS = [*shown(JOB, INTERVAL), *recorded(), *alerting()]


@dataclass(frozen=True, slots=True)
class Watched:
    """A service, and the Prometheus that scrapes it."""

    service: Served
    url: str
    seen: int
    """Number of requests sent while Prometheus scraped."""

    def ask(self, path: str, **parameters: str) -> Any:
        """Data of a response of Prometheus' API, errors included."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        return found["data"]

    def values(self, expr: str) -> list[float]:
        """Current values of an expression, without NaN."""
        values = [float(each["value"][1]) for each in self.ask("query", query=expr)["result"]]
        return [value for value in values if not math.isnan(value)]

    def raised(self) -> set[str]:
        """Names of the alerts that are pending or firing."""
        return {each["metric"]["alertname"] for each in self.ask("query", query="ALERTS")["result"]}


COMPARED_LATER = ("live_answers_error", "live_answers_difference", "live_answer_reviews_total")
"""Need a batch that comes later; ``deploy/prometheus/tests/live_answers.yml`` gives them data."""


@pytest.fixture(scope="module")
def watched(mongo_uri: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A service that answered requests, some with errors, while Prometheus scraped it."""
    folder = tmp_path_factory.mktemp("watched")
    variables = {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": DATABASE, "REDIS_URL": redis_url}
    variables |= {"LOAD_SAMPLE": "never", "WORKERS": "2", "ANONYMOUS_READ": "1", "RATE_LIMIT": "100000"}
    variables |= {"LOG_FORMAT": "json", "LOG_REQUESTS": "1", "CACHE_TTL_VOLATILE": f"{FRESH}s"}
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        client.drop_database(DATABASE)
        fill(client[DATABASE], configuration.utc_now())
        client[DATABASE].batch_views.insert_one({"movie_id": 1, "view_type": "sentiment", "data": "none"})
        variables["SECRET_KEY"] = secrets.token_urlsafe(48)
        manage(folder, "create_indexes", **variables)
        with served(folder, **variables) as service:
            service.wait_until_it_serves()
            key = manage(folder, "create_api_key", "prometheus", "--scope", "metrics", **variables).strip()
            send(service, ROUND)
            with scraping(folder / "prometheus", service, key) as url:
                until(lambda: Watched(service, url, 0).values("min(count_over_time(up[1m]))")[:1] >= [2.0])
                for _ in range(ROUNDS):
                    send(service, ROUND)
                found = Watched(service, url, ROUNDS * len(ROUND) + request_until_stale(service, AGES))
                last = f"min(timestamp(up) > {time.time() + 1:.3f})"  # scraped twice since, and rules evaluated
                until(lambda: bool(found.values(last)) and bool(found.values("ALERTS")))
                yield found
        client.drop_database(DATABASE)


@contextmanager
def scraping(folder: Path, service: Served, key: str) -> Iterator[str]:
    """Starts Prometheus with the configuration of ``deploy/``, except target, key and shorter intervals; its URL."""
    shutil.copytree(PROMETHEUS, folder)
    for path in (folder / "prometheus.yml", *(folder / "rules").glob("*.yml")):
        text = re.sub(r"interval: \w+", "interval: 1s", path.read_text(encoding="utf-8"))
        path.write_text(text.replace("127.0.0.1:8000", service.url.removeprefix("http://")), encoding="utf-8")
    (folder / "api_key").write_text(key, encoding="ascii")
    address = f"{LOOPBACK}:{free_port()}"
    options = ("--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}")
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(["prometheus", *options], cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        until(lambda: answers(f"http://{address}/-/ready"))
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def manage(folder: Path, *arguments: str, **variables: str) -> str:
    """Output of a management command run beside the service."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment |= {"ENV_FILE": "", "DATA_DIR": str(folder), **variables}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def send(service: Served, paths: tuple[str, ...]) -> None:
    for path in paths:
        service.status(f"/api/v1/{path}")


def request_until_stale(service: Served, path: str) -> int:
    """Requests a path until its answer is stale, and returns the number of requests."""
    for number in range(1, 11):
        with urllib.request.urlopen(f"{service.url}/api/v1/{path}", timeout=5) as answer:
            if answer.headers["X-Cache"] == "STALE":
                return number
        time.sleep(1.5 * FRESH)
    raise AssertionError("it was never stale")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def until(holds: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("query", EXPRESSIONS, ids=lambda query: query.place)
def test_every_expression_parses_and_has_data(watched: Watched, query: Query) -> None:
    found = watched.values(query.expr)
    assert found or any(name in query.expr for name in COMPARED_LATER), query.expr


def test_all_rules_are_evaluated_without_errors(watched: Watched) -> None:
    groups = watched.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == len(recorded()) + len({each.place for each in alerting()})
    assert {rule["health"] for rule in rules} == {"ok"}, [rule for rule in rules if rule["health"] != "ok"]


def test_scrape_configuration_needs_its_api_key(watched: Watched) -> None:
    (target,) = watched.ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")
    assert watched.service.status("/metrics") == 401


@pytest.mark.parametrize(
    "rises",
    [
        *(f'lambdaserve_http_request_duration_seconds_count{{status="{status}"}}' for status in (200, 400, 404, 503)),
        *(f'lambdaserve_cache_answers_total{{outcome="{outcome}"}}' for outcome in ("hot", "miss", "stale")),
        "lambdaserve_incomplete_answers_total",
        "lambdaserve_strict_refusals_total",
    ],
)
def test_each_kind_of_answer_increases_its_metric(watched: Watched, rises: str) -> None:
    assert watched.values(f"sum(increase({rises}[2m])) > 0")


def test_incomplete_answers_and_unreadable_documents_raise_only_their_alerts(
    watched: Watched,
) -> None:
    until(lambda: watched.raised() >= {"IncompleteAnswers", "DocumentsSkipped"})
    assert watched.raised().isdisjoint(
        {"MongoDBDown", "RedisDown", "BreakerOpen", "TargetDown", "HalfAnswers", "ErrorRateHigh"}
    )


def report(**source: Any) -> dict[str, Any]:
    """Report of ``manage.py slo --json``."""
    output = io.StringIO()
    call_command("slo", json=True, report_only=True, stdout=output, stderr=io.StringIO(), **source)
    found: dict[str, Any] = json.loads(output.getvalue())
    return found


def test_log_and_prometheus_report_the_same_within_extrapolation(
    watched: Watched,
) -> None:
    from_log = report(log=[str(watched.service.output)])
    assert from_log["requests"] == watched.seen + len(ROUND)
    assert (from_log["strict_refusals"], from_log["errors"]) == (ROUNDS + 1, 0)
    from_prometheus = report(prometheus=watched.url, since="1h")
    # With few scrapes Prometheus extrapolates up to half as much more beyond the first and the last.
    assert watched.seen * 0.99 <= from_prometheus["requests"] <= watched.seen * 1.5
    assert ROUNDS * 0.99 <= from_prometheus["strict_refusals"] <= ROUNDS * 1.5
    # Refusals are taken off the 5xx, and each of the two is extrapolated by itself.
    assert from_prometheus["errors"] <= ROUNDS / 10
    routes = [{each["route"] for each in found["routes"]} for found in (from_log, from_prometheus)]
    assert routes[0] == routes[1]
    assert from_prometheus["hit_rate"] > 0.5

"""Staff, and keys of scope ``preview``, see a batch run before it is published; nobody else ever gets its answers.

Requirement M14.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.models import ApiKey
from merger import configuration, standing, wiring
from merger.cache.popular import PopularCounts
from merger.runs.publisher import RunPublisher
from merger.standing import IDLE_SECONDS, MOST_KEPT, standing_services
from tests.api.conftest import Api
from tests.api.documents import Document, movie
from tests.api.healthy_world import ADDRESSES, MOVIE, healthy
from tests.api.service.test_batch_runs import MINUTE, altered, batch_runs, of_run

pytestmark = pytest.mark.django_db
DETAILS = f"/api/v1/movies/{MOVIE}"


@pytest.fixture
def world(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A healthy world whose run ``first`` is published, and ``second`` is not."""
    ring = ApiKeyCache(configuration.utc_now)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: ring)
    api.load([document for document in healthy() if "hour" in document], of_run("first", healthy()))
    batch_runs("publish", "first")
    api.load(second())
    return api


def second() -> list[Document]:
    return altered(of_run("second", healthy(), MINUTE))


@pytest.fixture
def staff(world: Api) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def with_run(address: str, run: str = "second") -> str:
    return f"{address}{'&' if '?' in address else '?'}run={run}"


def numbers(body: dict[str, Any]) -> dict[str, Any]:
    """An answer without what tells a preview from a publication."""
    freshness = {name: value for name, value in body["freshness"].items() if name not in ("data_version", "warnings")}
    told = [text for text in body["freshness"]["warnings"] if not text.startswith("preview:")]
    return {**body, "freshness": {**freshness, "warnings": told}}


def test_every_endpoint_answers_as_it_will_once_the_run_is_published(world: Api, staff: Client) -> None:
    before = {address: world.body(address) for address in ADDRESSES}
    shown = {}
    for address in ADDRESSES:
        response: Any = staff.get(f"/api/v1/{with_run(address)}")
        assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store"), address
        shown[address] = response.json()
        assert shown[address]["freshness"]["warnings"][0].startswith("preview: This shows run “second”"), address
    for address in ADDRESSES:
        assert world.body(address) == before[address], "others see what they saw, from the cache too"
    batch_runs("publish", "second")
    world.forget()
    published = {address: numbers(world.body(address)) for address in ADDRESSES}
    assert {address: numbers(body) for address, body in shown.items()} == published
    assert published != {address: numbers(body) for address, body in before.items()}


def test_nothing_of_a_preview_is_in_redis_or_among_the_popular_addresses(
    world: Api, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdaserve.api.responses.SAMPLE_SHARE", 1.0)
    counts = PopularCounts()
    monkeypatch.setattr("lambdaserve.api.responses.popular_counts", lambda: counts)
    world.redis.flushdb()
    for _ in range(2):
        assert staff.get(with_run(DETAILS)).json()["title"].startswith("New ")
    assert [key for key in world.redis.scan_iter() if b"movies.details" in key] == []
    assert not wiring.service().cache.local_tier._held
    assert counts.take() == {}


def test_without_the_right_a_run_is_refused_whether_it_exists_or_not(world: Api) -> None:
    plain = Client(raise_request_exception=False)
    plain.force_login(User.objects.create_user("bob"))
    made = ApiKey(name="a client", scopes=["read", "explain"])
    key = made.issue()
    made.save()
    for run in ("second", "first", "none", "%00"):
        found = [Client().get(with_run(DETAILS, run)), plain.get(with_run(DETAILS, run))]
        found.append(Client().get(with_run(DETAILS, run), headers={"X-API-Key": key}))
        assert [each.status_code for each in found] == [401, 403, 403]
        assert {each["Content-Type"] for each in found} == {"application/problem+json"}
        assert b"second" not in b"".join(each.content for each in found).replace(b"run=second", b"")
    assert Client().get(f"{DETAILS}?%72un=second").status_code == 401


def test_a_key_needs_both_scopes(world: Api) -> None:
    statuses = {}
    for scopes in (("read", "preview"), ("preview",)):
        made = ApiKey(name="a client", scopes=list(scopes))
        key = made.issue()
        made.save()
        statuses[scopes] = Client().get(with_run(DETAILS), headers={"X-API-Key": key}).status_code
    assert statuses == {("read", "preview"): 200, ("preview",): 403}


def test_an_unknown_run_names_those_that_exist_and_a_name_is_needed(staff: Client) -> None:
    unknown = staff.get(with_run(DETAILS, "third"))
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:problem-type:lambdaserve:unknown-run")
    assert unknown.json()["near"] == ["second", "first"]
    assert staff.get(f"{DETAILS}?run=").status_code == 400
    assert staff.get(f"{DETAILS}?run=second&run=first").status_code == 400


def test_a_published_run_is_read_as_before_the_later_ones_until_it_is_pruned(
    world: Api, staff: Client, settings: Any
) -> None:
    settings.BATCH_RUNS_KEPT = 0
    before = {address: numbers(world.body(address)) for address in ADDRESSES}
    world.now += 2 * MINUTE
    batch_runs("publish", "second")
    world.now -= 2 * MINUTE
    assert {
        address: numbers(staff.get(f"/api/v1/{with_run(address, 'first')}").json()) for address in ADDRESSES
    } == before
    world.load(of_run("third", healthy(), 2 * MINUTE))
    world.now += 5 * MINUTE
    batch_runs("publish", "third")
    world.now += 5 * MINUTE
    batch_runs("prune", "--keep", "2")
    standing_services.cache_clear()
    found = {run: staff.get(with_run(DETAILS, run)) for run in ("first", "second", "third")}
    assert {run: each.status_code for run, each in found.items()} == {"first": 404, "second": 200, "third": 200}
    assert found["first"].json()["type"] == "urn:problem-type:lambdaserve:pruned-run"
    assert "since run 'second' replaced them" in found["first"].json()["detail"]


def test_a_run_before_the_first_publication_leaves_runs_without_a_record_visible(api: Api) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    api.load(of_run("old", [movie(1, "Old")]), of_run(7, [movie(2, "New")]))
    api.database.batch_runs.insert_one({"batch_run_id": 7, "status": "running"})
    found = client.get("/api/v1/search/movies?run=7").json()["results"]
    assert sorted(each["title"] for each in found) == ["New", "Old"]
    assert [each["title"] for each in api.body("search/movies")["results"]] == ["Old"]


def test_services_are_few_and_dropped_when_idle(world: Api, staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MOST_KEPT + 2):
        world.load(of_run(f"run {number}", [movie(MOVIE, f"Title {number}")], (2 + number) * MINUTE))
        assert staff.get(with_run(DETAILS, f"run {number}")).json()["title"] == f"Title {number}"
    assert len(standing_services()._kept) == MOST_KEPT
    monkeypatch.setattr(standing_services(), "_monotonic", lambda: time.monotonic() + IDLE_SECONDS + 1)
    standing_services().drop_idle()
    assert not standing_services()._kept


def test_listing_the_runs_ends_while_the_database_hangs(
    world: Api, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A tenth of a second for the server's answers, each of which takes longer.
    monkeypatch.setattr(standing, "LISTING_SECONDS", 0.1)
    listed = RunPublisher.runs

    def slowly(publisher: RunPublisher) -> object:
        time.sleep(0.2)
        return listed(publisher)

    monkeypatch.setattr(RunPublisher, "runs", slowly)
    response = staff.get(with_run(DETAILS))
    assert (response.status_code, response.json()["type"]) == (503, "urn:problem-type:lambdaserve:store-unavailable")
    monkeypatch.setattr(standing, "LISTING_SECONDS", 20.0)
    assert staff.get(with_run(DETAILS)).status_code == 200

"""The operations pages of the admin: what they show, what staff may do there, and what becomes of it (O4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lambdaserve.ops.reports.registry import REPORTS
from lambdaserve.server.embedded_stores import free_port
from merger import wiring
from merger.drift.comparison import ComparedBucket, Drift
from merger.drift.shared_result import Audit
from merger.errors import StoreUnavailable
from merger.stores.redis.link import RedisLink
from tests.api.conftest import Api
from tests.api.documents import COMPUTED, HOUR, NOW, OPEN_HOUR, movie, sentiment_total, speed_sentiment
from tests.pages.conftest import Staff

pytestmark = pytest.mark.django_db

SURE = {"confirmed": "yes"}
PAGES = ("health", "freshness", "cache", "indexes", "runs", "drift")


@pytest.fixture
def world(api: Api) -> Api:
    covers = OPEN_HOUR - 30 * HOUR
    api.load(movie(603, "The <b>Matrix</b>"), sentiment_total(603, 10, 0.5, computed_at=covers, covers_until=covers))
    api.load([speed_sentiment(603, OPEN_HOUR - n * HOUR, 1, 0.5) for n in range(31) if n != 10])
    api.forget()
    return api


def page(name: str) -> str:
    return f"operations/{name}/"


def entered() -> list[str]:
    """What the admin's log says was done."""
    return [entry.change_message for entry in LogEntry.objects.order_by("pk")]


def test_the_index_names_every_page_for_who_may_see_them(staff: Staff, world: Api) -> None:
    index = staff.get("")
    for name in PAGES:
        assert f'href="/admin/operations/{name}/"' in index
    staff.user.user_permissions.clear()
    assert "/admin/operations/" not in staff.get("")


def test_health_says_what_is_wrong_and_what_to_do(staff: Staff, world: Api) -> None:
    shown = staff.get(page("health"))
    assert "manage.py migrate_views" in shown
    hole = OPEN_HOUR - 10 * HOUR
    assert f"neither layer holds {hole:%Y-%m-%dT%H:%M:%SZ}" in shown


def test_freshness_draws_layers_boundary_and_holes(staff: Staff, world: Api) -> None:
    shown = staff.get(page("freshness"))
    assert 'class="hole"' in shown
    assert 'class="bar batch"' in shown
    assert shown.count('class="bar speed"') == 2
    assert ">cutoff</text>" in shown
    assert ">batch until</text>" in shown
    assert "incomplete" in shown


def test_the_cache_page_shows_what_is_cached_and_one_entry(staff: Staff, world: Api) -> None:
    world.get("movies/603")
    shown = staff.get(page("cache"))
    key = shown.partition("?key=movies.details")[2].partition("#")[0]
    assert key
    entry = staff.get(page("cache"), key=f"movies.details{key.replace('%3A', ':')}")
    assert '<span class="state ok">fresh</span>' in entry
    assert "The &lt;b&gt;Matrix&lt;/b&gt;" in entry
    assert "<b>Matrix" not in entry
    assert "No entry of this service" in staff.get(page("cache"), key="movies.details:<b>")


def test_an_unknown_movie_is_an_entry_too(staff: Staff, world: Api) -> None:
    world.get("movies/999999")
    shown = staff.get(page("cache"))
    key = shown.partition("?key=movies.details")[2].partition("#")[0]
    assert "It knows that there is no answer" in staff.get(
        page("cache"), key=f"movies.details{key.replace('%3A', ':')}"
    )


@pytest.mark.parametrize(
    ("form", "done"),
    [
        ({"action": "movie", "movie": "603"}, "Outdated the answers about movie 603."),
        ({"action": "view", "view": "movies.details"}, "Outdated the answers of movies.details."),
        ({"action": "all", "confirmed": "yes"}, "Outdated every answer; each is made anew when it is next asked for."),
    ],
)
def test_answers_are_outdated(staff: Staff, world: Api, form: dict[str, str], done: str) -> None:
    world.get("movies/603")
    assert done in staff.post(page("cache"), form)
    assert entered() == [done]
    wiring.service().cache.local_tier.clear()
    assert world.get("movies/603")["X-Cache"] == "MISS"


def test_the_most_requested_answers_are_warmed(staff: Staff, world: Api) -> None:
    wiring.popular_totals().add({"/api/v1/movies/603": 5, "/api/v1/movies/1": 1})
    assert "Warmed the 2 most requested addresses: 1 made, 1 no longer there." in staff.post(
        page("cache"), {"action": "warm"}
    )
    assert world.get("movies/603")["X-Cache"] == "HIT"


@pytest.mark.parametrize(
    ("name", "form", "told"),
    [
        ("cache", {"action": "movie", "movie": "<b>"}, "Nothing was done: a movie&#x27;s id is a number"),
        ("cache", {"action": "view", "view": "nothing"}, "Nothing was done: there is no view &#x27;nothing&#x27;"),
        ("cache", {"action": "drop"}, "There is no such action"),
        ("health", {}, "There is no such action"),
        ("indexes", {"action": "drop", "collection": "users", "index": "x"}, "there is no index users.x"),
        ("indexes", {"action": "drop", "collection": "batch_views", "index": "movie_view"}, "movie_view is present"),
        ("runs", {"action": "publish", "run": "none", "confirmed": "yes"}, "there is no run"),
        ("runs", {"action": "publish", "run": "none", "covers_until": "soon", "confirmed": "yes"}, "takes a moment"),
        ("runs", {"action": "rollback", "run": "none", "confirmed": "yes"}, "there is no run"),
    ],
)
def test_what_can_not_be_done_is_told_and_not_entered(
    staff: Staff, world: Api, name: str, form: dict[str, str], told: str
) -> None:
    assert told in staff.post(page(name), form)
    assert entered() == []


def test_an_index_is_dropped_and_created_after_a_question(staff: Staff, world: Api, database: Any) -> None:
    database["batch_views"].create_index([("theirs", 1)], name="theirs")
    database["batch_views"].drop_index("movie_view")
    drop = {"action": "drop", "collection": "batch_views", "index": "theirs"}
    assert "Drop batch_views.theirs? nobody declared it" in staff.post(page("indexes"), drop)
    assert "theirs" in database["batch_views"].index_information()
    assert "Dropped the index batch_views.theirs." in staff.post(page("indexes"), {**drop, **SURE})
    assert "theirs" not in database["batch_views"].index_information()
    create = {"action": "create", "collection": "batch_views", "index": "movie_view"}
    assert "Create batch_views.movie_view?" in staff.post(page("indexes"), create)
    assert "Created the index batch_views.movie_view." in staff.post(page("indexes"), {**create, **SURE})
    assert "movie_view" in database["batch_views"].index_information()
    assert entered() == ["Dropped the index batch_views.theirs.", "Created the index batch_views.movie_view."]


def test_an_expiry_is_changed_in_place(staff: Staff, world: Api, database: Any, settings: Any) -> None:
    settings.SPEED_EXPIRY = True
    database["speed_views"].create_index([("ttl_expires_at", 1)], name="theirs", expireAfterSeconds=0)
    assert "it deletes documents after 0 s" in staff.get(page("indexes"))
    form = {"action": "expiry", "collection": "speed_views", "index": "theirs", "confirmed": "yes"}
    assert "Changed when speed_views.theirs deletes." in staff.post(page("indexes"), form)
    assert database["speed_views"].index_information()["theirs"]["expireAfterSeconds"] == 72 * 3600


def test_a_run_is_published_and_taken_back_after_a_question(staff: Staff, world: Api) -> None:
    world.load([{**movie(n, f"New {n}"), "batch_run_id": "new", "computed_at": COMPUTED} for n in range(3)])
    assert "batch_2031_03_10" in staff.get(page("runs"))
    publish = {"action": "publish", "run": "new"}
    assert "Publish run new?" in staff.post(page("runs"), publish)
    refused = staff.post(page("runs"), {**publish, **SURE})
    assert "looks incomplete" in refused
    assert "Published run new with 3 documents." in staff.post(page("runs"), {**publish, **SURE, "force": "yes"})
    assert "Took run new back." in staff.post(page("runs"), {"action": "rollback", "run": "new", **SURE})
    assert entered() == ["Published run new with 3 documents.", "Took run new back."]


def test_drift_shows_the_last_comparison(staff: Staff, world: Api) -> None:
    assert "The layers were not compared yet" in staff.get(page("drift"))
    drift = Drift(
        days=("2031-03-08",),
        checked=2,
        batch=1200,
        speed=1100,
        batch_more=100,
        worst=(ComparedBucket(603, "2031-03-08", 1000, 900),),
    )
    wiring.shared_drift_results().keep(Audit.record(COMPUTED, NOW, drift, None))
    shown = staff.get(page("drift"))
    assert "<b>1,200</b> events by the batch layer" in shown
    assert ">603" in shown
    assert "2031-03-08" in shown


@pytest.mark.parametrize("name", PAGES)
def test_an_action_needs_a_token(staff: Staff, world: Api, name: str) -> None:
    staff.post(page(name), {"action": "all", **SURE}, status=403, token=False)
    assert entered() == []


@pytest.mark.parametrize("name", ["freshness", "indexes", "runs"])
def test_a_mongodb_that_is_away_is_told(staff: Staff, world: Api, monkeypatch: Any, name: str) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("MongoDB is not reachable (for a test)")

    monkeypatch.setitem(REPORTS, "layers", away)
    monkeypatch.setitem(REPORTS, "indexes", away)
    monkeypatch.setattr("merger.layers.publishing.RunPublisher.runs", away)
    assert "MongoDB is not reachable" in staff.get(page(name), status=503)


@pytest.mark.parametrize("name", ["cache", "drift"])
def test_a_redis_that_is_away_is_told(staff: Staff, world: Api, monkeypatch: Any, name: str) -> None:
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    monkeypatch.setattr(wiring.service().cache.redis_tier, "link", link)
    assert "Nothing is shown in its place." in staff.get(page(name), status=503)


def test_indexes_of_the_settings_are_all_present(staff: Staff, world: Api) -> None:
    call_command("create_indexes", verbosity=0)
    assert 'class="state problem"' not in staff.get(page("indexes"))

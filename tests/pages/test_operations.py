"""Operations pages of the admin: what they show, and what their actions do.

Requirement O4.
"""

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
from merger.drift.shared_result import Audit, Batch
from merger.errors import StoreUnavailable
from merger.stores.redis.link import RedisLink
from tests.api.conftest import Api
from tests.api.documents import COMPUTED, HOUR, NOW, OPEN_HOUR, movie, sentiment_total, speed_sentiment
from tests.pages.conftest import Staff

pytestmark = pytest.mark.django_db

CONFIRMED = {"confirmed": "yes"}
PAGES = ("health", "freshness", "cache", "indexes", "runs", "drift", "contract")


@pytest.fixture
def world(api: Api) -> Api:
    covers = OPEN_HOUR - 30 * HOUR
    api.load(movie(603, "The <b>Matrix</b>"), sentiment_total(603, 10, 0.5, computed_at=covers, covers_until=covers))
    api.load([speed_sentiment(603, OPEN_HOUR - n * HOUR, 1, 0.5) for n in range(31) if n != 10])
    api.forget()
    return api


def address(name: str) -> str:
    return f"operations/{name}/"


def log_entries() -> list[str]:
    """Reads the actions in the admin's log."""
    return [entry.change_message for entry in LogEntry.objects.order_by("pk")]


def test_the_index_lists_the_pages_for_users_who_may_see_them(staff: Staff, world: Api) -> None:
    index = staff.get("")
    for name in PAGES:
        assert f'href="/admin/operations/{name}/"' in index
    staff.user.user_permissions.clear()
    assert "/admin/operations/" not in staff.get("")


def test_health_shows_findings_and_advice(staff: Staff, world: Api) -> None:
    shown = staff.get(address("health"))
    assert "manage.py migrate_views" in shown
    hole = OPEN_HOUR - 10 * HOUR
    assert f"neither layer holds {hole:%Y-%m-%dT%H:%M:%SZ}" in shown


def test_freshness_draws_layers_boundary_and_gaps(staff: Staff, world: Api) -> None:
    shown = staff.get(address("freshness"))
    assert 'class="hole"' in shown
    assert 'class="bar batch"' in shown
    assert shown.count('class="bar speed"') == 2
    assert ">cutoff</text>" in shown
    assert ">batch until</text>" in shown
    assert "incomplete" in shown


def test_the_cache_page_shows_the_contents_and_one_entry(staff: Staff, world: Api) -> None:
    world.get("movies/603")
    shown = staff.get(address("cache"))
    key = shown.partition("?key=movies.details")[2].partition("#")[0]
    assert key
    entry = staff.get(address("cache"), key=f"movies.details{key.replace('%3A', ':')}")
    assert '<span class="state ok">fresh</span>' in entry
    assert "The &lt;b&gt;Matrix&lt;/b&gt;" in entry
    assert "<b>Matrix" not in entry
    assert "This service has no entry" in staff.get(address("cache"), key="movies.details:<b>")


def test_entry_of_unknown_movie_shows_that_the_movie_is_unknown(staff: Staff, world: Api) -> None:
    world.get("movies/999999")
    shown = staff.get(address("cache"))
    key = shown.partition("?key=movies.details")[2].partition("#")[0]
    assert "The cache remembers that there is no movie 999999." in staff.get(
        address("cache"), key=f"movies.details{key.replace('%3A', ':')}"
    )


@pytest.mark.parametrize(
    ("form", "done"),
    [
        ({"action": "movie", "movie": "603"}, "Invalidated the answers about movie 603."),
        ({"action": "view", "view": "movies.details"}, "Invalidated the answers of movies.details."),
        (
            {"action": "all", "confirmed": "yes"},
            "Invalidated every cached answer. Each is computed again when it is next requested.",
        ),
    ],
)
def test_invalidated_answers_are_computed_again_and_the_log_says_so(
    staff: Staff, world: Api, form: dict[str, str], done: str
) -> None:
    world.get("movies/603")
    assert done in staff.post(address("cache"), form)
    assert log_entries() == [done]
    wiring.service().cache.local_tier.clear()
    assert world.get("movies/603")["X-Cache"] == "MISS"


def test_warming_caches_the_most_requested_answers(staff: Staff, world: Api) -> None:
    wiring.popular_totals().add({"/api/v1/movies/603": 5, "/api/v1/movies/1": 1})
    assert "Warmed the 2 most requested addresses: 1 computed, 1 no longer there." in staff.post(
        address("cache"), {"action": "warm"}
    )
    assert world.get("movies/603")["X-Cache"] == "HIT"


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("cache", {"action": "movie", "movie": "<b>"}, "Nothing was changed: a movie&#x27;s id is a number"),
        ("cache", {"action": "view", "view": "nothing"}, "Nothing was changed: there is no view &#x27;nothing&#x27;"),
        ("cache", {"action": "drop"}, "Unknown action"),
        ("health", {}, "Unknown action"),
        ("indexes", {"action": "drop", "collection": "users", "index": "x"}, "there is no index users.x"),
        ("indexes", {"action": "drop", "collection": "batch_views", "index": "movie_view"}, "movie_view is present"),
        ("runs", {"action": "publish", "run": "none", "confirmed": "yes"}, "there is no run"),
        ("runs", {"action": "publish", "run": "none", "covers_until": "soon", "confirmed": "yes"}, "takes a time"),
        ("runs", {"action": "rollback", "run": "none", "confirmed": "yes"}, "there is no run"),
    ],
)
def test_an_impossible_action_is_refused_with_a_reason_and_not_logged(
    staff: Staff, world: Api, name: str, form: dict[str, str], message: str
) -> None:
    assert message in staff.post(address(name), form)
    assert log_entries() == []


def test_indexes_are_dropped_and_created_after_a_confirmation(staff: Staff, world: Api, database: Any) -> None:
    call_command("create_indexes", verbosity=0)
    database["batch_views"].create_index([("theirs", 1)], name="theirs")
    database["batch_views"].drop_index("movie_view")
    drop = {"action": "drop", "collection": "batch_views", "index": "theirs"}
    assert "Drop batch_views.theirs? It is not declared." in staff.post(address("indexes"), drop)
    assert "theirs" in database["batch_views"].index_information()
    assert "Dropped the index batch_views.theirs." in staff.post(address("indexes"), {**drop, **CONFIRMED})
    assert "theirs" not in database["batch_views"].index_information()
    create = {"action": "create", "collection": "batch_views", "index": "movie_view"}
    assert "Create batch_views.movie_view?" in staff.post(address("indexes"), create)
    assert "Created the index batch_views.movie_view." in staff.post(address("indexes"), {**create, **CONFIRMED})
    assert "movie_view" in database["batch_views"].index_information()
    assert log_entries() == ["Dropped the index batch_views.theirs.", "Created the index batch_views.movie_view."]


def test_an_index_s_expiry_is_changed_in_place(staff: Staff, world: Api, database: Any, settings: Any) -> None:
    settings.SPEED_EXPIRY = True
    database["speed_views"].create_index([("ttl_expires_at", 1)], name="theirs", expireAfterSeconds=0)
    assert "it deletes documents after 0 s" in staff.get(address("indexes"))
    form = {"action": "expiry", "collection": "speed_views", "index": "theirs", "confirmed": "yes"}
    assert "Changed the expiry of speed_views.theirs." in staff.post(address("indexes"), form)
    assert database["speed_views"].index_information()["theirs"]["expireAfterSeconds"] == 72 * 3600


def test_a_run_is_published_and_rolled_back_after_a_confirmation(staff: Staff, world: Api) -> None:
    world.load([{**movie(n, f"New {n}"), "batch_run_id": "new", "computed_at": COMPUTED} for n in range(3)])
    assert "batch_2031_03_10" in staff.get(address("runs"))
    publish = {"action": "publish", "run": "new"}
    assert "Publish run new?" in staff.post(address("runs"), publish)
    refused = staff.post(address("runs"), {**publish, **CONFIRMED})
    assert "gates refuse run &#x27;new&#x27;: movie_details has 3 documents; after run" in refused
    assert "sentiment has 0 documents" in refused
    forced = {**publish, "force": "yes", "because": "<b>it must</b>"}
    assert "only with a reason" in staff.post(address("runs"), {**forced, **CONFIRMED, "because": " "})
    assert "although gates refuse it, because: &lt;b&gt;it must&lt;/b&gt;?" in staff.post(address("runs"), forced)
    done = staff.post(address("runs"), {**forced, **CONFIRMED})
    assert "Published run new with 3 documents. Gates refused it: " in done
    assert "Published although gates refused it, because: &lt;b&gt;it must&lt;/b&gt;" in done
    assert "Rolled back run new: readers see the runs before it again." in staff.post(
        address("runs"), {"action": "rollback", "run": "new", **CONFIRMED}
    )
    published, rolled_back = log_entries()
    assert published.startswith("Published run new with 3 documents. Gates refused it: movie_details has 3 documents")
    assert published.endswith("It was forced because: <b>it must</b>")
    assert rolled_back == "Rolled back run new: readers see the runs before it again."


def test_a_hook_stops_a_step_and_its_hostile_reason_is_escaped(staff: Staff, world: Api, settings: Any) -> None:
    world.load([{**movie(n, f"New {n}"), "batch_run_id": "new", "computed_at": COMPUTED} for n in range(3)])
    forced = {"action": "publish", "run": "new", "force": "yes", "because": "test", **CONFIRMED}
    said = '{"answer": "%s", "reason": "<script>\\u001b[31m\\nalert(1)"}'
    settings.RUN_HOOK = ("printf", "%s", said % "abort")
    shown = staff.post(address("runs"), forced)
    assert "Nothing was changed: the hook answered before publish: abort: &lt;script&gt; [31m alert(1)" in shown
    assert log_entries() == []
    assert [run.status for run in wiring.run_publisher().runs() if run.run_id == "new"] == [None]
    settings.RUN_HOOK = ("printf", "%s", said % "proceed")
    shown = staff.post(address("runs"), forced)
    assert "The hook answered after publish: proceed: &lt;script&gt; [31m alert(1)." in shown
    (entry,) = log_entries()
    assert entry.endswith("The hook answered after publish: proceed: <script> [31m alert(1).")


def test_a_run_that_readers_need_has_no_button_to_roll_it_back(staff: Staff, world: Api) -> None:
    record = {"batch_run_id": "batch_2031_03_10", "status": "published"}
    world.database.batch_runs.insert_one(record)
    assert "Roll back batch_2031_03_10" in staff.get(address("runs"))
    world.database.batch_runs.insert_one({"_id": "bases", "status": "bases", "runs": ["batch_2031_03_10"]})
    shown = staff.get(address("runs"))
    assert "Roll back batch_2031_03_10" not in shown
    assert "Readers need it: documents that it replaced were pruned." in shown


def test_the_gates_of_a_run_are_shown_and_a_run_that_they_refuse_is_forced_with_a_reason(
    staff: Staff, world: Api
) -> None:
    world.load([{**movie(n, f"New {n}"), "batch_run_id": "new", "computed_at": COMPUTED} for n in range(3)])
    assert 'href="?check=new"' in staff.get(address("runs"))
    shown = staff.get(f"{address('runs')}?check=new")
    assert "Gates of new" in shown
    assert "Compared with batch_2031_03_10, the run before." in shown
    assert '<span class="state problem">failed</span>' in shown
    assert "sentiment has 0 documents; after run batch_2031_03_10 1 are expected" in shown
    assert "Publish nevertheless…" in shown
    assert "there is no run &#x27;&lt;b&gt;&#x27;" in staff.get(f"{address('runs')}?check=<b>")
    assert log_entries() == []


def test_drift_shows_the_last_comparison(staff: Staff, world: Api) -> None:
    assert "The layers have not been compared yet" in staff.get(address("drift"))
    drift = Drift(
        days=("2031-03-08",),
        checked=2,
        batch=1200,
        speed=1100,
        batch_more=100,
        worst=(ComparedBucket(603, "2031-03-08", 1000, 900),),
    )
    wiring.shared_drift_results().keep(Audit.record(Batch(COMPUTED, ""), NOW, drift, None))
    shown = staff.get(address("drift"))
    assert "<b>1,200</b> events counted by the batch layer" in shown
    assert ">603" in shown
    assert "2031-03-08" in shown


@pytest.mark.parametrize("name", PAGES)
def test_an_action_without_a_csrf_token_is_refused(staff: Staff, world: Api, name: str) -> None:
    staff.post(address(name), {"action": "all", **CONFIRMED}, status=403, token=False)
    assert log_entries() == []


@pytest.mark.parametrize("name", ["freshness", "indexes", "runs"])
def test_a_page_without_mongodb_is_a_503_that_says_so(staff: Staff, world: Api, monkeypatch: Any, name: str) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("MongoDB is not reachable (for a test)")

    monkeypatch.setitem(REPORTS, "layers", away)
    monkeypatch.setitem(REPORTS, "indexes", away)
    monkeypatch.setattr("merger.runs.publisher.RunPublisher.runs", away)
    assert "MongoDB is not reachable" in staff.get(address(name), status=503)


@pytest.mark.parametrize("name", ["cache", "drift"])
def test_a_page_without_redis_is_a_503(staff: Staff, world: Api, monkeypatch: Any, name: str) -> None:
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    monkeypatch.setattr(wiring.service().cache.redis_tier, "link", link)
    assert "This page has no data to show." in staff.get(address(name), status=503)


def test_created_indexes_show_no_problem(staff: Staff, world: Api) -> None:
    call_command("create_indexes", verbosity=0)
    assert 'class="state problem"' not in staff.get(address("indexes"))


def test_contract_shows_the_fields_of_every_kind_and_leads_to_the_file(staff: Staff, settings: Any) -> None:
    settings.CONTRACT_ALIASES = {"fields": {"<b>film</b>": "title"}}
    shown = staff.get(address("contract"))
    assert 'href="/contract.yaml"' in shown
    assert "<code>data.cast[]</code>" in shown
    assert "&lt;b&gt;film&lt;/b&gt;" in shown
    assert "<b>film</b>" not in shown

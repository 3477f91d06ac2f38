"""MongoDB's roles grant what each kind of process sends, and the service's none of the writes that others make.

Every route is asked as a superuser, every command run; what they send is compared with ``deploy/mongo/roles.js``.
Requirement S6.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.test import Client
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from lambdaserve.ops.health.monitor import monitor
from merger import wiring
from merger.contract.collections import BATCH, SPEED
from merger.indexes import server
from merger.indexes.declared import IndexState
from merger.indexes.sharding import Cluster, plan
from merger.indexes.slow_query_log import SlowQueryLog
from merger.invalidation.outage import FAILED_LOOKS
from merger.stores.mongo.client import database as configured
from merger.stores.mongo.command_meters import CommandMeter
from merger.stores.mongo.query_shapes import Shape, SlowTotals
from tests.api.access.privileges import ROLES, Need, Recorder, UnknownCommand, lacking, needs
from tests.api.callers import Callers
from tests.api.conftest import Api
from tests.api.healthy_world import healthy
from tests.api.permission_table import fill_in, rows
from tests.commands.collections.view_documents import bucket, details, lines

SERVICE, PRODUCER, OPERATOR = "lambdaserve_service", "lambdaserve_producer", "lambdaserve_operator"
WRITES = {"insert", "update", "remove", "createIndex", "dropIndex", "collMod", "createCollection", "dropCollection"}
OF_THE_OPERATOR = {"create", "drop", "expiry"}
"""Actions of the admin that the service's own role does not grant."""

NOT_ASKED_HERE = {Need("", "dbStats"), Need("config.collections", "find")}
"""Privileges for questions that only mongod and mongos are asked; the embedded MongoDB is neither."""
REFUSED = "MongoDB refused: its user has no privilege for this"

pytestmark = pytest.mark.django_db(databases=["default", "views"])


@pytest.fixture
def recorder(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """Notes what every client of this process sends from here on."""
    found, started = Recorder(), CommandMeter.started

    def note(self: CommandMeter, event: Any) -> None:
        found.started(event)
        started(self, event)

    monkeypatch.setattr(CommandMeter, "started", note)
    views: Any = connections["views"]
    close = getattr(views, "close_pool", views.close)
    close()
    monkeypatch.setitem(views.settings_dict["OPTIONS"], "event_listeners", [found])
    monitor.cache_clear()
    yield found
    monitor.cache_clear()
    close()


def ids(api: Api) -> dict[str, Any]:
    """Ids for the table's addresses; only those of documents are real."""
    found = {name: str((api.database[f"{name}_views"].find_one() or {})["_id"]) for name in ("batch", "speed")}
    return found | dict.fromkeys(("key", "user", "session", "group", "users"), 1)


def sent_by_command(recorder: Recorder, *arguments: str, **options: Any) -> set[Need]:
    """What a command needs; how it ends does not matter here."""
    recorder.clear()
    with suppress(CommandError):
        call_command(*arguments, stdout=io.StringIO(), stderr=io.StringIO(), **options)
    assert recorder.unknown == set()
    return recorder.needed


def test_the_service_s_role_grants_what_its_routes_and_its_thread_send_and_no_more(
    api: Api, recorder: Recorder
) -> None:
    api.load(healthy())
    known, callers = ids(api), Callers()
    recorder.clear()
    wiring.service.cache_clear()
    wiring.service().warm_up()
    for row in rows():
        address, body = fill_in(row, known)
        if body.get("action") not in OF_THE_OPERATOR:
            callers.outcome("superuser", row.method, address, body)
    run = str(api.database[BATCH].distinct("batch_run_id")[0])
    for action in ("publish", "rollback"):
        body = {"action": action, "run": run, "force": "1", "because": "a test", "confirmed": "yes"}
        callers.outcome("superuser", "POST", "admin/operations/runs/", body)
    slow = SlowTotals(Shape(BATCH, ("a",), (), ()), 1, 7.5, 5.0)
    SlowQueryLog(configured()).add([slow], api.now)
    watcher = wiring.watcher()
    for _ in range(2):
        watcher.tick()
    assert recorder.unknown == set()
    assert lacking(SERVICE, recorder.needed) == set()
    granted = {Need(name, action) for name, actions in ROLES[SERVICE].items() for action in actions}
    assert granted == recorder.needed | NOT_ASKED_HERE


def test_the_service_s_role_writes_to_no_view() -> None:
    for name in (BATCH, SPEED, ""):
        assert not WRITES & {*ROLES[SERVICE][name]}
    assert "cluster" not in ROLES[SERVICE]


@pytest.mark.parametrize("arguments", [("sample_batch",), ("sample_speed",)], ids=lambda each: each[0])
def test_the_producer_s_role_grants_what_jobs_send(
    arguments: tuple[str, ...], recorder: Recorder, settings: Any
) -> None:
    settings.SAMPLE_SCALE = 0.02
    sent = sent_by_command(recorder, *arguments)
    assert Need("sample_world", "update") in sent
    assert lacking(PRODUCER, sent) == set()


@pytest.mark.parametrize(("kind", "make"), [("batch", details), ("speed", bucket)], ids=["batch", "speed"])
def test_the_producer_s_role_grants_what_the_loader_sends(
    kind: str, make: Any, recorder: Recorder, tmp_path: Path
) -> None:
    sent = sent_by_command(recorder, "load_views", lines(tmp_path / "a", make()), kind=kind)
    assert Need(f"{kind}_views", "update") in sent
    assert lacking(PRODUCER, sent) == set()


OPERATORS_COMMANDS = (
    ("migrate_views",),
    ("migrate_views", "--list"),
    ("create_indexes",),
    ("create_indexes", "--dry-run"),
    ("suggest_indexes",),
    ("doctor",),
    ("freshness",),
    ("check_views",),
    ("batch_runs", "list"),
    ("batch_runs", "publish", "batch_2031_03_10", "--force", "--because", "a test"),
    ("batch_runs", "rollback", "--force"),
    ("batch_runs", "prune", "--keep", "1"),
)


def test_the_operator_s_role_grants_what_commands_send(api: Api, recorder: Recorder) -> None:
    api.database.drop_collection(SPEED)
    seen: set[Need] = set()
    for arguments in OPERATORS_COMMANDS:
        seen |= sent_by_command(recorder, *arguments)
        api.load(healthy())
    assert lacking(OPERATOR, seen) == set()
    for expected in (
        ("speed_views", "createIndex"),
        ("speed_views", "createCollection"),
        ("view_migrations", "update"),
    ):
        assert Need(*expected) in seen, "the test has seen what it is about"


def test_the_operator_s_role_grants_what_shard_views_sends() -> None:
    steps = plan(Cluster("moviedb", is_router=True, shards=("one",)))
    sent = {need for step in steps for need in needs(next(iter(step.command)), step.on, step.command)}
    assert Need(BATCH, "enableSharding") in sent
    assert lacking(OPERATOR, sent) == set()


@pytest.mark.parametrize("role", [SERVICE, PRODUCER])
def test_what_a_role_does_not_grant_is_noticed(role: str) -> None:
    needed = set(needs("update", "moviedb", {"update": "view_migrations", "updates": [{"upsert": True}]}))
    assert lacking(role, needed) == {Need("view_migrations", "update"), Need("view_migrations", "insert")}
    assert lacking(role, set(needs("aggregate", "moviedb", {"aggregate": 1, "pipeline": [{"$currentOp": {}}]})))
    with pytest.raises(UnknownCommand, match="which privilege"):
        list(needs("renameCollection", "admin", {"renameCollection": "a.b"}))


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Answers as MongoDB does to a user without the privilege."""
    raise OperationFailure("not authorized on tests to execute command", 13)


def test_an_action_that_the_store_refuses_is_a_sentence(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.database[BATCH].drop_indexes()
    monkeypatch.setattr(Collection, "create_indexes", refuse)
    index = next(each for each in server.index_statuses() if each.state is IndexState.MISSING)
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    form = {"action": "create", "collection": index.collection, "index": index.name, "confirmed": "yes"}
    page = browser.post("/admin/operations/indexes/", form, follow=True).content.decode()
    assert f"Nothing was changed: {REFUSED}" in page


def test_a_start_says_what_the_store_refuses_and_goes_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    api.database[BATCH].drop_indexes()
    for owner, name in (
        (Collection, "insert_one"),
        (Collection, "update_one"),
        (Collection, "create_indexes"),
        (Database, "create_collection"),
    ):
        monkeypatch.setattr(owner, name, refuse)
    said = io.StringIO()
    call_command("prepare", stdout=io.StringIO(), stderr=said)
    assert f"Collections were not migrated: {REFUSED}" in said.getvalue()
    assert f"No indexes created: {REFUSED}" in said.getvalue()


def test_operators_read_that_the_store_refuses_and_clients_do_not(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    api.load(healthy())
    for name in ("find", "aggregate", "list_indexes"):
        monkeypatch.setattr(Collection, name, refuse)
    monitor.cache_clear()
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", stdout=said)
    assert REFUSED in said.getvalue()
    for _ in range(FAILED_LOOKS):
        wiring.watcher().tick()
    assert REFUSED in caplog.text
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    assert REFUSED in browser.get("/operations/").content.decode()
    assert api.body("movies/603", status=502)["detail"] == "MongoDB refused."
    for address in ("/api/v1/health", "/api/v1/health/ready", "/api/v1/movies/603", "/movies/603", "/"):
        assert "privilege" not in Client().get(address).content.decode(), address
    monitor.cache_clear()

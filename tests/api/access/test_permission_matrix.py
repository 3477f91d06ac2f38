"""Every kind of caller at every route of the project gets what the permission table says.

A new route fails here until the table says who may use it. Requirements S1, S6 and S7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.token_cache import TokenCache
from lambdaserve.access.credentials.tokens import begin_session
from lambdaserve.access.models import ApiKey, Session
from lambdaserve.ops.health.monitor import monitor
from merger import configuration
from merger.stores.mongo.client import database
from tests.api.callers import CALLERS, Callers
from tests.api.conftest import Api
from tests.api.documents import movie
from tests.api.healthy_world import MOVIE, healthy
from tests.api.permission_table import AUDIENCES, PLANNED, Row, fill_in, rows


def routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route of the project."""
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield route


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_table_names_exactly_the_project_s_routes(method: str) -> None:
    assert {row.route for row in rows() if row.method == method} == set(routes(get_resolver().url_patterns))


@pytest.fixture
def callers(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callers]:
    """Every kind of caller, over a small healthy world."""
    keys, tokens = ApiKeyCache(configuration.utc_now), TokenCache(timezone.now)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: keys)
    monkeypatch.setattr(authentication, "token_cache", lambda: tokens)
    monitor.cache_clear()
    api.load(healthy(), movie(MOVIE, "As planned") | {"batch_run_id": PLANNED})
    api.database.batch_runs.insert_one({"batch_run_id": PLANNED, "status": "running"})
    yield Callers()
    monitor.cache_clear()


def create_targets() -> dict[str, Any]:
    """Creates what the table's addresses and bodies name, and returns the ids."""
    key = ApiKey(name="target")
    key.issue()
    key.save()
    user = User.objects.create_user("target")
    begin_session(user)
    return {
        "key": key.pk,
        "user": user.pk,
        "session": Session.objects.get(user=user).pk,
        "group": Group.objects.create(name="target").pk,
        "batch": _an_id("batch_views"),
        "speed": _an_id("speed_views"),
        "users": ContentType.objects.get_for_model(User).pk,
    }


def _an_id(collection: str) -> str:
    return str((database()[collection].find_one() or {})["_id"])


@pytest.mark.django_db(databases=["default", "views"])
@pytest.mark.parametrize("anonymous_read", [True, False])
def test_every_caller_gets_what_the_table_says(callers: Callers, settings: Any, *, anonymous_read: bool) -> None:
    settings.ANONYMOUS_READ = anonymous_read
    known, wrong = create_targets(), {}
    for row in rows():
        for (caller, how), found in outcomes(callers, row, known).items():
            expected = expectation(row, caller, anonymous_read=anonymous_read)
            if found != expected:
                wrong[row.method, row.address, caller, how] = f"{found}, not {expected}"
    assert wrong == {}


def outcomes(callers: Callers, row: Row, known: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Expected answers, by caller and its permissions."""
    address, body = fill_in(row, known)
    callers.permit_all_but(name for way in row.needs for name in way.split("+"))
    found = {
        (caller, ""): callers.outcome(caller, row.method, address, body)
        for caller in CALLERS
        if caller != "permitted staff"
    }
    for way in row.needs or ("",):
        callers.permit_only(way.split("+") if way else ())
        found["permitted staff", way] = callers.outcome("permitted staff", row.method, address, body)
    return found


def expectation(row: Row, caller: str, *, anonymous_read: bool) -> str:
    """Returns the answer that the table promises a caller."""
    with_it, _, without = AUDIENCES[row.audience].split()[CALLERS.index(caller)].partition("|")
    return with_it if anonymous_read or not without else without


def test_every_audience_has_a_cell_per_caller() -> None:
    assert {len(cells.split()) for cells in AUDIENCES.values()} == {len(CALLERS)}
    assert {row.audience for row in rows()} == set(AUDIENCES)

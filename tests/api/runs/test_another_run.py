"""Pages show a run that is not published to staff, say so, and are kept by nobody.

Requirement M14.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from merger.standing import standing_services
from merger.stores.mongo.client import database
from tests.api.conftest import Api
from tests.api.healthy_world import MOVIE, healthy
from tests.api.service.test_batch_runs import MINUTE, altered, batch_runs, of_run

pytestmark = pytest.mark.django_db(databases=["default", "views"])
MARK = "This shows run “second”, which is not published. Readers see other numbers."
PAGES = ("", f"movies/{MOVIE}/", "trending/", "genres/", "genres/Drama/", "analytics/", "people/", "search/?q=fight")


@pytest.fixture
def staff(api: Api) -> Client:
    """A member of staff, in a world whose run ``first`` is published, and ``second`` is not."""
    api.load([document for document in healthy() if "hour" in document], of_run("first", healthy()))
    batch_runs("publish", "first")
    api.load(altered(of_run("second", healthy(), MINUTE)))
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def with_run(path: str, run: str) -> str:
    return f"/{path}{'&' if '?' in path else '?'}run={run}"


def test_every_page_shows_the_run_and_says_so_once(staff: Client) -> None:
    for path in PAGES:
        response: Any = staff.get(with_run(path, "second"))
        text = response.content.decode()
        assert (response.status_code, text.count(MARK)) == (200, 1), path
        assert response["Cache-Control"] == "private, no-store"
        assert 'hx-trigger="ask-again"' not in text, "the streams show the present"
    shown = staff.get(with_run(f"movies/{MOVIE}/", "second")).content.decode()
    present = Client().get(f"/movies/{MOVIE}/").content.decode()
    assert "This shows run" not in staff.get(with_run("about/", "second")).content.decode()
    assert "New Fight Club" in shown
    assert "New Fight Club" not in present
    assert MARK not in present
    assert f"/movies/{MOVIE}/?window=90d&amp;run=second" in shown or "run=second&amp;window=90d" in shown


def test_others_are_refused_and_wrong_runs_are_explained(staff: Client) -> None:
    path = f"movies/{MOVIE}/"
    plain = Client(raise_request_exception=False)
    plain.force_login(User.objects.create_user("bob"))
    assert [each.get(with_run(path, "second")).status_code for each in (Client(), plain)] == [403, 403]
    unknown = staff.get(with_run(path, "third"))
    assert (unknown.status_code, unknown["Cache-Control"]) == (404, "private, no-store")
    assert 'href="?run=second"' in unknown.content.decode()
    assert staff.get(with_run(path, "x" * 300)).status_code == 404
    assert staff.get(with_run("fragments/movers/", "second")).status_code == 404


def test_a_run_that_can_not_be_listed_is_a_503(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from merger.errors import StoreUnavailable
    from merger.runs.publisher import RunPublisher

    def fail(_: RunPublisher) -> None:
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(RunPublisher, "runs", fail)
    response: Any = staff.get(with_run("", "second"))
    assert response.status_code == 503
    assert "the store is away" not in response.content.decode()


def test_a_published_run_is_shown_until_its_documents_are_pruned(api: Api, staff: Client) -> None:
    path = f"movies/{MOVIE}/"
    api.now += MINUTE
    batch_runs("publish", "second")
    shown = staff.get(with_run(path, "first")).content.decode()
    assert "This shows run “first” as if no run had been published after it." in shown
    assert "New Fight Club" not in shown
    database()["batch_runs"].insert_one({"_id": "bases", "status": "bases", "runs": ["second"]})
    standing_services.cache_clear()
    pruned: Any = staff.get(with_run(path, "first"))
    assert (pruned.status_code, pruned["Cache-Control"]) == (404, "private, no-store")
    assert "were pruned" in pruned.content.decode()

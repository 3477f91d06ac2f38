"""Stored documents in the admin: listed, filtered, found and shown, whatever they hold (O4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Binary, Code, ObjectId, Regex
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from pymongo import MongoClient

from lambdaserve.server.embedded_stores import free_port
from lambdaserve.staff.paginator import LAST_PAGE
from merger import wiring
from merger.operations import stored_document as stored
from tests.api.conftest import Api
from tests.api.documents import COMPUTED, HOUR, OPEN_HOUR, movie, sentiment_total, speed_sentiment, speed_stats
from tests.pages.conftest import Staff

pytestmark = pytest.mark.django_db(databases=["default", "views"])

ON_DJONGO = "djongo" in settings.DATABASES["views"]["ENGINE"]

BATCH, SPEED = "staff/batchdocument/", "staff/speeddocument/"


def listed(page: str) -> list[str]:
    """Ids in a list, in order."""
    return re.findall(r'field-document_id"><a href="[^"]*">([^<]*)</a>', page)


@pytest.fixture
def world(api: Api) -> Api:
    api.load(
        [
            {**movie(n, f"Movie {n}"), "_id": f"details-{n}", "computed_at": COMPUTED + timedelta(minutes=n)}
            for n in range(5)
        ],
        {**movie(603, "The <b>Matrix</b>"), "_id": "matrix"},
        {**sentiment_total(603, 10, 0.5), "_id": "feelings", "batch_run_id": "another run"},
        [{**speed_sentiment(603, OPEN_HOUR - n * HOUR, 1, 0.5), "_id": f"bucket-{n}"} for n in range(3)],
        {**speed_stats(603, OPEN_HOUR, 8.0, 100, 50.0), "_id": "numbers"},
    )
    api.forget()
    return api


def test_a_list_has_the_newest_of_a_type_first(staff: Staff, world: Api) -> None:
    assert listed(staff.get(BATCH)) == ["details-4", "details-3", "details-2", "details-1", "details-0", "matrix"]
    assert listed(staff.get(BATCH, type="sentiment")) == ["feelings"]
    assert listed(staff.get(SPEED)) == ["bucket-0", "bucket-1", "bucket-2"]
    assert listed(staff.get(SPEED, type="stats")) == ["numbers"]


@pytest.mark.skipif(ON_DJONGO, reason="it tells of commands of its own")
def test_a_page_costs_one_query_that_an_index_answers_and_ends(staff: Staff, world: Api) -> None:
    staff.get(BATCH)
    with CaptureQueriesContext(connections["views"]) as queries:
        staff.get(BATCH)
    (query,) = queries
    wanted = "{'$match': {'view_type': {'$in': ('movie_details',)}}}"
    in_order = "{'$sort': SON([('computed_at', -1)])}"  # as the index view_computed has them
    assert query["sql"] == f"db.batch_views.aggregate([{wanted}, {in_order}, {{'$limit': 51}}])"


def test_a_long_list_has_pages_to_an_end(staff: Staff, world: Api, monkeypatch: Any) -> None:
    every = listed(staff.get(BATCH))
    monkeypatch.setattr("lambdaserve.staff.admin.StoredAdmin.list_per_page", 2)
    first, second, third = (staff.get(BATCH, p=number) for number in (1, 2, 3))
    assert listed(first) + listed(second) + listed(third) == every
    assert "1 to 2 of more" in first
    assert "‹ newer" not in first
    assert 'href="?p=3" rel="next"' in second
    assert "5 to 6" in third
    assert "older ›" not in third
    assert listed(staff.get(BATCH, p=LAST_PAGE + 7, status=302)) == []


def test_documents_are_filtered_by_run_and_day(staff: Staff, world: Api) -> None:
    assert listed(staff.get(BATCH, type="sentiment", batch_run_id="another run")) == ["feelings"]
    assert listed(staff.get(BATCH, batch_run_id="another run")) == []
    day, before = f"{COMPUTED:%Y-%m-%d}", f"{COMPUTED - timedelta(days=1):%Y-%m-%d}"
    assert len(listed(staff.get(BATCH, computed_at_from=day, computed_at_to=day))) == 6
    assert listed(staff.get(BATCH, computed_at_to=before)) == []
    assert len(listed(staff.get(SPEED, hour_from=f"{OPEN_HOUR:%Y-%m-%d}"))) == 3


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "<script>alert(1)</script>"])
def test_a_day_that_is_none_is_told(staff: Staff, world: Api, day: str) -> None:
    page = staff.get(BATCH, computed_at_from=day)
    assert "The field computed_at_from takes a day such as 2026-11-24" in page
    assert "<script>alert" not in page
    assert len(listed(page)) == 6


def test_documents_are_found_by_their_movies_id_and_title(staff: Staff, world: Api) -> None:
    assert set(listed(staff.get(BATCH, q="603"))) == {"matrix", "feelings"}
    assert set(listed(staff.get(BATCH, q="matr"))) == {"matrix", "feelings"}
    assert listed(staff.get(BATCH, q="matrix", type="sentiment")) == ["feelings"]
    assert set(listed(staff.get(SPEED, q="Matrix"))) == {"bucket-0", "bucket-1", "bucket-2", "numbers"}
    assert listed(staff.get(BATCH, q="nothing like it")) == []
    assert listed(staff.get(BATCH, q="9" * 30)) == []


def test_a_document_is_shown_whole_with_what_the_service_makes_of_it(staff: Staff, world: Api) -> None:
    page = staff.get(f"{BATCH}matrix/change/")
    assert "&quot;title&quot;: &quot;The &lt;b&gt;Matrix&lt;/b&gt;&quot;" in page
    assert '<span class="state ok">yes</span>' in page
    assert '<a href="/api/v1/movies/603">' in page
    assert "<b>Matrix" not in page
    assert 'type="submit" value="Save"' not in page


def test_an_unreadable_document_says_why(staff: Staff, world: Api) -> None:
    world.load({**sentiment_total(7, 10, 0.5), "_id": "bad", "movie_id": "seven"})
    page = staff.get(f"{BATCH}bad/change/")
    assert '<span class="state problem">no</span> sentiment.movie_id: a number was expected, not str' in page


@pytest.mark.parametrize(
    "key",
    [ObjectId("507f1f77bcf86cd799439012"), "text/with <odd> signs", "507f1f77bcf86cd799439011", 5, -5, "ünï"],
    ids=repr,
)
def test_a_document_is_reached_by_an_id_of_any_kind(staff: Staff, world: Api, key: Any) -> None:
    world.load({**movie(8, "Eight"), "_id": key, "computed_at": COMPUTED + timedelta(days=1)})
    address = re.search(r'field-document_id"><a href="/admin/([^"]*)"', staff.get(BATCH))
    assert address is not None
    assert "&quot;title&quot;: &quot;Eight&quot;" in staff.get(address[1])


def test_documents_of_any_content_are_listed_and_shown(staff: Staff, world: Api) -> None:
    odd: list[Any] = [None, "x" * 10_000, 1e400, [1], {"$where": "1"}, Binary(b"\x00"), Code("f()"), Regex("("), True]
    hostile = "<script>alert(1)</script>"
    for number, value in enumerate(odd):
        document = {"_id": f"odd-{number}", "view_type": "movie_details", "movie_id": value, "data": {hostile: value}}
        world.load(
            {**document, "computed_at": COMPUTED + timedelta(days=2), "covers_until": value, "batch_run_id": hostile}
        )
    page = staff.get(BATCH)
    assert len([name for name in listed(page) if name.startswith("odd-")]) == len(odd)
    for number in range(len(odd)):
        page += staff.get(f"{BATCH}odd-{number}/change/")
    assert "<script>alert" not in page
    world.load({"_id": "dateless", "view_type": "movie_details", "computed_at": "not a date"})
    assert "dateless" in listed(staff.get(BATCH))


def test_an_unknown_document_is_told(staff: Staff, world: Api) -> None:
    response: Any = staff.browser.get(f"/admin/{BATCH}nothing/change/", follow=True)
    assert "doesn’t exist" in response.content.decode()


def test_a_document_that_has_just_gone_is_no_error(staff: Staff, world: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr("lambdaserve.staff.admin.stored_document", lambda *_: None)
    assert "It is gone." in staff.get(f"{BATCH}matrix/change/")


def test_a_mongodb_that_is_away_is_told_and_the_filters_stay(staff: Staff, world: Api, monkeypatch: Any) -> None:
    nobody = f"mongodb://127.0.0.1:{free_port()}"
    real, connection = settings.DATABASES["views"], connections["views"]
    away = {**real, "HOST": nobody, "OPTIONS": {**real.get("OPTIONS", {}), "timeoutMS": 300}}
    if ON_DJONGO:
        away = {**real, "CLIENT": {**real["CLIENT"], "host": nobody, "serverSelectionTimeoutMS": 300}}
    closed(connection)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "settings_dict", {**connection.settings_dict, **away})
        page = staff.get(BATCH, status=503)
        assert "MongoDB did not answer" in page
        assert "By view type" in page
        assert "127.0.0.1" not in page
        assert "MongoDB did not answer" in staff.get(f"{BATCH}matrix/change/", status=503)
        closed(connection)
    assert len(listed(staff.get(BATCH))) == 6


def closed(connection: Any) -> None:
    """A connection whose next question opens it anew."""
    getattr(connection, "close_pool", connection.close)()


def test_titles_that_can_not_be_read_are_told(staff: Staff, world: Api, monkeypatch: Any) -> None:
    from merger.errors import StoreUnavailable

    def away() -> None:
        raise StoreUnavailable("MongoDB is not reachable (for a test)")

    monkeypatch.setattr(wiring.service(), "catalogue", away)
    assert "Titles can&#x27;t be searched: MongoDB is not reachable" in staff.get(BATCH, q="matrix")


def test_ids_that_a_text_may_stand_for() -> None:
    assert stored.parse_ids("5") == ["5", 5]
    assert stored.parse_ids("507f1f77bcf86cd799439011") == [
        "507f1f77bcf86cd799439011",
        ObjectId("507f1f77bcf86cd799439011"),
    ]
    assert stored.parse_ids("9" * 30) == ["9" * 30]
    assert stored.parse_ids("²") == ["²"]


def test_a_document_of_dates_is_shown_as_json() -> None:
    shown = stored.as_json({"_id": ObjectId("507f1f77bcf86cd799439011"), "at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert '"$oid": "507f1f77bcf86cd799439011"' in shown
    assert '"$date": "2026-01-01T00:00:00Z"' in shown


@pytest.mark.skipif(ON_DJONGO, reason="its client is another attribute")
def test_a_client_of_mongodb_is_the_admins_own(staff: Staff, world: Api) -> None:
    staff.get(BATCH)
    client: Any = connections["views"].connection
    assert isinstance(client, MongoClient)
    assert client.options.pool_options.max_pool_size == 4

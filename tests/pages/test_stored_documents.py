"""Admin pages of stored documents: list, filter, search and show them, whatever they hold.

Requirement O4.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Code, Decimal128, Int64, ObjectId, Regex
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
    """The ids in a list, in order."""
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


def test_a_list_shows_the_newest_of_a_type_first(staff: Staff, world: Api) -> None:
    assert listed(staff.get(BATCH)) == ["details-4", "details-3", "details-2", "details-1", "details-0", "matrix"]
    assert listed(staff.get(BATCH, type="sentiment")) == ["feelings"]
    assert listed(staff.get(SPEED)) == ["bucket-0", "bucket-1", "bucket-2"]
    assert listed(staff.get(SPEED, type="stats")) == ["numbers"]


@pytest.mark.skipif(ON_DJONGO, reason="djongo reports other commands")
def test_a_page_costs_one_limited_query_that_an_index_serves(staff: Staff, world: Api) -> None:
    staff.get(BATCH)
    with CaptureQueriesContext(connections["views"]) as queries:
        staff.get(BATCH)
    (query,) = queries
    match = "{'$match': {'view_type': {'$in': ('movie_details',)}}}"
    sort = "{'$sort': SON([('computed_at', -1)])}"  # the order of the index view_computed
    assert query["sql"] == f"db.batch_views.aggregate([{match}, {sort}, {{'$limit': 51}}])"


def test_a_long_list_has_pages_up_to_the_last_allowed(staff: Staff, world: Api, monkeypatch: Any) -> None:
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


def test_filters_select_documents_by_run_and_day(staff: Staff, world: Api) -> None:
    assert listed(staff.get(BATCH, type="sentiment", batch_run_id="another run")) == ["feelings"]
    assert listed(staff.get(BATCH, batch_run_id="another run")) == []
    day, before = f"{COMPUTED:%Y-%m-%d}", f"{COMPUTED - timedelta(days=1):%Y-%m-%d}"
    assert len(listed(staff.get(BATCH, computed_at_from=day, computed_at_to=day))) == 6
    assert listed(staff.get(BATCH, computed_at_to=before)) == []
    assert len(listed(staff.get(SPEED, hour_from=f"{OPEN_HOUR:%Y-%m-%d}"))) == 3


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "<script>alert(1)</script>"])
def test_an_invalid_day_is_reported_and_ignored(staff: Staff, world: Api, day: str) -> None:
    page = staff.get(BATCH, computed_at_from=day)
    assert "The field computed_at_from takes a day such as 2026-11-24" in page
    assert "<script>alert" not in page
    assert len(listed(page)) == 6


def test_search_finds_documents_by_movie_id_and_title(staff: Staff, world: Api) -> None:
    assert set(listed(staff.get(BATCH, q="603"))) == {"matrix", "feelings"}
    assert set(listed(staff.get(BATCH, q="matr"))) == {"matrix", "feelings"}
    assert listed(staff.get(BATCH, q="matrix", type="sentiment")) == ["feelings"]
    assert set(listed(staff.get(SPEED, q="Matrix"))) == {"bucket-0", "bucket-1", "bucket-2", "numbers"}
    assert listed(staff.get(BATCH, q="nothing like it")) == []
    world.load({**movie(603, "Again"), "_id": "as text", "movie_id": "603"})
    assert "as text" in listed(staff.get(BATCH, q="603"))
    assert listed(staff.get(BATCH, q="9" * 30)) == []


def test_a_document_is_shown_whole_with_links_to_its_answers(staff: Staff, world: Api) -> None:
    page = staff.get(f"{BATCH}matrix/change/")
    assert "&quot;title&quot;: &quot;The &lt;b&gt;Matrix&lt;/b&gt;&quot;" in page
    assert '<span class="state ok">yes</span>' in page
    assert '<a href="/api/v1/movies/603">' in page
    assert "<b>Matrix" not in page
    assert 'type="submit" value="Save"' not in page


def test_the_page_of_an_unreadable_document_says_why(staff: Staff, world: Api) -> None:
    world.load({**sentiment_total(7, 10, 0.5), "_id": "bad", "movie_id": "seven"})
    page = staff.get(f"{BATCH}bad/change/")
    assert '<span class="state problem">no</span> sentiment.movie_id: a number was expected, not str' in page


@pytest.mark.parametrize(
    "key",
    [
        ObjectId("507f1f77bcf86cd799439012"),
        "text/with <odd> signs",
        "507f1f77bcf86cd799439011",
        5,
        -5,
        "ünï",
        "5",
        '{"movie_id": 8}',
        {"movie_id": 8, "view_type": "movie_details"},
        {"of": {"n": Int64(8), "at": COMPUTED}, "more": ["$movie_id"]},
        Binary.from_uuid(UUID("becd7e5d-75e0-43fa-ab69-f16730d76d88")),
        Binary(b"\x00\xff"),
        Decimal128("1.50"),
        1.5,
        COMPUTED,
        True,
        False,
        "true",
        "",
    ],
    ids=repr,
)
def test_a_document_is_found_by_an_id_of_any_type(staff: Staff, world: Api, key: Any) -> None:
    for text in ("true", "false", '{"movie_id": 8}'):
        if text != key:
            world.load({**movie(9, "Nine"), "_id": text})
    world.load({**movie(8, "Eight"), "_id": key, "computed_at": COMPUTED + timedelta(days=1)})
    address = re.search(r'field-document_id"><a href="/admin/([^"]*)"', staff.get(BATCH))
    assert address is not None
    assert "&quot;title&quot;: &quot;Eight&quot;" in staff.get(address[1])


def test_documents_with_any_content_are_listed_and_shown(staff: Staff, world: Api) -> None:
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


def test_an_unknown_document_is_reported(staff: Staff, world: Api) -> None:
    response: Any = staff.browser.get(f"/admin/{BATCH}nothing/change/", follow=True)
    assert "doesn’t exist" in response.content.decode()


def test_a_document_deleted_meanwhile_is_no_error(staff: Staff, world: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr("lambdaserve.staff.admin.stored_document", lambda *_: None)
    assert "This document has been deleted." in staff.get(f"{BATCH}matrix/change/")


def test_without_mongodb_a_list_is_a_503_that_keeps_its_filters(staff: Staff, world: Api, monkeypatch: Any) -> None:
    unreachable = f"mongodb://127.0.0.1:{free_port()}"
    real, connection = settings.DATABASES["views"], connections["views"]
    away = {**real, "HOST": unreachable, "OPTIONS": {**real.get("OPTIONS", {}), "timeoutMS": 300}}
    if ON_DJONGO:
        away = {**real, "CLIENT": {**real["CLIENT"], "host": unreachable, "serverSelectionTimeoutMS": 300}}
    close(connection)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "settings_dict", {**connection.settings_dict, **away})
        page = staff.get(BATCH, status=503)
        assert "MongoDB did not answer" in page
        assert "By view type" in page
        assert "127.0.0.1" not in page
        assert "MongoDB did not answer" in staff.get(f"{BATCH}matrix/change/", status=503)
        close(connection)
    assert len(listed(staff.get(BATCH))) == 6


def close(connection: Any) -> None:
    """Closes a connection; its next query opens it again."""
    getattr(connection, "close_pool", connection.close)()


def test_title_search_without_mongodb_shows_a_notice(staff: Staff, world: Api, monkeypatch: Any) -> None:
    from merger.errors import StoreUnavailable

    def away() -> None:
        raise StoreUnavailable("MongoDB is not reachable (for a test)")

    monkeypatch.setattr(wiring.service(), "catalogue", away)
    assert "Could not search titles: MongoDB is not reachable" in staff.get(BATCH, q="matrix")


def test_a_text_may_stand_for_ids_of_several_types() -> None:
    assert stored.parse_ids("5") == ["5", 5]
    assert stored.parse_ids("507f1f77bcf86cd799439011") == [
        "507f1f77bcf86cd799439011",
        ObjectId("507f1f77bcf86cd799439011"),
    ]
    assert stored.parse_ids("9" * 30) == ["9" * 30]
    assert stored.parse_ids("²") == ["²"]


def test_dates_and_ids_are_shown_as_extended_json() -> None:
    shown = stored.as_json({"_id": ObjectId("507f1f77bcf86cd799439011"), "at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert '"$oid": "507f1f77bcf86cd799439011"' in shown
    assert '"$date": "2026-01-01T00:00:00Z"' in shown


@pytest.mark.skipif(ON_DJONGO, reason="djongo keeps its client in another attribute")
def test_the_admin_has_a_small_mongodb_client_of_its_own(staff: Staff, world: Api) -> None:
    staff.get(BATCH)
    client: Any = connections["views"].connection
    assert isinstance(client, MongoClient)
    assert client.options.pool_options.max_pool_size == 4

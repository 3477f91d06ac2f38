"""Columns and links of the pages of stored documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from lambdaserve.staff.admin import CELL_LENGTH, BatchAdmin, SpeedAdmin, merged_addresses
from lambdaserve.staff.models import BatchDocument, SpeedDocument

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "addresses"),
    [
        ({"view_type": "movie_details", "movie_id": 603}, ["/api/v1/movies/603"]),
        ({"view_type": "sentiment", "movie_id": 603}, ["/api/v1/movies/603/sentiment"]),
        ({"data_type": "stats", "movie_id": 603}, ["/api/v1/movies/603/stats"]),
        ({"view_type": "genre_analytics", "data": {"genre": "Drama"}}, ["/api/v1/analytics/genre/Drama"]),
        ({"stats": {"actor": "Edward Norton"}}, ["/api/v1/analytics/actors/Edward%20Norton"]),
        ({"movie_id": "603"}, []),
        ({"movie_id": True}, []),
        ({"movie_id": -1}, []),
        ({"data": ["not", "a", "mapping"]}, []),
        ({"data": {"genre": " "}}, []),
        ({}, []),
    ],
)
def test_a_document_links_to_the_answers_merged_from_it(document: dict[str, Any], addresses: list[str]) -> None:
    assert merged_addresses(document) == addresses


def test_columns_show_stored_values_short_and_absent_ones_as_a_dash() -> None:
    page: Any = BatchAdmin(BatchDocument, admin.site)
    document = BatchDocument(
        id="x" * 200, view_type="sentiment", computed_at=NOON, covers_until="not a date", batch_run_id=None
    )
    assert page.type(document) == "sentiment"
    assert page.computed(document) == "2026-11-24T12:00:00Z"
    assert page.covers(document) == "not a date"
    assert page.run(document) == "—"
    assert page.document_id(document) == "x" * (CELL_LENGTH - 1) + "…"


def test_a_speed_document_s_type_is_read_from_either_field() -> None:
    page: Any = SpeedAdmin(SpeedDocument, admin.site)
    assert page.type(SpeedDocument(data_type="stats", view_type="other")) == "stats"
    assert page.type(SpeedDocument(data_type=None, view_type="sentiment")) == "sentiment"
    assert [page.bucket(SpeedDocument(hour=NOON)), page.synced(SpeedDocument(synced_at=None))] == [
        "2026-11-24T12:00:00Z",
        "—",
    ]


def test_columns_have_their_labels() -> None:
    page: Any = BatchAdmin(BatchDocument, admin.site)
    labels = {name: getattr(getattr(page, name), "short_description", None) for name in page.list_display}
    assert labels == {
        "document_id": "id",
        "movie": "movie",
        "type": "view type",
        "computed": "computed",
        "covers": "covers until",
        "run": "batch run",
    }


def test_a_list_is_newest_first_and_a_search_goes_movie_by_movie() -> None:
    page: Any = SpeedAdmin(SpeedDocument, admin.site)
    (newest,) = page.get_ordering(RequestFactory().get("/"))
    assert (newest.expression.refs, newest.descending) == ("hour", True)
    movie, newest = page.get_ordering(RequestFactory().get("/?q=matrix"))
    assert (movie.expression.refs, movie.descending, newest.expression.refs) == ("movie_id", False, "hour")

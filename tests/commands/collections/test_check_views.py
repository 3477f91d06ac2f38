"""`manage.py check_views`: what in the collections the service can't read or finds odd."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from pymongo.database import Database

from tests.commands.collections.view_documents import NOON, bucket, details, manage

Stored = Database[dict[str, Any]]


def test_violations_are_reported_by_kind_with_examples(database: Stored) -> None:
    stamped: dict[str, Any] = {"synced_at": NOON, "hour": NOON}
    database.batch_views.insert_many(
        [
            *({"_id": f"bad{n}", **details(), "computed_at": NOON, "data": 7} for n in range(4)),
            {"_id": {"movie_id": 1}, **details(), "computed_at": NOON},
            {"_id": "same", **details(title="alien"), "computed_at": NOON + timedelta(hours=1)},
        ]
    )
    database.speed_views.insert_many(
        [
            {"_id": "no expiry", **bucket(**stamped)},
            {"_id": "late", **bucket(2, **stamped, ttl_expires_at=NOON + timedelta(hours=72))},
            {"_id": "fine", **bucket(3, **stamped, ttl_expires_at=NOON + timedelta(hours=48))},
        ]
    )
    output = manage("check_views")
    assert "batch_views: 2 movie_details" in output
    assert "4 × movie_details.data: there is no payload (such as bad0, bad1, bad2)" in output
    assert "duplicates: 1 movie_details" in output
    assert "dialect: document as an id, in 1" in output
    assert "1 × ttl_expires_at: it is missing (such as no expiry)" in output
    assert "1 × ttl_expires_at: it is not 48 hours after the hour (such as late)" in output
    report = json.loads(manage("check_views", "--json", "--kind", "speed", "--no-duplicates"))
    assert report["speed_views"]["documents"] == {"trending": 3}
    assert report["speed_views"]["duplicates"] is None
    with pytest.raises(CommandError, match="6 violations"):
        manage("check_views", "--fail")
    database.batch_views.delete_many({"_id": {"$regex": "^bad"}})
    manage("check_views", "--fail", "--kind", "batch")

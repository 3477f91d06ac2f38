"""Speed documents without an expiry date get one, 48 hours after their hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from merger.migrations_mongo import m0003_expiry_dates
from tests.integration.migrations_mongo.work import Reports, Stored

HOUR = datetime(2026, 5, 4, 12, tzinfo=UTC)
Raw = dict[str, Any]
EXPIRY = HOUR + timedelta(hours=48)


def test_missing_dates_are_set_from_the_hour_and_stay_when_rolled_back(database: Stored) -> None:
    hours: list[Raw] = [{"_id": 3, "hour": "2026-05-04T12:00:00Z"}, {"_id": 4, "hour": HOUR, "ttl_expires_at": None}]
    others: list[Raw] = [{"_id": 5, "hour": HOUR, "ttl_expires_at": HOUR}, {"_id": 6, "hour": "never"}, {"_id": 7}]
    database["speed_views"].insert_many([*hours, *others])
    reports = Reports()
    m0003_expiry_dates.forward(reports.work(database))
    m0003_expiry_dates.backward(reports.work(database))
    dates = {each["_id"]: each.get("ttl_expires_at") for each in database["speed_views"].find()}
    assert dates == {3: EXPIRY, 4: EXPIRY, 5: HOUR, 6: None, 7: None}
    assert reports.sentences == ["speed_views: 2 documents can't be changed and stay as they are"]

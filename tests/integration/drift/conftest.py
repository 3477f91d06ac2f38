"""A day that both layers hold."""

from __future__ import annotations

import pytest

from merger.core.windows import HOUR
from tests.integration.drift.processes import COVERS, MOVIES, YESTERDAY, Stored, days_of, hours_of


@pytest.fixture
def filled(indexed_database: Stored) -> Stored:
    """A day that a batch has just covered: the speed layer lost an hour of movie 1, and doubled one of movie 2."""
    hours = [hour for movie in MOVIES for hour in hours_of(YESTERDAY, movie)]
    del hours[5]
    hours[24 + 7]["data"]["review_count"] = 2
    indexed_database.speed_views.insert_many(hours)
    indexed_database.batch_views.insert_many(days_of(YESTERDAY, COVERS + HOUR))
    return indexed_database

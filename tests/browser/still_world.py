"""The sample world at a moment that never changes, for what must look the same on every day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from merger.core.windows import DAY
from merger.drift.quality import Tally
from tests.api.documents import NOW

if TYPE_CHECKING:
    from pymongo.database import Database

SCALE = 0.04
LEADING = 118340
"""A movie with much data in both layers at ``NOW``."""

PAGES = {
    "overview": "/",
    "trending": "/trending/?window=24h",
    "movie": f"/movies/{LEADING}/?window=7d",
    "genres": "/genres/",
    "genre": "/genres/Thriller/",
    "decade": "/decades/1990/",
    "analytics": "/analytics/?genre=Drama&compare=Action,Comedy&metric=sentiment",
    "search": "/search/?q=the&sort_by=rating&direction=asc",
    "search with errors": "/search/?q=matirx+keanu",
    "people": "/people/?q=tom",
    "person": "/people/Tom%20Hanks/",
    "quality": "/quality/",
    "about": "/about/",
    "log in": "/login/",
    "unknown genre": "/genres/dramma/",
    "unknown page": "/nowhere/",
}
CHARTS = {"overview": 1, "trending": 1, "movie": 3, "genre": 1, "analytics": 3}

RESULTS = {
    ((NOW - ago * DAY).date().isoformat(), age): Tally(400 + 7 * ago, 30 + ago, ago, 90_000, 300 * ago, 10)
    for ago in range(1, 15)
    for age in ("1h", "6h", "24h", "older")
}
"""Results of comparisons, for the quality page."""


@contextmanager
def still_world(database: Database[dict[str, Any]]) -> Iterator[None]:
    """Fills a database with the world up to ``NOW``, and stops the service's clock there."""
    from django.conf import settings

    from lambdaserve.ops.health.monitor import monitor
    from merger import configuration, wiring

    for name in database.list_collection_names():
        database.drop_collection(name)
    call_command("create_indexes", verbosity=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        call_command("sample_batch", scale=SCALE, verbosity=0)
        call_command("sample_speed", hours=72, verbosity=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configuration, "utc_now", lambda: NOW)
        # In memory: another test's index must not answer here.
        patch.setattr(wiring, "HostCopies", lambda _: None)
        patch.setattr(settings, "MONGODB_TIMEOUT", 8.0)
        wiring.service.cache_clear()
        monitor.cache_clear()
        wiring.shared_answers().add(RESULTS)
        yield
    wiring.service.cache_clear()
    monitor.cache_clear()

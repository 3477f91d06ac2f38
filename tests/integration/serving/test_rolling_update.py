"""A newer release runs beside an older one over the same stores, and neither makes the other fail."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database
from redis import Redis

from merger import configuration
from tests.integration.layers.watched import fill
from tests.integration.serving.test_serve import Served, over_stores, served, served_from
from tests.releases import MORE_OUTCOME, newer_release

pytestmark = pytest.mark.slow

ADDRESSES = ("/api/v1/health", "/api/v1/movies/1", "/api/v1/trending/movies", "/metrics", "/", "/trending/")
COUNTS_ARE_WRITTEN_AFTER = 6.0
"""Seconds; each process adds its counts to those in Redis every few seconds."""


def statuses(copy: Served) -> dict[str, int]:
    return {address: copy.status(address) for address in ADDRESSES}


def counts_more(redis_client: Redis) -> bool:
    """Whether the newer release has written a count that the older one does not know."""
    fields = (field for key in redis_client.scan_iter("*counts:*") for field in redis_client.hkeys(key))
    return any(MORE_OUTCOME.encode() in field for field in fields)


def test_a_newer_release_and_an_older_one_share_their_stores(
    indexed_database: Database[dict[str, Any]], redis_client: Redis, tmp_path: Path
) -> None:
    fill(indexed_database, configuration.utc_now())
    variables = {
        **over_stores(indexed_database),
        "SECRET_KEY": "of-both-releases-which-is-long-enough-0123456789",
        "ANONYMOUS_READ": "1",
        "METRICS_FROM": "127.0.0.1",
    }
    newer = newer_release(tmp_path / "newer")
    with (
        served(tmp_path / "a", **variables) as old,
        served_from(newer, tmp_path / "b", **variables) as new,
    ):
        for copy in (old, new):
            copy.wait_until_it_serves()
        for copy in (new, old, new):
            assert statuses(copy) == dict.fromkeys(ADDRESSES, 200)
        deadline = time.monotonic() + 10 * COUNTS_ARE_WRITTEN_AFTER
        while not counts_more(redis_client):
            assert time.monotonic() < deadline, "the newer release did not write its counts"
            time.sleep(0.5)
        assert statuses(old) == dict.fromkeys(ADDRESSES, 200)
        with urllib.request.urlopen(f"{old.url}/api/v1/health", timeout=10) as health:
            assert json.load(health)["status"] != "down"
        for copy in (old, new):
            assert "Traceback" not in copy.said()

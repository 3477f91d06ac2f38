"""Findings about settings, servers, clocks and disks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.lambdaserve.ops.doctor.deployment import assert_only_finding, cache, store


@pytest.mark.parametrize(
    ("changes", "level", "about", "what", "advice"),
    [
        ({"checks": [(True, "a bad one (x.E1)")]}, "problem", "settings", "a bad one", "configuration.md"),
        ({"checks": [(False, "a weak one (x.W1)")]}, "warning", "settings", "a weak one", "configuration.md"),
        ({"sql": ["access.0002"]}, "problem", "SQL database", "not migrated: access.0002", "manage.py migrate"),
        ({"sql": "refused"}, "problem", "SQL database", "not answering: refused", "DATABASE_URL"),
        ({"store": "MongoDB is away"}, "problem", "MongoDB", "MongoDB is away", "MONGODB_URI"),
        ({"store": store(latency=timedelta(seconds=0.03))}, "warning", "MongoDB", "answers in 30.0 ms", "closer"),
        ({"store": store(replica_set=None)}, "warning", "MongoDB", "no change streams", "edits and deletions"),
        ({"store": store(clock_ahead=timedelta(seconds=-9))}, "warning", "clock", "9 s behind this host", "NTP"),
        ({"store": store(clock_ahead=timedelta(hours=1))}, "problem", "clock", "3600 s ahead of this", "NTP"),
        ({"store": store(disk_used=9, disk_total=10)}, "warning", "disk of MongoDB", "free of", "make room"),
        ({"cache": "Redis is away"}, "warning", "Redis", "Redis is away", "REDIS_URL"),
        ({"cache": cache(latency=timedelta(seconds=0.03))}, "warning", "Redis", "answers in 30.0 ms", "closer"),
        ({"cache": cache(policy="noeviction")}, "warning", "Redis", "once its 953.7 MB are full", "allkeys-lfu"),
        ({"cache": cache(limit=0)}, "warning", "Redis", "no limit of its memory", "set maxmemory"),
        (
            {"open_files": ["/data", "/data/db"]},
            "problem",
            "private files",
            "/data and 1 more",
            "manage.py prepare",
        ),
        (
            {"disk_used": 100 * 10**9 - 10**7},
            "problem",
            "disk of DATA_DIR",
            "disk full: 9.5 MB free",
            "heals by itself",
        ),
        ({"disk_used": 96 * 10**9}, "problem", "disk of DATA_DIR", "3.7 GB free of 93.1 GB", "make room"),
    ],
)
def test_trouble_with_a_server_is_reported_with_a_remedy(
    changes: dict[str, Any], level: str, about: str, what: str, advice: str
) -> None:
    assert_only_finding(changes, level, about, what, advice)

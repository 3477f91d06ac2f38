"""A rollback makes nothing look newer than it is: every cached and derived thing, after publish, rollback, publish.

Requirements M12 and M15.
"""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from lambdaserve.ops.health.monitor import monitor
from lambdaserve.ops.metrics.state_collector import state_collector
from lambdaserve.ops.reports.freshness import current_report
from merger import configuration, wiring
from merger.answers.data_version import PROVISIONAL
from merger.answers.service import PROVISIONAL_TTL
from merger.cache import redis_tier
from merger.invalidation.snapshot import LayerSnapshot, differences
from merger.meters import PREFIX
from pages.frame.fragments import render_fragment
from tests.api.conftest import Api
from tests.api.documents import NOW
from tests.api.healthy_world import ADDRESSES, MOVIE, healthy
from tests.api.service.test_batch_runs import altered, batch_runs, of_run

LATER = timedelta(hours=1)
TOPICS = ("freshness", "trending?window=24h", f"movie?movie_id={MOVIE}")
"""What streams push to open pages."""

Seen = dict[str, Any]
_LATENCY = re.compile(r" in [0-9.]+ ms")


@pytest.fixture
def world(api: Api) -> Api:
    """Two runs, the second an hour newer and with other numbers; readers see the first."""
    api.load(healthy())
    api.database.batch_views.delete_many({})
    api.load(of_run("first", healthy()))
    batch_runs("publish", "first")
    newer = altered(of_run("second", healthy(), LATER))
    for document in newer:
        if document.get("covers_until"):
            document["covers_until"] += LATER
    api.load(newer)
    wiring.service().catalogue()
    return api


def notice() -> LayerSnapshot:
    """Notices what changed, as the background thread of every process does; the catalogue is read again."""
    service, give_up = wiring.service(), time.monotonic() + 30
    boundary, layers, _ = service.refresh()
    while time.monotonic() < give_up:
        held = service.catalogue_at_hand
        if held is not None and held.as_of_runs == layers.runs and service.finder.ask(str)[0] == held.text_name:
            break
        time.sleep(0.02)
        service.refresh()
    else:
        pytest.fail("the catalogue was not read again")
    return LayerSnapshot.of(boundary, layers)


def seen(api: Api) -> Seen:
    """Everything that names or shows an age, of every address, from Redis if it is cached there.

    A process serves what it holds for a second without asking Redis, whatever happened.
    """
    wiring.service().cache.local_tier.clear()
    found: Seen = {}
    for address in ADDRESSES:
        response: Any = api.get(address)
        assert response.status_code == 200
        found[address] = response["ETag"], response["X-Data-Version"], response.json()
    found["freshness"] = current_report()
    service = wiring.service()
    found["batch seen"] = service.batch_seen
    held = service.catalogue()
    found["catalogue"] = held.as_of_run, held.as_of_runs, held.text_name, held.genres_as_of, held.totals_as_of
    streams = {f"stream {topic}": _LATENCY.sub("", render_fragment(topic).html) for topic in TOPICS}
    return found | streams | metrics()


def metrics() -> Seen:
    """The gauges of ages, as a scrape gets them once the report of health is built again."""
    monitor.cache_clear()
    state_collector.cache_clear()
    found = {each.name: each.samples for each in state_collector().collect()}
    monitor.cache_clear()
    state_collector.cache_clear()
    ages = f"{PREFIX}_batch_age_seconds", f"{PREFIX}_speed_lag_seconds"
    return {name: found[name] for name in ages}


def versions(api: Api) -> dict[str, str]:
    return {address: api.get(address)["X-Data-Version"] for address in ADDRESSES}


def batch_of(version: str) -> str:
    return version.partition("-")[0]


def differing(one: Seen, other: Seen) -> list[str]:
    return [name for name in one if one[name] != other[name]]


def test_after_publish_rollback_publish_everything_is_as_old_as_it_is(world: Api) -> None:
    notice()
    first = seen(world)
    batch_runs("publish", "second")
    notice()
    second = seen(world)
    changed = differing(first, second)
    assert len(changed) > len(ADDRESSES) / 2
    assert {f"{PREFIX}_batch_age_seconds", f"stream movie?movie_id={MOVIE}", "batch seen", "catalogue"} <= {*changed}
    for _ in range(2):
        batch_runs("rollback", "second")
        notice()
        assert differing(seen(world), first) == []
        batch_runs("publish", "second")
        notice()
        assert differing(seen(world), second) == []


def test_what_a_process_answers_before_it_notices_a_rollback_is_provisional(
    world: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()

    def ticking() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    monkeypatch.setattr(configuration, "utc_now", ticking)
    monkeypatch.setattr(redis_tier, "time", SimpleNamespace(time_ns=lambda: int(ticking().timestamp() * 1e9)))
    wiring.service.cache_clear()
    batch_runs("publish", "second")
    wiring.service().catalogue()
    notice()
    second = versions(world)
    assert not any(version.endswith(PROVISIONAL) for version in second.values())
    batch_runs("rollback", "second")
    wiring.service().cache.local_tier.clear()
    late = {
        address: version
        for address, version in versions(world).items()
        if batch_of(version) == batch_of(second[address])
    }
    assert late, "the process has not noticed the rollback"
    assert [address for address, version in late.items() if not version.endswith(PROVISIONAL)] == []
    notice()
    wiring.service().cache.local_tier.clear()
    time.sleep(PROVISIONAL_TTL)
    later = versions(world)
    assert [address for address in ADDRESSES if batch_of(later[address]) == batch_of(second[address])] == []


def test_every_change_of_the_publication_is_a_difference(world: Api) -> None:
    snapshots = [notice()]
    for action in ("publish", "rollback", "publish"):
        batch_runs(action, "second")
        snapshots.append(notice())
    changes = [differences(one, other).batch for one, other in pairwise(snapshots)]
    assert changes == [True, True, True]
    newest = [snapshot.batch or NOW for snapshot in snapshots]
    assert newest[0] == newest[2] < newest[1] == newest[3]

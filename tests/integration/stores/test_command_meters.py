"""MongoDB's commands and connections are metered, and its collections measured, on the real embedded store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import pymongo
import pytest
from django.conf import settings
from prometheus_client import generate_latest
from pymongo.database import Database
from pymongo.errors import OperationFailure, WaitQueueTimeoutError

from merger import meters
from merger.stores.mongo.client import client
from merger.stores.mongo.command_meters import COLLECTIONS, COMMANDS, listeners
from tests.scraped import Scraped

Held = Database[dict[str, Any]]
COUNT = "mongodb_command_duration_seconds_count"


def scraped() -> Scraped:
    return Scraped(generate_latest(meters.REGISTRY).decode())


def commands(**labels: str) -> float:
    try:
        return scraped().sum(COUNT, **labels)
    except LookupError:
        return 0.0


def rise(**labels: str) -> Rise:
    return Rise(labels)


class Rise:
    """Measures by how much a count rises inside."""

    def __init__(self, labels: dict[str, str]) -> None:
        self._labels = labels
        self.by = 0.0

    def __enter__(self) -> Self:
        self._before = commands(**self._labels)
        return self

    def __exit__(self, *_: object) -> None:
        self.by = commands(**self._labels) - self._before


@pytest.fixture
def metered(database: Held) -> Iterator[Held]:
    """The database, through a client with listeners of its own; the process's client has some too, and is idle."""
    with pymongo.MongoClient[dict[str, Any]](settings.MONGODB_URI, event_listeners=listeners(), maxPoolSize=2) as own:
        yield own[database.name]


def test_process_s_client_is_metered(database: Held) -> None:
    with rise(command="ping", outcome="ok") as rose:
        client().admin.command("ping")
    assert rose.by == 1


def test_each_command_counts_once_by_name_collection_and_outcome(metered: Held) -> None:
    metered.batch_views.insert_many([{"movie_id": number} for number in range(5)])
    with rise(command="find", collection="batch_views", outcome="ok") as finds:
        assert len(list(metered.batch_views.find(batch_size=2))) == 5
    assert finds.by == 1
    with rise(command="getMore", collection="batch_views", outcome="ok") as more:
        list(metered.batch_views.find(batch_size=2))
    assert more.by == 2
    with rise(command="find", collection="speed_views") as finds:
        list(metered.speed_views.find())
    assert finds.by == 1
    with rise(command="find", collection="batch_views", outcome="failed") as failed, pytest.raises(OperationFailure):
        list(metered.batch_views.find({"$no_such": 1}))
    assert failed.by == 1


def test_unknown_names_count_as_other(metered: Held) -> None:
    for number in range(5):
        list(metered[f"collection{number}"].find())
        with pytest.raises(OperationFailure):
            metered.command(f"command{number}")
    found = scraped()
    assert found.values(COUNT, "collection") <= set(COLLECTIONS)
    assert found.values(COUNT, "command") <= set(COMMANDS)


def test_waiting_for_changes_is_not_metered(metered: Held) -> None:
    metered.speed_views.insert_one({})
    with metered.speed_views.watch(max_await_time_ms=50) as stream:
        stream.try_next()
        with rise(command="getMore") as more:
            stream.try_next()
        assert more.by == 0
        with rise(command="find") as finds:
            list(metered.speed_views.find())
        assert finds.by == 1


def connections(state: str) -> float:
    return scraped().sum("mongodb_pool_connections", state=state)


def test_connections_are_counted_while_open_and_in_use(database: Held) -> None:
    listening = listeners()
    opened, used = connections("open"), connections("in_use")
    with pymongo.MongoClient[dict[str, Any]](settings.MONGODB_URI, event_listeners=listening, maxPoolSize=1) as own:
        held = own[database.name].batch_views
        held.insert_many([{} for _ in range(5)])
        assert (connections("open"), connections("in_use")) == (opened + 1, used)
        with own.start_session() as session, session.start_transaction():
            held.find_one({}, session=session)
        assert connections("in_use") == used
    assert (connections("open"), connections("in_use")) == (opened, used)


def test_vain_wait_for_a_connection_is_counted(database: Held) -> None:
    before = scraped().sum("mongodb_pool_timeouts_total")
    options: dict[str, Any] = {"maxPoolSize": 1, "waitQueueTimeoutMS": 20, "event_listeners": listeners()}
    with pymongo.MongoClient[dict[str, Any]](settings.MONGODB_URI, **options) as own:
        own.admin.command("ping")
        pool = next(iter(own._topology._servers.values())).pool
        with pool.checkout() as _:
            assert connections("in_use") >= 1
            with pytest.raises(WaitQueueTimeoutError):
                own.admin.command("ping")
    assert scraped().sum("mongodb_pool_timeouts_total") == before + 1
    assert scraped().sum("mongodb_pool_wait_seconds_count") > 0

"""Fixtures of all suites: settings of the tests' own and real embedded stores.

Settings come from the environment, so the environment is prepared here, before anything reads it: nothing of the
developer's own environment reaches a test. The stores start when the first test needs them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test.utils import setup_databases, teardown_databases

from lambdaserve.config.variables import VARIABLES
from lambdaserve.server import embedded_stores as embedded

if TYPE_CHECKING:
    from pymongo.database import Database
    from pytest_django import DjangoDbBlocker
    from redis import Redis

for _name in VARIABLES:
    if _name != "VIEWS_ENGINE":  # `make test-djongo` runs some of the tests with djongo
        os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)

_directory = tempfile.TemporaryDirectory(prefix="lambdaserve-tests-")
(Path(_directory.name) / "static").mkdir()  # empty: no files are collected
_mongo_port, _redis_port = embedded.free_port(), embedded.free_port()
os.environ.update(
    {
        "ENV_FILE": "",
        "DATA_DIR": _directory.name,
        "DJANGO_SETTINGS_MODULE": "lambdaserve.settings",
        "SECRET_KEY": "a key for tests, which sign nothing that is used elsewhere",
        "MONGODB_URI": f"mongodb://{embedded.LOOPBACK}:{_mongo_port}",
        "MONGODB_DATABASE": "tests",
        "REDIS_URL": f"redis://{embedded.LOOPBACK}:{_redis_port}/0",
        "ANONYMOUS_READ": "1",
        "HTTPS_ONLY": "0",
        "SPEED_EXPIRY": "0",  # documents of tests are of any age, and stay
        "LOG_FORMAT": "console",
        "LOG_REQUESTS": "0",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    }
)


def pytest_configure(config: pytest.Config) -> None:
    """Reads the settings, so that pytest-django sets Django up; with several processes, each one does."""
    if getattr(config.option, "dist", "no") != "no":
        # The processes inherit this environment; with the variable they would read it before preparing their own.
        del os.environ["DJANGO_SETTINGS_MODULE"]
        return
    from django.conf import settings

    assert settings.MONGODB_DATABASE == "tests"


def pytest_unconfigure() -> None:
    """Removes what the stores wrote."""
    _directory.cleanup()


@pytest.fixture(scope="session", autouse=True)
def sql_connections_stay_open() -> Iterator[None]:
    """Keeps requests of the test client from closing SQL connections, as Django's test client does too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lambdaserve.middleware.sql_connections.close_old_connections", lambda: None)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A new SQL database for the tests; the database `views` is the embedded MongoDB and needs no setup."""
    with django_db_blocker.unblock():
        created = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
    yield
    with django_db_blocker.unblock():
        teardown_databases(created, verbosity=0)


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """Address of the embedded MongoDB that the settings name."""
    store = embedded.start_mongo(Path(_directory.name) / "mongo", _mongo_port)
    yield store.address
    _close_client()
    store.stop()


def _close_client() -> None:
    from django.db import connections

    from merger.stores.mongo.client import client

    close_pool = getattr(connections["views"], "close_pool", connections["views"].close)
    close_pool()
    if client.cache_info().currsize:
        client().close()
        client.cache_clear()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of the embedded Redis that the settings name."""
    store = embedded.start_redis(Path(_directory.name) / "redis", _redis_port)
    yield store.address
    store.stop()


@pytest.fixture
def database(mongo_uri: str) -> Database[dict[str, Any]]:
    """The settings' database, empty and without indexes."""
    from merger.stores.mongo.client import database as configured

    found = configured()
    for name in found.list_collection_names():
        found.drop_collection(name)
    return found


_declared: dict[str, Any] = {}
"""What the collections were when every declared index had just been created."""


@pytest.fixture
def indexed_database(mongo_uri: str, request: pytest.FixtureRequest) -> Database[dict[str, Any]]:
    """The settings' database, empty, with every declared index."""
    from django.core.management import call_command

    from merger.stores.mongo.client import database as configured

    found = configured()
    if _declared and _described(found) == _declared:
        # Emptying them takes a twentieth of the time of creating them again.
        for name in _declared:
            found[name].delete_many({})
        return found
    request.getfixturevalue("database")
    call_command("create_indexes", verbosity=0)
    _declared.clear()
    _declared.update(_described(found))
    return found


def _described(found: Database[dict[str, Any]]) -> dict[str, Any]:
    """The options and the indexes of all collections, by name."""
    return {
        each["name"]: (each.get("options"), found[each["name"]].index_information())
        for each in found.list_collections()
    }


@pytest.fixture
def redis_client(redis_url: str) -> Redis:
    """Client of the settings' Redis, which is empty."""
    from django_redis import get_redis_connection

    connection: Redis = get_redis_connection("default")
    connection.flushdb()
    return connection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the tests' own options."""
    parser.addoption(
        "--update-budget",
        action="store_true",
        help="write the measured finds per endpoint to tests/integration/layers/query_budget.json",
    )
    parser.addoption(
        "--update-pictures",
        action="store_true",
        help="write the pictures of pages to tests/browser/pictures",
    )

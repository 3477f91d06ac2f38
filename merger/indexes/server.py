"""Lists, creates, changes and drops indexes of the two collections on the server.

Requirements O3, O4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from pymongo import IndexModel

from merger.configuration import aliases
from merger.contract.collections import BATCH, SPEED
from merger.indexes.declared import Index, IndexStatus, compare, declared_indexes
from merger.indexes.shards import shard_keys
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mapping_errors, mongo_call

TIMEOUT_SECONDS = 10.0
"""Time limit for listing indexes; building one has none."""


def index_statuses() -> tuple[IndexStatus, ...]:
    """Compares the indexes that the settings declare with those of the server.

    Raises:
        StoreError: from MongoDB.
    """
    grace = settings.SPEED_TTL_GRACE if settings.SPEED_EXPIRY else None
    wanted = declared_indexes(aliases(), grace, sorted(shard_keys(database())))
    return compare(wanted, real_indexes())


def real_indexes() -> dict[str, list[Mapping[str, Any]]]:
    """Returns the server's indexes by collection; a missing collection has none.

    Raises:
        StoreError: from MongoDB.
    """
    with mongo_call(TIMEOUT_SECONDS):
        return {name: [dict(index) for index in database()[name].list_indexes()] for name in (BATCH, SPEED)}


def create(index: Index) -> None:
    """Builds one index and waits for it, however large the collection.

    Raises:
        StoreError: from MongoDB.
    """
    collection = database()[index.collection]
    options: dict[str, Any] = {"sparse": index.sparse}
    if index.expire_after_seconds is not None:
        options["expireAfterSeconds"] = index.expire_after_seconds
    if index.only_where is not None:
        options["partialFilterExpression"] = index.only_where
    with mapping_errors():
        # Another owner's index may have this name with other keys: it stays, and ours gets the server's default name.
        if index.name not in collection.index_information():
            options["name"] = index.name
        collection.create_indexes([IndexModel(list(index.keys), **options)])


def drop(status: IndexStatus) -> None:
    """Drops a real index.

    Raises:
        StoreError: from MongoDB.
    """
    with mapping_errors():
        database()[status.collection].drop_index(status.name)


def change_expiry(status: IndexStatus) -> None:
    """Changes the expiry of a real index in place to the declared one.

    Raises:
        StoreError: from MongoDB.
    """
    seconds = status.index and status.index.expire_after_seconds
    change = {"name": status.name, "expireAfterSeconds": seconds}
    with mapping_errors():
        database().command("collMod", status.collection, index=change)

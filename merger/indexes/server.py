"""The indexes of the two collections as the server has them: looked at, created, changed, dropped (O3, O4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from pymongo import IndexModel

from merger.configuration import aliases
from merger.contract.collections import BATCH, SPEED
from merger.indexes.declared import Index, IndexStatus, compare, declared
from merger.indexes.shards import keys_of
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mapping_errors, mongo_call

ANSWER_WITHIN = 10.0
"""Seconds that the server may take to list its indexes; building one may take as long as it takes."""


def index_statuses() -> tuple[IndexStatus, ...]:
    """Declared indexes beside those that there are, as the settings declare them.

    Raises:
        StoreError: from the server.
    """
    grace = settings.SPEED_TTL_GRACE if settings.SPEED_EXPIRY else None
    wanted = declared(aliases(), grace, sorted(keys_of(database())))
    return compare(wanted, real_indexes())


def real_indexes() -> dict[str, list[Mapping[str, Any]]]:
    """By collection, the indexes that the server has; a collection that doesn't exist has none.

    Raises:
        StoreError: from the server.
    """
    with mongo_call(ANSWER_WITHIN):
        return {name: [dict(index) for index in database()[name].list_indexes()] for name in (BATCH, SPEED)}


def create(index: Index) -> None:
    """Builds one index; waits for it, however large the collection.

    Raises:
        StoreError: from the server.
    """
    collection = database()[index.collection]
    options: dict[str, Any] = {"sparse": index.sparse}
    if index.expire_after_seconds is not None:
        options["expireAfterSeconds"] = index.expire_after_seconds
    with mapping_errors():
        # An index of that name with other keys may be somebody's: it stays, and ours gets the server's usual name.
        if index.name not in collection.index_information():
            options["name"] = index.name
        collection.create_indexes([IndexModel(list(index.keys), **options)])


def drop(standing: IndexStatus) -> None:
    """Drops a real index.

    Raises:
        StoreError: from the server.
    """
    with mapping_errors():
        database()[standing.collection].drop_index(standing.name)


def change_expiry(standing: IndexStatus) -> None:
    """Gives a real index the declared one's expiry, in place.

    Raises:
        StoreError: from the server.
    """
    seconds = standing.index and standing.index.expire_after_seconds
    change = {"name": standing.name, "expireAfterSeconds": seconds}
    with mapping_errors():
        database().command("collMod", standing.collection, index=change)

"""MongoDB behind the ``Store`` protocol: one client per process, one deadline per call, every error mapped.

Documents are decoded so that nothing a producer wrote can raise: dates that Python can't hold become ``DatetimeMS``,
broken UTF-8 is replaced, and the contract then skips what it can't read (D2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import pymongo
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from django.conf import settings
from pymongo import MongoClient, errors
from pymongo.database import Database

from merger.errors import StoreError, StoreFault, StoreUnavailable
from merger.store import Document

_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)

_LARGEST_BATCH = 100_000
"""Documents per reply: servers cap a reply at 16 MB by themselves, so this asks for as few round trips as possible."""

AWAY: tuple[type[BaseException], ...] = (
    errors.ConnectionFailure,
    errors.ExecutionTimeout,
    errors.WTimeoutError,
    errors.WaitQueueTimeoutError,
)
"""Worth trying again: gone, too slow, or refusing for now. Everything else of pymongo's is a fault."""


def mapped(error: BaseException) -> StoreError:
    """pymongo's error as ours; the one table of it.

    Args:
        error: any ``PyMongoError`` or ``BSONError``.
    """
    if isinstance(error, AWAY) or (isinstance(error, errors.PyMongoError) and error.timeout):
        return StoreUnavailable(f"MongoDB is not reachable ({type(error).__name__})")
    return StoreFault(f"MongoDB answered with an error ({type(error).__name__})")


@contextmanager
def mapping_errors() -> Iterator[None]:
    """Raises ``StoreUnavailable`` or ``StoreFault`` for what pymongo raises inside."""
    try:
        yield
    except (errors.PyMongoError, BSONError) as error:
        raise mapped(error) from error


@cache
def client() -> MongoClient[dict[str, Any]]:
    """The process's client; connects on first use. Pool, retries and TLS are options of ``MONGODB_URI``."""
    wait = int(settings.MONGODB_TIMEOUT * 1000)
    return MongoClient(
        settings.MONGODB_URI,
        appname="lambdaserve",
        serverSelectionTimeoutMS=wait,
        connectTimeoutMS=wait,
        tz_aware=True,
    )


def database() -> Database[dict[str, Any]]:
    """The database that the settings name; dates come out aware, in UTC."""
    return client().get_database(settings.MONGODB_DATABASE, codec_options=_CODEC)


class MongoStore:
    """Reads through pymongo.

    Args:
        source: the database.
        timeout: seconds that one call may take, retries included.
    """

    def __init__(self, source: Database[dict[str, Any]], timeout: float) -> None:
        self._database = source
        self._timeout = timeout

    def find(
        self,
        collection: str,
        wanted: Mapping[str, Any],
        *,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        newest_by: str | None = None,
        limit: int = 0,
    ) -> list[Document]:
        """See ``Store.find``."""
        projection = dict.fromkeys(only, 1) or dict.fromkeys(without, 0) or None
        with mapping_errors(), pymongo.timeout(self._timeout):
            found = self._database[collection].find(
                wanted, projection, limit=limit, batch_size=0 if limit else _LARGEST_BATCH
            )
            return list(found if newest_by is None else found.sort(newest_by, pymongo.DESCENDING))

    def ping(self) -> None:
        """See ``Store.ping``."""
        with mapping_errors(), pymongo.timeout(self._timeout):
            self._database.command("ping")

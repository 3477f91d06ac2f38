"""MongoDB driver errors, mapped to the errors of ``merger.errors``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pymongo
from bson.errors import BSONError
from pymongo import errors

from merger.errors import StoreError, StoreFault, StoreUnavailable

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
    """Raises ``StoreUnavailable`` or ``StoreFault`` in place of an error that pymongo raises inside."""
    try:
        yield
    except (errors.PyMongoError, BSONError) as error:
        raise mapped(error) from error


@contextmanager
def mongo_call(seconds: float) -> Iterator[None]:
    """Limits the time of the MongoDB calls inside, and maps their errors as ``mapping_errors`` does.

    Args:
        seconds: for all of them together, retries included.
    """
    try:
        with pymongo.timeout(seconds):
            yield
    except (errors.PyMongoError, BSONError) as error:
        raise mapped(error) from error

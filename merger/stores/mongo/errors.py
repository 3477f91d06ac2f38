"""MongoDB driver errors, mapped to the errors of ``merger.errors``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pymongo
from bson.errors import BSONError
from pymongo import errors

from merger.errors import StoreError, StoreFault, StoreRefused, StoreUnavailable

RETRYABLE: tuple[type[BaseException], ...] = (
    errors.ConnectionFailure,
    errors.ExecutionTimeout,
    errors.WTimeoutError,
    errors.WaitQueueTimeoutError,
)
"""Errors that a retry may mend: the server is gone, too slow, or refuses for now. All others are faults."""

UNAUTHORIZED = 13
"""Code of MongoDB's error for a command that its user may not send: ``deploy/mongo/roles.js`` lists who may what."""


def map_error(error: BaseException) -> StoreError:
    """Returns the error of ``merger.errors`` for an error of pymongo's; the only place that decides.

    Args:
        error: any ``PyMongoError`` or ``BSONError``.
    """
    if isinstance(error, RETRYABLE) or (isinstance(error, errors.PyMongoError) and error.timeout):
        return StoreUnavailable(f"MongoDB is not reachable ({type(error).__name__})")
    if isinstance(error, errors.OperationFailure) and error.code == UNAUTHORIZED:
        return StoreRefused("MongoDB refused: its user has no privilege for this (Unauthorized)")
    return StoreFault(f"MongoDB answered with an error ({type(error).__name__})")


@contextmanager
def mapping_errors() -> Iterator[None]:
    """Raises ``StoreUnavailable`` or ``StoreFault`` in place of an error that pymongo raises inside."""
    try:
        yield
    except (errors.PyMongoError, BSONError) as error:
        raise map_error(error) from error


@contextmanager
def mongo_call(seconds: float) -> Iterator[None]:
    """Limits the time of the MongoDB calls inside, and maps their errors as ``mapping_errors`` does.

    Args:
        seconds: for all of them together, retries included.

    Raises:
        StoreUnavailable: also if ``seconds`` is 0.
        StoreFault: as ``mapping_errors``.
    """
    if not seconds:
        raise StoreUnavailable("no time was left to ask MongoDB")
    # ``mapping_errors`` inside would cost every find a microsecond.
    try:
        with pymongo.timeout(seconds):
            yield
    except (errors.PyMongoError, BSONError) as error:
        raise map_error(error) from error

"""Every error that pymongo can raise is mapped to one of ours, and a call's time is limited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bson.errors import BSONError, InvalidBSON
from pymongo import _csot, errors

from merger.errors import StoreError, StoreFault, StoreRefused, StoreUnavailable
from merger.stores.mongo.errors import RETRYABLE, map_error, mapping_errors, mongo_call


def _family(parent: type[BaseException]) -> Iterator[type[BaseException]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _family(child)


VENDOR = sorted({*_family(errors.PyMongoError), *_family(BSONError)}, key=lambda kind: kind.__qualname__)

UNAVAILABLE = {
    "AutoReconnect",
    "ConnectionFailure",
    "ExecutionTimeout",
    "NetworkTimeout",
    "NotPrimaryError",
    "ServerSelectionTimeoutError",
    "WTimeoutError",
    "WaitQueueTimeoutError",
    "_OperationCancelled",
}
"""Errors that a retry may mend. A class that is new in pymongo counts as a fault until it is added here."""


CONSTRUCTORS = {
    errors.BulkWriteError: lambda: errors.BulkWriteError({}),
    errors.ClientBulkWriteException: lambda: errors.ClientBulkWriteException({}, verbose=False),
    errors.EncryptionError: lambda: errors.EncryptionError(ValueError("why")),
    errors.EncryptedCollectionError: lambda: errors.EncryptedCollectionError(ValueError("why"), {}),
}
"""Constructors of the errors that take more than a message."""


@pytest.mark.parametrize("kind", VENDOR, ids=lambda kind: kind.__name__)
def test_every_vendor_error_is_mapped_as_listed(kind: type[BaseException]) -> None:
    error = CONSTRUCTORS.get(kind, lambda: kind("why"))()
    expected = StoreUnavailable if kind.__name__ in UNAVAILABLE else StoreFault
    assert type(map_error(error)) is expected


def test_retryable_errors_are_pymongo_s() -> None:
    assert set(RETRYABLE) <= set(VENDOR)


def test_error_raised_inside_is_mapped_and_keeps_its_cause() -> None:
    for mapping in (mapping_errors(), mongo_call(1.0)):
        with pytest.raises(StoreError) as caught, mapping:
            raise InvalidBSON("broken")
        assert isinstance(caught.value.__cause__, InvalidBSON)


def test_mongo_call_limits_the_time_of_all_calls_inside() -> None:
    with mongo_call(5.0):
        assert _csot.get_timeout() == 5.0
        assert 4.0 < (_csot.remaining() or 0.0) <= 5.0
    assert _csot.get_timeout() is None


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(ZeroDivisionError), mapping_errors():
        raise ZeroDivisionError


def test_message_of_the_server_is_not_passed_on() -> None:
    assert "secret" not in str(map_error(errors.OperationFailure("user secret has no rights", 13)))


def test_a_missing_privilege_is_an_error_of_its_own() -> None:
    found = map_error(errors.OperationFailure("not authorized on x to execute command", 13))
    assert isinstance(found, StoreRefused)
    assert str(found) == "MongoDB refused: its user has no privilege for this (Unauthorized)"

"""Every error that pymongo can raise is mapped, in one table (F1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bson.errors import BSONError, InvalidBSON
from pymongo import errors

from merger.errors import StoreError, StoreFault, StoreUnavailable
from merger.stores.mongo.errors import AWAY, mapped, mapping_errors


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
"""What a retry may mend. A new class of pymongo's lands among the faults until somebody decides."""


CONSTRUCTED = {
    errors.BulkWriteError: lambda: errors.BulkWriteError({}),
    errors.ClientBulkWriteException: lambda: errors.ClientBulkWriteException({}, verbose=False),
    errors.EncryptionError: lambda: errors.EncryptionError(ValueError("why")),
    errors.EncryptedCollectionError: lambda: errors.EncryptedCollectionError(ValueError("why"), {}),
}
"""Those that take more than a message."""


@pytest.mark.parametrize("kind", VENDOR, ids=lambda kind: kind.__name__)
def test_every_vendor_error_is_mapped_as_decided(kind: type[BaseException]) -> None:
    error = CONSTRUCTED.get(kind, lambda: kind("why"))()
    expected = StoreUnavailable if kind.__name__ in UNAVAILABLE else StoreFault
    assert type(mapped(error)) is expected


def test_the_table_names_only_errors_that_exist() -> None:
    assert set(AWAY) <= set(VENDOR)


def test_what_is_raised_inside_comes_out_as_ours_with_its_cause() -> None:
    with pytest.raises(StoreError) as caught, mapping_errors():
        raise InvalidBSON("broken")
    assert isinstance(caught.value.__cause__, InvalidBSON)


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), mapping_errors():
        raise ZeroDivisionError


def test_no_message_of_the_server_is_passed_on() -> None:
    assert "secret" not in str(mapped(errors.OperationFailure("user secret has no rights", 13)))

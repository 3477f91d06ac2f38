"""Documents are encoded one by one, and those that can't be stored say why."""

from __future__ import annotations

import bson
import pytest
from bson import Int64

from merger.contract.importing import Rejected
from merger.producers.encoding import MAX_DOCUMENT_BYTES, decode, encode


def test_a_document_is_encoded_as_it_is() -> None:
    assert encode({"a": 1, "b": [Int64(2)]}).raw == bson.encode({"a": 1, "b": [Int64(2)]})


def test_what_was_encoded_is_shown_with_everything_in_it() -> None:
    assert decode(encode({"_id": {"a": [1]}, "b": "x"})) == {"_id": {"a": [1]}, "b": "x"}


def test_wide_whole_numbers_become_floating_point_at_every_depth() -> None:
    odd = {"a": 2**64, "b": [{"c": -(2**63) - 1, "d": 2**63 - 1}], "e": Int64(2**70)}
    expected = {"a": 2.0**64, "b": [{"c": -(2.0**63), "d": 2**63 - 1}], "e": 2.0**70}
    assert bson.decode(encode(odd).raw) == expected


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"$a": 1}, "a field can't be called '.a'"),
        ({"a": 10**400}, "it can't be stored: "),
        ({"a": object()}, "it can't be stored: "),
        ({"a": "x" * MAX_DOCUMENT_BYTES}, "a document may have at most 16777216 bytes"),
    ],
)
def test_what_can_not_be_stored_is_rejected(document: dict[str, object], reason: str) -> None:
    with pytest.raises(Rejected, match=f"^{reason}"):
        encode(document)

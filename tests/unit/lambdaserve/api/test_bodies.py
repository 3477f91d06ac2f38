"""Bodies are read strictly, and every refusal names the member and what it takes."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from lambdaserve.api.bodies import BodyFlag, BodyIds, BodyNumber, BodyWholeNumber, JsonBody, ShallowJSON


class Example(JsonBody):
    """One member of each kind."""

    ids = BodyIds(most=3, largest=99)
    limit = BodyWholeNumber(least=1, most=50, default=20)
    share = BodyNumber(least=0, most=1, default=0.0)
    flag = BodyFlag(default=True)


def read(content: Any) -> dict[str, Any]:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    request = APIRequestFactory().post("/", sent, content_type="application/json")
    return Example.of(Request(request, parsers=[ShallowJSON()]))


def refusals(content: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(content)
    details: Any = caught.value.detail
    return {name: str(texts[0]) for name, texts in details.items()}


def test_values_are_read_by_name_and_others_have_their_defaults() -> None:
    assert read({"ids": [3, 1.0, 3], "share": 1}) == {"ids": [3, 1, 3], "limit": 20, "share": 1.0, "flag": True}


@pytest.mark.parametrize(
    ("ids", "got"),
    [
        ([], "'a list of 0'"),
        ([1, 2, 3, 4], "'a list of 4'"),
        (list(range(10_000)), "'a list of 10000'"),
        ([1, "2"], "'2'"),
        ([1, True], "'True'"),
        ([1.5], "'1.5'"),
        ([-1], "'-1'"),
        ([100], "'100'"),
        ([None], "'None'"),
        ([[1]], "'a list of 1'"),
        ({"1": 2}, "'an object of 1'"),
        ("1,2", "'1,2'"),
        ("\ud800", "'?'"),
        (None, "'None'"),
        (10**400, "…"),
    ],
)
def test_ids_are_a_list_of_whole_numbers(ids: Any, got: str) -> None:
    found = refusals({"ids": ids})
    assert set(found) == {"ids"}
    assert found["ids"].startswith("ids takes a list of 1 to 3 whole numbers from 0 to 99; got ")
    assert got in found["ids"]
    assert len(found["ids"]) < 300


@pytest.mark.parametrize("limit", ["5", 0, 51, 2.5, True, None, []])
def test_whole_numbers_have_a_range(limit: Any) -> None:
    assert refusals({"ids": [1], "limit": limit})["limit"].startswith("limit takes a whole number from 1 to 50; got ")


@pytest.mark.parametrize("share", ["0.5", -0.1, 1.1, False, None, 10**400])
def test_numbers_have_a_range(share: Any) -> None:
    assert refusals({"ids": [1], "share": share})["share"].startswith("share takes a number from 0 to 1; got ")


def test_a_number_that_is_too_large_is_refused() -> None:
    assert refusals(b'{"ids": [1], "share": 1e999}') == {"share": "share takes a number from 0 to 1; got 'inf'"}


@pytest.mark.parametrize("flag", ["true", 1, 0, None, []])
def test_flags_are_true_or_false(flag: Any) -> None:
    assert refusals({"ids": [1], "flag": flag})["flag"].startswith("flag takes true or false; got ")


def test_all_that_is_wrong_is_named_at_once() -> None:
    found = refusals({"limit": 0, "colour": "red", "\ud800": 1})
    assert set(found) == {"ids", "limit", "colour", "?"}
    assert found["ids"].startswith("ids is required; it takes a list of 1 to 3")
    assert found["colour"] == "colour is not a member of this body; it takes: ids, limit, share, flag"


@pytest.mark.parametrize("content", [[], "text", 5, None])
def test_a_body_is_an_object(content: Any) -> None:
    assert refusals(content) == {"body": "body takes a JSON object"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"share": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_a_parse_error(content: bytes) -> None:
    with pytest.raises(ParseError):
        read(content)


def test_nested_json_is_a_bad_request_and_no_crash() -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        ShallowJSON().parse(BytesIO(b"[" * 200_000), "application/json", {"encoding": "utf-8"})
    assert ShallowJSON().parse(BytesIO(b'{"a": [1]}'), "application/json", {"encoding": "utf-8"}) == {"a": [1]}

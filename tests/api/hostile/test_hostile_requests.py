"""Malformed headers and unknown methods are refused or ignored, never a 500.

Requirements A2 and A6.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE, parsed


@pytest.mark.parametrize("etag", ["*", '"', '""', "garbage", 'W/"x"', "x" * 10_000, '"a", "b", ', "\t", "'", '"\xff"'])
def test_foreign_etag_gets_the_whole_answer(healthy_api: Api, etag: str) -> None:
    response: Any = healthy_api.get(f"movies/{MOVIE}", If_None_Match=etag)
    # A star matches any existing answer.
    assert response.status_code == (304 if etag == "*" else 200)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/*", 200),
        ("application/json;q=0.1, text/html", 200),
        ("application/problem+json, application/json", 200),
        ("text/html", 200),
        ("text/html;q=0, image/*", 406),
        ("text/html;q=x,;;", 200),
        ("text/html" + "," * 5_000, 200),
        ("image/*", 406),
        ("garbage", 406),
        (";;;,,,", 406),
        ("application/json; indent=99999999", 200),
        ("a/" * 3_000, 406),
    ],
)
def test_accept_header_gives_json_or_406(healthy_api: Api, accept: str, status: int) -> None:
    response: Any = healthy_api.get(f"movies/{MOVIE}", Accept=accept)
    assert response.status_code == status
    parsed(response.content)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Basic"),
        ("Authorization", "Basic ////"),
        ("Authorization", "Negotiate " + "A" * 8_000),
        ("Cookie", "sessionid=../../etc; csrftoken=\x00"),
        ("Accept-Language", "x" * 5_000),
        ("Accept-Encoding", "gzip;q=zzz, ,,"),
        ("Range", "bytes=0-1"),
        ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
        ("If-Match", '"x"'),
        ("X-Forwarded-For", "' OR 1=1"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Content-Type", "application/json; charset=nonsense"),
        ("Content-Length", "nonsense"),
    ],
)
@pytest.mark.django_db
def test_malformed_headers_are_ignored(healthy_api: Api, name: str, value: str) -> None:
    response: Any = Client(raise_request_exception=False).get(f"/api/v1/movies/{MOVIE}", headers={name: value})
    assert response.status_code == (412 if name == "If-Match" else 200), response.content
    parsed(response.content)


@pytest.mark.parametrize("address", [*ADDRESSES, "health", "health/live", "health/ready"])
def test_methods_other_than_get_give_405(healthy_api: Api, address: str) -> None:
    client = Client(raise_request_exception=False)
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "G\u00c9T"):
        response = client.generic(method, f"/api/v1/{address}", b'{"$where": 1}', content_type="application/json")
        assert response.status_code == 405, (method, response.content)
        assert response["Content-Type"] == "application/problem+json"
    assert client.options(f"/api/v1/{address}").status_code in (200, 405)
    head = client.head(f"/api/v1/{address}")
    assert (head.status_code, head.content) == (200, b"")

"""Any parameter gets a correct answer or a problem that names it, never a 500.

Requirements A1 to A3.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE, parsed

TEXTS = (
    '{"$ne": null}',
    "$where",
    "this.a == 1; sleep(5000)",
    ".*",
    "^(a+)+$",
    "(",
    "[",
    "\\",
    "*" * 90,
    "\x00",
    "drama\x00",
    "Dr\u0430ma",  # a Cyrillic letter
    "Ｄｒａｍａ",
    "\u202eamard",
    "\u0130" * 50,  # grows when folded
    "\ufdfa" * 30,  # grows eighteenfold when normalised
    "👩‍👩‍👧‍👦",
    "e" + "\u0301" * 80,
    "'; DROP TABLE movies; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%",
    "%s%n{0}",
    "null",
    "undefined",
    "true",
)
NUMBERS = (
    *(
        "-0",
        "-0.0",
        "+5",
        " 5",
        "5 ",
        "1_0",
        "1e3",
        "0x10",
        "٣",
        "５",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "1.",
        ".5",
    ),
    *("9" * 400, "-" + "9" * 400, "0.0000000000000000000001", "1.7976931348623157e309", "", "null", "[1]", "true"),
)
WINDOWS = ("1e9d", "9" * 30 + "d", "0d", "-1d", "0h", "1.5d", "7 d", "d", "h", "7dd", "٣d", "7d\n7d", "", "null")

TEXT_PARAMETERS = (
    ("search/movies", "q"),
    ("search/movies", "genre"),
    ("search/movies", "sort_by"),
    ("search/genres", "q"),
    ("people", "q"),
    ("recommendations/genres/drama", "sort_by"),
    ("people/edward norton/movies", "sort_by"),
    ("trending/movies", "genre"),
    ("analytics/trends?metric=rating", "genre"),
    ("analytics/trends", "metric"),
    ("analytics/sentiment/comparison", "genre"),
    (f"movies/{MOVIE}/sentiment", "granularity"),
    ("analytics/overview", "completeness"),
)
NUMBER_PARAMETERS = (
    *(("search/movies", name) for name in ("year_from", "year_to", "rating_min", "rating_max", "limit", "offset")),
    (f"movies/{MOVIE}/stats", "hours"),
    ("trending/movies", "limit"),
    ("people", "offset"),
    ("recommendations/genres/drama", "min_rating"),
    ("recommendations/movies/550/similar", "novelty"),
    ("people/edward norton/movies", "limit"),
    ("analytics/genre/Drama", "year"),
    ("analytics/genre/Drama?year=2030", "month"),
    ("analytics/trends?metric=rating", "movie_id"),
    ("analytics/sentiment/comparison", "year"),
)
WINDOW_PARAMETERS = (
    f"movies/{MOVIE}/sentiment",
    "trending/movies",
    "trending/genres/Drama",
    "analytics/trends?metric=rating",
)


def checked_status(response: Any) -> int:
    """Status of a response that is a correct answer or a problem of the client's request; fails for any other."""
    assert response.status_code in (200, 400, 404), (response.status_code, response.content[:500])
    body = parsed(response.content)
    if response.status_code == 200:
        assert response["Content-Type"] == "application/json"
        assert "freshness" in body
    else:
        assert response["Content-Type"] == "application/problem+json"
        assert body["status"] == response.status_code
        assert len(response.content) - len(body["instance"]) < 4_000
    status: int = response.status_code
    return status


def send(api: Api, address: str, name: str, value: str) -> Any:
    """Sends a request with one more parameter; the address may have some already."""
    path, _, query = address.partition("?")
    given = dict(part.split("=") for part in query.split("&") if part)
    return api.get(path, {**given, name: value})


@pytest.mark.parametrize(("address", "name"), TEXT_PARAMETERS)
def test_text_is_never_interpreted(healthy_api: Api, address: str, name: str) -> None:
    for text in TEXTS:
        status = checked_status(send(healthy_api, address, name, text))
        if name != "q":
            assert status != 200, (address, name, text)


@pytest.mark.parametrize(("address", "name"), NUMBER_PARAMETERS)
def test_only_numbers_written_in_digits_are_accepted(healthy_api: Api, address: str, name: str) -> None:
    for text in NUMBERS:
        response: Any = send(healthy_api, address, name, text)
        if text.startswith("-0"):
            # Minus zero is zero, where zero is accepted.
            checked_status(response)
        else:
            assert checked_status(response) == 400, (address, name, text)
            assert [error["parameter"] for error in parsed(response.content)["errors"]] == [name]


@pytest.mark.parametrize("address", WINDOW_PARAMETERS)
def test_only_windows_of_a_number_and_a_unit_are_accepted(healthy_api: Api, address: str) -> None:
    for text in WINDOWS:
        response: Any = send(healthy_api, address, "window", text)
        assert checked_status(response) == 400, (address, text)
        assert [error["parameter"] for error in parsed(response.content)["errors"]] == ["window"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "query",
    [
        "genre[$ne]=",
        "genre%5B%24ne%5D=x",
        "$where=1",
        "%24where=sleep(1000)",
        "q.$regex=.*",
        "__proto__=1",
        "format=api",
        "format=json",
        "completeness=partial&completeness=strict",
        "%00=1",
        "%ED%A0%80=1",
        "=",
        "a" * 100_000,
    ],
)
def test_unknown_or_repeated_parameters_are_refused(address: str, query: str) -> None:
    client = Client(raise_request_exception=False)
    joint = "&" if "?" in address else "?"
    assert checked_status(client.get(f"/api/v1/{address}{joint}{query}")) == 400


@pytest.mark.parametrize("percent", ["%ED%A0%80", "%FF", "%C0%AF", "%", "%00", "%F0%9F", "%0d%0aSet-Cookie:x=1"])
def test_bytes_that_are_not_text_are_refused_or_harmless(healthy_api: Api, percent: str) -> None:
    for path in (
        f"movies/{percent}",
        f"movies/{percent}/sentiment",
        f"movies/{percent}/stats",
        f"trending/genres/{percent}",
        f"analytics/genre/{percent}",
        f"analytics/actors/{percent}",
        f"people/{percent}",
        f"people/{percent}/movies",
    ):
        assert checked_status(healthy_api.get(path)) in (400, 404), path
    for path in (
        "search/movies?q=",
        "search/genres?q=",
        "people?q=",
        "trending/movies?genre=",
        "analytics/overview?completeness=",
    ):
        checked_status(healthy_api.get(path + percent))


@pytest.mark.parametrize("text", [*TEXTS, "x" * 100_000, "/", "//", "/../", "a/b", " "])
def test_names_in_the_path_are_never_interpreted(healthy_api: Api, text: str) -> None:
    for path in ("trending/genres/", "analytics/genre/", "analytics/actors/", "people/", "movies/"):
        assert checked_status(healthy_api.get(path + quote(text, safe="/"))) in (400, 404), (path, text)


def test_parameter_of_a_hundred_thousand_letters_is_refused_briefly(healthy_api: Api) -> None:
    for address, name in TEXT_PARAMETERS:
        assert checked_status(send(healthy_api, address, name, "x" * 100_000)) == 400, (address, name)


def test_thousands_of_parameters_are_refused(healthy_api: Api) -> None:
    client = Client(raise_request_exception=False)
    for many in (900, 5_000):
        query = "&".join(f"p{number}={number}" for number in range(many))
        response = client.get(f"/api/v1/search/movies?{query}")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"

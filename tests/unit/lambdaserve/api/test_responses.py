"""HTTP responses of answers: ETags, preconditions, compression, age.

Requirements A6 and C9.
"""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from lambdaserve.api import responses
from lambdaserve.api.negotiation import INDENTED
from lambdaserve.api.responses import respond, takes_gzip
from merger.answers.answer import Answer
from merger.cache.entry import COMPRESS_FROM, Entry
from movies.selectors import DETAILS, Movie

NOT_IN_IF_MATCH = "The ETag of the answer is not in If-Match."
IN_IF_NONE_MATCH = "The ETag of the answer is in If-None-Match; only a GET or HEAD gets a 304 for that."

SMALL = orjson.dumps({"a": 1})
LARGE = orjson.dumps({"a": "0123456789" * (COMPRESS_FROM // 10)})


def answer(body: bytes = LARGE, *, state: str = "HIT", age: int = 7, ttl: int = 300) -> Answer:
    return answer_of(Entry.of("k", body, made=0.0, ttl=ttl, data_version="a-b-c"), state, age)


def answer_of(entry: Entry, state: str, age: int) -> Answer:
    return Answer(entry, state, age, DETAILS, Movie(1), is_local=False)


def browse(found: Answer, **headers: str) -> Any:
    """The response to a browser."""
    request: Any = RequestFactory().get("/api/v1/movies/1", headers=named(headers))
    request.accepted_media_type = INDENTED
    return respond(request, found)


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def ask(found: Answer, method: str = "GET", **headers: str) -> Any:
    """The response to a request with these headers; ``If_None_Match`` is ``If-None-Match``."""
    return respond(RequestFactory().generic(method, "/api/v1/movies/1", headers=named(headers)), found)


def etag_of(found: Answer, form: str = "") -> str:
    return f'{found.etag[:-1]}{form}"'


def test_response_carries_etag_age_cache_state_and_lifetime() -> None:
    found = answer(SMALL)
    response = ask(found)
    assert (response.status_code, response.content) == (200, SMALL)
    assert response.headers == {
        "Content-Type": "application/json",
        "ETag": found.etag,
        "Cache-Control": "public, max-age=12",
        "Age": "7",
        "X-Cache": "HIT",
        "X-Data-Version": "a-b-c",
        "Vary": "Accept, Accept-Encoding",
    }


@pytest.mark.parametrize("body", [SMALL, LARGE])
def test_browser_gets_the_same_json_indented_under_an_etag_of_its_own(body: bytes) -> None:
    found = answer(body)
    response = browse(found, Accept_Encoding="gzip")
    assert orjson.loads(response.content) == orjson.loads(body)
    assert response.content.startswith(b'{\n  "a"')
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["ETag"] == etag_of(found, "-indented")
    assert "Content-Encoding" not in response.headers
    assert "Accept" in response.headers["Vary"].split(", ")


def test_indented_and_compact_form_are_never_taken_for_each_other() -> None:
    found = answer()
    compact, indented = etag_of(found), etag_of(found, "-indented")
    assert browse(found, If_None_Match=indented).status_code == 304
    assert ask(found, If_None_Match=compact).status_code == 304
    assert browse(found, If_None_Match=compact).status_code == 200
    assert ask(found, If_None_Match=indented).status_code == 200
    assert ask(found, If_None_Match=indented, Accept_Encoding="gzip").status_code == 200


@pytest.mark.parametrize(
    ("age", "ttl", "expected"), [(0, 300, 5), (7, 300, 12), (297, 300, 300), (300, 300, 300), (900, 300, 900)]
)
def test_max_age_allows_five_more_seconds_within_the_answers_lifetime(age: int, ttl: int, expected: int) -> None:
    assert ask(answer(age=age, ttl=ttl)).headers["Cache-Control"] == f"public, max-age={expected}"


@override_settings(ANONYMOUS_READ=False)
def test_response_is_private_where_anonymous_clients_may_not_read() -> None:
    response = ask(answer())
    assert response.headers["Cache-Control"].startswith("private, ")
    assert response.headers["Vary"] == "Accept, Accept-Encoding, Authorization, Cookie, X-API-Key"


def test_gzip_form_has_its_own_etag_and_unpacks_to_the_plain_form() -> None:
    found = answer()
    packed, plain = ask(found, Accept_Encoding="gzip"), ask(found)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == LARGE
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["ETag"] == etag_of(found, "-gzip") != plain.headers["ETag"] == etag_of(found)
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept, Accept-Encoding"


def test_small_answer_is_never_compressed() -> None:
    response = ask(answer(SMALL), Accept_Encoding="gzip")
    assert response.content == SMALL
    assert "Content-Encoding" not in response.headers
    assert response.headers["ETag"] == answer(SMALL).etag


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("br", False),
        ("identity", False),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=0.001", True),
        ("gzip;Q=0", False),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("*, gzip;q=0", False),
        ("identity;q=1, *;q=0", False),
        ("gzippo", False),
        ("x;gzip", False),
        (",,;;=,", False),
        ("gzip;q=", True),
        ("gzip," * 10_000, False),
    ],
)
def test_gzip_is_used_only_where_accept_encoding_admits_it(accepted: str, expected: bool) -> None:
    assert takes_gzip(accepted) is expected


def test_oversized_headers_are_not_cached() -> None:
    responses._admits_gzip.cache_clear()
    for number in range(50):
        assert not takes_gzip(f"gzip, x{number}" + "y" * 10_000)
    assert responses._admits_gzip.cache_info().currsize == 0


def conditions(found: Answer) -> dict[str, tuple[str, bool]]:
    """Values of ``If-None-Match``, and whether they name this answer."""
    plain, packed = etag_of(found), etag_of(found, "-gzip")
    return {
        "its etag": (plain, True),
        "the etag of the gzip form": (packed, True),
        "a weak one": (f"W/{plain}", True),
        "a weak one of the gzip form": (f"W/{packed}", True),
        "a list": (f'"a", {plain}, "b"', True),
        "a list with the gzip form": (f'"a",{packed}', True),
        "any": ("*", True),
        "another": ('"a"', False),
        "another gzip one": ('"a-gzip"', False),
        "without quotes": (plain.strip('"'), False),
        "nothing": ("", False),
        "half": (plain[:-2], False),
        "rubbish": ('W/"', False),
        "suffix alone": ('-gzip"', False),
    }


@pytest.mark.parametrize("case", conditions(answer()))
@pytest.mark.parametrize("accepted", ["", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_with_the_current_etag_gives_304(case: str, accepted: str, method: str) -> None:
    found = answer()
    header, names_it = conditions(found)[case]
    response = ask(found, method, If_None_Match=header, Accept_Encoding=accepted)
    assert response.status_code == (304 if names_it else 200)
    assert response.headers["ETag"] == etag_of(found, "-gzip" if accepted else "")
    assert response.headers["Cache-Control"] == "public, max-age=12"
    assert (response.headers["Age"], response.headers["X-Cache"]) == ("7", "HIT")
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    if names_it:
        assert response.content == b""
        assert "Content-Encoding" not in response.headers


def test_etag_of_other_data_or_of_another_key_gives_200() -> None:
    before = answer(LARGE)
    for other in (answer(LARGE + b" "), answer_of(Entry.of("another", LARGE, made=0, ttl=300), "HIT", 0)):
        assert ask(other, If_None_Match=before.etag).status_code == 200


@pytest.mark.parametrize(("case", "status"), [("its", 200), ("packed", 200), ("*", 200), ("other", 412), ("weak", 412)])
def test_if_match_with_another_etag_gives_412(case: str, status: int) -> None:
    found = answer()
    header = {
        "its": etag_of(found),
        "packed": etag_of(found, "-gzip"),
        "*": "*",
        "other": '"a"',
        "weak": f"W/{etag_of(found)}",
    }
    response = ask(found, If_Match=header[case])
    assert response.status_code == status
    if status == 412:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_if_match_is_checked_before_if_none_match() -> None:
    found = answer()
    for method in ("GET", "POST"):
        failed = ask(found, method, If_Match='"a"', If_None_Match=found.etag)
        assert (failed.status_code, orjson.loads(failed.content)["detail"]) == (412, NOT_IN_IF_MATCH)
    assert ask(found, If_Match=found.etag, If_None_Match=found.etag).status_code == 304


@pytest.mark.parametrize("header", [(), ("If_Match",)])
@pytest.mark.parametrize("named", ["its", "*", "packed"])
def test_if_none_match_of_a_post_gives_412_that_names_it(named: str, header: tuple[str, ...]) -> None:
    found = answer()
    tags = {"its": found.etag, "*": "*", "packed": etag_of(found, "-gzip")}
    failed = ask(found, "POST", If_None_Match=tags[named], **dict.fromkeys(header, found.etag))
    assert (failed.status_code, orjson.loads(failed.content)["detail"]) == (412, IN_IF_NONE_MATCH)
    assert ask(found, "POST", If_None_Match='"a"').status_code == 200
    assert ask(found, "HEAD", If_None_Match=tags[named]).status_code == 304


def test_conditional_dates_are_ignored() -> None:
    long_ago = "Thu, 01 Jan 1970 00:00:00 GMT"
    found = answer()
    for headers in ({}, {"If_None_Match": '"a"'}, {"If_Match": found.etag}):
        assert ask(found, If_Modified_Since=long_ago, If_Unmodified_Since=long_ago, **headers).status_code == 200


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.sampled_from(["If-None-Match", "If-Match"]))
def test_any_text_in_a_condition_gets_a_valid_status(text: str, name: str) -> None:
    status = respond(RequestFactory().get("/", headers={name: text}), answer()).status_code
    assert status in ((200, 304) if name == "If-None-Match" else (200, 412))


@pytest.mark.parametrize("state", ["HIT", "MISS", "STALE"])
def test_x_cache_names_the_cache_state(state: str) -> None:
    assert ask(answer(state=state)).headers["X-Cache"] == state

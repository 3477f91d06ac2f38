"""From an answer to an HTTP response: tags, conditions, forms, ages (A6, C9)."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from lambdaserve.api.responses import respond, takes_gzip
from merger.answers.answer import Answer
from merger.cache.entry import COMPRESS_FROM, Entry
from movies.selectors import DETAILS, Movie

SMALL = orjson.dumps({"a": 1})
LARGE = orjson.dumps({"a": "0123456789" * (COMPRESS_FROM // 10)})


def answer(body: bytes = LARGE, *, state: str = "HIT", age: int = 7, ttl: int = 300) -> Answer:
    return answer_of(Entry.of("k", body, made=0.0, ttl=ttl), state, age)


def answer_of(entry: Entry, state: str, age: int) -> Answer:
    return Answer(entry, state, age, DETAILS, Movie(1), at_hand=False)


def ask(found: Answer, method: str = "GET", **headers: str) -> Any:
    """The response to a request with these headers; ``If_None_Match`` is ``If-None-Match``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return respond(RequestFactory().generic(method, "/api/v1/movies/1", headers=named), found)


def tag(found: Answer, form: str = "") -> str:
    return f'{found.etag[:-1]}{form}"'


def test_an_answer_comes_with_its_tag_age_state_and_lifetime() -> None:
    found = answer(SMALL)
    response = ask(found)
    assert (response.status_code, response.content) == (200, SMALL)
    assert response.headers == {
        "Content-Type": "application/json",
        "ETag": found.etag,
        "Cache-Control": "public, max-age=12",
        "Age": "7",
        "X-Cache": "HIT",
        "Vary": "Accept-Encoding",
    }


@pytest.mark.parametrize(
    ("age", "ttl", "expected"), [(0, 300, 5), (7, 300, 12), (297, 300, 300), (300, 300, 300), (900, 300, 900)]
)
def test_others_may_give_it_for_five_seconds_more_and_not_beyond_its_time(age: int, ttl: int, expected: int) -> None:
    assert ask(answer(age=age, ttl=ttl)).headers["Cache-Control"] == f"public, max-age={expected}"


@override_settings(ANONYMOUS_READ=False)
def test_where_not_everybody_may_read_no_shared_cache_may_keep_it() -> None:
    response = ask(answer())
    assert response.headers["Cache-Control"].startswith("private, ")
    assert response.headers["Vary"] == "Accept-Encoding, Authorization, Cookie, X-API-Key"


def test_the_compressed_form_has_a_tag_of_its_own_and_unpacks_to_the_other() -> None:
    found = answer()
    packed, plain = ask(found, Accept_Encoding="gzip"), ask(found)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == LARGE
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["ETag"] == tag(found, "-gzip") != plain.headers["ETag"] == tag(found)
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_a_small_answer_has_one_form() -> None:
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
def test_gzip_is_used_where_it_is_admitted(accepted: str, expected: bool) -> None:
    assert takes_gzip(accepted) is expected


def test_absurd_headers_are_not_remembered() -> None:
    from lambdaserve.api import responses as answers

    answers._admits_gzip.cache_clear()
    for number in range(50):
        assert not takes_gzip(f"gzip, x{number}" + "y" * 10_000)
    assert answers._admits_gzip.cache_info().currsize == 0


def conditions(found: Answer) -> dict[str, tuple[str, bool]]:
    """``If-None-Match``, and whether the caller holds it already."""
    plain, packed = tag(found), tag(found, "-gzip")
    return {
        "its tag": (plain, True),
        "the tag of the compressed form": (packed, True),
        "a weak one": (f"W/{plain}", True),
        "a weak one of the compressed form": (f"W/{packed}", True),
        "a list": (f'"a", {plain}, "b"', True),
        "a list with the compressed form": (f'"a",{packed}', True),
        "any": ("*", True),
        "another": ('"a"', False),
        "another compressed one": ('"a-gzip"', False),
        "without quotes": (plain.strip('"'), False),
        "nothing": ("", False),
        "half": (plain[:-2], False),
        "rubbish": ('W/"', False),
        "suffix alone": ('-gzip"', False),
    }


@pytest.mark.parametrize("case", conditions(answer()))
@pytest.mark.parametrize("accepted", ["", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_holds_it_already_is_told_so(case: str, accepted: str, method: str) -> None:
    found = answer()
    header, holds = conditions(found)[case]
    response = ask(found, method, If_None_Match=header, Accept_Encoding=accepted)
    assert response.status_code == (304 if holds else 200)
    assert response.headers["ETag"] == tag(found, "-gzip" if accepted else "")
    assert response.headers["Cache-Control"] == "public, max-age=12"
    assert (response.headers["Age"], response.headers["X-Cache"]) == ("7", "HIT")
    assert response.headers["Vary"] == "Accept-Encoding"
    if holds:
        assert response.content == b""
        assert "Content-Encoding" not in response.headers


def test_a_tag_of_other_data_or_another_question_is_no_longer_right() -> None:
    before = answer(LARGE)
    for other in (answer(LARGE + b" "), answer_of(Entry.of("another", LARGE, made=0, ttl=300), "HIT", 0)):
        assert ask(other, If_None_Match=before.etag).status_code == 200


@pytest.mark.parametrize(("case", "status"), [("its", 200), ("packed", 200), ("*", 200), ("other", 412), ("weak", 412)])
def test_if_match_is_heeded(case: str, status: int) -> None:
    found = answer()
    header = {"its": tag(found), "packed": tag(found, "-gzip"), "*": "*", "other": '"a"', "weak": f"W/{tag(found)}"}
    response = ask(found, If_Match=header[case])
    assert response.status_code == status
    if status == 412:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_if_match_comes_before_if_none_match() -> None:
    found = answer()
    assert ask(found, If_Match='"a"', If_None_Match=found.etag).status_code == 412
    assert ask(found, If_Match=found.etag, If_None_Match=found.etag).status_code == 304


def test_dates_of_a_caller_are_no_condition() -> None:
    long_ago = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert ask(answer(), If_Modified_Since=long_ago, If_Unmodified_Since=long_ago).status_code == 200


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.sampled_from(["If-None-Match", "If-Match"]))
def test_no_condition_is_beyond_an_answer(text: str, name: str) -> None:
    status = respond(RequestFactory().get("/", headers={name: text}), answer()).status_code
    assert status in ((200, 304) if name == "If-None-Match" else (200, 412))


@pytest.mark.parametrize("state", ["HIT", "MISS", "STALE"])
def test_the_state_is_told(state: str) -> None:
    assert ask(answer(state=state)).headers["X-Cache"] == state

"""No question to the search is an error of the server, and each has a clear answer: from the API, on the page, and in
the header's list."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.api.documents import movie
from tests.hostile_questions import QUESTIONS

WORLD = [
    movie(1, "The Matrix"),
    movie(2, "!!!"),
    movie(3, "<b>\u202eXIRTAM</b> (*", cast=["a" * 90]),
    movie(4, "千と千尋"),
]


@pytest.fixture
def world(api: Api) -> Api:
    api.load(WORLD)
    return api


def sent(text: str) -> str:
    """A question as a client sends it, halves of letters as they are."""
    return quote(text.encode("utf-8", "surrogatepass"))


def test_every_question_has_a_clear_answer(world: Api, db: None) -> None:
    client = Client(raise_request_exception=False)
    for kind, text in QUESTIONS.items():
        for path, headers in (
            ("/api/v1/search/movies", {}),
            ("/search/", {}),
            ("/search/", {"HX-Target": "found"}),
            ("/search/", {"HX-Target": "suggestions"}),
            ("/api/v1/people", {}),
            ("/people/", {"HX-Target": "found"}),
        ):
            answer = client.get(f"{path}?q={sent(text)}", headers=headers)
            assert answer.status_code in (200, 400), (kind, path)
            if answer.status_code == 400:
                assert b"of 1 to 200 characters" in answer.content, (kind, path)
            assert b"<script>alert" not in answer.content or path != "/search/", (kind, path)


@pytest.mark.parametrize("name", ["genre", "sort_by", "offset"])
def test_no_other_parameter_of_the_page_is_an_error_of_the_server(world: Api, db: None, name: str) -> None:
    client = Client(raise_request_exception=False)
    for kind, text in QUESTIONS.items():
        answer = client.get(f"/search/?q=matrix&{name}={sent(text)}")
        assert answer.status_code in (200, 400, 404), (kind, name)


def test_what_is_too_long_is_refused_and_the_limit_is_not(world: Api) -> None:
    assert world.get("search/movies", {"q": "a" * 200}).status_code == 200
    assert world.get("search/movies", {"q": "a" * 201}).status_code == 400

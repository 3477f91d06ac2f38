"""``recommendations/personalized``: a question that comes as the body of a POST.

Requirements A1, A2, S1 and S6.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from lambdaserve.access.credentials.scopes import READ
from lambdaserve.access.models import ApiKey
from tests.api.conftest import Api
from tests.api.documents import beat, movie

URL = "/api/v1/recommendations/personalized"


def post(body: Any, client: Client | None = None, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sender = client or Client(raise_request_exception=False)
    return sender.post(URL, content, content_type="application/json", headers=named)


def load(api: Api) -> None:
    cast = ["Brad Pitt"]
    api.load(movie(1, "One", cast=cast), movie(2, "Two", cast=cast), movie(3, "Three", genres=["Western"]), beat())


def test_likes_find_movies_and_unknown_ones_are_told(api: Api) -> None:
    load(api)
    body = post({"liked_movie_ids": [1, 99], "limit": 5}).json()
    assert [each["movie_id"] for each in body["recommendations"]] == [2]
    assert (body["liked_movie_ids"], body["unknown_movie_ids"], body["limit"]) == ([1], [99], 5)


def test_only_unknown_likes_are_a_404(api: Api) -> None:
    load(api)
    answer = post({"liked_movie_ids": [98, 99]})
    assert (answer.status_code, answer.json()["title"]) == (404, "Unknown movie")


def test_equal_likes_share_a_cached_answer(api: Api) -> None:
    load(api)
    states = [post({"liked_movie_ids": liked})["X-Cache"] for liked in ([1, 3], [3, 1], [1, 3, 3], [1])]
    assert states == ["MISS", "HIT", "HIT", "MISS"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "liked_movie_ids"),
        ({"liked_movie_ids": []}, "liked_movie_ids"),
        ({"liked_movie_ids": "1"}, "liked_movie_ids"),
        ({"liked_movie_ids": ["1"]}, "liked_movie_ids"),
        ({"liked_movie_ids": [1.5]}, "liked_movie_ids"),
        ({"liked_movie_ids": [-1]}, "liked_movie_ids"),
        ({"liked_movie_ids": [2**70]}, "liked_movie_ids"),
        ({"liked_movie_ids": [*range(10_000)]}, "liked_movie_ids"),
        ({"liked_movie_ids": [{"$gt": 0}]}, "liked_movie_ids"),
        ({"liked_movie_ids": [1], "limit": "5"}, "limit"),
        ({"liked_movie_ids": [1], "limit": 0}, "limit"),
        ({"liked_movie_ids": [1], "novelty": 2}, "novelty"),
        ({"liked_movie_ids": [1], "include_trending": "no"}, "include_trending"),
        ({"liked_movie_ids": [1], "user": 7}, "user"),
        ([1], "body"),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: Any, named: str) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert [each["parameter"] for each in answer.json()["errors"]] == [named]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"liked_movie_ids": [NaN]}', b"[" * 100_000])
def test_what_is_no_json_is_a_400(api: Api, content: bytes) -> None:
    assert post(content).status_code == 400


def test_too_large_a_body_is_a_413(api: Api) -> None:
    assert post(b'{"liked_movie_ids": [' + b"1," * 200_000 + b"1]}").status_code == 413


def test_forms_are_a_415(api: Api) -> None:
    assert Client().post(URL, {"liked_movie_ids": "1"}).status_code == 415


def test_query_parameters_are_those_of_every_view(api: Api) -> None:
    load(api)
    sent = json.dumps({"liked_movie_ids": [1]})
    answer: Any = Client().post(f"{URL}?completeness=strict", sent, content_type="application/json")
    assert answer.status_code == 200
    wrong: Any = Client().post(f"{URL}?limit=5", sent, content_type="application/json")
    assert [each["parameter"] for each in wrong.json()["errors"]] == ["limit"]


@pytest.mark.django_db
def test_a_key_asks_without_a_csrf_token_and_a_session_with_one(api: Api, settings: Any) -> None:
    load(api)
    settings.ANONYMOUS_READ = False
    question = {"liked_movie_ids": [1]}
    assert post(question).status_code == 401
    key = ApiKey(name="a key", scopes=[READ])
    text = key.issue()
    key.save()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_user("ann"))
    assert post(question, browser).status_code == 403
    assert post(question, browser, X_API_Key=text).status_code == 200
    browser.get("/admin/login/")
    token = Client().get("/login/").cookies["csrftoken"].value
    browser.cookies["csrftoken"] = token
    assert post(question, browser, X_CSRFToken=token).status_code == 200

"""The token viewset: parsing, limits and problems, with the tokens' own functions replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory
from rest_framework_simplejwt.exceptions import TokenError

from lambdaserve.access.credentials import tokens
from lambdaserve.auth_api import api
from lambdaserve.auth_api.api import TokenViewSet


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit is reached, and there is no SQL connection to close."""
    monkeypatch.setattr(api, "count_wrong_token", lambda _: None)
    monkeypatch.setattr(tokens, "session_of", lambda _: "a session")
    monkeypatch.setattr(api, "close_old_connections", lambda: None)


def post(action: str, body: Any) -> Any:
    view: Callable[..., Any] = TokenViewSet.as_view({"post": action})
    request = RequestFactory().post("/api/v1/auth/token", json.dumps(body), content_type="application/json")
    response = view(request)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


def refuse(_: str) -> None:
    raise TokenError("Token is invalid")


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("refresh", {"refresh": "text"}, {"access": "a", "refresh": "text"}),
        ("verify", {"token": "text"}, {}),
        ("revoke", {"refresh": "text"}, {}),
    ],
)
def test_a_valid_token_is_passed_on_and_the_answer_is_not_stored(
    monkeypatch: pytest.MonkeyPatch, action: str, body: dict[str, str], answer: dict[str, str]
) -> None:
    passed: list[str] = []

    def accept(text: str) -> dict[str, str]:
        passed.append(text)
        return {"access": "a", "refresh": text}

    monkeypatch.setattr(tokens, action, accept)
    response = post(action, body)
    assert (response.status_code, json.loads(response.content)) == (200, answer)
    assert response["Cache-Control"] == "no-store"
    assert passed == ["text"]


@pytest.mark.parametrize(("action", "field"), [("refresh", "refresh"), ("verify", "token"), ("revoke", "refresh")])
def test_an_invalid_token_gets_a_401_without_a_reason(monkeypatch: pytest.MonkeyPatch, action: str, field: str) -> None:
    monkeypatch.setattr(tokens, action, refuse)
    response = post(action, {field: "text"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="lambdaserve"'
    assert json.loads(response.content)["detail"] == "The token is not valid."


def test_beyond_the_limit_wrong_tokens_are_429_and_valid_ones_still_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "count_wrong_token", lambda _: 42)
    with monkeypatch.context() as wrong:
        wrong.setattr(tokens, "verify", refuse)
        response = post("verify", {"token": "text"})
    assert (response.status_code, response["Retry-After"]) == (429, "42")
    monkeypatch.setattr(tokens, "verify", lambda _: None)
    assert post("verify", {"token": "text"}).status_code == 200


def test_a_text_that_was_not_signed_here_takes_from_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(tokens, "session_of", refuse)
    monkeypatch.setattr(api, "spend", lambda *spent: taken.append(spent[1]))
    assert post("verify", {"token": "text"}).status_code == 401
    assert taken == []

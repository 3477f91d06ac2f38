"""Each way to authenticate reads its credentials from a request; the caches know one credential."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.authentication import (
    CHALLENGE,
    ApiKeyAuthentication,
    BearerToken,
    BrowserSession,
    ScraperKey,
)
from lambdaserve.access.credentials.credential_cache import Caller
from lambdaserve.access.credentials.scopes import AccessGrant

CALLER = Caller(AnonymousUser(), AccessGrant("test key", "key:test", frozenset(), None))


class KnowsOne:
    """A cache that knows the text ``good``."""

    def find(self, text: str) -> Caller | None:
        return CALLER if text == "good" else None


@pytest.fixture(autouse=True)
def spent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Requests whose wrong credentials were paid for."""
    paid: list[Request] = []
    monkeypatch.setattr(authentication, "api_key_cache", KnowsOne)
    monkeypatch.setattr(authentication, "token_cache", KnowsOne)
    monkeypatch.setattr(authentication, "spend_for_wrong_credentials", paid.append)
    return paid


def request(**headers: str) -> Request:
    sent: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(RequestFactory().get("/", headers=sent))


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (ApiKeyAuthentication, {"X_API_Key": "good"}),
        (ScraperKey, {"X_API_Key": "good"}),
        (ScraperKey, {"Authorization": "Api-Key good"}),
        (ScraperKey, {"Authorization": "api-key  good "}),
        (ScraperKey, {"Authorization": "Bearer else", "X_API_Key": "good"}),
        (BearerToken, {"Authorization": "Bearer good"}),
        (BearerToken, {"Authorization": "BEARER   good "}),
    ],
)
def test_valid_credentials_name_their_caller(kind: Any, headers: dict[str, str], spent: list[Request]) -> None:
    assert kind().authenticate(request(**headers)) is CALLER
    assert spent == []


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (ApiKeyAuthentication, {}),
        (ApiKeyAuthentication, {"Authorization": "Api-Key good"}),
        (ScraperKey, {}),
        (BearerToken, {}),
        (BearerToken, {"Authorization": "Basic YTpi"}),
        (BrowserSession, {}),
    ],
)
def test_a_request_without_such_credentials_is_left_to_the_next_kind(kind: Any, headers: dict[str, str]) -> None:
    assert kind().authenticate(request(**headers)) is None


@pytest.mark.parametrize(
    ("kind", "headers", "message"),
    [
        (ApiKeyAuthentication, {"X_API_Key": "wrong"}, "The API key is not valid."),
        (ApiKeyAuthentication, {"X_API_Key": ""}, "The API key is not valid."),
        (ScraperKey, {"Authorization": "Api-Key wrong", "X_API_Key": "good"}, "The API key is not valid."),
        (BearerToken, {"Authorization": "Bearer wrong"}, "The access token is not valid."),
        (BearerToken, {"Authorization": ""}, "The access token is not valid."),
    ],
)
def test_wrong_credentials_are_refused_and_cost_their_address_a_token(
    kind: Any, headers: dict[str, str], message: str, spent: list[Request]
) -> None:
    sent = request(**headers)
    with pytest.raises(AuthenticationFailed, match=message):
        kind().authenticate(sent)
    assert spent == [sent]


def test_a_challenge_names_the_accepted_kinds() -> None:
    assert ApiKeyAuthentication().authenticate_header(request()) == CHALLENGE
    assert BearerToken().authenticate_header(request()) == CHALLENGE
    assert ScraperKey().authenticate_header(request()) == 'Api-Key realm="lambdaserve"'

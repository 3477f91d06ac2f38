"""Each kind of caller may or may not read, explain and see the metrics."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from lambdaserve.access.credentials import permissions
from lambdaserve.access.credentials.permissions import (
    AskAccess,
    ExplainAccess,
    MetricsAccess,
    PreviewAccess,
    ReadAccess,
)
from lambdaserve.access.credentials.scopes import AccessGrant

VIEW: Any = None
USER = type("User", (), {"is_authenticated": True})()


def request(*scopes: str, user: Any = None, by_key: bool = True, method: str = "GET", **meta: str) -> Request:
    made = Request(getattr(RequestFactory(), method.lower())("/", **meta))
    made.user = user or AnonymousUser()
    made.auth = AccessGrant("API key", "key:test", frozenset(scopes), None) if by_key else None
    return made


@pytest.mark.parametrize("anonymous_read", [True, False])
def test_a_key_reads_by_its_scope_alone(settings: Any, *, anonymous_read: bool) -> None:
    settings.ANONYMOUS_READ = anonymous_read
    assert ReadAccess().has_permission(request("read"), VIEW)
    refusing = ReadAccess()
    assert not refusing.has_permission(request("metrics", user=USER), VIEW)
    assert refusing.message == "This API key may not read: it lacks the scope 'read'."


def test_without_a_key_reading_needs_a_user_unless_anonymous_reading_is_on(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert not ReadAccess().has_permission(request(by_key=False), VIEW)
    assert ReadAccess().has_permission(request(by_key=False, user=USER), VIEW)
    settings.ANONYMOUS_READ = True
    assert ReadAccess().has_permission(request(by_key=False), VIEW)


def test_no_scope_permits_writing() -> None:
    with pytest.raises(MethodNotAllowed):
        ReadAccess().has_permission(request("read", "manage", method="POST"), VIEW)


def test_a_question_may_come_by_post_from_those_who_may_read(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert AskAccess().has_permission(request("read", method="POST"), VIEW)
    assert not AskAccess().has_permission(request("manage", method="POST"), VIEW)
    assert not AskAccess().has_permission(request(by_key=False, method="POST"), VIEW)
    with pytest.raises(MethodNotAllowed):
        AskAccess().has_permission(request("read", method="PUT"), VIEW)


@pytest.mark.parametrize(
    ("permission", "scope", "message"),
    [
        (ExplainAccess, "explain", "This API key may not use explain=1: it lacks the scope 'explain'."),
        (PreviewAccess, "preview", "This API key may not use run=…: it lacks the scope 'preview'."),
        (MetricsAccess, "metrics", "This API key may not read the metrics: it lacks the scope 'metrics'."),
    ],
)
def test_a_key_needs_the_scope_and_a_user_the_permission(
    permission: Any, scope: str, message: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.METRICS_FROM = ()
    assert permission().has_permission(request(scope), VIEW)
    refusing = permission()
    assert not refusing.has_permission(request("read", user=USER), VIEW)
    assert refusing.message == message
    assert not permission().has_permission(request(by_key=False), VIEW)
    monkeypatch.setattr(permissions, "scopes_of", lambda user: frozenset({scope} if user is USER else ()))
    assert permission().has_permission(request(by_key=False, user=USER), VIEW)


def test_metrics_are_open_to_listed_addresses_not_to_keys_without_scope(settings: Any) -> None:
    settings.METRICS_FROM, settings.TRUSTED_PROXIES = ("192.0.2.7",), ()
    assert MetricsAccess().has_permission(request(by_key=False, REMOTE_ADDR="192.0.2.7"), VIEW)
    assert not MetricsAccess().has_permission(request(by_key=False, REMOTE_ADDR="192.0.2.8"), VIEW)
    assert not MetricsAccess().has_permission(request("read", REMOTE_ADDR="192.0.2.7"), VIEW)

"""The base viewset says which methods it serves and who may ask for an explanation."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from lambdaserve.api import viewsets
from lambdaserve.api.viewsets import ApiViewSet
from merger.request_context import RequestContext, current_request


class Sample(ApiViewSet):
    """Serves GET."""

    def list(self, request: Request) -> Response:
        return Response({"explains": (current := current_request.get()) is not None and current.steps is not None})


def send(method: str, path: str = "/", user: User | None = None) -> Any:
    request = APIRequestFactory().generic(method, path)
    if user is not None:
        force_authenticate(request, user)
    return Sample.as_view({"get": "list"})(request)


@pytest.fixture(autouse=True)
def in_a_request() -> Any:
    token = current_request.set(RequestContext("id"))
    yield
    current_request.reset(token)


def test_allow_is_sent_only_for_methods_that_are_not_served() -> None:
    assert "Allow" not in send("GET").headers
    refused = send("POST")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("user", "status"),
    [(None, 401), (User(pk=7, username="ada"), 403), (User(pk=8, username="root", is_superuser=True), 200)],
)
def test_explain_needs_a_permission_of_its_own(user: User | None, status: int) -> None:
    response = send("GET", "/?explain=1", user)
    assert response.status_code == status
    if status == 200:
        assert response.data == {"explains": True}


@pytest.mark.parametrize("query", ["", "?explain=0", "?other=explain", "?explain=11"])
def test_nothing_is_explained_unasked(query: str) -> None:
    assert send("GET", f"/{query}").data == {"explains": False}


def test_rate_limit_headers_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewsets, "rate_limit_headers", lambda _: [("RateLimit-Remaining", "3")])
    assert send("GET")["RateLimit-Remaining"] == "3"


def test_request_carries_its_environment_and_method_directly() -> None:
    view = Sample()
    view.action_map = {"get": "list"}
    plain = APIRequestFactory().get("/")
    wrapped = view.initialize_request(plain)
    assert wrapped.META is plain.META
    assert "META" in vars(wrapped)
    assert wrapped.method == "GET"


def test_response_that_is_no_answer_is_indented_for_a_browser() -> None:
    class Probe(ApiViewSet):
        """Answers without REST framework's response, as probes and problems do."""

        def list(self, request: Request) -> HttpResponse:
            return HttpResponse(b'{"a":1}', content_type="application/json")

    for accept, body in (("text/html", b'{\n  "a": 1\n}\n'), ("*/*", b'{"a":1}')):
        request = APIRequestFactory().get("/", headers={"Accept": accept})
        assert Probe.as_view({"get": "list"})(request).content == body

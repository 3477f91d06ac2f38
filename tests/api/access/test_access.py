"""Anonymous callers read where `ANONYMOUS_READ` is on; elsewhere only users who are logged in do.

Requirement S6.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Readable(APIView):
    """Any endpoint, with the access rules of the project's defaults."""

    def get(self, request: Request) -> Response:
        return Response({"read": True})

    def post(self, request: Request) -> Response:
        return Response({"written": True})


urlpatterns = [path("readable", Readable.as_view())]


def test_anonymous_callers_read_where_anonymous_reading_is_on(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_READ = True
    assert client.get("/readable").json() == {"read": True}


def test_anonymous_callers_are_refused_while_anonymous_read_is_off(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    response = client.get("/readable")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("ApiKey ")


def test_logged_in_user_reads_while_anonymous_read_is_off(
    client: Client, settings: Any, django_user_model: Any
) -> None:
    settings.ANONYMOUS_READ = False
    client.force_login(django_user_model.objects.create_user(username="ada"))
    assert client.get("/readable").json() == {"read": True}


def test_no_caller_writes(client: Client, settings: Any, admin_client: Client) -> None:
    settings.ANONYMOUS_READ = True
    assert client.post("/readable").status_code == 405
    assert admin_client.post("/readable").status_code == 405


def test_only_pages_of_a_configured_origin_may_call_the_api(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://dashboard.example.org"]
    settings.CORS_URLS_REGEX = r"^/readable"
    allowed = client.get("/readable", headers={"Origin": "https://dashboard.example.org"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://dashboard.example.org"
    other = client.get("/readable", headers={"Origin": "https://elsewhere.example.org"})
    assert "Access-Control-Allow-Origin" not in other.headers

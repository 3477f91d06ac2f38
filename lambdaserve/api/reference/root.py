"""``/api/v1``: links to every address of the API and to its documentation, from the URL configuration.

Requirement A5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, cast

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from lambdaserve.api.problem_schema import problem_response
from lambdaserve.api.problems import MEDIA_TYPE
from lambdaserve.api.viewsets import ApiViewSet

PREFIX: Final = "api/v1/"
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class LinkSerializer(serializers.Serializer[Any]):
    """An address of the API."""

    href = serializers.CharField(help_text="The path; `{…}` stands for a parameter.")
    templated = serializers.BooleanField(help_text="Whether it has parameters.")
    methods = serializers.ListField(child=serializers.CharField())


class DocumentationSerializer(serializers.Serializer[Any]):
    """Where the API is described."""

    interactive = serializers.CharField(help_text="Swagger UI: try requests.")
    reference = serializers.CharField(help_text="ReDoc: read.")
    schema = serializers.CharField(help_text="The OpenAPI document.")
    site = serializers.CharField(help_text="The site's pages.")


class RootSerializer(serializers.Serializer[Any]):
    """``/api/v1``."""

    name = serializers.CharField()
    version = serializers.CharField()
    documentation = DocumentationSerializer()
    links = serializers.DictField(child=LinkSerializer(), help_text="By name.")


_EXAMPLE: Final = {
    "name": "lambdaserve",
    "version": "0.1.0",
    "documentation": {
        "interactive": "/api/docs/",
        "reference": "/api/redoc/",
        "schema": "/api/schema/",
        "site": "/",
    },
    "links": {"movie": {"href": "/api/v1/movies/{movie_id}", "templated": True, "methods": ["GET"]}},
}


class RootViewSet(ApiViewSet):
    """The entrance of the API; open to all, as its documentation is."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="root",
        tags=["start"],
        summary="Links to all addresses",
        description="Every address of the API with its methods, and where the API is described.",
        responses={
            200: OpenApiResponse(
                RootSerializer, "Links.", [OpenApiExample("Links", _EXAMPLE, response_only=True, status_codes=[200])]
            ),
            **{(status, MEDIA_TYPE): problem_response(status) for status in (401, 406, 429, 500)},
        },
    )
    def links(self, request: Request) -> Response:
        """The links."""
        return Response(_root(), headers={"Vary": "Accept"})


@cache
def _root() -> dict[str, Any]:
    names = {"interactive": "docs", "reference": "redoc", "schema": "schema", "site": "start"}
    return {
        "name": "lambdaserve",
        "version": settings.VERSION,
        "documentation": {name: reverse(address) for name, address in names.items()},
        "links": dict(_links()),
    }


def _links() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each named address below ``/api/v1/``, in the order of the URL configuration."""
    below = [each for each in get_resolver().url_patterns if str(each.pattern) == PREFIX]
    base = reverse("api")
    for each in cast("URLResolver", below[0]).url_patterns:
        path, view = _PARAMETER.sub(r"{\1}", str(each.pattern)), cast("Any", each.callback)
        if isinstance(each, URLPattern) and each.name and path:
            yield (
                each.name,
                {
                    "href": f"{base}/{path}",
                    "templated": "{" in path,
                    "methods": sorted(method.upper() for method in view.actions if method != "head"),
                },
            )

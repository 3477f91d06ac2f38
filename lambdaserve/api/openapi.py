"""Shared parts of all endpoints' descriptions: credentials, ``freshness``, one decorator.

Requirement A5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from lambdaserve.access.credentials.authentication import HEADER
from lambdaserve.api.bodies import JsonBody
from lambdaserve.api.explain_schema import ExplainSerializer
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.api.problem_schema import AssumptionSerializer, IntervalSerializer, problem_response
from lambdaserve.api.problems import MEDIA_TYPE
from merger.contract.fields import LARGEST_COUNT

F = TypeVar("F", bound=Callable[..., Any])

SOURCES = ("batch", "speed", "merged")
"""Values of ``data_source``."""

DIRECTIONS = ("increasing", "decreasing", "stable")
"""Values of a trend's direction."""


class ApiSchema(AutoSchema):
    """Describes an operation; credentials are optional where anonymous clients may read."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Ways to authenticate, with the empty one where anonymous clients may read.

        Requirement S6.
        """
        schemes: list[dict[str, Any]] = super().get_auth()
        return [*schemes, {}] if settings.ANONYMOUS_READ and {} not in schemes else schemes


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package's is untyped
    """Describes API keys.

    Requirement S1.
    """

    target_class = "lambdaserve.access.credentials.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The security scheme."""
        description = "Created in the admin or by `manage.py create_api_key`; needs the scope `read`."
        return {"type": "apiKey", "in": "header", "name": HEADER, "description": description}


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package's is untyped
    """Describes access tokens.

    Requirement S2.
    """

    target_class = "lambdaserve.access.credentials.authentication.BearerToken"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The security scheme."""
        description = "An access token from `POST /api/v1/auth/token`."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": description}


class BrowserSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]  # the package's is untyped
    """Describes a session of the admin."""

    target_class = "lambdaserve.access.credentials.authentication.BrowserSession"


class FreshnessSerializer(serializers.Serializer[Any]):
    """How fresh and complete an answer is."""  # its description for clients; requirement M8

    cutoff = serializers.DateTimeField(help_text="From this hour on, the speed layer takes precedence.")
    batch_as_of = serializers.DateTimeField(
        allow_null=True, help_text="Event time up to which the batch documents in the answer are complete."
    )
    speed_as_of = serializers.DateTimeField(
        allow_null=True, help_text="Newest sync of the speed layer; null: not read, or it holds nothing."
    )
    complete = serializers.BooleanField(
        help_text="False when neither layer holds some of the events, or a layer that may hold more does not answer."
    )
    missing = IntervalSerializer(many=True, help_text="Intervals that neither layer holds.")
    proven = serializers.BooleanField(help_text="True when the answer is complete and rests on no assumption.")
    assumed = AssumptionSerializer(
        many=True, help_text="Intervals that are taken for known although nothing proves it."
    )
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="Sentences that each begin with a stable code and a colon."
    )
    data_version = serializers.CharField(
        help_text="Names the data that the answer stands on. Two answers of one address with the same version have the "
        "same numbers. It ends in `~` while some of the data is being replaced."
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """Base of every answer: its freshness and, on request, its explanation."""

    freshness = FreshnessSerializer()
    explain = ExplainSerializer(required=False, help_text="With `explain=1`.")


FRESHNESS_EXAMPLE: Mapping[str, Any] = {
    "cutoff": "2026-11-22T14:00:00Z",
    "batch_as_of": "2026-11-24T00:00:00Z",
    "speed_as_of": "2026-11-24T14:37:12Z",
    "complete": True,
    "missing": [],
    "proven": True,
    "assumed": [],
    "warnings": [],
    "data_version": "3f2a9c-2026112414-9be07c51d2a4",
}

_EVERY_ENDPOINT = (400, 401, 403, 404, 406, 412, 429, 500, 502, 503)


def describe(
    *,
    operation: str,
    tag: str,
    summary: str,
    about: str,
    answer: type[serializers.Serializer[Any]],
    example: Mapping[str, Any],
    parameters: type[QueryParameters] | None = None,
    body: type[JsonBody] | None = None,
    body_example: Mapping[str, Any] | None = None,
    path: Iterable[OpenApiParameter] = (),
    errors: Iterable[int] = (),
) -> Callable[[F], F]:
    """Describes an action of a viewset in the OpenAPI document.

    Args:
        operation: operation id, e.g. ``movies_sentiment``; ``tag`` is its group in the documentation.
        summary: half a line.
        about: what it answers and from which layers; Markdown.
        answer: shape of the 200 answer.
        example: one such answer.
        parameters: query parameters.
        body: what a POST sends; ``body_example`` is one.
        path: path parameters.
        errors: status codes besides those of every endpoint; 404 where names or ids are looked up.
    """
    shown = OpenApiExample(summary, dict(example), response_only=True, status_codes=[200])
    responses: dict[Any, Any] = {200: OpenApiResponse(answer, summary, [shown])}
    if body is None:
        about_304 = "`If-None-Match` names the current `ETag`; the response has no body."
        responses[304] = OpenApiResponse(None, about_304)
    for status in sorted({*_EVERY_ENDPOINT, *errors}):
        responses[status, MEDIA_TYPE] = problem_response(status)
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        description=about,
        parameters=[*path, *([parameters] if parameters else [])],
        request=body,
        responses=responses,
        examples=[OpenApiExample("Request", dict(body_example), request_only=True)] if body_example else None,
    )


def path_parameter(name: str, schema: Mapping[str, Any], about: str, example: object) -> OpenApiParameter:
    """Describes a path parameter by its JSON schema; the example is one of the sample world."""
    return OpenApiParameter(name, {**schema, "example": example}, OpenApiParameter.PATH, description=about)


MOVIE_ID = path_parameter(
    "movie_id", {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT}, "TMDB id of the movie.", 603
)
GENRE = path_parameter("genre", {"type": "string"}, "A genre, in any case, such as `Drama`.", "Drama")
NAME = path_parameter("name", {"type": "string"}, "A person's name, such as `Tom Hanks`.", "Tom Hanks")

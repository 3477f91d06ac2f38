"""What the descriptions of all endpoints have in common (A5): errors, ``freshness``, one decorator."""

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
from lambdaserve.api.explain_schema import ExplainSerializer
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.api.problems import MEDIA_TYPE, TYPE_PREFIX

F = TypeVar("F", bound=Callable[..., Any])

SOURCES = ("batch", "speed", "merged")
"""Values of ``data_source``."""

DIRECTIONS = ("increasing", "decreasing", "stable")
"""Values of every trend."""


class ApiSchema(AutoSchema):
    """The description of an operation; needs credentials only where reading does."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Ways to authenticate, of which none is needed where everybody may read (S6)."""
        ways: list[dict[str, Any]] = super().get_auth()
        return [*ways, {}] if settings.ANONYMOUS_READ and {} not in ways else ways


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package's is untyped
    """API keys in the description (S1)."""

    target_class = "lambdaserve.access.credentials.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The security scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "Made in the admin or by `manage.py create_api_key`; needs the scope `read`.",
        }


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package's is untyped
    """Access tokens in the description (S2)."""

    target_class = "lambdaserve.access.credentials.authentication.BearerToken"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The security scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token of `POST /api/v1/auth/token`.",
        }


class BrowserSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]  # the package's is untyped
    """A login to the admin in the description."""

    target_class = "lambdaserve.access.credentials.authentication.BrowserSession"


class IntervalSerializer(serializers.Serializer[Any]):
    """A half-open interval of time."""

    start = serializers.DateTimeField(allow_null=True, help_text="UTC; null: since the beginning.")
    end = serializers.DateTimeField(help_text="UTC, not included.")


class FreshnessSerializer(serializers.Serializer[Any]):
    """What an answer says about itself (M8)."""

    cutoff = serializers.DateTimeField(help_text="From this hour on the speed layer has precedence.")
    batch_as_of = serializers.DateTimeField(
        allow_null=True, help_text="Event time up to which the batch documents in the answer are complete."
    )
    speed_as_of = serializers.DateTimeField(
        allow_null=True, help_text="Newest sync of the speed layer; null: not asked, or it holds nothing."
    )
    complete = serializers.BooleanField(help_text="False when some events are held by neither layer.")
    missing = IntervalSerializer(many=True, help_text="What neither layer holds.")
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="Sentences that each begin with a stable code and a colon."
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """What every answer says about itself."""

    freshness = FreshnessSerializer()
    explain = ExplainSerializer(required=False, help_text="With `explain=1`.")


class ParameterErrorSerializer(serializers.Serializer[Any]):
    """One bad parameter."""

    parameter = serializers.CharField(allow_blank=True, help_text="Its name; empty: several together.")
    detail = serializers.CharField(help_text="What it takes and what came in.")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text=f"`{TYPE_PREFIX}…`, or `about:blank` where the status says it all.")
    title = serializers.CharField(help_text="The same for every problem of this type.")
    status = serializers.IntegerField(help_text="The HTTP status code.")
    detail = serializers.CharField(help_text="What happened this time.")
    instance = serializers.CharField(help_text="The path that was asked for.")
    # A declared field, which the metaclass takes off the class, so that the property of this name stays.
    errors = ParameterErrorSerializer(  # type: ignore[assignment] # see above
        many=True, required=False, help_text="Every bad parameter (400)."
    )
    near = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Names that may have been meant (404)."
    )
    missing = IntervalSerializer(
        many=True, required=False, help_text="What neither layer holds (503 of completeness=strict)."
    )


FRESHNESS_EXAMPLE: Mapping[str, Any] = {
    "cutoff": "2026-11-22T14:00:00Z",
    "batch_as_of": "2026-11-24T00:00:00Z",
    "speed_as_of": "2026-11-24T14:37:12Z",
    "complete": True,
    "missing": [],
    "warnings": [],
}

_EXAMPLES: Mapping[int, tuple[str, Mapping[str, Any]]] = {
    400: (
        "A parameter that is unknown, given twice or out of its range; all of them are named.",
        {
            "type": TYPE_PREFIX + "invalid-parameters",
            "title": "Invalid parameters",
            "detail": "completeness takes one of partial, strict; got 'ful'.",
            "errors": [
                {
                    "parameter": "completeness",
                    "detail": "completeness takes one of partial, strict; got 'ful'",
                }
            ],
        },
    ),
    401: (
        "Reading needs credentials here and none were given, or those given are not valid.",
        {"type": "about:blank", "title": "Unauthorized", "detail": "The API key is not valid."},
    ),
    403: (
        "The API key lacks the scope that this needs, or `explain=1` came from somebody who is not of the staff.",
        {
            "type": "about:blank",
            "title": "Forbidden",
            "detail": "This API key may not read: it lacks the scope 'read'.",
        },
    ),
    404: (
        "Neither layer knows it; for a genre, near matches are named.",
        {
            "type": TYPE_PREFIX + "unknown-genre",
            "title": "Unknown genre",
            "detail": "There is no genre 'dramma'. Did you mean Drama?",
            "near": ["Drama"],
        },
    ),
    406: (
        "The `Accept` header admits no JSON.",
        {
            "type": "about:blank",
            "title": "Not Acceptable",
            "detail": "Could not satisfy the request Accept header.",
        },
    ),
    411: (
        "The body is sent in chunks, without a length.",
        {
            "type": "about:blank",
            "title": "Length Required",
            "detail": "A request with a body needs a Content-Length header.",
        },
    ),
    413: (
        "The body is too long.",
        {
            "type": "about:blank",
            "title": "Request Entity Too Large",
            "detail": "The request body is too large; the limit is 262144 bytes.",
        },
    ),
    415: (
        "The body is no JSON by its `Content-Type`.",
        {
            "type": "about:blank",
            "title": "Unsupported Media Type",
            "detail": 'Unsupported media type "text/plain" in request.',
        },
    ),
    429: (
        "Too many requests. `Retry-After`: when to ask again; `RateLimit-Policy`: how many are admitted.",
        {
            "type": TYPE_PREFIX + "rate-limited",
            "title": "Too many requests",
            "detail": "Too many requests; try again in 3 s.",
        },
    ),
    500: (
        "Something unforeseen went wrong; it has been logged.",
        {
            "type": "about:blank",
            "title": "Internal Server Error",
            "detail": "Something went wrong here; it has been logged.",
        },
    ),
    502: (
        "The document store answered with an error that trying again will not mend.",
        {
            "type": TYPE_PREFIX + "store-fault",
            "title": "The document store answered with an error",
            "detail": "MongoDB answered with an error (OperationFailure).",
        },
    ),
    503: (
        "A store is away, or `completeness=strict` met missing events. `Retry-After`: when to ask again.",
        {
            "type": TYPE_PREFIX + "incomplete",
            "title": "The answer would be incomplete",
            "detail": "Asked for completeness=strict, but 1 interval is held by neither layer. Without it the answer "
            "comes with what there is.",
            "missing": [{"start": "2026-11-23T04:00:00Z", "end": "2026-11-23T06:00:00Z"}],
        },
    ),
}

_ALWAYS = (400, 401, 403, 406, 429, 500, 502, 503)


def documented(
    *,
    operation: str,
    tag: str,
    summary: str,
    about: str,
    answer: type[serializers.Serializer[Any]],
    example: Mapping[str, Any],
    parameters: type[QueryParameters] | None = None,
    path: Iterable[OpenApiParameter] = (),
    errors: Iterable[int] = (),
) -> Callable[[F], F]:
    """Describes an action of a viewset.

    Args:
        operation: operation id, e.g. ``movies_sentiment``.
        tag: group in the documentation.
        summary: half a line.
        about: what it answers and from where; Markdown.
        answer: shape of the 200 answer.
        example: one such answer.
        parameters: of the query.
        path: of the path.
        errors: status codes on top of those that every endpoint has; 404 where names or ids are looked up.
    """
    responses: dict[Any, Any] = {
        200: OpenApiResponse(
            answer, summary, [OpenApiExample(summary, dict(example), response_only=True, status_codes=[200])]
        ),
        304: OpenApiResponse(None, "`If-None-Match` names the current `ETag`; there is no body."),
    }
    for status in sorted({*_ALWAYS, *errors}):
        responses[status, MEDIA_TYPE] = problem_response(status)
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        description=about,
        parameters=[*path, *([parameters] if parameters else [])],
        responses=responses,
    )


def problem_response(status: int) -> OpenApiResponse:
    """An error in the description of an endpoint, with an example."""
    about, body = _EXAMPLES[status]
    value = {"type": body["type"], "title": body["title"], "status": status, "detail": body["detail"]}
    value |= {"instance": "/api/v1/…"} | {k: v for k, v in body.items() if k not in value}
    example = OpenApiExample(
        str(body["title"]), value, response_only=True, status_codes=[status], media_type=MEDIA_TYPE
    )
    return OpenApiResponse(ProblemSerializer, about, [example])


def in_path(name: str, kind: type | dict[str, Any], about: str) -> OpenApiParameter:
    """A parameter of the path; ``kind`` is a type or a JSON schema."""
    return OpenApiParameter(name, kind, OpenApiParameter.PATH, description=about)

"""Problems in the API's description: their shape, and an example for every status code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from lambdaserve.api.problems import MEDIA_TYPE, SERVER_ERROR, TYPE_PREFIX, Problem, bad_parameters
from merger.core.evidence import Reason

REASONS = (
    "`quiet`: no document of the type, though another type was synced after these hours, and a gap that long is "
    "plausible. `cut`: all documents of the hour were synced before its end. `coverage`: the batch does not state "
    "`covers_until`. `partial`: the hour comes from parts that may be versions of each other. `absent`: the batch does "
    "not name the movie or the day, and no record tells what it wrote."
)
"""The meaning of each ``Reason``, for the API's description."""


class IntervalSerializer(serializers.Serializer[Any]):
    """A half-open time interval."""

    start = serializers.DateTimeField(allow_null=True, help_text="UTC; null: since the beginning.")
    end = serializers.DateTimeField(help_text="UTC, not included.")


class AssumptionSerializer(IntervalSerializer):
    """An interval that is assumed to be known."""

    reason = serializers.ChoiceField(tuple(Reason), help_text=REASONS)


class ParameterErrorSerializer(serializers.Serializer[Any]):
    """One bad parameter."""

    parameter = serializers.CharField(allow_blank=True, help_text="Its name; empty: several parameters together.")
    detail = serializers.CharField(help_text="Which values it takes and which value was sent.")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text=f"`{TYPE_PREFIX}…`, or `about:blank` where the status says it all.")
    title = serializers.CharField(help_text="The same for every problem of this type.")
    status = serializers.IntegerField(help_text="The HTTP status code.")
    detail = serializers.CharField(help_text="What happened this time.")
    instance = serializers.CharField(help_text="The requested path.")
    # The metaclass removes declared fields from the class, so the serializer's own property `errors` stays intact.
    errors = ParameterErrorSerializer(  # type: ignore[assignment] # see above
        many=True, required=False, help_text="Every bad parameter (400)."
    )
    near = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Names that may have been meant (404)."
    )
    missing = IntervalSerializer(
        many=True, required=False, help_text="What neither layer holds (503 of completeness=strict)."
    )
    assumed = AssumptionSerializer(
        many=True, required=False, help_text="What nothing proves (503 of completeness=proven)."
    )


_PARAMETER_ERROR = {
    "parameter": "completeness",
    "detail": "completeness takes one of partial, strict, proven; got 'ful'",
}
_EXAMPLES: Mapping[int, tuple[str, Problem]] = {
    400: (
        "A parameter is unknown, given twice or out of its range; all such parameters are listed.",
        bad_parameters([_PARAMETER_ERROR]),
    ),
    401: (
        "Reading needs credentials and none were sent, or the ones sent are not valid.",
        Problem(401, "The API key is not valid."),
    ),
    403: (
        "The API key lacks the scope that this needs, or `explain=1` or `run` was sent without permission.",
        Problem(403, "This API key may not read: it lacks the scope 'read'."),
    ),
    404: (
        "Unknown to both layers, or no batch run; near matches are listed.",
        Problem(
            404,
            "There is no genre 'dramma'. Did you mean Drama?",
            "unknown-genre",
            "Unknown genre",
            {"near": ["Drama"]},
        ),
    ),
    406: ("The `Accept` header does not accept JSON.", Problem(406, "Could not satisfy the request Accept header.")),
    411: (
        "The body is sent in chunks, without a length.",
        Problem(411, "A request with a body needs a Content-Length header."),
    ),
    412: (
        "`If-Match` does not name the current `ETag`, or the `If-None-Match` of a POST does.",
        Problem(412, "The ETag of the answer is not in If-Match."),
    ),
    413: ("The body is too large.", Problem(413, "The request body is too large; the limit is 262144 bytes.")),
    415: (
        "The `Content-Type` of the body is not JSON.",
        Problem(415, 'Unsupported media type "text/plain" in request.'),
    ),
    429: (
        "Too many requests. `Retry-After` says when to try again, `RateLimit-Policy` how many are allowed.",
        Problem(429, "Too many requests; try again in 3 s.", "rate-limited", "Too many requests"),
    ),
    500: ("An unexpected error; it has been logged.", Problem(500, SERVER_ERROR)),
    502: (
        "The document store answered with an error; trying again will not help.",
        Problem(
            502,
            "MongoDB answered with an error (OperationFailure).",
            "store-fault",
            "The document store answered with an error",
        ),
    ),
    503: (
        "A store is unavailable, or events are missing (`strict`) or assumed (`proven`). `Retry-After`: when to retry.",
        Problem(
            503,
            "The request asks for a complete answer, but 1 interval is missing from both layers. Without that, the "
            "answer has what is available.",
            "incomplete",
            "The answer would be incomplete",
            {"missing": [{"start": "2026-11-23T04:00:00Z", "end": "2026-11-23T06:00:00Z"}]},
        ),
    ),
}


def problem_response(status: int) -> OpenApiResponse:
    """Describes an error of an endpoint, with an example."""
    about, problem = _EXAMPLES[status]
    body = problem.body("/api/v1/…")
    example = OpenApiExample(body["title"], body, response_only=True, status_codes=[status], media_type=MEDIA_TYPE)
    return OpenApiResponse(ProblemSerializer, about, [example])

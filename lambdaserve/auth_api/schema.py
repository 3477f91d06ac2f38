"""Description of the token endpoints in the API's schema.

Requirement A5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.serializers import BaseSerializer

from lambdaserve.api.problem_schema import problem_response
from lambdaserve.api.problems import MEDIA_TYPE

F = TypeVar("F", bound=Callable[..., Any])


class _Text(NamedTuple):
    summary: str
    description: str
    request: Mapping[str, str]
    response: Mapping[str, str]


_SHORTENED: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"
_PAIR: Final = {"access": _SHORTENED, "refresh": _SHORTENED}

_TEXTS: Final[Mapping[str, _Text]] = {
    "obtain": _Text(
        "Log in",
        "Returns the first two tokens of a session for a user's name and password. The access token goes into "
        "`Authorization: Bearer …`; it carries the scope `read`, and `explain`, `preview`, `metrics` and `manage` as "
        "far as the user's groups permit. Attempts are limited by address and by user name, in the admin and here "
        "together.",
        {"username": "ann", "password": "correct horse battery staple"},
        _PAIR,
    ),
    "refresh": _Text(
        "Exchange a refresh token for two new tokens",
        "A refresh token can be used once: the answer holds its successor. Using it a second time ends the session, "
        "since it may have been stolen. The scopes are those that the user has now.",
        {"refresh": _SHORTENED},
        _PAIR,
    ),
    "verify": _Text(
        "Check whether a token is valid",
        "Answers 200 for an access or refresh token that this service has signed, that has not expired, and whose "
        "session and user still exist; 401 for any other.",
        {"token": _SHORTENED},
        {},
    ),
    "revoke": _Text(
        "Log out",
        "Ends the session of a refresh token. Its refresh tokens are refused at once, its access tokens within five "
        "seconds.",
        {"refresh": _SHORTENED},
        {},
    ),
}

_ERRORS: Final = (400, 401, 406, 411, 413, 415, 429, 500, 503)


EMPTY_OBJECT: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "description": "An empty object.",
}
"""Schema of an answer whose status says everything."""


def describe_action(
    action: str, request: type[BaseSerializer[Any]], response: type[BaseSerializer[Any]] | Mapping[str, Any]
) -> Callable[[F], F]:
    """Decorates an action of the token viewset with its description.

    Args:
        action: key of the texts above.
        request: schema of the body.
        response: schema of the 200 answer.
    """
    text = _TEXTS[action]
    responses: dict[Any, Any] = {200: OpenApiResponse(response, text.summary)}
    responses |= {(status, MEDIA_TYPE): problem_response(status) for status in _ERRORS}
    return extend_schema(
        operation_id=f"token_{action}",
        tags=["auth"],
        summary=text.summary,
        description=text.description,
        request=request,
        responses=responses,
        examples=[
            OpenApiExample("Request", dict(text.request), request_only=True),
            OpenApiExample("Response", dict(text.response), response_only=True, status_codes=[200]),
        ],
    )

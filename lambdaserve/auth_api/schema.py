"""The token endpoints in the API's description (A5)."""

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
    about: str
    sent: Mapping[str, str]
    given: Mapping[str, str]


_SHORTENED: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"
_PAIR: Final = {"access": _SHORTENED, "refresh": _SHORTENED}

_TEXTS: Final[Mapping[str, _Text]] = {
    "obtain": _Text(
        "Log in",
        "The first two tokens of a session, for a user's name and password. The access token goes into "
        "`Authorization: Bearer …`; it carries the scope `read`, and `explain`, `metrics` and `manage` as far as the "
        "user's groups permit. Tries are limited by address and by user name, in the admin and here together.",
        {"username": "ann", "password": "correct horse battery staple"},
        _PAIR,
    ),
    "refresh": _Text(
        "Two new tokens for a refresh token",
        "Each refresh token is good for one use: its successor is in the answer. One that comes a second time ends the "
        "session, since somebody else may have it. What the user may do is looked at anew.",
        {"refresh": _SHORTENED},
        _PAIR,
    ),
    "verify": _Text(
        "Whether a token is valid",
        "200 for an access or refresh token that is signed by this service, has not expired, and whose session and "
        "user are still there; 401 for any other.",
        {"token": _SHORTENED},
        {},
    ),
    "revoke": _Text(
        "Log out",
        "Ends the session of a refresh token: its tokens are refused from now on, access tokens everywhere within five "
        "seconds.",
        {"refresh": _SHORTENED},
        {},
    ),
}

_ERRORS: Final = (400, 401, 406, 411, 413, 415, 429, 500, 503)


NOTHING: Final[Mapping[str, Any]] = {"type": "object", "additionalProperties": False, "description": "An empty object."}
"""Shape of an answer whose status says it all."""


def described(
    action: str, takes: type[BaseSerializer[Any]], gives: type[BaseSerializer[Any]] | Mapping[str, Any]
) -> Callable[[F], F]:
    """Describes an action of the tokens' viewset.

    Args:
        action: key of the texts above.
        takes: shape of the body.
        gives: shape of the 200 answer.
    """
    text = _TEXTS[action]
    responses: dict[Any, Any] = {200: OpenApiResponse(gives, text.summary)}
    responses |= {(status, MEDIA_TYPE): problem_response(status) for status in _ERRORS}
    return extend_schema(
        operation_id=f"token_{action}",
        tags=["auth"],
        summary=text.summary,
        description=text.about,
        request=takes,
        responses=responses,
        examples=[
            OpenApiExample("Sent", dict(text.sent), request_only=True),
            OpenApiExample("Given", dict(text.given), response_only=True, status_codes=[200]),
        ],
    )

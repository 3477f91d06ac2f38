"""What Schemathesis takes for a failure and is none, each with its reason; all else that a check finds is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemathesis import Case, HookContext
from schemathesis.core.failures import Failure, ServerError
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import RejectedPositiveData

UNSENDABLE = "ValueError: Invalid IPv6 URL"
"""What Schemathesis says of a header ``Host`` that it drew, and that its own client takes for half an address."""


def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Whether it is one."""
    query = case.query or {}
    if isinstance(failure, ServerError):
        return not _is_asked_for(query, response)
    if isinstance(failure, RejectedPositiveData):
        # Whoever draws a password or a token at random has the wrong one; blanks alone are none.
        is_wrong = "/auth/token" in case.path and response.status_code in (400, 401)
        return not (is_wrong or (response.status_code == 400 and contradicts(query)))
    return True


def _is_asked_for(query: Mapping[str, Any], response: Response) -> bool:
    """The one error of the server's that a caller asks for: by ``completeness=strict``."""
    told = response.status_code == 503 and response.json()["type"].endswith(":incomplete")
    return told and query.get("completeness") == "strict"


def contradicts(query: Mapping[str, Any]) -> bool:
    """Whether parameters that are well by themselves can't stand together or so, for which OpenAPI has no words."""
    return (
        ("month" in query and "year" not in query)
        or ("genre" in query and "movie_id" in query)
        or _is_upside_down(query, "year_from", "year_to")
        or _is_upside_down(query, "rating_min", "rating_max")
        # Numbers are written in digits, and OpenAPI can't say so of one.
        or any(isinstance(value, float) and "e" in str(value) for value in query.values())
    )


def _is_upside_down(query: Mapping[str, Any], least: str, most: str) -> bool:
    return least in query and most in query and float(query[least]) > float(query[most])

"""Findings of Schemathesis that are no failures, each with its reason; every other finding is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from schemathesis import Case, HookContext
from schemathesis.core.failures import Failure, ServerError
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import RejectedPositiveData

UNSENDABLE = "ValueError: Invalid IPv6 URL"
"""Error of Schemathesis's own client for a generated ``Host`` header that it can't send."""


def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Whether a finding is a failure."""
    query = case.query or {}
    if isinstance(failure, ServerError):
        return not _is_strict_refusal(query, response)
    if isinstance(failure, RejectedPositiveData):
        # A generated password or token is wrong; one of blanks counts as missing.
        is_wrong = "/auth/token" in case.path and response.status_code in (400, 401)
        excused = contradicts(query) or _leads_nowhere(case)
        return not (is_wrong or (response.status_code == 400 and excused))
    return True


def _leads_nowhere(case: Case[Any]) -> bool:
    """Whether a link was followed from an answer that has nothing for it, such as the first movie of an empty list."""
    return any(unquote(str(value)) == f"{{{name}}}" for name, value in (case.path_parameters or {}).items())


def _is_strict_refusal(query: Mapping[str, Any], response: Response) -> bool:
    """Whether it is the one 5xx that a client can ask for, with ``completeness=strict`` or ``proven``."""
    refused = response.status_code == 503 and response.json()["type"].endswith((":incomplete", ":unproven"))
    return refused and query.get("completeness") in ("strict", "proven")


def contradicts(query: Mapping[str, Any]) -> bool:
    """Whether a query breaks a rule that OpenAPI can't express, such as valid parameters that exclude each other."""
    return (
        ("month" in query and "year" not in query)
        or ("genre" in query and "movie_id" in query)
        or _is_upside_down(query, "year_from", "year_to")
        or _is_upside_down(query, "rating_min", "rating_max")
        # Numbers must be written in digits, without an exponent.
        or any(isinstance(value, float) and "e" in str(value) for value in query.values())
    )


def _is_upside_down(query: Mapping[str, Any], least: str, most: str) -> bool:
    return least in query and most in query and float(query[least]) > float(query[most])

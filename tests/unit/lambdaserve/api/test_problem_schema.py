"""Described problems look like the real ones."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from rest_framework import exceptions as drf

from lambdaserve.api.problem_schema import ProblemSerializer, problem_response
from lambdaserve.api.problems import SERVER_ERROR, Problem, problem_of
from merger.errors import BadQuery, Incomplete, NotFound, StoreFault


def example_of(status: int) -> dict[str, Any]:
    [example] = problem_response(status).examples
    value: dict[str, Any] = example.value
    return value


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadQuery("completeness", "ful", "one of partial, strict, proven"), 400),
        (drf.NotAuthenticated(), 401),
        (drf.PermissionDenied(), 403),
        (NotFound("genre", "dramma", ["Drama"]), 404),
        (drf.NotAcceptable(), 406),
        (drf.UnsupportedMediaType("text/plain"), 415),
        (drf.Throttled(wait=3), 429),
        (StoreFault("MongoDB answered with an error (OperationFailure)"), 502),
        (Incomplete([]), 503),
    ],
)
def test_example_has_the_members_type_and_title_of_a_real_problem(error: Exception, status: int) -> None:
    problem = problem_of(error)
    assert problem is not None
    real = orjson.loads(problem.response("/api/v1/…").content)
    example = example_of(status)
    assert example.keys() == real.keys()
    for member in ("type", "title", "status", "instance"):
        assert example[member] == real[member]
    if status in (400, 404, 406, 415, 429, 502):
        assert example["detail"] == real["detail"]


def test_example_of_a_server_error_has_its_text() -> None:
    real = orjson.loads(Problem(500, SERVER_ERROR).response("/api/v1/…").content)
    assert example_of(500) == real


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 411, 412, 413, 415, 429, 500, 502, 503])
def test_examples_have_described_members_only(status: int) -> None:
    assert set(example_of(status)) <= set(ProblemSerializer().fields)

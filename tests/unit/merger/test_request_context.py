"""Context of the current request, and its timed steps."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from merger.request_context import (
    RequestContext,
    TimedStep,
    begin_explaining,
    context_to_explain,
    current_request,
)


@pytest.fixture
def request_context() -> Iterator[RequestContext]:
    found = RequestContext("id")
    token = current_request.set(found)
    yield found
    current_request.reset(token)


def test_steps_are_timed_only_for_a_request_with_explain(request_context: RequestContext) -> None:
    with TimedStep("before"):
        pass
    assert context_to_explain() is None
    begin_explaining()
    with TimedStep("outer"), TimedStep("inner"):
        pass
    assert context_to_explain() is request_context
    assert request_context.steps is not None
    assert [name for name, _ in request_context.steps] == ["inner", "outer"]
    assert all(seconds >= 0 for _, seconds in request_context.steps)


def test_step_that_raises_is_timed_too(request_context: RequestContext) -> None:
    begin_explaining()
    with pytest.raises(KeyError), TimedStep("fails"):
        raise KeyError
    assert [name for name, _ in request_context.steps or ()] == ["fails"]


def test_thread_sees_the_request_only_in_a_copied_context(request_context: RequestContext) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(current_request.get).result() is None
        assert pool.submit(contextvars.copy_context().run, current_request.get).result() is request_context


def test_outside_of_a_request_nothing_is_noted() -> None:
    begin_explaining()
    with TimedStep("no request"):
        pass
    assert context_to_explain() is None

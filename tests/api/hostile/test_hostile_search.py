"""No question to the search is an error of the server, and none takes long."""

from __future__ import annotations

import time

import pytest

from tests.api.conftest import Api
from tests.api.documents import movie

_LONGEST_SECONDS = 2.0


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "a" * 200,
        "a " * 100,
        "!?*~^\"'()[]{}\\/:+-|&",
        'title:matrix AND (NOT "x"~2) OR *:*',
        "[a TO z] x^1000 /.*/ _exists_:title",
        "\x00\x01\x1b",
        "\u202e\u2066matrix\u2069",
        "(a+)+$" * 30,
        "🤖" * 100,
        "千" * 200,
        "\ufeff\u200b\u200d",
        "%00%ff",
        "one hundred thousand " * 9,
    ],
)
def test_hostile_question_is_answered_clearly_and_soon(api: Api, text: str) -> None:
    api.load([movie(1, "The Matrix"), movie(2, "!!!")])
    began = time.monotonic()
    assert api.get("search/movies", {"q": text}).status_code in (200, 400)
    assert time.monotonic() - began < _LONGEST_SECONDS

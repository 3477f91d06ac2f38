"""Values that may be credentials are masked in logged addresses, by name and by look; others stay readable."""

from __future__ import annotations

import pytest

from lambdaserve.middleware.masking import mask_path, mask_query

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
KEY = "ls0123456789.Zm9vYmFyYmF6cXV4"
RANDOM = "q7Xw2LrT9vBn4KpZ8sYd"
SESSION = "k3j2h1g4f5d6s7a8p9o0i1u2y3t4r5e6"


@pytest.mark.parametrize(
    "name",
    [
        "p%61ssword",
        "p%2561ssword",
        "jwt",
        "sig",
        "signature",
        "auth",
        "sessionid",
        "ticket",
        "X-API-KEY",
        "code",
        "PWD",
    ],
)
@pytest.mark.parametrize("separator", ["", "window=7d&", "window=7d;"])
def test_a_name_masks_its_value(name: str, separator: str) -> None:
    assert mask_query(f"{separator}{name}=s3cret") == f"{separator}{name}=***"


@pytest.mark.parametrize("value", [JWT, KEY, RANDOM, SESSION, JWT.replace(".", "%2E"), f"Bearer%20{JWT}"])
def test_a_value_that_looks_random_is_masked_under_any_name(value: str) -> None:
    assert mask_query(f"q={value}&window=7d") == "q=***&window=7d"
    assert mask_query(value) == "***"
    assert "***" in mask_path(f"/live/{value}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "window=7d&genre=drama",
        "q=the%20lord%20of%20the%20rings",
        "q=",
        "&;=",
        "start=2026-03-01T00:00:00Z",
        "q=100%",
    ],
)
def test_other_queries_stay_as_they_are(query: str) -> None:
    assert mask_query(query) == query


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/movies/550/sentiment",
        "/api/v1/analytics/actors/Edward Norton",
        "/admin/views/batchdocument/6b0c80fea190e49a9335b356/change/",
        "/static/lambdaserve/page.0123456789ab.css",
        "/admin/operations/runs/batch_2026_11_29/",
    ],
)
def test_other_paths_stay_as_they_are(path: str) -> None:
    assert mask_path(path) == path

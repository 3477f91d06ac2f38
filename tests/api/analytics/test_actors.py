"""``analytics/actors/{name}``: with whom an actor works.

Requirements A1, D1, D2 and D4.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import COMPUTED, DAY, actor, movie


def usual() -> list[dict[str, Any]]:
    return [
        actor("Tom Hanks", ("Meg Ryan", 2), ("Tim Allen", 3), ("Bill Paxton", 2)),
        actor("$gt", ("<script>alert(1)</script>", 1)),
        actor("AC/DC", ("Tom Hanks", 1)),
    ]


def test_it_answers_with_exactly_the_promised_fields(api: Api) -> None:
    api.load(usual())
    body = api.body("analytics/actors/Tom Hanks")
    freshness = body.pop("freshness")
    assert body == {
        "actor": "Tom Hanks",
        "collaborators": [
            {"actor": "Tim Allen", "movies": ["A Movie"], "count": 3},
            {"actor": "Bill Paxton", "movies": ["A Movie"], "count": 2},
            {"actor": "Meg Ryan", "movies": ["A Movie"], "count": 2},
        ],
        "total_collaborators": 3,
        "data_source": "batch",
    }
    assert (freshness["batch_as_of"], freshness["complete"]) == ("2031-03-10T00:00:00Z", True)


@pytest.mark.parametrize("name", ["tom hanks", "TOM HANKS", "  Tom   Hanks ", "tom%20hanks"])
def test_a_name_is_found_in_any_usual_case(api: Api, name: str) -> None:
    api.load(usual())
    assert api.body(f"analytics/actors/{name}")["actor"] == "Tom Hanks"


@pytest.mark.parametrize("is_in_a_cast", [True, False])
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Penélope Cruz", "penelope cruz"),
        ("Robert Downey Jr.", "Robert Downey Jr"),
        ("Jean-Claude Van Damme", "Jean Claude Van Damme"),
    ],
)
def test_a_name_is_found_without_its_marks(api: Api, stored: str, typed: str, is_in_a_cast: bool) -> None:
    api.load(actor(stored, ("Meg Ryan", 2)), movie(1, "A Movie", cast=[stored] if is_in_a_cast else []))
    assert api.body(f"analytics/actors/{typed}")["actor"] == stored


def test_an_unknown_name_lists_similar_ones(api: Api) -> None:
    api.load(usual())
    assert api.body("analytics/actors/Tom Hankz", status=404)["near"] == ["Tom Hanks"]


def test_names_are_never_operators_and_may_hold_a_slash(api: Api) -> None:
    api.load(usual())
    assert api.body("analytics/actors/$gt")["collaborators"][0]["actor"] == "<script>alert(1)</script>"
    assert api.body("analytics/actors/ac/dc")["actor"] == "AC/DC"


def test_the_newest_document_counts_wherever_its_payload_is(api: Api) -> None:
    newest = actor("Tom Hanks", ("Newest", 1))
    newest["stats"] = newest.pop("data")
    old = {**actor("Tom Hanks", ("Oldest", 1)), "computed_at": COMPUTED - DAY}
    api.load(old, {**newest, "version": 2}, {**newest, "version": 2}, usual())
    body = api.body("analytics/actors/Tom Hanks")
    assert [found["actor"] for found in body["collaborators"]] == ["Newest"]


@pytest.mark.parametrize(
    "data",
    [
        {"actor": "Tom Hanks"},
        {"actor": "Tom Hanks", "collaborators": {"actor": "X", "count": 1}},
        {"actor": "Tom Hanks", "collaborators": [{"actor": "X", "count": float("nan")}]},
        {"actor": "Tom Hanks", "collaborators": [{"count": 1}]},
        {"actor": "Tom Hanks", "collaborators": [{"actor": "x" * 10_000_000, "count": 1}]},
    ],
)
def test_an_unreadable_document_changes_nothing(api: Api, data: dict[str, Any]) -> None:
    api.load(usual(), {**actor("Tom Hanks"), "data": data, "version": 9})
    body = api.body("analytics/actors/Tom Hanks")
    assert body["total_collaborators"] == 3
    assert any(warning.startswith("documents_skipped:") for warning in body["freshness"]["warnings"])


@pytest.mark.parametrize("name", ["Nobody", "%00", "%20", "a" * 2000, "Tom", "Tom Hanks/"])
def test_it_says_404_for_an_unknown_actor(api: Api, name: str) -> None:
    api.load(usual())
    assert api.body(f"analytics/actors/{name}", status=404)["title"] == "Unknown actor"


def test_it_takes_no_other_parameter(api: Api) -> None:
    assert set(api.refused("analytics/actors/Tom Hanks", {"limit": "3"})) == {"limit"}


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual(), movie(1, "A Movie"))
    first: Any = api.get("analytics/actors/Tom Hanks")
    again: Any = api.get("analytics/actors/Tom Hanks", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=5"

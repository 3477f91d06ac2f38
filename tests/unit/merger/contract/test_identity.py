"""Which batch documents are about the same thing."""

from __future__ import annotations

from typing import Any

import pytest

from merger.contract.documents import BatchDocument, Contract
from merger.contract.identity import genre_key, identity_of, recency_of
from merger.core.windows import HOUR
from tests.unit.merger.documents import MOVIE, batch_view, point, total
from tests.unit.merger.examples import EXAMPLES, RUN

BY_TYPE = {raw["view_type"]: raw["data"] for raw in EXAMPLES if "view_type" in raw}


def read(view_type: str, **changes: Any) -> BatchDocument:
    """The example of a view type, with some of its payload changed."""
    return Contract().read_batch(batch_view(view_type, {**BY_TYPE[view_type], **changes}, RUN))


@pytest.mark.parametrize(
    ("view_type", "changes"),
    [
        ("movie_details", {"title": "Other"}),
        ("genre_analytics", {"genre": "DRAMA", "total_movies": 9}),
        ("temporal_analytics", {"value": 1.0}),
        ("actor_collaboration", {"actor": "a", "collaborators": []}),
    ],
)
def test_contents_and_case_do_not_change_an_identity(view_type: str, changes: dict[str, Any]) -> None:
    assert identity_of(read(view_type, **changes)) == identity_of(read(view_type))


@pytest.mark.parametrize(
    ("view_type", "changes"),
    [
        ("genre_analytics", {"genre": "War"}),
        ("genre_analytics", {"year": 2024}),
        ("genre_analytics", {"month": 4}),
        ("temporal_analytics", {"metric": "sentiment"}),
        ("temporal_analytics", {"genre": "War"}),
        ("temporal_analytics", {"date": "2026-03-02"}),
        ("actor_collaboration", {"actor": "B"}),
    ],
)
def test_identity_changes_with_every_distinguishing_field(view_type: str, changes: dict[str, Any]) -> None:
    assert identity_of(read(view_type, **changes)) != identity_of(read(view_type))


def test_a_total_and_the_days_of_a_movie_are_different_documents() -> None:
    raw = [total(1, RUN), point("2026-03-09", 1, RUN), point("2026-03-08", 1, RUN), total(1, RUN, movie_id=MOVIE + 1)]
    assert len({identity_of(Contract().read_batch(each)) for each in raw}) == 4


def test_the_newer_run_then_the_higher_version_is_more_recent() -> None:
    older, newer = total(1, RUN, version=9), total(1, RUN + HOUR)
    ranks = [recency_of(Contract().read_batch(raw)) for raw in (older, newer, {**newer, "version": 2})]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_a_genre_is_compared_without_case_and_surrounding_blanks() -> None:
    assert genre_key(" Sci-Fi ") == genre_key("SCI-FI") == "sci-fi"

"""Actions of the operations pages: what they ask, refuse and say, over stores of this test's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lambdaserve.ops.warming import Warmed
from lambdaserve.staff import actions
from lambdaserve.staff.actions import ActionRefused
from merger import wiring
from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_movie, of_view
from merger.indexes import server
from merger.indexes.declared import IndexState, IndexStatus
from merger.runs.publisher import NotPublishable

FORM = {"collection": "batch_views", "index": "theirs"}


@pytest.fixture
def advanced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Generations that were advanced."""
    found: list[str] = []
    tier = SimpleNamespace(advance=found.extend)
    monkeypatch.setattr(wiring, "service", lambda: SimpleNamespace(cache=SimpleNamespace(redis_tier=tier)))
    return found


def test_each_invalidation_advances_its_generation_and_is_logged(advanced: list[str]) -> None:
    assert actions.invalidate_movie({"movie": "603"}) == "Invalidated the answers about movie 603."
    assert actions.invalidate_view({"view": "movies.details"}) == "Invalidated the answers of movies.details."
    assert actions.invalidate_all({}).startswith("Invalidated every cached answer.")
    assert advanced == [of_movie(603), of_view("movies.details"), ALL_GENERATION]


@pytest.mark.parametrize("movie", ["", "-1", "6 0", "²", "9" * 30, "<b>"])
def test_an_invalid_movie_is_refused(movie: str, advanced: list[str]) -> None:
    with pytest.raises(ActionRefused, match="a movie's id is a number from 0 to"):
        actions.invalidate_movie({"movie": movie})
    with pytest.raises(ActionRefused, match=r"there is no view 'x+'$"):
        actions.invalidate_view({"view": "x" * 500})
    assert advanced == []


def warming(monkeypatch: pytest.MonkeyPatch, results: dict[str, Warmed]) -> None:
    top = [(address, 1.0) for address in results]
    monkeypatch.setattr(wiring, "popular_totals", lambda: SimpleNamespace(top=lambda _: top))
    monkeypatch.setattr(actions, "warm", lambda address: (results[address], ""))


def test_warming_counts_what_happened_to_the_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    warming(monkeypatch, {"/a": Warmed.COMPUTED, "/b": Warmed.WARM, "/c": Warmed.COMPUTED})
    said = actions.warm_most_requested({})
    assert said == f"Warmed the 3 most requested addresses: 2 {Warmed.COMPUTED}, 1 {Warmed.WARM}."
    warming(monkeypatch, {})
    assert actions.warm_most_requested({}) == "Warmed the 0 most requested addresses: no requests so far."
    warming(monkeypatch, {"/a": Warmed.FAILED})
    with pytest.raises(ActionRefused, match="of the 1 most requested addresses: 1 failed"):
        actions.warm_most_requested({})


@pytest.fixture
def status(monkeypatch: pytest.MonkeyPatch) -> list[IndexStatus]:
    """Indexes that MongoDB has; a test adds them."""
    found: list[IndexStatus] = []
    monkeypatch.setattr(server, "index_statuses", lambda: found)
    return found


def extra() -> IndexStatus:
    return IndexStatus(IndexState.EXTRA, "batch_views", None, {"name": "theirs", "key": {"theirs": 1}})


def test_dropping_an_index_asks_for_confirmation_and_names_it(
    monkeypatch: pytest.MonkeyPatch, status: list[IndexStatus]
) -> None:
    dropped: list[IndexStatus] = []
    monkeypatch.setattr(server, "drop", dropped.append)
    status.append(extra())
    question = actions.drop_index_question(FORM)
    assert question == "Drop batch_views.theirs? It is not declared. Other applications' queries may need it."
    assert dropped == []
    assert actions.drop_index(FORM) == "Dropped the index batch_views.theirs."
    assert dropped == status


def test_an_index_in_another_state_is_refused(status: list[IndexStatus]) -> None:
    with pytest.raises(ActionRefused, match=r"there is no index batch_views\.theirs"):
        actions.drop_index(FORM)
    status.append(extra())
    for refuse in (actions.create_index, actions.create_index_question, actions.change_expiry):
        with pytest.raises(ActionRefused, match=r"batch_views\.theirs is extra"):
            refuse(FORM)


class Publisher:
    """Publishes the run ``new``; ``partial`` only when forced."""

    def publish(self, run_id: str, covers_until: Any, *, force: bool, because: str) -> Any:
        if run_id == "partial" and not force:
            raise NotPublishable("gates refuse run 'partial': it is thin")
        faults = ["it is thin", "it is old"] if force else []
        return SimpleNamespace(run_id=run_id, total=1200, faults=faults, because=because)

    def roll_back(self, run_id: str, *, force: bool) -> Any:
        return SimpleNamespace(run_id=run_id)


def test_publishing_and_rolling_back_invalidate_the_batch(monkeypatch: pytest.MonkeyPatch, advanced: list[str]) -> None:
    monkeypatch.setattr(wiring, "run_publisher", Publisher)
    assert actions.publish({"run": "new"}) == "Published run new with 1,200 documents."
    assert actions.roll_back({"run": "new"}) == "Rolled back run new: readers see the runs before it again."
    assert advanced == [BATCH_GENERATION, BATCH_GENERATION]


def test_a_run_that_gates_refuse_is_published_only_by_force(
    monkeypatch: pytest.MonkeyPatch, advanced: list[str]
) -> None:
    monkeypatch.setattr(wiring, "run_publisher", Publisher)
    with pytest.raises(NotPublishable, match="gates refuse run 'partial': it is thin"):
        actions.publish({"run": "partial"})
    with pytest.raises(ActionRefused, match="covers_until takes a time such as"):
        actions.publish({"run": "new", "covers_until": "soon"})
    assert advanced == []
    forced = {"run": "partial", "force": "yes", "because": "of a strike"}
    assert actions.publish_question(forced) == (
        "Publish run partial although gates refuse it, because: of a strike? Readers then see its documents."
    )
    assert actions.publish(forced) == (
        "Published run partial with 1,200 documents. Gates refused it: it is thin; it is old. "
        "It was forced because: of a strike"
    )

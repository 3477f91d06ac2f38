"""The views of movies read the right documents and are cached under the right parameters."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from merger.contract.documents import Aliases, Contract
from merger.core.boundary import Boundary, Layers
from merger.core.evidence import Completeness
from merger.core.windows import HOUR
from merger.views.plans import PlanContext, View
from movies import selectors
from movies.selectors import DETAILS, SENTIMENT, Movie, MovieSentiment, movie_search_list
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import MOVIE, at, bucket
from tests.unit.merger.examples import EXAMPLES

BOUNDARY = Boundary(at("2026-03-10 10:30"))
DATA = {raw["data_type"]: raw["data"] for raw in EXAMPLES if "data_type" in raw}
TYPES = ("sentiment", "stats", "trending")


def types_read(view: View[Any], params: Any) -> list[str | None]:
    """The types of the documents that a view reads, of a store with one of each type and two without a known one."""
    hour = BOUNDARY.open_hour - HOUR
    payloads = [bucket(hour, 1), *(bucket(hour, 1, data_type=each, data=DATA[each]) for each in TYPES[1:])]
    odd = [bucket(hour, 1, data_type=each) for each in (None, "clicks")]
    store = MemoryStore(speed_views=[*payloads, *odd])
    plan = view.plan(PlanContext(params, BOUNDARY, Layers(), Aliases()))
    raw = [document for find in plan.reads if find.collection == "speed_views" for document in store.find(find)]
    contract = Contract()
    found = contract.read(speed=contract.speed_of_types(raw, plan.speed_types))
    return [*(document.data_type for document in found.speed), *(skip.type for skip in found.skipped)]


def test_details_read_stats_and_documents_without_a_known_type() -> None:
    assert types_read(DETAILS, Movie(MOVIE)) == ["stats", None, "clicks"]


def test_sentiment_reads_every_type_to_know_that_the_movie_exists() -> None:
    params = MovieSentiment(MOVIE, selectors.LIFETIME, selectors.LIFETIME.unit)
    assert types_read(SENTIMENT, params) == [*TYPES, None, "clicks"]


def test_spellings_of_a_genre_share_a_cache_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Service:
        """Notes the parameters of each fetch."""

        params: ClassVar[set[Any]] = set()

        def fetch(self, _: Any, params: Any, *, completeness: Completeness) -> None:
            self.params.add((params, completeness))

    monkeypatch.setattr(selectors, "asked_service", Service)
    for genre in ("Drama", "drama", " DRAMA "):
        movie_search_list(genre=genre)
    assert len(Service.params) == 1

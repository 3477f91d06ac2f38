"""All documents of a run are read once, and no others."""

from __future__ import annotations

import pytest

from merger.contract.documents import Aliases, Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY
from merger.errors import StoreUnavailable
from merger.gates.reading import RunReader
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import at, batch_view, point, total
from tests.unit.merger.examples import DETAILS

RUN = at("2026-03-10 00:00")


def reader(store: MemoryStore, contract: Contract | None = None) -> RunReader:
    return RunReader(store, contract or Contract(), lambda: Boundary(RUN + DAY))


def test_only_the_documents_of_the_run_are_read() -> None:
    views = [total(1, RUN, movie_id=number, batch_run_id="run") for number in range(45)]
    other = batch_view("movie_details", DETAILS, RUN, batch_run_id="other")
    store = MemoryStore(batch_views=[*views, point("2026-03-09", 1, RUN, batch_run_id="run"), other])
    run = reader(store).read("run")
    assert run.run_id == "run"
    assert {name: group.documents for name, group in run.groups.items()} == {"sentiment": 45, "sentiment by day": 1}


def test_every_spelling_of_a_view_type_is_read() -> None:
    contract = Contract(Aliases().with_extra({"view_types": {"details": "movie_details"}}))
    views = [
        {**batch_view("movie_details", DETAILS, RUN, movie_id=number, batch_run_id=7), "view_type": name}
        for number, name in enumerate(("movie_details", "details"))
    ]
    run = reader(MemoryStore(batch_views=views), contract).read(7)
    assert (run.run_id, run.groups["movie_details"].documents) == ("7", 2)


def test_the_coverage_of_the_record_counts() -> None:
    unstated = {**total(1, RUN, batch_run_id="run"), "covers_until": None}
    assert reader(MemoryStore(batch_views=[unstated])).read("run", RUN - DAY).covers_until == RUN - DAY


def test_a_store_that_is_away_is_an_error() -> None:
    store = MemoryStore()
    store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        reader(store).read("run")

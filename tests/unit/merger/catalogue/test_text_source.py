"""The texts that the search finds are read as the batch layer stores them."""

from __future__ import annotations

from contextlib import nullcontext

from merger.catalogue.text_source import StoredTexts
from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import batch_view
from tests.unit.merger.examples import RUN


def source(*documents: dict[str, object]) -> StoredTexts:
    return StoredTexts(MemoryStore(**{BATCH: list(documents)}), Contract(), nullcontext)


def test_every_readable_document_of_a_movie_is_yielded() -> None:
    title = {"title": "Heat"}
    found = source(
        batch_view("movie_details", title, RUN, movie_id=1),
        {"view_type": "movie_details", "movie_id": 1, "data": title},
        batch_view("sentiment", {"average": 0.5}, RUN, movie_id=1),
    )
    assert [(movie_id, dict(data)["title"]) for movie_id, data in found.movies()] == [(1, "Heat")]


def test_names_of_networks_are_yielded() -> None:
    found = source(
        batch_view("actor_collaboration", {"actor": "Tom Hanks", "collaborators": []}, RUN),
        batch_view("actor_collaboration", {"actor": 5, "collaborators": []}, RUN),
        batch_view("actor_collaboration", "nonsense", RUN),
    )
    assert list(found.actors()) == ["Tom Hanks"]

"""A value that can't be read costs only itself: the rest of its document is served, and nothing is a 500.

Requirement D2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from merger.contract.documents import Contract, Documents
from tests.api.conftest import Api
from tests.api.documents import COMPUTED, HOUR, OPEN_HOUR, Document, batch, movie, speed_stats
from tests.api.healthy_world import MOVIE, OTHER, answers, load_healthy
from tests.api.spoiled import KINDS, all_bare, all_dented, dented
from tests.effort import IS_THOROUGH, some

WORLDS = [[kind] for kind in KINDS] if IS_THOROUGH else [list(KINDS)[0::2], list(KINDS)[1::2]]
"""Kinds of documents that are in one world; a thorough run looks at each by itself."""

TEN_MEGABYTES = "x" * 10_000_000


def read(kind: str, document: Document) -> Documents:
    return Contract().read(**{kind.split()[0]: [document]})


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_drops_the_value_alone(kind: str) -> None:
    layer, name = kind.split()[:2]
    found = list(dented(kind))
    assert len(found) > 100
    for document, field in found:
        bare = {**document, "data": {key: value for key, value in document["data"].items() if key != field}}
        documents, expected = read(kind, document), read(kind, bare)
        assert not documents.skipped, (field, document)
        assert [(drop.layer, drop.kind) for drop in documents.dropped] == [(layer, f"{name}.{field}")]
        assert (documents.batch, documents.speed) == (expected.batch, expected.speed), (field, document)


@pytest.mark.parametrize("kinds", WORLDS, ids=", ".join)
def test_values_that_cannot_be_read_are_as_if_absent(api: Api, kinds: Sequence[str]) -> None:
    expected = answers_with(api, [document for kind in kinds for document in all_bare(kind)])
    for number in some((0, 5, 14, 17), 2):
        assert answers_with(api, [document for kind in kinds for document in all_dented(kind, number)]) == expected


@pytest.mark.parametrize("kinds", WORLDS, ids=", ".join)
def test_documents_with_an_unreadable_value_are_not_skipped(api: Api, kinds: Sequence[str]) -> None:
    load_healthy(api)
    for kind in kinds:
        api.database[f"{kind.split()[0]}_views"].insert_many(document for document, _ in dented(kind))
    for address, body in answers(api).items():
        said = {text.partition(":")[0] for text in body["freshness"]["warnings"]}
        assert not said & {"documents_skipped", "hours_unreadable"}, address


def answers_with(api: Api, documents: list[Document]) -> dict[str, dict[str, Any]]:
    """All answers about the healthy world with some more documents."""
    for name in ("batch_views", "speed_views"):
        api.database[name].delete_many({})
    load_healthy(api)
    api.load(documents)
    return answers(api)


def test_strings_of_ten_megabytes_cost_only_themselves(api: Api) -> None:
    healthy = load_healthy(api)
    api.load(
        movie(MOVIE, TEN_MEGABYTES, runtime=7, computed_at=COMPUTED + HOUR),
        movie(OTHER, "Se7en", genres=["Drama", TEN_MEGABYTES], computed_at=COMPUTED + HOUR),
        movie(4711, "Alien", overview=TEN_MEGABYTES),
        speed_stats(4711, OPEN_HOUR, 1.0, 1, 1.0, synced_at=TEN_MEGABYTES),
    )
    found = answers(api)
    first, second = found[f"movies/{MOVIE}"], found[f"movies/{OTHER}"]
    assert (first["title"], first["runtime"]) == (None, 7)
    assert (second["title"], second["genres"]) == ("Se7en", None)
    third = api.body("movies/4711")
    assert (third["title"], third["overview"]) == ("Alien", None)
    assert found["analytics/overview"]["total_movies"] == healthy["analytics/overview"]["total_movies"] + 1


@pytest.mark.parametrize("title", [{"$ref": "batch_views", "$id": 1}, {"$ref": 7}])
def test_a_document_reference_is_not_a_title(api: Api, title: Document) -> None:
    load_healthy(api)
    data = {"title": title, "runtime": 7}
    api.load(batch("movie_details", data, movie_id=MOVIE, computed_at=COMPUTED + HOUR))
    body = answers(api)[f"movies/{MOVIE}"]
    assert (body["title"], body["runtime"]) == (None, 7)

"""An actor's network.

Requirements D4 and M7.
"""

from __future__ import annotations

from typing import Any

import pytest

from analytics.actors import Actor, actor_network
from merger.contract.documents import Contract
from merger.errors import NotFound
from tests.unit.inputs import Raw, at, batch_view, view_inputs

NOW = at("2026-03-10 10:30")
RUN = at("2026-03-10 00:00")


def network(actor: str, *collaborators: Any, covers: Any = RUN) -> Raw:
    return batch_view("actor_collaboration", {"actor": actor, "collaborators": list(collaborators)}, covers)


def ask(name: str, *documents: Raw) -> dict[str, Any]:
    return actor_network(Actor(name), view_inputs(NOW, documents)).body


def test_collaborators_come_by_movies_together_then_by_name() -> None:
    body = ask(
        "Tom Hanks",
        network(
            "Tom Hanks",
            {"actor": "Tim Allen", "count": 2, "movies": ["Toy Story", 863]},
            {"actor": "Meg Ryan", "count": 2},
            {"actor": "Zoe", "count": 9},
        ),
    )
    assert body["collaborators"] == [
        {"actor": "Zoe", "movies": [], "count": 9},
        {"actor": "Meg Ryan", "movies": [], "count": 2},
        {"actor": "Tim Allen", "movies": ["Toy Story", 863], "count": 2},
    ]
    assert body["total_collaborators"] == 3


def test_the_newest_document_counts_whatever_its_spelling() -> None:
    old = network("Tom Hanks", {"actor": "A", "count": 1}, covers=at("2026-03-09 00:00"))
    new = network("TOM HANKS", {"actor": "B", "count": 1})
    for documents in ((old, new), (new, old), (new, old, new)):
        body = ask("tom hanks", *documents)
        assert (body["actor"], [c["actor"] for c in body["collaborators"]]) == ("TOM HANKS", ["B"])


def test_an_actor_listed_twice_counts_once_with_the_fuller_entry() -> None:
    twice = [{"actor": "Meg Ryan", "count": 1}, {"actor": "meg ryan", "count": 3}]
    for entries in (twice, twice[::-1]):
        body = ask("Tom Hanks", network("Tom Hanks", *entries))
        assert [(c["actor"], c["count"]) for c in body["collaborators"]] == [("meg ryan", 3)]


def test_an_actor_without_collaborators_is_known() -> None:
    assert ask("Tom Hanks", network("Tom Hanks"))["collaborators"] == []


def test_an_unknown_actor_is_not_found() -> None:
    with pytest.raises(NotFound, match="no actor 'Tom'"):
        ask("Tom", network("Tom Hanks"))


def test_common_spellings_are_looked_for_each_once() -> None:
    assert Actor("tom HANKS").spellings == ("tom HANKS", "Tom Hanks", "tom hanks", "TOM HANKS")
    assert Actor("Tom Hanks").spellings == ("Tom Hanks", "tom hanks", "TOM HANKS")


@pytest.mark.parametrize("data", [None, [1, 2], "{", '{"actor": "Tom Hanks", "collaborators": []}', {"actor": 50}])
def test_an_actor_may_be_in_a_document_that_names_nobody(data: Any) -> None:
    unnamed = {**network("?"), "data": data}
    assert not Contract().read([unnamed]).batch
    inputs = view_inputs(NOW, catalogue=[unnamed])
    built = actor_network(Actor("Tom Hanks"), inputs)
    assert (built.body["collaborators"], built.freshness.complete) == ([], False)
    older = network("Tom Hanks", {"actor": "A", "count": 1}, covers=at("2026-03-09 00:00"))
    for own, is_complete in ((older, False), (network("Tom Hanks"), True)):
        built = actor_network(Actor("Tom Hanks"), view_inputs(NOW, [own], catalogue=[unnamed]))
        assert built.freshness.complete == is_complete


def test_an_actor_known_from_the_future_alone_is_known_and_incomplete() -> None:
    built = actor_network(Actor("Tom Hanks"), view_inputs(NOW, [network("Tom Hanks", covers=at("2026-03-12 00:00"))]))
    assert not built.freshness.complete
    assert any(warning.startswith("clock_ahead") for warning in built.freshness.warnings)


def test_an_actor_whose_document_cannot_be_read_is_known_and_incomplete() -> None:
    spoilt = {**network("Tom Hanks"), "data": {"actor": "Tom Hanks", "collaborators": 7}}
    built = actor_network(Actor("Tom Hanks"), view_inputs(NOW, [spoilt]))
    assert (built.body["actor"], built.body["collaborators"]) == ("Tom Hanks", [])
    assert [start for start, _ in built.freshness.missing] == [None]
    older = network("Tom Hanks", {"actor": "A", "count": 1}, covers=at("2026-03-09 00:00"))
    assert not actor_network(Actor("Tom Hanks"), view_inputs(NOW, [older, spoilt])).freshness.complete
    assert actor_network(Actor("Tom Hanks"), view_inputs(NOW, [network("Tom Hanks"), spoilt])).freshness.complete

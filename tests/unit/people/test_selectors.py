"""Selectors of people write their parameters in one way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from merger.catalogue.catalogue import Catalogue
from merger.core.evidence import Completeness
from merger.errors import NotFound, StoreUnavailable
from people import selectors
from people.finding import PeopleSearch
from people.person import Person
from search.texts import MovieTexts
from tests.unit.search.questions.sample_index import index_of


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Completeness]]:
    """Records the requests to the service; nobody is called Nobody."""
    found: list[tuple[str, Any, Completeness]] = []

    def fetch(view: Any, params: Any, *, completeness: Completeness) -> None:
        found.append((view.name, params, completeness))
        if getattr(params, "name", "") == "nobody":
            raise NotFound("person", "nobody", ["Noah Body"])

    monkeypatch.setattr(selectors, "asked_service", lambda: SimpleNamespace(fetch=fetch))
    return found


def test_spellings_of_a_name_share_an_answer(fetched: list[tuple[str, Any, Completeness]]) -> None:
    for name in ("Penélope Cruz", "penelope-cruz", "  PENELOPE   CRUZ"):
        selectors.person_get(name=name, completeness=Completeness.STRICT)
        selectors.person_movies_list(name=name, sort_by="title", direction="desc")
    assert len({params for _, params, _ in fetched}) == 2
    assert fetched[0] == ("people.person", Person("penelope cruz"), Completeness.STRICT)


def test_spellings_of_a_question_share_an_answer(fetched: list[tuple[str, Any, Completeness]]) -> None:
    for text in ("Tom H", " tom  h"):
        selectors.people_list(q=text, limit=3)
    assert {params for _, params, _ in fetched} == {PeopleSearch("tom h", 3)}


def test_an_unknown_name_is_said_as_it_was_typed(fetched: list[tuple[str, Any, Completeness]]) -> None:
    with pytest.raises(NotFound, match="no person 'NoBody'") as error:
        selectors.person_get(name="NoBody")
    assert error.value.near == ("Noah Body",)
    assert len(fetched) == 1


def test_names_without_a_page_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(MovieTexts(1, cast=("Penélope Cruz",)))
    finder = SimpleNamespace(ask=lambda lookup, _: ("", lookup(index)))
    service = SimpleNamespace(catalogue_at_hand=Catalogue(), finder=finder)
    monkeypatch.setattr(selectors, "asked_service", lambda: service)
    assert selectors.known_names(["penelope cruz", "Nobody", ""]) == {"penelope cruz"}

    def no_index(*_: Any) -> None:
        raise StoreUnavailable("still being built")

    finder.ask = no_index
    assert selectors.known_names(["Nobody"]) == {"Nobody"}


def test_a_name_that_no_document_can_have_is_not_looked_for(fetched: list[tuple[str, Any, Completeness]]) -> None:
    with pytest.raises(NotFound):
        selectors.person_movies_list(name="x" * 501)
    assert fetched == []

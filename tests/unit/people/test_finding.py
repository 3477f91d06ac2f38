"""A page of people is what the index found, with the catalogue's freshness."""

from __future__ import annotations

from people.finding import PeopleSearch, describe_name, people_search
from search.people import Person
from tests.unit.inputs import details
from tests.unit.people.persons import COVERED, inputs_of

CATALOGUE = [
    details(1, COVERED, cast=["Ann Lee", "Ann Ray"]),
    details(2, COVERED, cast=["Ann Lee"], directors=["Ánn Lee"]),
]


def test_page_counts_all_people() -> None:
    found = inputs_of(lambda index: index.people.find("ann", 1, 1), CATALOGUE)
    result = people_search(PeopleSearch("ann", 1, 1), found)
    assert [each["name"] for each in result.body["results"]] == ["Ann Ray"]
    assert {name: result.body[name] for name in ("total_results", "page", "total_pages")} == {
        "total_results": 2,
        "page": 2,
        "total_pages": 2,
    }
    assert result.freshness.batch_as_of == COVERED
    assert result.freshness.complete


def test_nobody_is_an_empty_page() -> None:
    body = people_search(PeopleSearch("zoe"), inputs_of(lambda index: index.people.find("zoe"), CATALOGUE)).body
    assert (body["results"], body["total_results"], body["page"], body["total_pages"]) == ([], 0, 1, 0)


def test_other_spellings_are_listed() -> None:
    assert describe_name(Person(("Ann", "ANN"), 3)) == {"name": "Ann", "other_spellings": ["ANN"]}

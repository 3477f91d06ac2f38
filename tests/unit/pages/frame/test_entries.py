"""What a visitor entered: valid values are kept, and each fault is said in plain words."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from merger.errors import NotFound
from movies.search import SortBy
from movies.serializers import MovieSearchParameters
from pages.frame.entries import Fault, query_with, quote, read_entries, unknown_name

WORDS = {"year_to": "Not before the first.", "rating_max": "Not below the least."}


def read(query: str) -> tuple[dict[str, object], dict[str, str]]:
    values, faults = read_entries(MovieSearchParameters, QueryDict(query), WORDS)
    return values, {name: " ".join(each.text for each in found) for name, found in faults.items()}


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("q=a&genre=&utm_source=mail&completeness=x&explain=1", {}),
        ("year_from=1700", {"year_from": "“1700” can’t be used here. Enter a whole number from 1800 to 2200."}),
        (
            "sort_by=fame",
            {"sort_by": f"“fame” can’t be used here. Choose one of {', '.join(SortBy)}."},
        ),
        ("year_from=2000&year_from=2001", {"year_from": "Enter one value, not 2."}),
        ("year_from=2020&year_to=2000", {"year_to": "Not before the first."}),
        # A contradiction is found beside another fault.
        (
            "limit=x&rating_min=9&rating_max=1&year_from=2020&year_to=2000",
            {
                "limit": "“x” can’t be used here. Enter a whole number from 1 to 100.",
                "year_to": "Not before the first.",
                "rating_max": "Not below the least.",
            },
        ),
    ],
)
def test_faults_are_said_in_a_visitors_words_and_other_values_kept(query: str, faults: dict[str, str]) -> None:
    values, found = read(f"{query}&rating_min=1" if "rating" not in query else query)
    assert found == faults
    assert "completeness" not in values
    assert values["limit"] == 20
    assert values["rating_min"] == (9 if "rating" in query else 1)
    assert not faults.keys() & values.keys() - {"limit", "sort_by"}  # those have a usual value


def test_words_of_a_fault_have_no_marks_of_the_description() -> None:
    from trending.serializers import TrendingParameters

    _, faults = read_entries(TrendingParameters, QueryDict("window=3y"), {})
    assert faults["window"][0].text.startswith(
        "“3y” can’t be used here. Enter a number of hours or days such as 6h or 7d"
    )


def test_unknown_name_offers_similar_ones_in_place_of_it() -> None:
    given = QueryDict("genre=Actoin&window=6h&download=trending")
    error = NotFound("genre", "actoin", ["Action"])
    fault = unknown_name(error, "Actoin", [query_with(given, "genre", name) for name in error.near])
    assert fault == Fault("There is no genre “Actoin”.", (("Action", "?genre=Action&window=6h"),))


def test_long_texts_are_quoted_in_part() -> None:
    assert quote("x" * 400) == f"“{'x' * 39}…”"

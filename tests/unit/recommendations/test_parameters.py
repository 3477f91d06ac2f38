"""Parameters and bodies of recommendations become what the selectors take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from lambdaserve.api.parameters import QueryParameters
from merger.core.evidence import PARTIAL
from recommendations.parameters import GenreParameters, PersonalBody, SimilarParameters
from recommendations.weighing import Wishes


def read(kind: type[QueryParameters], query: str) -> dict[str, Any]:
    return kind.of(Request(APIRequestFactory().get(f"/?{query}")))


@pytest.mark.parametrize(("text", "counts"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_what_happens_now_counts_unless_it_shall_not(text: str, *, counts: bool) -> None:
    values = read(SimilarParameters, f"include_trending={text}&include_sentiment={text}&novelty=0.25&limit=8")
    assert values == {"limit": 8, "wishes": Wishes(0.25, counts, counts), "completeness": PARTIAL}
    assert read(SimilarParameters, "")["wishes"] == Wishes(0.0, trending=True, sentiment=True)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=51", "limit=x", "novelty=1.1", "novelty=NaN", "include_trending=yes", "min_rating=5"]
)
def test_parameters_of_similar_movies_have_ranges(query: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(SimilarParameters, query)
    assert set(caught.value.get_full_details()) == {query.partition("=")[0]}


def test_a_genre_takes_a_least_rating_and_an_order() -> None:
    values = read(GenreParameters, "min_rating=7.5&sort_by=rating")
    assert (values["min_rating"], values["sort_by"], values["limit"]) == (7.5, "rating", 20)
    with pytest.raises(ValidationError):
        read(GenreParameters, "sort_by=votes")


def test_a_body_is_read_as_the_query_of_similar_movies_is() -> None:
    sent = {"liked_movie_ids": [3, 1], "include_sentiment": False, "novelty": 1}
    request = APIRequestFactory().post("/", json.dumps(sent), content_type="application/json")
    values = PersonalBody.of(Request(request, parsers=[JSONParser()]))
    assert values == {"liked_movie_ids": [3, 1], "limit": 20, "wishes": Wishes(1.0, trending=True, sentiment=False)}

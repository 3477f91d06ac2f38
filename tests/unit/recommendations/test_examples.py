"""The example answers are as the code makes them."""

from __future__ import annotations

from recommendations import examples
from recommendations.reasons import likeness_reasons
from search.likeness import Shared


def test_reasons_of_the_examples_are_those_that_are_told() -> None:
    shared = Shared(directors=("David Fincher",), people=("Brad Pitt",))
    assert examples.SIMILAR["recommendations"][0]["reasons"] == [*likeness_reasons(shared)]


def test_counts_follow_from_the_lists() -> None:
    for example in (examples.SIMILAR, examples.GENRE, examples.PERSONAL):
        assert example["count"] == len(example["recommendations"]) <= example["limit"]
    body = examples.PERSONAL_BODY
    assert sorted(body["liked_movie_ids"]) == sorted(
        examples.PERSONAL["liked_movie_ids"] + examples.PERSONAL["unknown_movie_ids"]
    )

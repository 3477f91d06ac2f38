"""The catalogue is the same in whatever order documents come."""

from __future__ import annotations

from itertools import permutations

from merger.catalogue.builder import usual_spellings
from merger.contract.documents import Contract
from tests.unit.merger.catalogue.documents import HOUR, NOW, catalogue, details, monthly, total
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import RUN


def test_most_frequent_spelling_of_a_genre_is_shown_in_any_order() -> None:
    documents = [details("Sci-Fi", movie_id=1), details("SCI-FI", movie_id=2), monthly("Sci-Fi"), details("war")]
    for order in permutations(documents):
        assert catalogue(*order).genres == {"sci-fi": "Sci-Fi", "war": "war"}
    assert usual_spellings({"War": 1, "war": 1}) == {"war": "War"}
    assert usual_spellings({"War": 1, "war": 2}) == {"war": "war"}


def test_spelling_of_an_older_document_is_dropped() -> None:
    data = {"title": "A", "genres": ["Wra"]}
    older = Contract().read_batch(batch_view("movie_details", data, RUN - HOUR, movie_id=MOVIE))
    assert catalogue(older, details("War")).genres == {"war": "War"}


def test_total_stamped_in_the_future_is_left_out_and_lost_unless_there_is_another() -> None:
    ahead = total(1, 1.0, 5, computed_at=NOW + HOUR)
    found = catalogue(details(movie_id=1), ahead)
    assert (found.movies.reviews.tolist(), found.totals_as_of) == ([-1], None)
    assert [(skip.movie_id, skip.is_ahead) for skip in found.lost_of("sentiment")] == [(1, True)]
    both = catalogue(details(movie_id=1), ahead, total(1, 1.0, 4))
    assert (both.movies.reviews.tolist(), both.lost_of("sentiment")) == ([4], ())
    assert both.skipped_of("sentiment") == found.skipped_of("sentiment")

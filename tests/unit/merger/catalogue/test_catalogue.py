"""What is known of all movies and genres at once (A1, A3, D4)."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.catalogue.builder import CatalogueBuilder, spellings
from merger.catalogue.catalogue import Catalogue
from merger.contract.dedupe import newest_batch, tie_break
from merger.contract.documents import BatchDocument, Contract, Documents
from merger.core.boundary import Boundary
from merger.views.coverage import usable_batch
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import DETAILS, RUN

HOUR = timedelta(hours=1)
NOW = RUN + 10 * HOUR


def details(*genres: str, movie_id: int = MOVIE) -> BatchDocument:
    raw = batch_view("movie_details", {**DETAILS, "genres": list(genres)}, RUN, movie_id=movie_id)
    return Contract().read_batch(raw)


def monthly(genre: str) -> BatchDocument:
    data = {"genre": genre, "year": 2025, "month": 3, "avg_rating": 6.5, "total_movies": 3, "total_revenue": 1}
    return Contract().read_batch(batch_view("genre_analytics", data, RUN))


def catalogue(*documents: BatchDocument) -> Catalogue:
    builder = CatalogueBuilder(Boundary(NOW))
    for document in documents:
        builder.add(Documents(batch=(document,)))
    return builder.finish()


KNOWN = catalogue(details("Drama", "Science Fiction"), monthly("$where"))


def test_a_movie_that_is_not_in_the_catalogue_has_no_title_and_no_facts() -> None:
    assert KNOWN.title_of(MOVIE) == "<b>Fight</b> Club"
    assert (KNOWN.knows(MOVIE), MOVIE in KNOWN.movies) == (True, True)
    for unknown in (1, MOVIE + 1, -1, 10**40):
        assert not KNOWN.knows(unknown)
        assert KNOWN.title_of(unknown) is None
        assert KNOWN.facts_of(unknown) == {}
        assert KNOWN.computed_at(unknown) is None
    assert KNOWN.movies_as_of == KNOWN.genres_as_of == RUN


def test_an_empty_catalogue_knows_nothing() -> None:
    for empty in (Catalogue(), catalogue()):
        assert (empty.movies_as_of, empty.genres_as_of, empty.totals_as_of) == (None, None, None)
        assert (len(empty.movies), empty.genres, empty.by_genre) == (0, {}, {})
        assert not empty.knows(MOVIE)
        assert not empty.is_of_genre(MOVIE, "Drama")


@pytest.mark.parametrize("name", ["Drama", "drama", "DRAMA"])
def test_a_genre_matches_without_regard_to_case(name: str) -> None:
    assert KNOWN.is_of_genre(MOVIE, name)
    assert not KNOWN.is_of_genre(MOVIE + 1, name)
    assert KNOWN.genre(f" {name} ") == "Drama"


def test_many_movies_are_asked_for_a_genre_at_once() -> None:
    found = catalogue(*(details("War", "wAR") if n % 3 else details("Drama", movie_id=n) for n in range(7)), details())
    asked = np.array([0, 1, 3, MOVIE, 10**12, 6])
    rows, known = found.movies.rows(asked)
    assert known.tolist() == [True, False, True, True, False, True]
    assert [found.movies.ids[row] for row in rows[known]] == [0, 3, MOVIE, 6]
    for genre in ("drama", "DRAMA", "war", "western"):
        expected = [found.is_of_genre(movie_id, genre) for movie_id in asked.tolist()]
        assert found.of_genre(asked, genre).tolist() == expected
    assert Catalogue().of_genre(asked, "drama").tolist() == [False] * 6


def test_part_of_a_genre_is_not_the_genre() -> None:
    assert not KNOWN.is_of_genre(MOVIE, "Dram")
    assert KNOWN.genre("Dram") is None
    assert KNOWN.genre(".*") is None


def test_near_genres_are_offered_best_first() -> None:
    assert KNOWN.genres_like("Dramma") == ["Drama"]
    assert KNOWN.genres_like("sience fiction") == ["Science Fiction"]
    assert KNOWN.genres_like("western") == []
    assert KNOWN.genres_like("x" * 10**6) == []


def test_a_genre_is_spelled_as_most_documents_spell_it_in_any_order() -> None:
    documents = [details("Sci-Fi", movie_id=1), details("SCI-FI", movie_id=2), monthly("Sci-Fi"), details("war")]
    for order in permutations(documents):
        assert catalogue(*order).genres == {"sci-fi": "Sci-Fi", "war": "war"}
    assert spellings({"War": 1, "war": 1}) == {"war": "War"}
    assert spellings({"War": 1, "war": 2}) == {"war": "war"}


def test_a_spelling_that_only_an_outdated_document_has_is_forgotten() -> None:
    data = {"title": "A", "genres": ["Wra"]}
    older = Contract().read_batch(batch_view("movie_details", data, RUN - HOUR, movie_id=MOVIE))
    assert catalogue(older, details("War")).genres == {"war": "War"}


_NUMBERS = st.one_of(
    st.none(), st.integers(-(10**15), 10**15), st.floats(-(10.0**15), 10.0**15), st.sampled_from([0, 0.0, -0.0, 7, 7.0])
)
_FACTS = st.fixed_dictionaries(
    {"title": st.text(min_size=1, max_size=12).filter(str.strip)},
    optional={
        "genres": st.lists(st.sampled_from(["Drama", "drama", "War", "\u0130"]), max_size=3),
        "release_date": st.one_of(
            st.none(), st.just(""), st.dates().map(str).filter(lambda day: "1801" < day < "2200")
        ),
        "vote_average": _NUMBERS,
        "popularity": _NUMBERS,
        "revenue": _NUMBERS,
        "vote_count": st.one_of(st.none(), st.integers(0, 10**12)),
        "overview": st.sampled_from(["one", "two"]),
    },
)
_DOCUMENTS = st.lists(
    st.builds(
        lambda facts, movie_id, age, version, ahead: batch_view(
            "movie_details",
            facts,
            RUN - age * HOUR,
            movie_id=movie_id,
            version=version,
            computed_at=NOW + HOUR if ahead else RUN - age * HOUR + timedelta(minutes=7),
        ),
        _FACTS,
        st.integers(1, 4),
        st.integers(0, 2),
        st.integers(0, 1),
        st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(_DOCUMENTS, st.randoms(use_true_random=False))
def test_what_is_held_is_what_the_newest_document_says_in_any_order(
    raw: list[dict[str, Any]], chance: random.Random
) -> None:
    read = Contract().read(batch=raw)
    newest = newest_batch(usable_batch(read, "movie_details", Boundary(NOW)), lambda d: d.movie_id)
    shuffled = [*read.batch, *chance.sample(read.batch, len(read.batch) // 2)]
    chance.shuffle(shuffled)
    found = catalogue(*shuffled)
    assert list(found.movies.ids) == sorted(newest)  # type: ignore[type-var]  # details always name a movie
    assert found.movies_as_of == max((d.covers_until for d in newest.values()), default=None)
    for movie_id in found.movies.ids:
        document = newest[movie_id]
        kept = {name: value for name, value in document.data.items() if value is not None and name != "overview"}
        # As text, since whole numbers are to stay whole.
        expected = json.dumps(kept | {"genres": list(kept.get("genres", ()))}, sort_keys=True)
        assert json.dumps(found.facts_of(movie_id), sort_keys=True) == expected
        assert found.computed_at(movie_id) == document.computed_at


def test_equally_new_documents_are_told_apart_as_views_of_single_movies_do() -> None:
    one, other = (
        Contract().read_batch(batch_view("movie_details", {"title": title, "overview": text}, RUN, movie_id=MOVIE))
        for title, text in (("A", "z"), ("B", "a"))
    )
    for order in permutations([one, other]):
        (chosen,) = newest_batch(order, lambda d: d.movie_id).values()
        assert catalogue(*order).title_of(MOVIE) == chosen.data["title"]
    assert tie_break(one.data) < tie_break(other.data)


def total(movie_id: int, average: float, reviews: int, **more: Any) -> BatchDocument:
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": 0}
    data = {"avg_sentiment": average, "review_count": reviews, **counts, **more.pop("data", {})}
    return Contract().read_batch(batch_view("sentiment", data, RUN, movie_id=movie_id, **more))


def test_lifetime_totals_stand_beside_their_movies_whenever_they_come() -> None:
    documents = [
        total(3, -0.5, 4),
        details(movie_id=3),
        details(movie_id=1),
        total(2, 1.0, 1000, covers_until=RUN + HOUR, computed_at=RUN + HOUR),
        total(1, 0.9, 9, data={"date": "2026-01-01"}),
    ]
    for order in permutations(documents):
        found = catalogue(*order)
        assert found.movies.score_sum.tolist() == [0.0, -2.0]
        assert found.movies.reviews.tolist() == [0, 4]
        assert found.totals_as_of == RUN + HOUR


def test_a_total_from_the_future_is_left_out_and_told() -> None:
    ahead = total(1, 1.0, 5, computed_at=NOW + HOUR)
    found = catalogue(details(movie_id=1), ahead)
    assert (found.movies.reviews.tolist(), found.totals_as_of, found.total_ahead) == ([0], None, ahead)

"""The movies' columns hold the newest document of each movie.

Requirement D4.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.contract.dedupe import newest_batch, tie_break
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.views.coverage import usable_batch
from tests.unit.merger.catalogue.documents import HOUR, NOW, catalogue, details, total
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import RUN

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
def test_newest_document_of_a_movie_is_kept_in_any_order(raw: list[dict[str, Any]], chance: random.Random) -> None:
    read = Contract().read(batch=raw)
    newest = newest_batch(usable_batch(read, "movie_details", Boundary(NOW)), lambda d: d.movie_id)
    shuffled = [*read.batch, *chance.sample(read.batch, len(read.batch) // 2)]
    chance.shuffle(shuffled)
    found = catalogue(*shuffled)
    assert list(found.movies.ids) == sorted(newest)  # type: ignore[type-var]  # details always name a movie
    assert found.movies.as_of == max((d.covers_until for d in newest.values()), default=None)
    for movie_id in found.movies.ids:
        document = newest[movie_id]
        kept = {name: value for name, value in document.data.items() if value is not None and name != "overview"}
        # As text, since whole numbers are to stay whole.
        expected = json.dumps(kept | {"genres": list(kept.get("genres", ()))}, sort_keys=True)
        assert json.dumps(found.facts_of(movie_id), sort_keys=True) == expected
        assert found.computed_at(movie_id) == document.computed_at


def test_equally_new_documents_are_ranked_as_for_single_movies() -> None:
    one, other = (
        Contract().read_batch(batch_view("movie_details", {"title": title, "overview": text}, RUN, movie_id=MOVIE))
        for title, text in (("A", "z"), ("B", "a"))
    )
    for order in permutations([one, other]):
        (chosen,) = newest_batch(order, lambda d: d.movie_id).values()
        assert catalogue(*order).title_of(MOVIE) == chosen.data["title"]
    assert tie_break(one.data) < tie_break(other.data)


def test_lifetime_totals_join_their_movies_in_any_order() -> None:
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
        assert found.movies.reviews.tolist() == [-1, 4]
        assert found.totals_as_of == RUN + HOUR
